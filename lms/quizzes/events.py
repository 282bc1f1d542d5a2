"""What happened in quizzes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class AnswerRefused:
    """Somebody sent what none of our pages could have sent."""

    actor: str
    path: str
    reason: str
    facts: dict[str, str]
