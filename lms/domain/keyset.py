"""Where the next page of a list begins: the moment and key of the last row shown, as a word in an address."""

from __future__ import annotations

from datetime import UTC, datetime


def write_mark(moment: datetime, key: str | None) -> str:
    """Return the word for a place in a list that is ordered by moment and key."""
    return f"{int(moment.timestamp() * 1_000_000)}-{key or ''}"


def read_mark(word: str) -> tuple[datetime, str] | None:
    """Return the place that a word stands for; None for anything that is none, so that the list begins anew."""
    digits, _dash, key = word.partition("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18 and key and key.isascii()):
        return None
    return datetime.fromtimestamp(int(digits) // 1_000_000, UTC).replace(microsecond=int(digits) % 1_000_000), key
