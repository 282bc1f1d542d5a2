"""My space: where one stopped, courses under way, certificates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, request, url_for
from markupsafe import Markup

from lms.certificates.queries import list_by_subject
from lms.courses.queries import get_tree
from lms.domain.keyset import read_mark, write_mark
from lms.infra import clock
from lms.infra.languages import gettext as _
from lms.learning import queries
from lms.learning.queries import Study
from lms.learning.queries.panels import mini_plan, rooms_of, time_left
from lms.web import locale
from lms.web.guards import member, require_viewer
from lms.web.pages import page

COURSES = 10
CERTIFICATES = 3


@dataclass(frozen=True, kw_only=True)
class UnderWay:
    """A course in my space."""

    study: Study
    title: str
    lang: str
    href: str
    next_title: str
    next_href: str
    room: str
    minutes_left: str


def add_to(blueprint: Blueprint) -> None:
    """Register the page."""
    blueprint.add_url_rule("/me/", "me", me)


@member
def me() -> str:
    """Show what to go on with, then everything else that is mine."""
    who = require_viewer()
    mark = read_mark(request.args.get("before", ""))
    studies = queries.list_studies(who.subject_id, before=mark, limit=COURSES + 1)
    more = _mark(studies[COURSES - 1]) if studies[COURSES:] else None
    courses = [_under_way(study) for study in studies[:COURSES]]
    current = next((c for c in courses if c.study.state == "active"), None) if mark is None else None
    return page(
        "home/me.html",
        greeting=greeting(locale.in_zone(clock.now()), who.name),
        current=current,
        plan=_plan(current),
        courses=courses,
        more=more,
        certificates=list_by_subject(who.subject_id, limit=CERTIFICATES) if mark is None else [],
        now=clock.now(),
    )


def _under_way(study: Study) -> UnderWay:
    languages = study.reading_languages(locale.reading())
    course = get_tree(study.version_id, languages)
    rooms = rooms_of(study.version_id, languages, study.slug, locale.current())
    steps = [(room, step) for room in rooms for step in room.steps]
    room, step = next(((r, s) for r, s in steps if s.id == study.going_on), steps[0])
    return UnderWay(
        study=study,
        title=course.title,
        lang=course.language,
        href=url_for("learning.plan", slug=study.slug),
        next_title=step.title,
        next_href=step.href,
        room=_("room %(number)d: %(title)s", number=room.number, title=room.module.title),
        minutes_left=time_left(study.minutes_left) if study.minutes_left else "",
    )


def _mark(study: Study) -> str:
    return write_mark(study.changed_at or clock.now(), study.enrolment_id)


def _plan(current: UnderWay | None) -> Markup | None:
    if current is None:
        return None
    study = current.study
    done = {key for key, state in queries.list_states(study.enrolment_id or "").items() if state.done_at}
    return mini_plan(study.version_id, study.slug, study.number, frozenset(done))


def greeting(moment: datetime, name: str) -> str:
    """Greet by the hour of the reader's own day."""
    if moment.hour < 5 or moment.hour >= 18:
        return _("Good evening, %(name)s", name=name)
    if moment.hour < 12:
        return _("Good morning, %(name)s", name=name)
    return _("Good afternoon, %(name)s", name=name)
