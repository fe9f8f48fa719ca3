"""One unit a test, its client, its server on loopback, and one Chromium for all."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from appliance.web import PageServer
from tests.web import demo as demos

_TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


@dataclass
class Visitor:
    """A browser without its screen: keeps the cookie and the token of its forms."""

    client: FlaskClient
    token: str = ""

    def get(self, path: str, **kwargs: object) -> TestResponse:
        return self.client.get(path, **kwargs)

    def text(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.text

    def post(self, path: str, **form: object) -> TestResponse:
        return self.client.post(path, data={"csrf": self.token, **form})

    def refresh_token(self) -> None:
        found = _TOKEN.search(self.text("/sign-in"))
        assert found is not None
        self.token = found[1]

    def sign_in(self, name: str, pin: str) -> TestResponse:
        self.refresh_token()
        answer = self.post("/sign-in", name=name, pin=pin, next="/")
        if answer.status_code == 303:
            self.refresh_token()
        return answer


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hashing PINs and teaching take long: done once, copied for each test."""
    folder = tmp_path_factory.mktemp("unit")
    demos.prepare(folder)
    return folder


@pytest.fixture
def unit(prepared: Path, tmp_path: Path) -> Path:
    """The folder of a new unit of its own."""
    return Path(shutil.copytree(prepared, tmp_path / "unit"))


@pytest.fixture
def demo(unit: Path) -> Iterator[demos.Demo]:
    with demos.make(unit) as made:
        yield made


@pytest.fixture(scope="session")
def filled(
    prepared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[demos.Demo, dict[str, int]]]:
    """A unit with a week behind it, for tests that only look."""
    folder = Path(shutil.copytree(prepared, tmp_path_factory.mktemp("filled") / "unit"))
    with demos.make(folder) as made:
        yield made, demos.fill(made, a_day=20)


@pytest.fixture
def visitor(demo: demos.Demo) -> Visitor:
    return Visitor(demo.app.test_client())


@pytest.fixture
def operator(demo: demos.Demo) -> Visitor:
    found = Visitor(demo.app.test_client())
    assert found.sign_in("Ana", demos.OPERATOR_PIN).status_code == 303
    return found


@pytest.fixture
def technician(demo: demos.Demo) -> Visitor:
    found = Visitor(demo.app.test_client())
    assert found.sign_in("Teo", demos.TECHNICIAN_PIN).status_code == 303
    return found


@pytest.fixture
def server(demo: demos.Demo) -> Iterator[PageServer]:
    started = demos.serve(demo)
    yield started
    started.stop()


@pytest.fixture(scope="session")
def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("no Chromium on this machine: install the package chromium")
