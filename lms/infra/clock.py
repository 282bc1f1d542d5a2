"""The one clock and the one source of new ids; tests replace them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_BEHIND: ContextVar[timedelta | None] = ContextVar("behind", default=None)


def now() -> datetime:
    """Return the present moment in UTC, to the microsecond."""
    behind = _BEHIND.get()
    return datetime.now(UTC) if behind is None else datetime.now(UTC) - behind


@contextmanager
def earlier(by: timedelta) -> Iterator[None]:
    """Do something as if it were earlier: what a demonstration tells of somebody took its time."""
    token = _BEHIND.set(by)
    try:
        yield
    finally:
        _BEHIND.reset(token)


def new_id() -> str:
    """Return a new id of 32 hexadecimal digits that sorts by the time it was made (RFC 9562, version 7)."""
    milliseconds = time.time_ns() // 1_000_000
    random = bytearray(os.urandom(10))
    random[0] = 0x70 | (random[0] & 0x0F)
    random[2] = 0x80 | (random[2] & 0x3F)
    return f"{milliseconds & 0xFFFFFFFFFFFF:012x}{random.hex()}"
