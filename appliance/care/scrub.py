"""Taking secrets out of what leaves the unit for help: by what is known of this unit's own, and by
what secrets look like in settings and journals."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from typing import Any

GONE = "[removed]"
_SECRET_KEY = re.compile(r"key|secret|passw|passphrase|psk|token|credential", re.IGNORECASE)
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)",
        r"\$argon2[a-z]*\$\S+",
        r"\$(?:1|5|6|y|2[aby]|gy)\$[./A-Za-z0-9$=,]{8,}",
        # NAME = VALUE, NAME: VALUE, "NAME": "VALUE", PIN VALUE; the name stays.
        r"(?P<name>\b(?:[a-z0-9]+[_-])*(?:pin|psk|passw(?:or)?d|passphrase|secret|token|cookie|"
        r"authorization|api[_-]?key|badge)\b[\"']?\s*(?:[:=]|\b(?:is|of)\b)?\s*)"
        r"(?:bearer\s+|basic\s+)?(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s\"']+)",
        r"(?P<name>\bgoldenboard=)[A-Za-z0-9_.~-]+",
        r"(?P<name>://[^/\s:@]+:)[^/@\n]+(?=@)",
    )
)
_LEAST_NAME = 3


class Scrubber:
    """`secrets` are values that must not be in anything that it returns, however they are written
    there; `people` are names, replaced by a number."""

    def __init__(self, secrets: Iterable[bytes], people: Iterable[str]) -> None:
        self._values = sorted({form for s in secrets for form in _forms(s)}, key=len, reverse=True)
        self._people = {
            re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE): f"person-{number}"
            for number, name in enumerate(people, 1)
            if len(name) >= _LEAST_NAME
        }

    def text(self, text: str) -> str:
        for value in self._values:
            text = re.sub(re.escape(value), GONE, text, flags=re.IGNORECASE)
        for pattern in _PATTERNS:
            text = pattern.sub(_replacement, text)
        for name, number in self._people.items():
            text = name.sub(number, text)
        return text

    def table(self, table: Mapping[str, Any]) -> dict[str, Any]:
        """A table without the values of keys that sound secret."""
        return {key: GONE if _SECRET_KEY.search(key) else self._item(v) for key, v in table.items()}

    def _item(self, item: Any) -> Any:
        if isinstance(item, Mapping):
            return self.table(item)
        if isinstance(item, list | tuple):
            return [self._item(each) for each in item]
        return self.text(item) if isinstance(item, str) else item


def _replacement(match: re.Match[str]) -> str:
    return (match.groupdict().get("name") or "") + GONE


def _forms(secret: bytes) -> Iterable[str]:
    """How a secret may be written in a text."""
    if len(secret) < 8:
        return
    yield secret.hex()
    for encoded in (base64.b64encode(secret), base64.urlsafe_b64encode(secret)):
        yield encoded.decode().rstrip("=")
    try:
        words = secret.decode("ascii")
    except UnicodeDecodeError:
        return
    # Of a PEM file every line is part of the secret.
    yield from (line for line in words.splitlines() if len(line) >= 16 and "-----" not in line)
