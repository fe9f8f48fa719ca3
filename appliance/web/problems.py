"""Every refusal in plain words: a page for people, {code, message} for programs."""

from __future__ import annotations

import errno
import logging

from flask import Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from appliance.recipe import RecipeError
from appliance.store import StoreError
from appliance.web.guard import ForbiddenError, PinChangeNeededError, SignInNeededError
from appliance.web.site import BusyError
from appliance.web.texts import t

log = logging.getLogger(__name__)

NO_ROOM = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
_WORDED = {400, 403, 404, 405, 411, 413, 429, 500, 503}


class ProblemError(Exception):
    """A view refuses: with a status, a stable code and a sentence that is already in words."""

    def __init__(self, status: int, code: str, message: str, *, action: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.action = action
        self.retry_after_s: int | None = None


def install(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(ProblemError, _problem)
    app.register_error_handler(ForbiddenError, _forbidden)
    app.register_error_handler(SignInNeededError, _sign_in)
    app.register_error_handler(PinChangeNeededError, _change_pin)
    app.register_error_handler(BusyError, _busy)
    app.register_error_handler(RecipeError, _recipe)
    app.register_error_handler(StoreError, _store)
    app.register_error_handler(OSError, _disk)
    app.register_error_handler(Exception, _unexpected)


def wants_json() -> bool:
    return request.path.startswith("/api/") or request.headers.get("Accept", "").startswith(
        "application/json"
    )


def say(status: int, code: str, message: str, action: str = "") -> ResponseReturnValue:
    if wants_json():
        return {"code": code, "message": message, "action": action}, status
    page = render_template("problem.html", status=status, code=code, message=message, action=action)
    return page, status


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error
    key = status if status in _WORDED else 400
    return say(status, f"http_{status}", t(f"error.{key}"), t(f"error.{key}.action"))


def _problem(error: ProblemError) -> ResponseReturnValue:
    answer = say(error.status, error.code, error.message, error.action)
    if error.retry_after_s is None or not isinstance(answer, tuple):
        return answer
    return answer[0], error.status, {"Retry-After": str(error.retry_after_s)}


def _forbidden(error: ForbiddenError) -> ResponseReturnValue:
    return say(403, error.key.removeprefix("error."), t(error.key), t("error.403.action"))


def _sign_in(_error: SignInNeededError) -> ResponseReturnValue:
    if wants_json():
        return say(401, "sign_in", t("error.401"))
    if request.method != "GET":
        return say(401, "sign_in", t("error.401"), t("error.401.action"))
    return redirect(url_for("auth.form", next=request.full_path.rstrip("?")))


def _change_pin(_error: PinChangeNeededError) -> ResponseReturnValue:
    if wants_json() or request.method != "GET":
        return say(403, "change_pin", t("pin.first"))
    return redirect(url_for("auth.form"))


def _busy(_error: BusyError) -> ResponseReturnValue:
    return say(503, "cabinet_busy", t("error.busy"), t("error.busy.action"))


def _recipe(error: RecipeError) -> ResponseReturnValue:
    return say(409, "recipe", t("error.recipe", found=error.found), error.action)


def _store(error: StoreError) -> ResponseReturnValue:
    status = {"record_missing": 404, "record_refused": 409}.get(error.code, 503)
    if status == 503:
        log.error("the record can't be read for a page: %s", error)
    return say(status, error.code, error.found, error.action)


def _disk(error: OSError) -> ResponseReturnValue:
    if error.errno not in NO_ROOM:
        return _unexpected(error)
    return say(507, "disk_full", t("error.507"), t("error.507.action"))


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.error("a page broke: %s %s", request.method, request.path, exc_info=error)
    return say(500, "http_500", t("error.500"), t("error.500.action"))
