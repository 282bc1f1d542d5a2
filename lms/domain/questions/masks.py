"""Names for form fields and values that do not tell the key: `o3` would say where an item stands in the right order."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256


@lru_cache(maxsize=32768)
def mask(question_id: str, part_id: str) -> str:
    """Return the same opaque name for a part in every language and version of its question."""
    return "x" + sha256(f"{question_id}\n{part_id}".encode()).hexdigest()[:10]


def unmask(question_id: str, part_ids: Iterable[str], name: str) -> str | None:
    """Return the part whose mask is `name`; None when no part has it."""
    return next((part_id for part_id in part_ids if mask(question_id, part_id) == name), None)
