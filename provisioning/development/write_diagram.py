"""Draw the state diagram into appliance/README.md from the table. `make diagram` runs it."""

from __future__ import annotations

import re
from pathlib import Path

from appliance.states import diagram

README = Path(__file__).resolve().parents[2] / "appliance" / "README.md"
BLOCK = re.compile(r"```mermaid\n.*?```\n", re.DOTALL)


def drawn(text: str) -> str:
    """The page with its one Mermaid block drawn anew."""
    return BLOCK.sub(lambda _: f"```mermaid\n{diagram()}```\n", text, count=1)


if __name__ == "__main__":
    README.write_text(drawn(README.read_text(encoding="utf-8")), encoding="utf-8")
