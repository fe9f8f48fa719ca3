"""A unit's settings in words, without their secrets."""

from __future__ import annotations

from .settings import Addresses, UnitSettings


def told(settings: UnitSettings) -> list[str]:
    """A line each; only of what is set."""
    lines = []
    for word, value in (
        ("Name", settings.name and f"{settings.name} (page: https://{settings.name}.local:8080)"),
        ("Time zone", settings.time_zone),
        ("Language", settings.locale),
        ("Keyboard", settings.keymap),
        ("Country of the radio", settings.country),
        ("Wired network", settings.wired and _addresses(settings.wired)),
        (
            "Wireless network",
            settings.wlan
            and f"{settings.wlan.ssid}, {'with' if settings.wlan.psk else 'WITHOUT'} a key; "
            + _addresses(settings.wlan),
        ),
    ):
        if value:
            lines.append(f"{word}: {value}")
    if settings.time_servers is not None:
        lines.append(f"Time servers: {', '.join(settings.time_servers) or 'none'}")
    if settings.ssh_keys is not None:
        count = len(settings.ssh_keys)
        lines.append(f"SSH: open for {count} key{'s'[: count != 1]}" if count else "SSH: closed")
    return lines


def _addresses(about: Addresses) -> str:
    if not about.addresses:
        return "addresses from the network (DHCP)"
    text = ", ".join(about.addresses)
    return f"{text} by way of {about.gateways[0]}" if about.gateways else text
