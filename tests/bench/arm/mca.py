"""A static estimate of cycles: llvm-mca's model of the Cortex-A72 on the blocks that ran.

Every block is taken as if it ran in a loop of itself with all its data in the first cache: no
misses, no mispredicted branch. So it is a lower estimate of time and never a latency.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass

from tests.bench.arm.stretch import Stretch, length, words

COVERED = 0.97
"""Share of the instructions whose blocks are looked at; the rest is taken to be like them."""
MOST_BLOCKS = 400
_ITERATIONS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    cycles: float
    covered: float

    def ipc(self, stretch: Stretch) -> float:
        return stretch.instructions / self.cycles


def estimate(stretch: Stretch) -> Estimate:
    """Raises RuntimeError where llvm-mc or llvm-mca fail."""
    total = stretch.instructions
    ranked = sorted(stretch.blocks.items(), key=lambda each: -each[1] * length(each[0]))
    chosen: list[tuple[str, int]] = []
    seen = 0
    for block, runs in ranked[:MOST_BLOCKS]:
        if seen >= COVERED * total:
            break
        chosen.append((block, runs))
        seen += runs * length(block)
    text = "\n".join(
        f"# LLVM-MCA-BEGIN b{number}\n{_assembly(block)}\n# LLVM-MCA-END"
        for number, (block, _) in enumerate(chosen)
    )
    said = _run(
        ["llvm-mca", "-mtriple=aarch64", "-mcpu=cortex-a72", f"-iterations={_ITERATIONS}",
         "-instruction-info=0", "-resource-pressure=0"],
        text,
    )  # fmt: skip
    cycles = covered = 0.0
    for number, total_cycles in re.findall(
        r"Code Region - b(\d+).*?Total Cycles:\s+(\d+)", said, re.DOTALL
    ):
        block, runs = chosen[int(number)]
        cycles += runs * int(total_cycles) / _ITERATIONS
        covered += runs * length(block)
    return Estimate(cycles=cycles * total / covered, covered=covered / total)


def _assembly(block: str) -> str:
    given = " ".join(
        f"0x{word >> shift & 255:02x}" for word in words(block) for shift in (0, 8, 16, 24)
    )
    said = _run(["llvm-mc", "-disassemble", "-triple=aarch64", "-mattr=+neon,+crc"], given)
    return "\n".join(line for line in said.splitlines() if not line.strip().startswith("."))


def _run(command: list[str], given: str) -> str:
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stderr[-500:]}")
    return done.stdout
