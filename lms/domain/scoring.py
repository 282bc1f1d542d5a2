"""What grading one question yields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

Verdict = Literal["right", "wrong", "missed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Grade:
    """The score of one response: from 0 to 1, or None when a person has to mark it.

    `parts` says for each part of the question (an option, a side, an item, a gap) whether what was given is right,
    wrong, or was missed; parts rightly left alone are absent. `almost` is the author's word to a near miss.
    """

    score: Fraction | None
    parts: Mapping[str, Verdict] = field(default_factory=dict)
    almost: str = ""
