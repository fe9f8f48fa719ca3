"""Whatever instant the process dies at: what was acknowledged is there, whole."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from appliance.store import Store

from .conftest import QUOTA_BYTES

TESTS = Path(__file__).parents[1]
ROUNDS = 30


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    folder = tmp_path / "record"
    done = subprocess.run(
        [sys.executable, "-m", "store.kill_rounds", str(folder), "2026", str(ROUNDS)],
        capture_output=True,
        text=True,
        cwd=TESTS,
        env={**os.environ, "PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    acknowledged: list[tuple[int, dict[str, str]]] = json.loads(done.stdout)
    numbers = [number for number, _ in acknowledged]
    assert len(numbers) >= ROUNDS
    assert numbers == sorted(set(numbers))
    with Store.open(folder, quota_bytes=QUOTA_BYTES) as store:
        store.check()
        for number, digests in acknowledged:
            stored = store.inspection(number)
            assert {p.name: p.sha256 for p in stored.pictures} == digests
            for name, digest in digests.items():
                picture = store.picture(number, name)
                assert picture is not None
                assert hashlib.sha256(picture).hexdigest() == digest
        recorded = {stored.inspection_id for stored in store.every_inspection()}
        lying = {int(f.name.split("-")[0]) for f in folder.glob("pictures/*/*")}
    assert lying <= recorded
    assert set(numbers) <= recorded
    # What a kill cut short between commit and acknowledgement may stand too, one a round.
    assert len(recorded) <= len(numbers) + ROUNDS
    assert list(folder.glob("pictures/*/.*")) == []
