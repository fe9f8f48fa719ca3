"""Power cuts in a system update, before every step on the files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from appliance.system_update import autoboot
from tests.conftest import ROOT
from tests.system_update.card import Card
from tests.system_update.cuts import wrong_after


def test_every_cut_leaves_one_system_that_starts_and_a_whole_record() -> None:
    """In a process of its own: it forks, and it has no threads."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.system_update.cuts"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        timeout=300,
        check=False,
    )
    scenarios = json.loads(done.stdout)["scenarios"]
    assert [found["wrong"] for found in scenarios.values()] == [[]] * len(scenarios)
    assert sum(found["cuts"] for found in scenarios.values()) >= 50
    assert scenarios["trial that is won"]["started"]["b"] > 0, "cuts after the switch, too"
    assert done.returncode == 0


def test_a_torn_file_and_a_lost_record_would_be_found(tmp_path: Path) -> None:
    card = Card.new(tmp_path / "torn")
    (card.boot / autoboot.FILE).write_text("[all]\nboot_partition=2")
    assert "neither the old nor the new" in wrong_after(card)
    card = Card.new(tmp_path / "lost")
    (card.data / "records/records.db").unlink()
    assert "0 boards" in wrong_after(card)
