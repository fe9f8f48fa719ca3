"""A person's word on each place: one at a time, golden left, board right, two large answers."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.store import Role
from appliance.terms import Answer
from appliance.web import asking
from appliance.web.access import needs, open_to_all
from appliance.web.evidence import evidence_of
from appliance.web.problems import ProblemError
from appliance.web.site import signed_in, site
from appliance.web.texts import t

pages = Blueprint("review", __name__, url_prefix="/boards/<int:inspection_id>/review")


@pages.get("")
@open_to_all
def places(inspection_id: int) -> str:
    """The first place without an answer, or the one that `place` names."""
    here = site()
    inspection = here.store.inspection(inspection_id)
    evidence = evidence_of(inspection, here)
    marks = evidence.marks
    wanted = asking.text(request.args, "place")
    chosen = next((m for m in marks if m.component == wanted), None)
    if chosen is None and not wanted:
        chosen = next((m for m in marks if m.answer is None), None)
    standing = [r for r in inspection.reviews if r.answer is not None]
    undone = {r.undoes for r in inspection.reviews if r.undoes is not None}
    last = next((r for r in reversed(standing) if r.review_id not in undone), None)
    return render_template(
        "review.html",
        inspection=inspection,
        record=inspection.record,
        evidence=evidence,
        mark=chosen,
        answered=sum(m.answer is not None for m in marks),
        last=last,
    )


@pages.post("")
@needs(Role.OPERATOR)
def answer(inspection_id: int) -> ResponseReturnValue:
    component = asking.needed(request.form, "component")
    try:
        said = Answer(asking.needed(request.form, "answer"))
    except ValueError:
        raise asking.bad(t("ask.choice")) from None
    site().store.add_review(inspection_id, component, said, signed_in().name)
    return redirect(url_for("review.places", inspection_id=inspection_id), 303)


@pages.post("/undo")
@needs(Role.OPERATOR)
def undo(inspection_id: int) -> ResponseReturnValue:
    """Takes back an answer of this board; the place comes up again."""
    review_id = asking.whole(request.form, "review_id")
    inspection = site().store.inspection(inspection_id)
    found = next((r for r in inspection.reviews if r.review_id == review_id), None)
    if review_id is None or found is None:
        raise ProblemError(404, "record_missing", t("review.no_answer"), action="")
    site().store.undo_review(review_id, signed_in().name)
    return redirect(
        url_for("review.places", inspection_id=inspection_id, place=found.component), 303
    )
