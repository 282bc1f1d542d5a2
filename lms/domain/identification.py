"""How the holder of a certificate was identified, and whether somebody watched the work: decided at the award."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from lms.domain.award import Identity
from lms.domain.outline import Course, Quiz

Spelling = tuple[str, str]
"""A name in its own script and in Latin letters, exactly as a certificate bears it."""


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """The word of a museum that it knows somebody, for one spelling of the name."""

    museum: str
    spelling: Spelling


@dataclass(frozen=True, kw_only=True)
class Watched:
    """The presence of a learner at a supervised sitting, whose papers bore this name."""

    centre: str
    spelling: Spelling
    opened_at: datetime
    ended_at: datetime


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A submitted attempt at the final quiz."""

    started_at: datetime
    submitted_at: datetime
    score: Fraction


@dataclass(frozen=True, kw_only=True)
class Identified:
    """What a certificate says of it; `by` is the museum or the centre, `supervised_by` the centre of the final quiz."""

    identity: Identity = "self-declared"
    by: str = ""
    supervised_by: str = ""


def final_quiz(course: Course) -> Quiz | None:
    """Return the quiz that decides: the last that the completion scores, else the last it names, else the last."""
    named = [rule for rule in course.completion if rule.kind == "quiz"]
    scored = [rule for rule in named if rule.score is not None]
    ids = [key for rule in scored or named for key in rule.ids]
    items = [course.items[key] for key in ids or course.order()]
    return next((item for item in reversed(items) if isinstance(item, Quiz)), None)


def identify(
    spelling: Spelling,
    confirmed: Confirmed | None,
    quiz: Quiz | None,
    taken: Sequence[Taken],
    watched: Iterable[Watched],
) -> Identified:
    """Say how the bearer of a name was identified.

    At a centre, where the attempt that counts was begun and handed in while a sitting was open, at which the papers
    bore this name; else by a museum that confirmed this name. Another spelling was not seen by anybody.
    """
    counting = counted(quiz, taken) if quiz else ()
    over = [one for one in watched if any(_within(attempt, one) for attempt in counting)]
    seen = next((one for one in over if one.spelling == spelling), None)
    supervised_by = (seen or over[0]).centre if over else ""
    if seen:
        return Identified(identity="centre", by=seen.centre, supervised_by=supervised_by)
    if confirmed and confirmed.spelling == spelling:
        return Identified(identity="museum", by=confirmed.museum, supervised_by=supervised_by)
    return Identified(supervised_by=supervised_by)


def counted(quiz: Quiz, taken: Sequence[Taken]) -> list[Taken]:
    """Return the attempts whose score is the one that the quiz keeps: of several equal best ones all."""
    ordered = sorted(taken, key=lambda attempt: (attempt.submitted_at, attempt.started_at))
    if quiz.keep == "best":
        best = max((attempt.score for attempt in ordered), default=None)
        return [attempt for attempt in ordered if attempt.score == best]
    return ordered[:1] if quiz.keep == "first" else ordered[-1:]


def _within(attempt: Taken, one: Watched) -> bool:
    """Tell whether an attempt lay within a sitting: whoever takes it home is watched by nobody."""
    return one.opened_at <= attempt.started_at and attempt.submitted_at <= one.ended_at
