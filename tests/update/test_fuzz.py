"""Three hundred mangled bundles here, thousands in `make campaign-update`."""

from __future__ import annotations

from pathlib import Path

from tests.update.fuzz import run


def test_mangled_bundles_are_refused_and_nothing_is_written_elsewhere(tmp_path: Path) -> None:
    ends = run(tmp_path, 300)
    assert sum(ends.values()) == 300
    # Each kind of end is met: a mangler that only ever breaks signatures tries nothing.
    assert ends["BundleError"] > 100
    assert ends["SignatureError"] > 10
    assert 0 < ends["whole"] < 60
