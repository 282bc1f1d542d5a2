"""The one clock and the one source of new ids; tests replace them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_TOLD: ContextVar[datetime | timedelta | None] = ContextVar("told", default=None)
"""What a demonstration tells: a moment at which the clock stands, or how far it is behind."""


def now() -> datetime:
    """Return the present moment in UTC, to the microsecond."""
    told = _TOLD.get()
    if told is None:
        return datetime.now(UTC)
    return told if isinstance(told, datetime) else datetime.now(UTC) - told


@contextmanager
def earlier(by: timedelta) -> Iterator[None]:
    """Do something as if it were earlier: what a demonstration tells of somebody took its time."""
    token = _TOLD.set(by)
    try:
        yield
    finally:
        _TOLD.reset(token)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Do something as if it were exactly then: a demonstration tells of a year, and the same each time."""
    token = _TOLD.set(moment)
    try:
        yield
    finally:
        _TOLD.reset(token)


def new_id() -> str:
    """Return a new id of 32 hexadecimal digits that sorts by the time it was made (RFC 9562, version 7)."""
    milliseconds = time.time_ns() // 1_000_000
    random = bytearray(os.urandom(10))
    random[0] = 0x70 | (random[0] & 0x0F)
    random[2] = 0x80 | (random[2] & 0x3F)
    return f"{milliseconds & 0xFFFFFFFFFFFF:012x}{random.hex()}"
