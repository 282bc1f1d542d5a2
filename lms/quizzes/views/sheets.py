"""The sheets of an attempt: questions as they are asked, and as they are reviewed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from flask import url_for
from markupsafe import Markup

from lms.domain.attempts import Outcome, counts_for_certificate, demanded, may_show_key, shuffled
from lms.domain.errors import Refused
from lms.domain.outline import Course, Lesson, Question, Quiz
from lms.domain.questions import TYPES
from lms.infra import clock
from lms.infra.languages import gettext as _
from lms.learning.queries import Reading
from lms.quizzes import queries, service
from lms.quizzes.queries import AttemptRow
from lms.web import locale
from lms.web.guards import require_viewer
from lms.web.locale import format_moment
from lms.web.prose import writer_of
from lms.web.questions import Reveal, Shown, field_name, show


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What an open attempt shows."""

    intro: Markup
    questions: list[Shown]
    checked: frozenset[str]
    numbers: list[tuple[int, str, str]]
    answered: int
    seq: int
    seqs: dict[str, int]
    """The number of the answer kept to each question: what a browser kept with a lower one is older."""
    seconds_left: int | None
    closes_at: datetime | None


def sheet(attempt: AttemptRow, course: Course, *, checked_shows: Reveal) -> Sheet:
    """Return the questions of an open attempt with the answers saved so far, and what a checked one tells."""
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
                words=words.at(question.path),
                number=number,
                reveal=checked_shows if checked else "nothing",
                order=order_of(question, quiz, attempt.seed),
                disabled=checked,
                lang=question.lang or course.language,
                ui=locale.current(),
            )
        )
        numbers.append((number, field_name(question), "answered" if given else "open"))
    return Sheet(
        intro=intro(quiz, course),
        questions=questions,
        checked=frozenset(key for key, answer in saved.items() if answer.checked),
        numbers=numbers,
        answered=answered,
        seq=max((answer.seq for answer in saved.values()), default=0) + 1,
        seqs={key: answer.seq for key, answer in saved.items()},
        seconds_left=seconds_left(attempt),
        closes_at=attempt.closes_at,
    )


def reviewed(attempt: AttemptRow, course: Course, *, reveal: Reveal) -> list[Shown]:
    """Return the questions of a submitted attempt with the answers and as much of the key as may be told."""
    quiz = service.quiz_in(course, attempt.item_id)
    answers = attempt.answers or {}
    return [
        show(
            question,
            answers.get(question.id),
            words=writer_of(course).at(question.path),
            number=number,
            reveal=reveal,
            order=order_of(question, quiz, attempt.seed),
            disabled=True,
            lang=question.lang or course.language,
            ui=locale.current(),
        )
        for number, question in enumerate(service.asked(attempt, course), start=1)
    ]


def tells_key(reading: Reading, past: Sequence[AttemptRow], *, used: int) -> bool:
    """Tell whether a learner may see the right answers of the quiz they read, by the rules of the present version."""
    quiz = service.quiz_in(reading.course, reading.item.id)
    return may_show_key(reading.course, quiz, used=used, given_up=given_up(reading, past))


def given_up(reading: Reading, past: Sequence[AttemptRow]) -> bool:
    """Tell whether whoever reads has given up the attempts that remain."""
    return service.has_given_up(require_viewer().subject_id, reading.study.course_id, reading.item.id, past)


def secrecy_words(reading: Reading) -> str:
    """Say when the right answers are shown, where that is not yet."""
    quiz = service.quiz_in(reading.course, reading.item.id)
    percent = demanded(reading.course, quiz.id)
    if percent > (quiz.pass_mark or 0):
        if quiz.attempts is None:
            return _(
                "The right answers are shown when you have reached %(percent)s percent and try no more.",
                percent=percent,
            )
        return _(
            "The right answers are shown when you have used your last attempt, or have reached %(percent)s percent and "
            "try no more.",
            percent=percent,
        )
    if quiz.pass_mark is None:
        return _("The right answers are shown when you try no more.")
    if quiz.attempts is None:
        return _("The right answers are shown when you have passed and try no more.")
    return _("The right answers are shown when you have used your last attempt, or have passed and try no more.")


def answers_words(reading: Reading) -> str:
    """Say on the page of the rules what is shown of the answers, and when."""
    quiz = service.quiz_in(reading.course, reading.item.id)
    if quiz.feedback == "never":
        return _("Not shown")
    # Whoever has one attempt has used the last one with it.
    held = counts_for_certificate(reading.course, quiz.id) and quiz.attempts != 1
    if quiz.feedback == "each":
        if not held:
            return _("Shown after each question you check; it then stands")
        verdict = _("Whether they are right is shown after each question you check; it then stands.")
    else:
        if not held:
            return _("Shown with their reasons when you have submitted")
        verdict = _("Whether they are right is shown when you have submitted.")
    return f"{verdict} {secrecy_words(reading)}"


def order_of(question: Question, quiz: Quiz, seed: int) -> Callable[[Sequence[str]], Sequence[str]]:
    """Return how this attempt arranges the parts of a question."""
    return lambda ids: shuffled(ids, question, quiz, seed)


def seconds_left(attempt: AttemptRow) -> int | None:
    """Return the seconds before a timed attempt closes, by the server's clock; None when it is not timed."""
    if attempt.closes_at is None:
        return None
    return max(0, int((attempt.closes_at - clock.now()).total_seconds()))


def intro(quiz: Quiz, course: Course) -> Markup:
    """Return the prose that stands before the questions."""
    return Markup("").join(segment.html for segment in writer_of(course).segments(quiz.nodes))


@dataclass(frozen=True, kw_only=True)
class OutcomeRow:
    """How the questions about one outcome were answered, and the lessons that teach it."""

    words: str
    percent: int
    lessons: list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What an attempt came to: points, outcomes in the course's order, and how many answers a person will read."""

    earned: float
    possible: int
    needed: float | None
    outcomes: list[OutcomeRow]
    unmarked: int


def result_of(attempt: AttemptRow, course: Course) -> Result:
    """Return what a submitted attempt came to."""
    outcome = service.outcome_of(attempt, course)
    quiz = service.quiz_in(course, attempt.item_id)
    return Result(
        earned=float(outcome.earned),
        possible=outcome.possible,
        needed=None if quiz.pass_mark is None else outcome.possible * quiz.pass_mark / 100,
        outcomes=_by_outcome(service.asked(attempt, course), outcome, course),
        unmarked=sum(grade.score is None for grade in outcome.grades.values()),
    )


def _by_outcome(questions: Sequence[Question], outcome: Outcome, course: Course) -> list[OutcomeRow]:
    earned: dict[str, Fraction] = {}
    possible: dict[str, int] = {}
    for question in questions:
        share = outcome.grades[question.id].score
        if question.outcome is None or share is None:
            continue
        earned[question.outcome] = earned.get(question.outcome, Fraction(0)) + share * question.points
        possible[question.outcome] = possible.get(question.outcome, 0) + question.points
    return [
        OutcomeRow(words=words, percent=int(earned[key] * 100 / possible[key]), lessons=_taught_in(key, course))
        for key, words in course.outcomes.items()
        if possible.get(key)
    ]


def _taught_in(outcome: str, course: Course) -> list[tuple[str, str]]:
    return [
        (item.title, url_for("learning.item", slug=course.id, item_id=key))
        for key in course.order()
        if isinstance(item := course.items[key], Lesson) and outcome in item.outcomes
    ]


def is_answered(attempt: AttemptRow, course: Course, question_id: str) -> bool:
    """Tell whether a whole answer to the question is saved; False when it was not asked."""
    question = next((q for q in service.asked(attempt, course) if q.id == question_id), None)
    saved = queries.list_answers(attempt.id).get(question_id)
    return bool(question and saved and TYPES[question.type].is_answered(question.body, saved.response))


def minutes_of(attempt: AttemptRow) -> int | None:
    """Return how long an attempt may take in all, in minutes; None when it is not timed."""
    if attempt.closes_at is None:
        return None
    return round((attempt.closes_at - attempt.started_at).total_seconds() / 60)


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
    if refusal.reason == "given-up":
        return _("You chose to see the answers, and try no more. Your result stands.")
    return _("All attempts at this quiz have been used. Your best result stands.")
