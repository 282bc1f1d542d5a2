"""The pages of a quiz: its rules, the attempt, the result and the review."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from lms.accounts.queries import extra_time_of
from lms.courses.queries import get_tree
from lms.domain.attempts import counts_for_certificate, is_overdue, may_give_up, may_review, obstacle
from lms.domain.errors import Forged, NotFound, Refused
from lms.domain.outline import Course, Quiz
from lms.infra import clock
from lms.infra.events import publish
from lms.infra.languages import gettext as _
from lms.learning.access import item_for_reader, study_for_learner
from lms.learning.queries import Reading
from lms.learning.queries.panels import mini_plan, panel_of
from lms.quizzes import access, queries, service
from lms.quizzes.events import AnswerRefused
from lms.quizzes.queries import AttemptRow
from lms.quizzes.views import sheets
from lms.web import locale
from lms.web.guards import member, require_viewer
from lms.web.pages import page
from lms.web.questions import read
from lms.web.transaction import after_refusal

blueprint = Blueprint("quizzes", __name__)


@blueprint.errorhandler(Forged)
def forged(refusal: Forged) -> tuple[str, int]:
    """Answer as if nothing were there, and record what was tried."""
    facts = {key: str(value)[:200] for key, value in refusal.facts.items()}
    event = AnswerRefused(actor=require_viewer().subject_id, path=request.path, reason=refusal.reason, facts=facts)
    after_refusal(lambda: publish(event))
    return page("errors/404.html"), 404


def quiz_page(reading: Reading) -> str | BaseResponse:
    """Show the rules of a quiz, or the attempt that is open."""
    past = _past(reading)
    attempt = next((a for a in past if a.submitted_at is None), None)
    if attempt is not None:
        return _sheet(reading, attempt, past)
    quiz = service.quiz_in(reading.course, reading.item.id)
    counts = counts_for_certificate(reading.course, quiz.id)
    return page(
        "quizzes/quiz.html",
        reading=reading,
        study=reading.study,
        quiz=quiz,
        intro=sheets.intro(quiz, reading.course),
        panel=panel_of(reading, locale.current()),
        past=past,
        percent=service.percent,
        hindrance=_hindrance(reading, past),
        reviewable=may_review(quiz),
        settles_name=counts and not service.has_begun(reading.study.enrolment_id or ""),
        answers=sheets.answers_words(reading),
        questions=sheets.count_questions(quiz),
        minutes=sheets.minutes_for(quiz, extra_time_of(require_viewer().subject_id)),
    )


@blueprint.post("/learn/<slug>/<item_id>/start")
@member
def start(slug: str, item_id: str) -> BaseResponse:
    """Start an attempt; with one open, go to it."""
    who = require_viewer()
    study = study_for_learner(slug, who.subject_id)
    try:
        service.start_attempt(
            who.subject_id,
            study.course_id,
            item_id,
            seed=secrets.randbits(48),
            language=study.reading_language(locale.reading()),
            extra_time=extra_time_of(who.subject_id),
        )
    except Refused as refusal:
        flash(sheets.refusal_words(refusal))
    return redirect(url_for("learning.item", slug=slug, item_id=item_id))


@blueprint.post("/learn/<slug>/<item_id>/give-up")
@member
def give_up(slug: str, item_id: str) -> BaseResponse:
    """Give up the attempts that remain and see the answers."""
    who = require_viewer()
    study = study_for_learner(slug, who.subject_id)
    try:
        service.give_up(who.subject_id, study.course_id, item_id)
    except Refused:
        flash(_("Nothing was changed: the answers are not shown yet, and your attempts remain."))
        return redirect(url_for("learning.item", slug=slug, item_id=item_id))
    number = max(attempt.number for attempt in queries.list_attempts(study.enrolment_id or "", item_id))
    return redirect(url_for("quizzes.review", slug=slug, item_id=item_id, number=number))


@blueprint.post("/learn/<slug>/<item_id>/save")
@member
def save(slug: str, item_id: str) -> BaseResponse:
    """Keep answers: by script while one works, by a button without it."""
    who = require_viewer()
    attempt, course = _sent_attempt(item_id)
    saved = service.save_answers(who.subject_id, attempt.id, _answers(attempt, course), _seq())
    if _by_script():
        return _json({"seq": saved.seq, "counts": saved.counts, "left": sheets.seconds_left(attempt)})
    if saved.counts and (checked := request.form.get("check")):
        if sheets.is_answered(attempt, course, checked):
            service.check_answer(who.subject_id, attempt.id, checked)
        else:
            flash(_("Nothing was checked, because the question has no whole answer yet. What you wrote is saved."))
        return redirect(url_for("learning.item", slug=slug, item_id=item_id, _anchor=f"a-{checked}"))
    if saved.counts:
        flash(_("Your answers are saved. You can go on now or later, from any computer."))
    else:
        flash(_("The time was over when these answers came. They are kept, and not graded."))
    return redirect(url_for("learning.item", slug=slug, item_id=item_id))


@blueprint.post("/learn/<slug>/<item_id>/submit")
@member
def submit(slug: str, item_id: str) -> BaseResponse:
    """Submit an attempt and show what it came to."""
    attempt, course = _sent_attempt(item_id)
    sent = _answers(attempt, course)
    graded = service.submit_attempt(require_viewer().subject_id, attempt.id, sent, _seq())
    address = url_for("quizzes.result", slug=slug, item_id=item_id, number=graded.number)
    return _json({"to": address}) if _by_script() else redirect(address)


@blueprint.get("/learn/<slug>/<item_id>/result/<int:number>")
@member
def result(slug: str, item_id: str, number: int) -> str:
    """Show the score of an attempt and what comes next."""
    reading = item_for_reader(slug, item_id, require_viewer().subject_id, locale.reading())
    attempt = access.ended_attempt(reading.study.enrolment_id, item_id, number)
    course = _course_of(attempt, reading.language)
    quiz = service.quiz_in(course, item_id)
    find_certificate: Callable[[str], Any] = current_app.extensions["find_certificate"]
    return page(
        "quizzes/result.html",
        reading=reading,
        study=reading.study,
        quiz=quiz,
        panel=panel_of(reading, locale.current()),
        attempt=attempt,
        percent=service.percent(attempt.score),
        result=sheets.result_of(attempt, course),
        certificate=find_certificate(reading.study.enrolment_id or ""),
        hindrance=_hindrance(reading, _past(reading)),
        reviewable=may_review(quiz),
        mini=_lit(reading) if reading.study.state == "completed" else None,
    )


@blueprint.get("/learn/<slug>/<item_id>/review/<int:number>")
@member
def review(slug: str, item_id: str, number: int) -> str:
    """Show an attempt with its key and explanations; with verdicts alone while the key would open a certificate."""
    reading = item_for_reader(slug, item_id, require_viewer().subject_id, locale.reading())
    attempt = access.ended_attempt(reading.study.enrolment_id, item_id, number)
    course = _course_of(attempt, attempt.language)
    quiz = service.quiz_in(course, item_id)
    if not may_review(quiz):
        raise NotFound(item_id)
    past = _past(reading)
    told = sheets.tells_key(reading, past, used=sum(a.submitted_at is not None for a in past))
    return page(
        "quizzes/review.html",
        reading=reading,
        study=reading.study,
        quiz=quiz,
        panel=panel_of(reading, locale.current()),
        attempt=attempt,
        percent=service.percent(attempt.score),
        questions=sheets.reviewed(attempt, course, reveal="key" if told else "verdict"),
        secrecy="" if told else sheets.secrecy_words(reading),
        may_give_up=not told and may_give_up(reading.course, _present(reading), [a.past for a in past]),
    )


def _lit(reading: Reading) -> Markup:
    """Return the small plan of the course with every room lit."""
    study = reading.study
    return mini_plan(study.version_id, study.slug, study.number, frozenset(reading.course.order()))


def _past(reading: Reading) -> list[AttemptRow]:
    """Return the attempts at a quiz; those whose time is over are closed first."""
    attempts = queries.list_attempts(reading.study.enrolment_id or "", reading.item.id)
    now = clock.now()
    if any(a.submitted_at is None and is_overdue(a.closes_at, now) for a in attempts):
        attempts = service.close_in_time(require_viewer().subject_id, reading.study.enrolment_id or "", reading.item.id)
    return attempts


def _hindrance(reading: Reading, past: list[AttemptRow]) -> tuple[str, Any] | None:
    given_up = sheets.given_up(reading, past)
    return obstacle(_present(reading), [attempt.past for attempt in past], clock.now(), given_up=given_up)


def _present(reading: Reading) -> Quiz:
    """Return the quiz by the rules of the present version."""
    return service.quiz_in(reading.course, reading.item.id)


def _course_of(attempt: AttemptRow, language: str) -> Course:
    return get_tree(attempt.version_id, language)


def _sheet(reading: Reading, attempt: AttemptRow, past: list[AttemptRow]) -> Response:
    course = _course_of(attempt, attempt.language)
    quiz = service.quiz_in(course, attempt.item_id)
    told = sheets.tells_key(reading, past, used=len(past))
    html = page(
        "quizzes/attempt.html",
        reading=reading,
        study=reading.study,
        quiz=quiz,
        panel=panel_of(reading, locale.current()),
        attempt=attempt,
        minutes=sheets.minutes_of(attempt),
        sheet=sheets.sheet(attempt, course, checked_shows="key" if told else "verdict"),
        secrecy=sheets.secrecy_words(reading) if quiz.feedback == "each" and not told else "",
    )
    # "Back" must ask again: an old copy would hold old answers and a number that has been passed.
    return Response(html, headers={"Cache-Control": "no-store"})


def _sent_attempt(item_id: str) -> tuple[AttemptRow, Course]:
    """Return the attempt that the form names; it must belong to this page and this learner."""
    attempt = access.attempt_for_learner(request.form.get("attempt", ""), require_viewer().subject_id)
    if attempt.item_id != item_id:
        raise Forged("another-quiz", attempt=attempt.id)
    return attempt, _course_of(attempt, attempt.language)


def _answers(attempt: AttemptRow, course: Course) -> Mapping[str, object]:
    """Read the answers in the form; a field of a question that was not drawn is refused."""
    asked = {question.id: question for question in service.asked(attempt, course)}
    sent = {name[2:].split(".", 1)[0] for name in request.form if name.startswith("a-")}
    if stray := sent - asked.keys():
        raise Forged("not-drawn", attempt=attempt.id, question=min(stray))
    # A box that is not ticked is not sent at all: the form names its questions, so that an answer can be taken back.
    named = set(request.form.getlist("asked")) & asked.keys()
    return {key: read(asked[key], request.form) for key in sent | named}


def _by_script() -> bool:
    return request.headers.get("X-Part") == "save"


def _json(body: dict[str, object]) -> Response:
    return Response(orjson.dumps(body), mimetype="application/json")


def _seq() -> int:
    text = request.form.get("seq", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 16 else -1
