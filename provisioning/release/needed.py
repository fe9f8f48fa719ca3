"""What a wheel needs on a unit: its requirements whose conditions hold for that Python and machine.

python provisioning/release/needed.py WHEEL 3.11 aarch64
"""

from __future__ import annotations

import email
import sys
import zipfile

from packaging.requirements import Requirement


def needed(wheel: str, version: str, machine: str) -> list[str]:
    unit = {
        "python_version": version,
        "python_full_version": f"{version}.0",
        "platform_machine": machine,
        "platform_system": "Linux",
        "sys_platform": "linux",
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")]
        metadata = email.message_from_bytes(archive.read(name))
    lines = []
    for text in metadata.get_all("Requires-Dist") or ():
        requirement = Requirement(str(text))
        if requirement.marker is None or requirement.marker.evaluate(unit):
            requirement.marker = None
            lines.append(str(requirement))
    return sorted(lines)


if __name__ == "__main__":
    print("\n".join(needed(*sys.argv[1:4])))
