"""What is unusual about attempts: a hint to a person who then looks, never a verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

SECONDS_A_QUESTION = 4
"""Whoever answers faster than this, on average, can hardly have read the questions."""
QUESTIONS_AT_LEAST = 5
"""A shorter attempt, or a smaller overlap of two, tells nothing."""
SCORE_AT_LEAST = Fraction(70, 100)
"""Whoever clicks through without reading scores low, and harms nobody."""
SAME_MISTAKES = 3
"""So many equal wrong answers, and no other ones, are seldom chance."""
WINDOW = timedelta(days=7)
"""Attempts further apart are not compared."""


@dataclass(frozen=True, kw_only=True)
class Handed:
    """A submitted attempt as it is compared: what was drawn, what was answered, and when."""

    drawn: Sequence[str]
    answers: Mapping[str, Any]
    submitted_at: datetime


IsWrong = Callable[[str, Any], bool]
"""Grades a response to a question, by the question's id."""


def too_fast(questions: int, seconds: float, score: Fraction) -> bool:
    """Tell whether a good score came faster than the questions can be read; a clock set back tells nothing."""
    return questions >= QUESTIONS_AT_LEAST and score >= SCORE_AT_LEAST and 0 <= seconds < questions * SECONDS_A_QUESTION


def mistakes(handed: Handed, is_wrong: IsWrong) -> frozenset[str]:
    """Return the questions that were answered wrongly; what was left empty is no answer."""
    given = {key: handed.answers.get(key) for key in handed.drawn}
    return frozenset(key for key, response in given.items() if not _is_empty(response) and is_wrong(key, response))


def twins(one: Handed, other: Handed, is_wrong: IsWrong) -> bool:
    """Tell whether two learners' attempts at a quiz hold the same wrong answers, and no other ones.

    Compared are the questions that both drew. Two empty sheets are no twins.
    """
    common = set(one.drawn) & set(other.drawn)
    if len(common) < QUESTIONS_AT_LEAST or abs(one.submitted_at - other.submitted_at) > WINDOW:
        return False
    alike = {key for key in common if one.answers.get(key) == other.answers.get(key)}
    # Most pairs part here: grading the answers that differ settles them without grading all.
    differing = sorted(common - alike)
    if any(mistakes(replace(handed, drawn=differing), is_wrong) for handed in (one, other)):
        return False
    return len(mistakes(replace(one, drawn=sorted(alike)), is_wrong)) >= SAME_MISTAKES


def _is_empty(response: Any) -> bool:
    return response in (None, "", [], {})
