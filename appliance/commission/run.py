"""One carrying out of a step: what lies between its thread, the person and the cabinet's owner."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoAnswerError
from typing import TypeVar, cast

from appliance.commission.bench import Signal, lamps_of
from appliance.commission.errors import CommissionError, StoppedError
from appliance.commission.steps import Step
from appliance.commission.values import Prompt
from hw.cabinet import Cabinet
from hw.ports import Clock, Lamps

T = TypeVar("T")

PATIENCE_S = 10.0
"""For so long a step waits for the owner; beyond it the cabinet's loop has stopped."""


class Run:
    """The `Owner` and the `Talk` of a step that runs on a thread of its own."""

    def __init__(
        self,
        step: Step,
        *,
        by: str,
        clock: Clock,
        first_number: int,
        secret_screen: Callable[[Prompt], None] | None,
    ) -> None:
        self.step = step
        self.by = by
        self._clock = clock
        self._secret_screen = secret_screen
        self._changed = threading.Condition()
        self._jobs: queue.Queue[tuple[Callable[[Cabinet], object], Future[object]]] = queue.Queue()
        self._stopped: str | None = None
        self._signal: tuple[Signal, float] | None = None
        self._prompt: Prompt | None = None
        self._number = first_number
        self._heard: str | None = None

    # -- for the owner and the person's side -------------------------------------------------

    @property
    def shown(self) -> tuple[int, Prompt | None]:
        """The prompt and its number, which rises with every new question."""
        with self._changed:
            return self._number, self._prompt

    def answer(self, number: int, text: str) -> None:
        """An answer to a prompt that is no longer shown, or to one that was answered, is none."""
        with self._changed:
            if number == self._number and self._heard is None:
                self._heard = text
                self._changed.notify_all()

    def stop(self, why: str) -> None:
        with self._changed:
            self._stopped = self._stopped or why
            self._changed.notify_all()
        self._refuse()

    def serve(self, cabinet: Cabinet) -> bool:
        """Carry out, on the owner's thread, what is waiting. Whether there was anything."""
        served = False
        while True:
            try:
                job, future = self._jobs.get_nowait()
            except queue.Empty:
                return served
            served = True
            try:
                future.set_result(job(cabinet))
            except Exception as error:  # noqa: BLE001  handed to the step, which knows what it means
                future.set_exception(error)

    def lamps(self) -> Lamps | None:
        signal = self._signal
        if signal is None:
            return None
        return lamps_of(signal[0], self._clock.monotonic() - signal[1])

    def _refuse(self) -> None:
        while True:
            try:
                _, future = self._jobs.get_nowait()
            except queue.Empty:
                return
            future.set_exception(StoppedError(self._stopped or "it has ended"))

    # -- Owner, on the step's thread ---------------------------------------------------------

    def on_devices(self, job: Callable[[Cabinet], T]) -> T:
        self._go_on()
        future: Future[object] = Future()
        self._jobs.put((job, future))
        try:
            return cast(T, future.result(timeout=PATIENCE_S))
        except NoAnswerError:
            raise StoppedError("the cabinet's loop did not answer") from None

    def signal(self, signal: Signal | None) -> None:
        self._signal = None if signal is None else (signal, self._clock.monotonic())

    # -- Talk, on the step's thread ----------------------------------------------------------

    def say(self, prompt: Prompt) -> None:
        self._go_on()
        with self._changed:
            before = self._prompt
            if before is None or (before.name, before.text) != (prompt.name, prompt.text):
                self._number += 1
                self._heard = None
            self._prompt = prompt

    def heard(self) -> str | None:
        self._go_on()
        with self._changed:
            heard, self._heard = self._heard, None
        return heard

    def ask(self, prompt: Prompt) -> str:
        with self._changed:
            self._prompt = None  # so that the same words asked again are a new question
        self.say(prompt)
        with self._changed:
            self._changed.wait_for(lambda: self._heard is not None or self._stopped is not None)
            heard, self._heard = self._heard, None
        self._go_on()
        assert heard is not None
        known = {choice.key for choice in prompt.choices}
        return heard if prompt.free_text or heard in known else self.ask(prompt)

    def show_secret(self, prompt: Prompt) -> None:
        if self._secret_screen is None:
            raise CommissionError(
                expected="a screen that nobody else sees",
                found="a page that everybody on the network may read",
                action="Do this step on the unit's terminal: goldenboard commission.",
            )
        self._secret_screen(prompt)
        self.ask(Prompt(name="noted", text="Is it written down?", choices=prompt.choices))

    def _go_on(self) -> None:
        if self._stopped is not None:
            raise StoppedError(self._stopped)
