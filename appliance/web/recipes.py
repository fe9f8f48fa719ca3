"""Recipes: which there are, their windows, and thresholds judged again over the archive."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.commands import ReloadRecipe, SelectRecipe
from appliance.recipe import (
    RECIPE_FILE,
    Recipe,
    RecipeError,
    load,
    reference_bytes,
    save,
    versions,
    with_thresholds,
)
from appliance.store import Role
from appliance.web import asking
from appliance.web.access import needs, open_to_all
from appliance.web.problems import ProblemError
from appliance.web.rejudging import MOST_BOARDS, rejudged
from appliance.web.site import ask, signed_in, site
from appliance.web.texts import t

pages = Blueprint("recipes", __name__, url_prefix="/recipes")


@pages.get("/")
@open_to_all
def index() -> str:
    """Every folder with a recipe, also the ones that can't be used, with the reason."""
    root = site().recipes
    folders = sorted(root.iterdir()) if root.is_dir() else []
    found: list[tuple[str, Recipe | None, RecipeError | None]] = []
    for folder in folders:
        if folder.name.startswith(".") or not (folder / RECIPE_FILE).is_file():
            continue
        try:
            found.append((folder.name, load(folder, check_pictures=False), None))
        except RecipeError as error:
            found.append((folder.name, None, error))
    return render_template("recipes.html", found=found, asked=asking.text(request.args, "asked"))


@pages.post("/<name>/select")
@needs(Role.TECHNICIAN)
def select(name: str) -> ResponseReturnValue:
    """From the next board on."""
    load(folder_of(name))
    ask(SelectRecipe(folder=name, by=signed_in().name))
    return redirect(url_for("recipes.index", asked=name), 303)


@pages.get("/<name>")
@open_to_all
def one(name: str) -> str:
    folder = folder_of(name)
    recipe = load(folder, check_pictures=False)
    chosen = asking.text(request.args, "window")
    window = next((w for w in recipe.windows if w.component == chosen), None)
    archive = site().archives.of(site().store, name, recipe)
    return render_template(
        "recipe.html",
        folder=name,
        recipe=recipe,
        versions=versions(folder),
        window=window,
        scores=archive.scores_of(window.component) if window else (),
        archived=len(archive.boards),
        most=MOST_BOARDS,
        saved=asking.text(request.args, "saved"),
    )


@pages.get("/<name>/preview")
@open_to_all
def preview(name: str) -> str:
    """Which archived boards would be called otherwise with these thresholds. Changes nothing."""
    recipe = load(folder_of(name), check_pictures=False)
    component, bands = _bands(request.args)
    changed = with_thresholds(recipe, {component: bands})
    return render_template(
        "recipe_preview.html",
        outcome=rejudged(
            site().archives.of(site().store, name, recipe), recipe, changed, component
        ),
        component=component,
    )


@pages.post("/<name>/thresholds")
@needs(Role.TECHNICIAN)
def set_thresholds(name: str) -> ResponseReturnValue:
    """Saves a new version; refused when someone saved another one since the page was opened."""
    folder = folder_of(name)
    recipe = load(folder, check_pictures=False)
    if asking.whole(request.form, "version") != recipe.version:
        raise ProblemError(
            409, "recipe_changed", t("recipe.changed", version=recipe.version),
            action=t("recipe.changed.action"),
        )  # fmt: skip
    component, bands = _bands(request.form)
    before = recipe.window(component)
    saved = save(with_thresholds(recipe, {component: bands}), folder)
    by = signed_in().name
    site().store.add_event(
        "recipe_changed",
        by,
        f"{name} v{saved.version}: {component} review {before.review_above:g} → {bands[0]:g}, "
        f"defect {before.defect_above:g} → {bands[1]:g}",
    )
    if site().status.current()[1].recipe == name:
        ask(ReloadRecipe(by=by))
    return redirect(url_for("recipes.one", name=name, window=component, saved=saved.version), 303)


@pages.get("/<name>/golden/<int:version>/<path:component>")
@open_to_all
def golden(name: str, version: int, component: str) -> Response:
    """The taught crop of one window."""
    recipe = load(folder_of(name), version=version, check_pictures=False)
    response = Response(reference_bytes(recipe, component), mimetype="image/png")
    response.cache_control.max_age = 3600
    response.cache_control.private = True
    return response


def folder_of(name: str) -> Path:
    """The recipe's folder below the recipes folder, never elsewhere. 404 in words."""
    folder = site().recipes / name
    if name.startswith(".") or folder.parent != site().recipes or "\0" in name:
        raise ProblemError(404, "no_recipe", t("recipe.none", name=name))
    if not (folder / RECIPE_FILE).is_file():
        raise ProblemError(404, "no_recipe", t("recipe.none", name=name))
    return folder


def _bands(values: Mapping[str, str]) -> tuple[str, tuple[float, float]]:
    component = asking.needed(values, "component")
    review_above = asking.number(values, "review_above")
    defect_above = asking.number(values, "defect_above")
    if review_above > defect_above:
        raise asking.bad(t("recipe.order"))
    return component, (review_above, defect_above)
