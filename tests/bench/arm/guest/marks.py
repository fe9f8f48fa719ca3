"""Marks around a stretch that is counted: two hints which a Cortex-A72 takes for NOPs.

Runs in the emulated system; no compiler is needed there, a page of memory holds the two words.
"""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_RET = 0xD65F03C0
_pages: list[mmap.mmap] = []


def _hint(number: int) -> Callable[[], None]:
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    for word in (0xD503201F | number << 5, _RET):
        page.write(word.to_bytes(4, "little"))
    _pages.append(page)
    return ctypes.CFUNCTYPE(None)(ctypes.addressof(ctypes.c_char.from_buffer(page)))


begin = _hint(100)
end = _hint(101)


@contextmanager
def counted() -> Iterator[None]:
    begin()
    try:
        yield
    finally:
        end()
