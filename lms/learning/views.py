"""The pages of study: the plan of a course, lessons and tasks, knowledge checks, enrolling and leaving."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import orjson
from flask import Blueprint, current_app, flash, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.accounts.queries import find_workplace
from lms.courses.queries import get_tree
from lms.domain import revision
from lms.domain.attempts import KEYED_BY_ORDER, mixed
from lms.domain.errors import NotFound, Refused
from lms.domain.outline import Course, Lesson, Question
from lms.domain.questions import TYPES
from lms.infra.languages import gettext as _
from lms.learning import access, queries, service
from lms.learning.queries import Reading, State, Study
from lms.learning.queries.panels import panel_of, plan_of
from lms.web import locale
from lms.web.guards import member, public, require_viewer, to_login, viewer
from lms.web.kept import kept
from lms.web.pages import page
from lms.web.prose import Segment, writer_of
from lms.web.questions import Shown, read, show

blueprint = Blueprint("learning", __name__)

_ANCHOR = re.compile(r"[\w-]{1,80}")


@blueprint.post("/learn/<slug>/enrol")
@member
def enrol(slug: str) -> Response:
    """Enrol, and go on to the plan of the course."""
    who = require_viewer()
    study = access.study_for_anybody(slug, who.subject_id)
    workplace = find_workplace(who.subject_id)
    service.enrol(who.subject_id, study.course_id, study.published_id, workplace.id if workplace else None)
    return redirect(url_for("learning.plan", slug=slug))


@blueprint.route("/courses/<slug>/leave", methods=["GET", "POST"])
@member
def leave(slug: str) -> Response | str:
    """Ask once, then leave the course; nothing that was done is lost."""
    who = require_viewer()
    study = access.study_for_learner(slug, who.subject_id)
    if request.method == "GET":
        return page("learning/leave.html", study=study, course=_tree(study))
    service.leave(who.subject_id, study.course_id)
    flash(_("You have left the course. What you did is kept for the day you come back."))
    return redirect(url_for("courses.course", slug=slug))


@blueprint.route("/courses/<slug>/move", methods=["GET", "POST"])
@member
def move(slug: str) -> Response | str:
    """Show what a newer version changes, and move to it."""
    who = require_viewer()
    study = access.study_for_learner(slug, who.subject_id)
    if study.version_id == study.published_id:
        return redirect(url_for("learning.plan", slug=slug))
    if request.method == "GET":
        old, new = get_tree(study.version_id), get_tree(study.published_id)
        changes = revision.compare(old, new)
        return page("learning/move.html", study=study, course=new, changes=changes)
    service.move(who.subject_id, study.course_id, study.published_id)
    flash(_("You are now in the newest version. Everything you have done still counts."))
    return redirect(url_for("learning.plan", slug=slug))


@blueprint.get("/learn/<slug>/")
@member
def plan(slug: str) -> Response | str:
    """Show the plan of the course: rooms, what is lit, where one is."""
    who = require_viewer()
    study = access.study_for_anybody(slug, who.subject_id)
    if not study.enrolled:
        return redirect(url_for("courses.course", slug=slug))
    course = _tree(study)
    drawn = plan_of(study, course, study.reading_languages(locale.reading()), locale.current())
    return page("learning/plan.html", study=study, course=course, plan=drawn)


@blueprint.get("/learn/<slug>/<item_id>")
@public
def item(slug: str, item_id: str) -> Response | str:
    """Show an item: a lesson or task here, other kinds by the feature that owns them."""
    reading = _reading(slug, item_id)
    if isinstance(reading, Response):
        return reading
    _note_opening(reading)
    foreign: Mapping[str, Any] = current_app.extensions["item_pages"]
    if reading.item.kind in foreign:
        shown: Response | str = foreign[reading.item.kind](reading)
        return shown
    return _item_page(reading, {})


@blueprint.post("/learn/<slug>/<item_id>/done")
@member
def done(slug: str, item_id: str) -> Response:
    """Mark a lesson or task as done, and go on."""
    who = require_viewer()
    study = access.study_for_learner(slug, who.subject_id)
    anchor: str | None = "done"
    try:
        service.mark_done(who.subject_id, study.course_id, item_id, study.reading_language(locale.reading()))
    except Refused:
        flash(_("This lesson is done when each of its questions has been checked. Nothing is lost."))
        anchor = None
    else:
        state = queries.list_states(study.enrolment_id or "").get(item_id)
        if state and not state.done_at and _has_unchecked(study, item_id, state):
            flash(_("That is noted. The lesson is done as soon as each of its questions has been checked too."))
            anchor = None
    return redirect(url_for("learning.item", slug=slug, item_id=item_id, _anchor=anchor))


def _has_unchecked(study: Study, item_id: str, state: State) -> bool:
    item = get_tree(study.version_id).items[item_id]
    return (
        isinstance(item, Lesson)
        and item.complete == "both"
        and any(q.id not in state.checked for q in item.questions())
    )


@blueprint.post("/learn/<slug>/<item_id>/check")
@public
def check(slug: str, item_id: str) -> Response | str:
    """Check the answer to a question of a lesson; the page stays with the answer in it."""
    reading = _reading(slug, item_id)
    if isinstance(reading, Response):
        return reading
    question = _question(reading, request.form.get("question", ""))
    response = read(question, request.form)
    if not TYPES[question.type].is_answered(question.body, response):
        shown = _shown(reading, question, response, answered=False)
        if _wants_part():
            return _fragment(reading, shown, empty=question.id)
        return _item_page(reading, {question.id: shown}, empty=question.id)
    who = viewer()
    if reading.enrolled and who:
        service.check_question(
            who.subject_id, reading.study.course_id, item_id, question.id, response, reading.language
        )
        if not _wants_part():
            return redirect(url_for("learning.item", slug=slug, item_id=item_id, _anchor=f"a-{question.id}"))
        # Checking may have ended the lesson: the part that says so goes back with the question.
        reading = replace(reading, states=queries.list_states(reading.study.enrolment_id or ""))
    shown = _shown(reading, question, response, answered=True)
    return _fragment(reading, shown) if _wants_part() else _item_page(reading, {question.id: shown})


@blueprint.post("/learn/<slug>/<item_id>/place")
@member
def place(slug: str, item_id: str) -> tuple[str, int]:
    """Remember the heading a reader has come to."""
    reading = access.item_for_reader(slug, item_id, require_viewer().subject_id, locale.reading())
    if reading.enrolled and reading.study.enrolment_id:
        anchor = request.form.get("anchor", "")
        service.keep_place(reading.study.enrolment_id, item_id, anchor if _ANCHOR.fullmatch(anchor) else "")
    return "", 204


def _reading(slug: str, item_id: str) -> Reading | Response:
    """Return the item for whoever asks; strangers are asked to log in, those not enrolled shown the course."""
    who = viewer()
    try:
        return access.item_for_reader(slug, item_id, who.subject_id if who else None, locale.reading())
    except NotFound:
        study = access.study_for_anybody(slug, who.subject_id if who else None)
        if study.enrolled or item_id not in get_tree(study.version_id).items:
            raise
        if who is None:
            return to_login()
        return redirect(url_for("courses.course", slug=slug))


def _note_opening(reading: Reading) -> None:
    """Record that an item was opened, or is now studied in another language; remember the place."""
    who = viewer()
    if not (reading.enrolled and who and reading.study.enrolment_id):
        return
    state = reading.states.get(reading.item.id)
    if state is None or state.opened_at is None or state.language != reading.language:
        service.open_item(who.subject_id, reading.study.course_id, reading.item.id, reading.language)
    if reading.study.place != reading.item.id:
        service.keep_place(reading.study.enrolment_id, reading.item.id)


def _item_page(reading: Reading, shown: Mapping[str, Shown], *, empty: str = "") -> str:
    """Render a lesson or a task; `shown` replaces questions just answered, `empty` names one sent without an answer."""
    parts = [
        segment.html if segment.question is None else _asked(reading, segment.question, shown, empty)
        for segment in _segments(reading, locale.current())
    ]
    return page(
        f"learning/{reading.item.kind}.html",
        reading=reading,
        course=reading.course,
        parts=parts,
        orders=_facts(reading.study.version_id, reading.item.id).orders,
        **_standing(reading),
    )


def _asked(reading: Reading, question: Question, shown: Mapping[str, Shown], empty: str) -> Markup:
    """Return one question with its form: kept, unless it was just answered."""
    form = f"learning/_{'asked' if reading.item.kind == 'lesson' else 'rubric'}.html"

    def made(found: Shown) -> str:
        return page(form, reading=reading, study=reading.study, item=reading.item, q=found, empty=empty)

    if question.id in shown:
        return Markup(made(shown[question.id]))  # noqa: S704 - rendered by an autoescaped template
    state = reading.states.get(reading.item.id)
    answered = state is not None and question.id in state.checked
    response = state.checked[question.id] if state and answered else None
    key = ("asked", reading.course.digest, reading.languages, reading.item.id, question.id, orjson.dumps(response))
    return kept((*key, answered), lambda: made(_shown(reading, question, response, answered=answered)))


def _standing(reading: Reading) -> dict[str, object]:
    """Return how the reader stands with the item: what the page's end says."""
    state = reading.states.get(reading.item.id)
    questions = _facts(reading.study.version_id, reading.item.id).questions
    return {
        "item": reading.item,
        "study": reading.study,
        "panel": panel_of(reading, locale.current()),
        "done": bool(state and state.done_at) or reading.study.state == "completed",
        "checks": (sum(key in state.checked for key in questions) if state else 0, len(questions)),
    }


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a page needs to know of an item, whoever reads it."""

    questions: tuple[str, ...]
    orders: bool


@lru_cache(maxsize=2048)
def _facts(version_id: str, item_id: str) -> Facts:
    item = get_tree(version_id).items[item_id]
    questions = tuple(item.questions()) if isinstance(item, Lesson) else ()
    return Facts(questions=tuple(q.id for q in questions), orders=any(q.type == "order" for q in questions))


def _shown(reading: Reading, question: Question, response: object, *, answered: bool) -> Shown:
    keyed = question.type in KEYED_BY_ORDER
    return show(
        question,
        response,
        words=writer_of(reading.course).at(question.path),
        reveal="given" if answered else "nothing",
        order=(lambda ids: mixed(ids, question.id)) if keyed else (lambda ids: ids),
        lang=question.lang or reading.language,
        ui=locale.current(),
    )


def _fragment(reading: Reading, shown: Shown, empty: str = "") -> str:
    return page("learning/_check.html", reading=reading, q=shown, empty=empty, **_standing(reading))


def _wants_part() -> bool:
    return request.headers.get("X-Part") == "question"


def _question(reading: Reading, question_id: str) -> Question:
    questions = reading.item.questions() if isinstance(reading.item, Lesson) else ()
    found = next((q for q in questions if q.id == question_id), None)
    if found is None:
        raise NotFound(question_id)
    return found


def _segments(reading: Reading, code: str) -> tuple[Segment, ...]:
    return _made(reading.study.version_id, reading.languages, reading.item.id, code)


@lru_cache(maxsize=512)
def _made(version_id: str, languages: tuple[str, ...], item_id: str, _code: str) -> tuple[Segment, ...]:
    """Make the text of an item once a version, language and interface language."""
    course = get_tree(version_id, languages)
    return tuple(writer_of(course).segments(course.items[item_id].nodes))


def _tree(study: Study) -> Course:
    return get_tree(study.version_id, study.reading_languages(locale.reading()))
