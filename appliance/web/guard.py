"""What every request passes before its view: the host it named, its role, its token.

In one place, so that a view can't forget it.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request, session

from appliance.web.access import SAFE_METHODS, access_of, has_rank
from appliance.web.site import person, site

CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF-Token"


class ForbiddenError(Exception):
    """The request is refused; `key` names the sentence that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class PinChangeNeededError(Exception):
    """Signed in with the unit's first PIN: that one is changed before anything else."""


class SignInNeededError(Exception):
    """Somebody has to sign in first."""


def install(app: Flask) -> None:
    app.before_request(_check)


def _check() -> None:
    if not host_is_ours(request.host, site().settings.allowed_hosts):
        raise ForbiddenError("error.host")
    if (request.content_length or 0) > site().settings.max_body_bytes:
        abort(413)
    if request.endpoint is None:
        return  # 404 and 405 are said by the router
    access = access_of(current_app.view_functions[request.endpoint])
    if access is None:
        abort(500)  # never: the app is not made with such a view
    changing = request.method not in SAFE_METHODS
    if changing:
        _check_origin()
    if access.role is not None:
        who = person()
        if who is None:
            raise SignInNeededError
        if who.must_change_pin and request.endpoint != "auth.change_pin":
            raise PinChangeNeededError
        if not has_rank(who.role, access.role):
            raise ForbiddenError(f"error.role.{access.role}")
    if changing:
        _check_token()


def _check_origin() -> None:
    """A browser says where a form comes from; the token decides, this makes theft of one useless
    elsewhere."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise ForbiddenError("error.csrf")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise ForbiddenError("error.csrf")


def _check_token() -> None:
    number = session.get("n")
    token = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
    if not isinstance(number, str) or not site().sessions.csrf_fits(number, token):
        raise ForbiddenError("error.csrf")


def host_is_ours(host: str, allowed: tuple[str, ...]) -> bool:
    """Addresses, names without a dot and *.local can't be a stranger's domain; others are ours
    only when they were configured."""
    name = urlsplit(f"//{host}").hostname or ""
    if not name:
        return False
    if "." not in name and ":" not in name:
        return True
    if name.endswith(".local") or name in {each.lower() for each in allowed}:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
