"""Signing in: slow for who guesses, over when it is over, and never with a PIN of the factory."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.commands import EnterSerial, SignIn, SignOut
from appliance.store import Role
from appliance.web import WebSettings
from appliance.web.sessions import Person, Sessions
from appliance.web.throttle import FORGET_AFTER_S, LoginThrottle
from tests.web import demo as demos
from tests.web.conftest import Visitor
from tests.web.demo import Demo


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_the_cookie_is_closed(demo: Demo, visitor: Visitor) -> None:
    answer = visitor.sign_in("Ana", demos.OPERATOR_PIN)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Ana" not in cookie
    assert "Ana" in visitor.text("/sign-in")


def test_signing_in_begins_a_new_session(demo: Demo, visitor: Visitor) -> None:
    visitor.refresh_token()
    token = visitor.token
    assert visitor.sign_in("Ana", demos.OPERATOR_PIN).status_code == 303
    assert visitor.token != token


def test_signing_out_ends_it_also_for_a_copied_cookie(demo: Demo, operator: Visitor) -> None:
    copied = operator.client.get_cookie("goldenboard")
    assert copied is not None
    assert operator.post("/sign-out").status_code == 303
    operator.client.set_cookie("goldenboard", copied.value)
    assert operator.post("/duty/begin").status_code == 401
    assert demo.commands.get() is None


def test_wrong_pins_cost_time(unit: Path) -> None:
    clock = Clock()
    with demos.make(unit, clock=clock) as demo:
        visitor = Visitor(demo.app.test_client())
        codes = [visitor.sign_in("Teo", f"wrong {n}").status_code for n in range(5)]
        assert codes == [403] * 5
        answer = visitor.sign_in("Teo", demos.TECHNICIAN_PIN)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")
        assert "Wait 30 seconds" in answer.text
        # Neither another name from here nor a badge goes round it.
        assert visitor.sign_in("Ana", demos.OPERATOR_PIN).status_code == 429
        visitor.refresh_token()
        assert visitor.post("/sign-in", badge="BADGE-7").status_code == 429
        # Nor the same name from elsewhere.
        visitor.refresh_token()
        elsewhere = visitor.client.post(
            "/sign-in",
            data={"csrf": visitor.token, "name": "TEO", "pin": demos.TECHNICIAN_PIN},
            environ_base={"REMOTE_ADDR": "10.0.0.9"},
        )
        assert elsewhere.status_code == 429
        clock.now_s += 30.0
        assert visitor.sign_in("Teo", demos.TECHNICIAN_PIN).status_code == 303


def test_each_further_failure_doubles_the_wait() -> None:
    clock = Clock()
    throttle = LoginThrottle(clock)
    waits = []
    for _ in range(13):
        throttle.failed("name:a")
        waits.append(throttle.wait_s("name:a"))
    assert waits == [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1800, 1800, 1800]
    assert throttle.wait_s("name:b") == 0
    clock.now_s += FORGET_AFTER_S + 1
    assert throttle.wait_s("name:a") == 0
    throttle.failed("name:a")
    assert throttle.wait_s("name:a") == 0
    throttle.succeeded("name:a")
    assert throttle.wait_s("name:a") == 0


def test_the_throttle_forgets_rather_than_grows() -> None:
    throttle = LoginThrottle(Clock())
    for n in range(5000):
        throttle.failed(f"name:{n}")
    assert len(throttle._counts) == 2048


def test_sessions_end_by_age_and_by_idleness() -> None:
    clock = Clock()
    sessions = Sessions(secret=bytes(32), session_s=100.0, idle_s=40.0, clock=clock)
    ana = Person(name="Ana", role=Role.OPERATOR)
    number = sessions.begin(ana)
    for _ in range(3):
        clock.now_s += 30.0
        assert sessions.person(number) == ana
    clock.now_s += 11.0
    assert sessions.person(number) is None
    idle = sessions.begin(ana)
    clock.now_s += 41.0
    assert sessions.person(idle) is None
    first, second = sessions.begin(ana), sessions.begin(Person(name="Bo", role=Role.OPERATOR))
    sessions.end_all_of("Ana")
    assert sessions.person(first) is None
    assert sessions.person(second) is not None
    assert not sessions.csrf_fits(first, sessions.csrf(second))


def test_a_badge_signs_in_as_operator_only(demo: Demo, visitor: Visitor) -> None:
    demo.store.set_badge("Teo", "BADGE-1")
    visitor.refresh_token()
    assert visitor.post("/sign-in", badge="BADGE-1", next="/").status_code == 303
    visitor.refresh_token()
    assert visitor.post("/technician/lamp-test").status_code == 403
    assert visitor.post("/duty/begin").status_code == 303
    assert demo.commands.get() == SignIn(operator="Teo")


def test_the_units_first_pin_opens_nothing_but_its_own_change(demo: Demo, visitor: Visitor) -> None:
    demo.store.add_operator("Ona", Role.TECHNICIAN, pin="12345678")
    with demo.store._database.writing("mark") as connection:
        connection.execute("UPDATE operator SET pin_is_first = 1 WHERE name = 'Ona'")
    assert visitor.sign_in("Ona", "12345678").headers["Location"].startswith("/sign-in")
    assert visitor.get("/operators/").headers["Location"] == "/sign-in"
    assert visitor.post("/technician/lamp-test").status_code == 403
    assert demo.commands.get() is None
    changed = visitor.post("/pin", old="12345678", new="my own words", again="my own words")
    assert changed.status_code == 303
    visitor.refresh_token()
    assert visitor.get("/operators/").status_code == 200
    assert demo.store.verify_pin("Ona", "my own words") is not None


def test_changing_the_pin_needs_the_old_one(demo: Demo, operator: Visitor) -> None:
    refused = [
        operator.post("/pin", old="0000", new="5555", again="5555").status_code,
        operator.post("/pin", old=demos.OPERATOR_PIN, new="5555", again="5556").status_code,
        operator.post("/pin", old=demos.OPERATOR_PIN, new="1", again="1").status_code,
        operator.post(
            "/pin", old=demos.OPERATOR_PIN, new=demos.OPERATOR_PIN, again=demos.OPERATOR_PIN
        ).status_code,
    ]
    assert refused == [403, 400, 409, 409]
    assert demo.store.verify_pin("Ana", demos.OPERATOR_PIN) is not None


@pytest.mark.parametrize(
    ("target", "leads_to"),
    [
        ("/recipes/demo?window=C1", "/recipes/demo?window=C1"),
        ("http://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_only_ones_own_pages(
    demo: Demo, visitor: Visitor, target: str, leads_to: str
) -> None:
    visitor.refresh_token()
    answer = visitor.post("/sign-in", name="Ana", pin=demos.OPERATOR_PIN, next=target)
    assert (answer.status_code, answer.headers["Location"]) == (303, leads_to)


def test_work_at_the_cabinet(demo: Demo, operator: Visitor) -> None:
    assert operator.post("/duty/begin").status_code == 303
    assert operator.post("/duty/serial", serial=" SN 1 ").status_code == 303
    assert operator.post("/duty/serial", serial="a\x07b").status_code == 400
    assert operator.post("/duty/serial", serial="x" * 101).status_code == 400
    assert operator.post("/duty/end").status_code == 303
    assert [demo.commands.get() for _ in range(4)] == [
        SignIn(operator="Ana"),
        EnterSerial(serial="SN 1", by="Ana"),
        SignOut(by="Ana"),
        None,
    ]


def test_people_are_looked_after(demo: Demo, technician: Visitor) -> None:
    assert (
        technician.post("/operators/add", name="Bo", role="operator", pin="9876").status_code == 303
    )
    assert technician.post("/operators/add", name="bo", role="operator").status_code == 409
    assert technician.post("/operators/add", name="Cy", role="king").status_code == 400
    assert (
        technician.post("/operators/add", name="Cy", role="technician", pin="1").status_code == 409
    )
    bo = Visitor(demo.app.test_client())
    assert bo.sign_in("Bo", "9876").status_code == 303
    changed = technician.post("/operators/change", name="Bo", role="supervisor", pin="long enough")
    assert changed.status_code == 303
    assert bo.post("/duty/begin").status_code == 401
    assert demo.store.operator("Bo").role is Role.SUPERVISOR
    assert technician.post("/operators/active", name="Bo", active="no").status_code == 303
    assert demo.store.verify_pin("Bo", "long enough") is None
    answer = technician.post("/operators/active", name="Teo", active="no")
    assert answer.status_code == 409
    assert "Nobody would be left" in answer.text
    kinds = [event.kind for event in demo.store.events()]
    assert kinds[:3] == ["operator_disabled", "operator_changed", "page_signed_in"]


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32 random bytes"):
        WebSettings(secret_key=b"short")
    assert "secret" not in repr(WebSettings(secret_key=b"s" * 32)).replace("secret_key", "")
