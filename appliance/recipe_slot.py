"""Which recipe is in use, which one is wanted, and why one could not be loaded."""

from __future__ import annotations

import logging
from collections.abc import Callable

from appliance.judging import RecipeInUse
from appliance.worker import Done, Worker

log = logging.getLogger(__name__)


class RecipeSlot:
    """Loading runs on the judging thread, so that a recipe never changes under a judgement."""

    def __init__(self, load: Callable[[str], RecipeInUse], worker: Worker) -> None:
        self._load = load
        self._worker = worker
        self._wanted: str | None = None
        self.loading: str | None = None
        self.recipe: RecipeInUse | None = None
        self.error: str | None = None

    def want(self, folder: str) -> None:
        """Load this one as soon as no board lies in."""
        self._wanted = folder

    def reload(self) -> None:
        if self.recipe is not None:
            self.want(self.recipe.folder)

    @property
    def pending(self) -> bool:
        return self._wanted is not None or self.loading is not None

    def step(self) -> None:
        """Begin to load what is wanted. Called while nothing is being judged."""
        if self._wanted is None or self.loading is not None or self._worker.busy:
            return
        folder, self._wanted = self._wanted, None
        self.loading, self.recipe, self.error = folder, None, None
        self._worker.submit(("recipe", folder), lambda: self._load(folder))

    def take(self, done: Done) -> None:
        """What the worker made of it."""
        folder, self.loading = self.loading, None
        if done.error is not None:
            log.error("Recipe %s can't be used: %s", folder, done.error)
            self.error = str(done.error)
        else:
            self.recipe = done.value  # type: ignore[assignment]
