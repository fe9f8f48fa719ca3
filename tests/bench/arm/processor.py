"""What a Raspberry Pi 4 says of its processor in /proc and /sys, as files for an emulated root.

A runtime chooses its kernels by these. With the host's in their place it would find an x86
processor with other cores: LiteRT's XNNPACK then ends in a segmentation fault.
"""

from __future__ import annotations

from pathlib import Path

CORES = 4
PART_CORTEX_A72 = 0xD08
"""Of MIDR_EL1 (Arm Cortex-A72 MPCore Technical Reference Manual, 4.3.1)."""
MAXIMUM_KHZ, MINIMUM_KHZ = 1_500_000, 600_000
"""BCM2711's, as first sold; later boards run at 1.8 GHz."""
REVISION = 0xC03114
"""A Pi 4 Model B of 4 GB (Raspberry Pi documentation, new-style revision codes)."""


def write_processor(root: Path) -> None:
    """Write the files below `root`, which QEMU's user mode opens in place of the host's."""
    text = "".join(_core(number) for number in range(CORES))
    _write(root / "proc/cpuinfo", f"{text}Hardware\t: BCM2835\nRevision\t: {REVISION:x}\n")
    cpu = root / "sys/devices/system/cpu"
    everyone = f"0-{CORES - 1}\n"
    for name in ("possible", "present", "online"):
        _write(cpu / name, everyone)
    for number in range(CORES):
        core = cpu / f"cpu{number}"
        _write(core / "cpufreq/cpuinfo_max_freq", f"{MAXIMUM_KHZ}\n")
        _write(core / "cpufreq/cpuinfo_min_freq", f"{MINIMUM_KHZ}\n")
        _write(core / "topology/physical_package_id", "0\n")
        _write(core / "topology/core_id", f"{number}\n")
        _write(core / "topology/core_siblings_list", everyone)


def _core(number: int) -> str:
    return (
        f"processor\t: {number}\n"
        "BogoMIPS\t: 108.00\n"
        "Features\t: fp asimd evtstrm crc32 cpuid\n"
        "CPU implementer\t: 0x41\n"
        "CPU architecture: 8\n"
        "CPU variant\t: 0x0\n"
        f"CPU part\t: {PART_CORTEX_A72:#x}\n"
        "CPU revision\t: 3\n\n"
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="ascii")
