"""Attempts at a quiz: what is drawn, in which order, when it closes, and what it comes to."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Literal

from lms.domain.outline import Bank, Course, Draw, Question, Quiz
from lms.domain.questions import TYPES
from lms.domain.scoring import Grade

KEYED_BY_ORDER = frozenset({"order", "match", "sort"})

GRACE = timedelta(seconds=60)
"""Answers that arrive this long after closing still count: they were on their way."""


def draw(quiz: Quiz, banks: Mapping[str, Bank], seed: int) -> tuple[str, ...]:
    """Return the ids of the questions of an attempt: its own ones and those drawn, nothing twice, fixed by the seed."""
    chance = random.Random(seed)
    drawn: dict[str, None] = dict.fromkeys(question.id for question in quiz.questions)
    taken: dict[Draw, list[str]] = {}
    # The lines with the fewest questions to choose from go first, so that a general line leaves them theirs.
    for line in sorted(quiz.draws, key=lambda d: (d.outcome is None) + (d.tag is None)):
        fitting = [q.id for q in banks[line.bank].questions if _fits(q, line) and q.id not in drawn]
        taken[line] = chance.sample(fitting, min(line.take, len(fitting)))
        drawn.update(dict.fromkeys(taken[line]))
    order = [q.id for q in quiz.questions] + [key for line in quiz.draws for key in taken.pop(line, ())]
    if quiz.shuffle:
        chance.shuffle(order)
    return tuple(order)


def _fits(question: Question, line: Draw) -> bool:
    return line.outcome in (None, question.outcome) and (line.tag is None or line.tag in question.tags)


def shuffled(ids: Sequence[str], question: Question, quiz: Quiz, seed: int) -> tuple[str, ...]:
    """Return the ids of a question's parts in the order that this attempt shows them."""
    # What is to be put in order or matched would tell its key if it stood as the author wrote it.
    if question.type in KEYED_BY_ORDER or (quiz.shuffle and question.shuffle):
        return mixed(ids, f"{seed}:{question.id}")
    return tuple(ids)


def mixed(ids: Sequence[str], seed: str) -> tuple[str, ...]:
    """Return the ids in an order fixed by the seed."""
    order = list(ids)
    random.Random(seed).shuffle(order)
    return tuple(order)


def questions_of(course: Course, quiz: Quiz) -> dict[str, Question]:
    """Return every question that the quiz can ask, by id."""
    found = {question.id: question for question in quiz.questions}
    for line in quiz.draws:
        found.update({question.id: question for question in course.banks[line.bank].questions})
    return found


def closes_at(quiz: Quiz, started_at: datetime, extra_time: int) -> datetime | None:
    """Return when a timed attempt closes; `extra_time` is the person's, in per cent. None: no limit."""
    if quiz.time_limit is None:
        return None
    return started_at + timedelta(minutes=quiz.time_limit) * (100 + extra_time) / 100


def is_overdue(closing: datetime | None, now: datetime) -> bool:
    """Tell whether an attempt closed so long ago that nothing on its way can count any more."""
    return closing is not None and now > closing + GRACE


@dataclass(frozen=True, kw_only=True)
class Past:
    """What the rules need to know of an earlier attempt; one that is open has neither score nor verdict."""

    number: int
    submitted_at: datetime | None
    score: Fraction | None = None
    passed: bool | None = None


Obstacle = Literal["open", "given-up", "used-up", "wait"]


def obstacle(
    quiz: Quiz, past: Sequence[Past], now: datetime, *, given_up: bool = False
) -> tuple[Obstacle, datetime | None] | None:
    """Return why no attempt can be started now (and until when to wait), or None."""
    if any(attempt.submitted_at is None for attempt in past):
        return "open", None
    if given_up:
        return "given-up", None
    if quiz.attempts is not None and len(past) >= quiz.attempts:
        return "used-up", None
    ended = [attempt.submitted_at for attempt in past if attempt.submitted_at]
    if quiz.wait_seconds and ended:
        again = max(ended) + timedelta(seconds=quiz.wait_seconds)
        if now < again:
            return "wait", again
    return None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an attempt comes to: exact score of 0 to 1, and whether it passed (None: no pass mark)."""

    grades: Mapping[str, Grade]
    earned: Fraction
    possible: int
    score: Fraction
    passed: bool | None


def grade(quiz: Quiz, questions: Sequence[Question], answers: Mapping[str, Any]) -> Outcome:
    """Grade an attempt; a question that a person has to mark counts neither for nor against."""
    grades = {q.id: TYPES[q.type].grade(q.body, answers.get(q.id)) for q in questions}
    earned, possible = Fraction(0), 0
    for question in questions:
        share = grades[question.id].score
        if share is not None:
            earned += share * question.points
            possible += question.points
    score = earned / possible if possible else Fraction(1)
    passed = None if quiz.pass_mark is None else score * 100 >= quiz.pass_mark
    return Outcome(grades=grades, earned=earned, possible=possible, score=score, passed=passed)


def may_review(quiz: Quiz) -> bool:
    """Tell whether there is anything to look back at after an attempt."""
    return quiz.feedback != "never"


def counts_for_certificate(course: Course, item_id: str) -> bool:
    """Tell whether a quiz stands between the learner and a certificate: a rule names it, or everything counts."""
    if course.certificate is None:
        return False
    return not course.completion or any(rule.kind == "quiz" and item_id in rule.ids for rule in course.completion)


def demanded(course: Course, item_id: str) -> int:
    """Return the score in per cent that the course's completion asks of a quiz; 0 when it asks for none."""
    scores = (rule.score for rule in course.completion if rule.kind == "quiz" and item_id in rule.ids)
    return max((score for score in scores if score is not None), default=0)


def may_show_key(course: Course, quiz: Quiz, *, used: int, given_up: bool) -> bool:
    """Tell whether the right answers may be told: always where no certificate hangs on them.

    Where one does, only when no attempt remains: the last one is used, or the others were given up. Whoever has passed
    could raise the score that the certificate prints. `used` is how many are used up; an attempt under way counts among
    them for its own sheet, and not for the review of those before it, whose questions it may ask again.
    """
    if given_up or not counts_for_certificate(course, quiz.id):
        return True
    return quiz.attempts is not None and used >= quiz.attempts


def may_give_up(course: Course, quiz: Quiz, past: Sequence[Past]) -> bool:
    """Tell whether a learner may give up the attempts that remain, to see the answers: after reaching what is asked."""
    return (
        counts_for_certificate(course, quiz.id)
        and (quiz.attempts is None or len(past) < quiz.attempts)
        and all(attempt.submitted_at is not None for attempt in past)
        and has_reached(course, quiz, past)
    )


def has_reached(course: Course, quiz: Quiz, past: Sequence[Past]) -> bool:
    """Tell whether some attempt came to what the quiz and the completion of the course ask."""
    return any(_meets(course, quiz, attempt) for attempt in past)


def _meets(course: Course, quiz: Quiz, attempt: Past) -> bool:
    """Tell whether an attempt reached the pass mark and what the completion asks beyond it."""
    if attempt.submitted_at is None or attempt.score is None:
        return False
    return (quiz.pass_mark is None or bool(attempt.passed)) and attempt.score * 100 >= demanded(course, quiz.id)
