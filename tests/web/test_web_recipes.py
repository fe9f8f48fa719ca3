"""Thresholds on the page: judged again over the archive, saved as a version, never half."""

from __future__ import annotations

import pytest

from appliance.commands import ReloadRecipe, SelectRecipe
from appliance.recipe import load, with_thresholds
from appliance.store import Selection
from appliance.terms import Answer, Call, Verdict
from appliance.web.rejudging import Archives, rejudged
from tests.web import demo as demos
from tests.web.conftest import Visitor
from tests.web.demo import Demo


def bands(demo: Demo) -> tuple[int, float, float]:
    recipe = load(demo.recipes / "demo")
    window = recipe.window("C1")
    return recipe.version, window.review_above, window.defect_above


def test_saving_makes_a_version_and_reloads_the_recipe_in_use(
    demo: Demo, technician: Visitor
) -> None:
    answer = technician.post(
        "/recipes/demo/thresholds",
        component="C1", version="1", review_above="0.25", defect_above="0.9",
    )  # fmt: skip
    assert answer.status_code == 303
    assert bands(demo) == (2, 0.25, 0.9)
    assert load(demo.recipes / "demo", version=1).window("C1").review_above == 0.5
    assert demo.commands.get() == ReloadRecipe(by="Teo")
    event = demo.store.events(kind="recipe_changed")[0]
    assert (event.by, event.detail) == ("Teo", "demo v2: C1 review 0.5 → 0.25, defect 0.8 → 0.9")


def test_a_recipe_that_is_not_in_use_is_not_reloaded(demo: Demo, technician: Visitor) -> None:
    demos.teach(demo.recipes, "other")
    answer = technician.post(
        "/recipes/other/thresholds",
        component="C1", version="1", review_above="0.25", defect_above="0.9",
    )  # fmt: skip
    assert (answer.status_code, demo.commands.get()) == (303, None)
    assert technician.post("/recipes/other/select").status_code == 303
    assert demo.commands.get() == SelectRecipe(folder="other", by="Teo")


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"component": "C1", "version": "7", "review_above": "0.1", "defect_above": "0.2"}, 409),
        ({"component": "C1", "version": "1", "review_above": "0.3", "defect_above": "0.2"}, 400),
        ({"component": "C1", "version": "1", "review_above": "nan", "defect_above": "0.2"}, 400),
        ({"component": "C1", "version": "1", "review_above": "inf", "defect_above": "inf"}, 400),
        ({"component": "C1", "version": "1", "review_above": "", "defect_above": "0.2"}, 400),
        ({"component": "X9", "version": "1", "review_above": "0.1", "defect_above": "0.2"}, 409),
        ({"version": "1", "review_above": "0.1", "defect_above": "0.2"}, 400),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    demo: Demo, technician: Visitor, form: dict[str, str], status: int
) -> None:
    assert technician.post("/recipes/demo/thresholds", **form).status_code == status
    assert bands(demo) == (1, 0.5, 0.8)
    assert demo.commands.get() is None


def test_an_unusable_recipe_is_listed_with_its_reason(demo: Demo, technician: Visitor) -> None:
    folder = demo.recipes / "half"
    folder.mkdir()
    (folder / "recipe.toml").write_text("format = ")
    text = technician.text("/recipes/")
    assert "can&#39;t be used" in text
    assert "half written or damaged" in text
    assert technician.post("/recipes/half/select").status_code == 409
    assert technician.get("/recipes/half").status_code == 409
    assert technician.post("/recipes/nowhere/select").status_code == 404
    assert demo.commands.get() is None


def test_the_preview_judges_as_the_cabinet_would(filled: tuple[Demo, dict[str, int]]) -> None:
    demo, _ = filled
    recipe = load(demo.recipes / "demo")
    archive = Archives().of(demo.store, "demo", recipe)
    same = rejudged(archive, recipe, recipe, "C1")
    assert same.changes == ()
    judged = [
        row
        for row in demo.store.boards(Selection(recipe="demo"), limit=-1)
        if row.verdict not in (None, Verdict.FAULT)
    ]
    assert same.judged == len(archive.boards) == len(judged)
    moved = with_thresholds(recipe, {"C1": (0.25, 0.3)})
    outcome = rejudged(archive, recipe, moved, "C1")
    expected = {
        point.inspection_id: point.score
        for point in archive.scores_of("C1")
        if 0.25 < point.score <= 0.8
    }
    assert {c.inspection_id: c.score for c in outcome.changes} == expected
    assert sum(outcome.calls_then.values()) == outcome.judged
    for change in outcome.changes:
        assert change.call_then is (Call.DEFECT if change.score > 0.3 else Call.UNSURE)
        assert change.verdict_then is not Verdict.PASS


def test_the_archive_is_read_anew_when_it_changed(demo: Demo) -> None:
    recipe = load(demo.recipes / "demo")
    archives = Archives()
    first = demo.add(Verdict.REVIEW, {"C1": Call.UNSURE})
    one = archives.of(demo.store, "demo", recipe)
    assert archives.of(demo.store, "demo", recipe) is one
    demo.store.add_review(first, "C1", Answer.FALSE_CALL, "Ana")
    answered = archives.of(demo.store, "demo", recipe)
    assert answered.boards[0].windows[0].answer is Answer.FALSE_CALL
    second = demo.add(Verdict.PASS)
    demo.add(Verdict.FAULT)
    demo.add(None)
    boards = archives.of(demo.store, "demo", recipe).boards
    assert [b.inspection_id for b in boards] == [second, first]
    assert archives.of(demo.store, "other", recipe).boards == ()


def test_the_preview_page(filled: tuple[Demo, dict[str, int]]) -> None:
    demo, _ = filled
    visitor = Visitor(demo.app.test_client())
    ask = "/recipes/demo/preview?component=C1&review_above={}&defect_above={}"
    assert "No archived board would be called otherwise" in visitor.text(ask.format(0.5, 0.8))
    assert "boards would be called otherwise" in visitor.text(ask.format(0.05, 0.8))
    assert visitor.get(ask.format(0.9, 0.8)).status_code == 400


def test_the_preview_without_boards(visitor: Visitor) -> None:
    text = visitor.text("/recipes/demo/preview?component=C1&review_above=0.1&defect_above=0.8")
    assert "No archived boards to judge again" in text


def test_review_one_place_at_a_time(demo: Demo, operator: Visitor) -> None:
    number = demo.add(Verdict.FAIL, {"C1": Call.DEFECT, "D1": Call.UNSURE}, serial="S1")
    path = f"/boards/{number}/review"

    def standing() -> dict[str, Answer | None]:
        windows = demo.store.inspection(number).windows
        return {w.result.component: w.answer for w in windows if w.result.call is not Call.GOOD}

    assert "0 of 2 places answered" in operator.text(path)
    assert operator.post(path, component="C1", answer="TRUE_DEFECT").status_code == 303
    assert operator.post(path, component="D1", answer="FALSE_CALL").status_code == 303
    assert standing() == {"C1": Answer.TRUE_DEFECT, "D1": Answer.FALSE_CALL}
    text = operator.text(path)
    assert "Every place is answered" in text
    assert "Undo D1" in text
    last = demo.store.inspection(number).reviews[-1].review_id
    assert operator.post(f"{path}/undo", review_id=last).status_code == 303
    assert standing() == {"C1": Answer.TRUE_DEFECT, "D1": None}
    assert operator.post(f"{path}/undo", review_id=last).status_code == 409
    assert operator.post(f"{path}/undo", review_id=999).status_code == 404
    assert "Undo C1" in operator.text(path)
    assert operator.post(path, component="C2", answer="FALSE_CALL").status_code == 409
    assert operator.post(path, component="C1", answer="PERHAPS").status_code == 400
    assert (
        operator.post("/boards/999/review", component="C1", answer="FALSE_CALL").status_code == 404
    )


def test_an_answer_of_another_board_is_not_undone_here(demo: Demo, operator: Visitor) -> None:
    first = demo.add(Verdict.REVIEW, {"C1": Call.UNSURE})
    second = demo.add(Verdict.REVIEW, {"C1": Call.UNSURE})
    review_id = demo.store.add_review(first, "C1", Answer.FALSE_CALL, "Ana")
    assert operator.post(f"/boards/{second}/review/undo", review_id=review_id).status_code == 404
    assert demo.store.inspection(first).windows[0].answer is Answer.FALSE_CALL
