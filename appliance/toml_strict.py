"""Strict reading of TOML into dataclasses: nothing unknown, nothing missing, no NaN.

Used for recipes, model descriptions and the unit's configuration. A key that the dataclass does
not have is an error that names its nearest neighbours, because a mistyped key that is quietly
ignored is a threshold that was never set.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import tomllib
import types
import typing
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from appliance.refusal import Refusal

T = TypeVar("T")


class TomlError(Refusal, ValueError):
    """A TOML file or table that does not fit the values it is meant to describe."""


def read_toml(path: Path, kind: type[T]) -> T:
    """Read the file at `path` into the dataclass `kind`. Raises `TomlError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise TomlError(
            expected=f"a readable file {path}",
            found=error.strerror or str(error),
            action="Check the path and who may read it.",
        ) from error
    except UnicodeDecodeError as error:
        raise TomlError(
            expected=f"UTF-8 text in {path}",
            found=f"a byte that is none at position {error.start}",
            action="Restore the file from its source.",
        ) from error
    return parse_toml(text, kind, where=path.name)


def parse_toml(text: str, kind: type[T], *, where: str) -> T:
    """Parse TOML text into the dataclass `kind`; `where` names the text in errors."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is a ValueError, too
        raise TomlError(
            expected=f"TOML in {where}",
            found=str(error),
            action="Restore the file from its source; it may be half written.",
        ) from error
    return build(data, kind, where=where)


def build(data: Mapping[str, Any], kind: type[T], *, where: str) -> T:
    """Build the dataclass `kind` from a parsed table.

    Follows the annotations: dataclasses, enums, `tuple[X, ...]`, fixed tuples, `dict[str, X]`,
    `X | None`, `str`, `bool`, `int`, `float` (an integer is taken as a float; NaN and
    infinities are not). A `ValueError` from a `__post_init__` is told with its place.
    """
    assert dataclasses.is_dataclass(kind)
    fields = {field.name: field for field in dataclasses.fields(kind) if field.init}
    unknown = [key for key in data if key not in fields]
    if unknown:
        raise _unknown_key(unknown[0], [name for name in fields if name not in data], fields, where)
    hints = typing.get_type_hints(kind)
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name in data:
            values[name] = _value(data[name], hints[name], f"{where}: {name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise TomlError(
                expected=f"a key '{name}' in {where}",
                found="none",
                action="Add it, or restore the file from its source.",
            )
    try:
        return kind(**values)
    except Refusal:
        raise
    except ValueError as error:
        raise TomlError(
            expected=f"values that fit together in {where}",
            found=str(error),
            action="Correct the file.",
        ) from error


def to_table(value: Any) -> dict[str, Any]:
    """The table that `build` reads back as `value`. None is left out, as TOML has no null."""
    table = {}
    for field in dataclasses.fields(value):
        item = getattr(value, field.name)
        if item is not None and field.init:
            table[field.name] = _plain(item)
    return table


def _plain(item: Any) -> Any:
    if dataclasses.is_dataclass(item) and not isinstance(item, type):
        return to_table(item)
    if isinstance(item, Enum):
        return item.value
    if isinstance(item, tuple | list):
        return [_plain(each) for each in item]
    if isinstance(item, dict):
        return {key: _plain(each) for key, each in item.items()}
    if isinstance(item, Path):
        return str(item)
    return item


def _unknown_key(key: str, free: list[str], fields: Mapping[str, Any], where: str) -> TomlError:
    near = difflib.get_close_matches(key, list(fields), n=3, cutoff=0.5) or free or list(fields)
    neighbours = " or ".join(repr(name) for name in near[:3])
    return TomlError(
        expected=f"only known keys in {where}",
        found=f"'{_shown(key)}'",
        action=f"Did you mean {neighbours}? Correct or remove it.",
    )


def _shown(key: str) -> str:
    """A key of the file in one printable line, whatever it is."""
    text = key if key.isprintable() else ascii(key)[1:-1]
    return text if len(text) <= 80 else f"{text[:80]}..."


def _value(item: Any, hint: Any, where: str) -> Any:
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        choices = [each for each in typing.get_args(hint) if each is not type(None)]
        return _value(item, choices[0], where)
    if origin is tuple:
        return _tuple(item, typing.get_args(hint), where)
    if origin is dict:
        if not isinstance(item, dict):
            raise _wrong(where, "a table", item)
        inner = typing.get_args(hint)[1]
        return {key: _value(each, inner, f"{where}.{_shown(key)}") for key, each in item.items()}
    if dataclasses.is_dataclass(hint):
        if not isinstance(item, dict):
            raise _wrong(where, "a table", item)
        return build(item, typing.cast(type[Any], hint), where=where)
    if isinstance(hint, type) and issubclass(hint, Enum):
        try:
            return hint(item)
        except ValueError:
            known = ", ".join(repr(each.value) for each in hint)
            raise _wrong(where, f"one of {known}", item) from None
    return _scalar(item, hint, where)


def _tuple(item: Any, inner: tuple[Any, ...], where: str) -> tuple[Any, ...]:
    if not isinstance(item, list):
        raise _wrong(where, "a list", item)
    if len(inner) == 2 and inner[1] is Ellipsis:
        return tuple(_value(each, inner[0], f"{where}[{i}]") for i, each in enumerate(item))
    if len(item) != len(inner):
        raise _wrong(where, f"a list of {len(inner)}", item)
    pairs = zip(item, inner, strict=True)
    return tuple(_value(each, hint, f"{where}[{i}]") for i, (each, hint) in enumerate(pairs))


def _scalar(item: Any, hint: Any, where: str) -> Any:
    number = isinstance(item, int | float) and not isinstance(item, bool)
    if hint is float:
        if not number or not math.isfinite(item):
            raise _wrong(where, "a finite number", item)
        return float(item)
    if hint is int:
        if not number or not isinstance(item, int):
            raise _wrong(where, "a whole number", item)
        return item
    if hint is Path:
        if not isinstance(item, str):
            raise _wrong(where, "a path", item)
        return Path(item)
    if hint in (str, bool):
        if not isinstance(item, hint):
            raise _wrong(where, "text" if hint is str else "true or false", item)
        return item
    raise TypeError(f"{where}: the strict loader can't build {hint!r}")


def _wrong(where: str, expected: str, item: Any) -> TomlError:
    return TomlError(
        expected=f"{expected} for {where}", found=repr(item)[:80], action="Correct the file."
    )
