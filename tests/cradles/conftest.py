"""Cradles are built once for all tests: half a second each."""

from __future__ import annotations

import functools

from cradles.build import Cradle, build
from tests.cradles.outlines import KNOWN


@functools.cache
def cradle_of(name: str) -> Cradle:
    return build(KNOWN[name].board)
