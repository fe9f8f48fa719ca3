"""The pages, put together: one blueprint a file, nothing at import time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from flask import Flask

from appliance.care.views import CareDesk
from appliance.commands import CommandQueue
from appliance.commission.values import PlannedStep
from appliance.status import StatusBoard
from appliance.store import Role, Store
from appliance.update.desk import UpdateDesk
from appliance.web import (
    api,
    audit,
    auth,
    boards,
    commission,
    export,
    guard,
    headers,
    live,
    operators,
    problems,
    proof,
    recipes,
    review,
    supervisor,
    technician,
    texts,
    update,
)
from appliance.web import (
    care as care_pages,
)
from appliance.web.access import check_every_view, has_rank
from appliance.web.extra_pages import ExtraPages
from appliance.web.refusals import Refusals
from appliance.web.rejudging import Archives
from appliance.web.sessions import Sessions
from appliance.web.settings import WebSettings
from appliance.web.site import Site, attach, csrf_token, person, site_of
from appliance.web.static_files import release
from appliance.web.streams import StreamGate
from appliance.web.texts import language, t, tn
from appliance.web.throttle import LoginThrottle

HOUSE = (
    live.pages,
    supervisor.pages,
    boards.pages,
    export.pages,
    review.pages,
    technician.pages,
    care_pages.pages,
    commission.pages,
    update.pages,
    recipes.pages,
    auth.pages,
    operators.pages,
    audit.pages,
    proof.pages,
    api.pages,
)
_NAVIGATION = (
    ("live.verdict", "nav.verdict"),
    ("supervisor.figures", "nav.figures"),
    ("boards.index", "nav.boards"),
    ("recipes.index", "nav.recipes"),
    ("technician.page", "nav.unit"),
)


def create_app(
    *,
    store: Store,
    status: StatusBoard,
    commands: CommandQueue,
    recipes: Path,
    settings: WebSettings,
    extras: Sequence[ExtraPages] = (),
    steps: Sequence[PlannedStep] = (),
    updates: UpdateDesk | None = None,
    care: CareDesk | None = None,
) -> Flask:
    """The Flask app of one unit. `recipes` is the folder that holds the recipes' folders, `extras`
    the pages of plug-ins (see `plugins.load_extra_pages`); they stay the caller's to close.
    `steps` are those of commissioning, in their order; without `updates` the page of updates says
    that this is no unit with releases; `care` looks after the card and makes what is taken home.

    Raises `UnmarkedViewError` when a view does not say who may ask for it. The store and the
    board stay the caller's: the app closes neither.
    """
    app = Flask("appliance.web", static_folder=None)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        MAX_FORM_MEMORY_SIZE=min(settings.max_body_bytes, 1024 * 1024),
        MAX_FORM_PARTS=4096,
        # The prefix: no page in the clear, and none of another host, can plant one (RFC 6265bis).
        SESSION_COOKIE_NAME="__Host-goldenboard" if settings.certificate else "goldenboard",
        SESSION_COOKIE_SECURE=settings.certificate is not None,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
    )
    attach(
        app,
        Site(
            store=store,
            status=status,
            commands=commands,
            recipes=recipes,
            settings=settings,
            sessions=Sessions(
                secret=settings.secret_key,
                session_s=settings.session_s,
                idle_s=settings.session_idle_s,
                clock=settings.clock,
            ),
            throttle=LoginThrottle(settings.clock),
            refusals=Refusals(settings.clock),
            gate=StreamGate(settings.max_streams),
            archives=Archives(),
            one_pin_at_a_time=threading.Lock(),
            desks={extra.name: extra.desk for extra in extras},
            steps=tuple(steps),
            updates=updates,
            care=care,
        ),
    )
    guard.install(app)
    headers.install(app)
    problems.install(app)
    for blueprint in HOUSE:
        app.register_blueprint(blueprint)
    for extra in extras:
        texts.add(extra.texts)
        app.register_blueprint(extra.blueprint)
    _for_templates(app, status, extras)
    check_every_view(app)
    return app


def _for_templates(app: Flask, status: StatusBoard, extras: Sequence[ExtraPages]) -> None:
    added = tuple((f"{extra.name}.{extra.nav}", f"{extra.name}.nav") for extra in extras)

    @app.context_processor
    def words() -> dict[str, object]:
        return {
            "language": language(),
            "person": person(),
            "Role": Role,
            "may": lambda role: (who := person()) is not None and has_rank(who.role, role),
            "unit": status.current()[1],
            "release": release(),
            "navigation": (*_NAVIGATION[:-1], *added, _NAVIGATION[-1]),
            "extra_pages": added,
            "has_care": site_of(app).care is not None,
        }

    # Not the context: macros of another file see only these.
    app.jinja_env.globals.update(t=t, tn=tn, csrf=csrf_token)
