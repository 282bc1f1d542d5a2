"""What the site knows of one person: each feature adds its part to the download."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Part = Callable[[Sequence[str]], Any]

PARTS: dict[str, Part] = {}


def personal_data(section: str) -> Callable[[Part], Part]:
    """Register a function that takes a person's subject ids and returns what is known, as JSON values."""

    def register(part: Part) -> Part:
        PARTS[section] = part
        return part

    return register


def gather(subject_ids: Sequence[str]) -> dict[str, Any]:
    """Return every feature's part, by section."""
    return {section: PARTS[section](subject_ids) for section in sorted(PARTS)}
