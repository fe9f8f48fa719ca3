"""YAML of people who mean well, read as if they didn't: no tag, no alias, no key twice, no depth.

Aliases are what makes ten lines a gigabyte; tags are what makes objects; both have no use in a
first-boot file.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml

from .errors import FirstBootError, shown

MOST_DEPTH = 12


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML has no types
    """SafeLoader with a bound to its depth and nothing that refers to elsewhere."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError(f"an alias in line {event.start_mark.line + 1}")
        if getattr(event, "anchor", None) or getattr(event, "tag", None):
            raise yaml.YAMLError(f"an anchor or a tag in line {event.start_mark.line + 1}")
        if self.depth >= MOST_DEPTH:
            raise yaml.YAMLError(f"more than {MOST_DEPTH} levels")
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if key.tag != "tag:yaml.org,2002:str":
                raise yaml.YAMLError(f"a key that is no text in line {line}; put it in quotes")
            if key.value in seen:
                raise yaml.YAMLError(f"the key {shown(key.value)} again in line {line}")
            seen.add(key.value)
        made: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return made


def read_yaml(text: str, where: str) -> dict[str, Any]:
    """The mapping that `text` is, empty for comments alone. Raises `FirstBootError`."""
    try:
        found = yaml.load(text, _Loader)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise FirstBootError(
            expected=f"plain YAML in {where}",
            found=" ".join(str(error).split())[:200] or type(error).__name__,
            action="Correct the line; mind the indentation.",
        ) from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise FirstBootError(
            expected=f"keys and values in {where}",
            found=shown(found),
            action="Write it like 'hostname: line-3'.",
        )
    return found
