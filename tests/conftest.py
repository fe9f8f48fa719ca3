"""Shared by all tests: where the repo is and where the real photographs may lie."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every run: a test that fails here fails everywhere. No example has a
# deadline: how long one takes is the machine's business, and a busy one is no fault of the code.
settings.register_profile("still", derandomize=True, deadline=None)
settings.load_profile("still")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real image sets; the test skips with a word where it is missing."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real photographs (../shared/data) are missing")
    return folder
