"""What first-boot files of other systems may ask for and this unit does not do."""

from __future__ import annotations

from .errors import FirstBootError


def no_accounts(where: str) -> FirstBootError:
    return FirstBootError(
        expected=f"no {where}: this unit has no accounts with passwords to sign in with",
        found="one",
        action="Remove it. People are named on the unit's own page; for a shell give an SSH key.",
    )


def no_passwords_for_ssh(where: str) -> FirstBootError:
    return FirstBootError(
        expected=f"no {where}: SSH is opened by a key alone",
        found="true",
        action="Remove it and give the public key of whoever shall come in.",
    )


def no_commands(where: str) -> FirstBootError:
    return FirstBootError(
        expected=f"no {where}: this unit runs no commands and adds no packages at its first start",
        found="one",
        action="Remove it.",
    )
