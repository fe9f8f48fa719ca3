"""Mangled bundles against the reader: each is refused in words or is whole, and nothing is written
but below the folder that was given.

    python -m tests.update.fuzz CASES [FIRST_SEED]
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from appliance.update.bundle import opened, place_of
from appliance.update.errors import UpdateError
from appliance.update.keys import TrustedKey
from tests.update import tiny
from tests.update.mangle import mangled, tree


def run(folder: Path, cases: int, first_seed: int = 0) -> dict[str, int]:
    """How many ended in which way. Raises AssertionError for anything else than a refusal or a
    whole bundle, and whatever the reader should not have raised."""
    public = TrustedKey(public=tiny.MAKER.public_key().public_bytes_raw())
    whole = tiny.bundle(folder / "maker", "0.2.0", notes="Fuzzed.").read_bytes()
    around = folder / "a" / "b" / "c"
    around.mkdir(parents=True)
    (folder / "a" / "neighbour").write_text("as it was")
    ends: Counter[str] = Counter()
    for seed in range(first_seed, first_seed + cases):
        file = folder / "stick.gbu"
        file.write_bytes(mangled(whole, seed))
        out = around / "out"
        before = tree(folder / "a")
        try:
            with opened(file, {public.key_id: public}) as bundle:
                bundle.unpack(out)
        except UpdateError as error:
            ends[type(error).__name__] += 1
        else:
            ends["whole"] += 1
            for member in bundle.announced.manifest.members:
                assert place_of(member, out).stat().st_size == member.size_bytes, seed
        shutil.rmtree(out, ignore_errors=True)
        after = tree(folder / "a")
        before.pop("b/c"), after.pop("b/c")  # its time changes with `out`
        assert after == before, seed
    return dict(sorted(ends.items()))


def main() -> None:
    cases, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps({"cases": cases, "first_seed": first, **run(Path(folder), cases, first)}))


if __name__ == "__main__":
    main()
