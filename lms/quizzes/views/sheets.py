"""The sheets of an attempt: questions as they are asked, and as they are reviewed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from markupsafe import Markup

from lms.domain.attempts import shuffled
from lms.domain.errors import Refused
from lms.domain.outline import Course, Question, Quiz
from lms.domain.questions import TYPES
from lms.infra import clock
from lms.infra.languages import gettext as _
from lms.quizzes import queries, service
from lms.quizzes.models import Attempt
from lms.web.locale import format_moment
from lms.web.prose import writer_of
from lms.web.questions import Shown, field_name, show


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What an open attempt shows."""

    intro: list[Markup]
    questions: list[Shown]
    checked: frozenset[str]
    numbers: list[tuple[int, str, str]]
    answered: int
    seq: int
    seconds_left: int | None
    closes_at: datetime | None


def sheet(attempt: Attempt, course: Course) -> Sheet:
    """Return the questions of an open attempt with the answers saved so far."""
    quiz = service.quiz_in(course, attempt.item_id)
    saved = queries.list_answers(attempt.id)
    words = writer_of(course)
    questions, numbers, answered = [], [], 0
    for number, question in enumerate(service.asked(attempt, course), start=1):
        answer = saved.get(question.id)
        response = answer.response if answer else None
        given = TYPES[question.type].is_answered(question.body, response)
        answered += given
        checked = bool(answer and answer.checked)
        questions.append(
            show(
                question,
                response,
                words=words,
                number=number,
                reveal="key" if checked else "nothing",
                order=order_of(question, quiz, attempt.seed),
                disabled=checked,
            )
        )
        numbers.append((number, field_name(question), "answered" if given else "open"))
    return Sheet(
        intro=[segment.html for segment in words.segments(quiz.nodes)],
        questions=questions,
        checked=frozenset(key for key, answer in saved.items() if answer.checked),
        numbers=numbers,
        answered=answered,
        seq=max((answer.seq for answer in saved.values()), default=0) + 1,
        seconds_left=seconds_left(attempt),
        closes_at=attempt.closes_at,
    )


def reviewed(attempt: Attempt, course: Course) -> list[Shown]:
    """Return the questions of a submitted attempt with the answers, the key and the explanations."""
    quiz = service.quiz_in(course, attempt.item_id)
    answers = attempt.answers or {}
    return [
        show(
            question,
            answers.get(question.id),
            words=writer_of(course),
            number=number,
            reveal="key",
            order=order_of(question, quiz, attempt.seed),
            disabled=True,
        )
        for number, question in enumerate(service.asked(attempt, course), start=1)
    ]


def order_of(question: Question, quiz: Quiz, seed: int) -> Callable[[Sequence[str]], Sequence[str]]:
    """Return how this attempt arranges the parts of a question."""
    return lambda ids: shuffled(ids, question, quiz, seed)


def seconds_left(attempt: Attempt) -> int | None:
    """Return the seconds before a timed attempt closes, by the server's clock; None when it is not timed."""
    if attempt.closes_at is None:
        return None
    return max(0, int((attempt.closes_at - clock.now()).total_seconds()))


def by_outcome(attempt: Attempt, course: Course) -> list[tuple[str, int]]:
    """Return the score of each outcome that was asked about, in whole per cent."""
    outcome = service.outcome_of(attempt, course)
    earned: dict[str, Fraction] = {}
    possible: dict[str, int] = {}
    for question in service.asked(attempt, course):
        share = outcome.grades[question.id].score
        if question.outcome is None or share is None:
            continue
        earned[question.outcome] = earned.get(question.outcome, Fraction(0)) + share * question.points
        possible[question.outcome] = possible.get(question.outcome, 0) + question.points
    return [
        (course.outcomes[key], int(earned[key] * 100 / possible[key])) for key in course.outcomes if possible.get(key)
    ]


def count_questions(quiz: Quiz) -> int:
    """Return how many questions an attempt asks."""
    return len(quiz.questions) + sum(line.take for line in quiz.draws)


def minutes_for(quiz: Quiz, extra: int) -> int | None:
    """Return the time limit for a person with so much extra time (per cent), in minutes."""
    return None if quiz.time_limit is None else quiz.time_limit * (100 + extra) // 100


def refusal_words(refusal: Refused) -> str:
    """Say why no attempt can be started."""
    if refusal.reason == "wait" and isinstance(until := refusal.facts.get("until"), datetime):
        return _("You can start the next attempt from %(moment)s. Nothing is lost.", moment=format_moment(until))
    return _("All attempts at this quiz have been used. Your best result stands.")
