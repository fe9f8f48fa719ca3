"""Who may ask for a view. A view that does not say is an error when the app is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask

from appliance.store import Role

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_RANK = {Role.OPERATOR: 0, Role.SUPERVISOR: 1, Role.TECHNICIAN: 2}
_MARK = "goldenboard_access"
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    role: Role | None
    """At least this role, or None: everybody."""
    may_change: bool
    """Whether the view may be asked by POST."""
    why: str = ""


class UnmarkedViewError(RuntimeError):
    """A view says not who may ask for it, or says what its methods contradict."""


def open_to_all(view: View) -> View:
    """Everybody on the LAN may look. GET only."""
    return _mark(view, Access(role=None, may_change=False))


def needs(role: Role) -> Callable[[View], View]:
    """Who is signed in with this role or one above it: operator < supervisor < technician."""
    return lambda view: _mark(view, Access(role=role, may_change=True))


def anyone_may_post(why: str) -> Callable[[View], View]:
    """Only for what must work before anybody is signed in; the CSRF token is asked for all the
    same."""
    return lambda view: _mark(view, Access(role=None, may_change=True, why=why))


def has_rank(role: Role, least: Role) -> bool:
    return _RANK[role] >= _RANK[least]


def access_of(view: Callable[..., Any]) -> Access | None:
    found = vars(view).get(_MARK)
    return found if isinstance(found, Access) else None


def check_every_view(app: Flask) -> None:
    """Raises `UnmarkedViewError` for a view without a mark, an open one that takes POST, and one
    that takes both GET and POST: then one of the two would do what its name does not say."""
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        if access is None:
            raise UnmarkedViewError(
                f"The view of {rule.rule} does not say who may ask for it: mark it with "
                "@open_to_all or @needs(role)."
            )
        changing = set(rule.methods or ()) - SAFE_METHODS
        if changing and not access.may_change:
            raise UnmarkedViewError(
                f"{rule.rule} is open to all and takes {', '.join(sorted(changing))}: whoever "
                "changes something needs a role."
            )
        if changing and "GET" in (rule.methods or ()):
            raise UnmarkedViewError(f"{rule.rule} takes GET and POST: make two views of it.")


def _mark(view: View, access: Access) -> View:
    vars(view)[_MARK] = access
    return view
