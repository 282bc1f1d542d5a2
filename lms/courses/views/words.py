"""What courses are made of, in words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from flask import current_app
from markupsafe import Markup, escape

from lms.courses import queries
from lms.courses.queries import CourseRow, Standing
from lms.domain.outline import Course, Item, Quiz, Rule
from lms.infra.languages import gettext as _
from lms.infra.languages import ngettext, pgettext
from lms.web import locale
from lms.web.guards import viewer

CHECKERS = "en"
"""The language that the checker and the reader of packages speak."""

FRACTION = 2
"""Stands for a number with a fraction where a language asks which form follows it."""


def level_name(level: str) -> str:
    """Say how much a course presumes."""
    return {
        "introductory": _("Introductory"),
        "intermediate": _("Intermediate"),
        "advanced": _("Advanced"),
    }[level]


def level_in_line(level: str) -> str:
    """Say how much a course presumes, inside a line."""
    return {
        "introductory": pgettext("inside a line", "introductory"),
        "intermediate": pgettext("inside a line", "intermediate"),
        "advanced": pgettext("inside a line", "advanced"),
    }[level]


def competency_name(competency: str) -> str:
    """Say what a course makes one competent in."""
    return {
        "general": pgettext("competency", "General"),
        "museology": pgettext("competency", "Museology"),
        "management": pgettext("competency", "Management"),
        "programming": pgettext("competency", "Public programming"),
        "collections": pgettext("competency", "Collections care"),
    }[competency]


def licence_name(licence: str) -> str:
    """Write a licence as its makers do: CC-BY-SA-4.0 is CC BY-SA 4.0."""
    if licence.startswith("CC-"):
        head, _dash, version = licence.removeprefix("CC-").rpartition("-")
        return f"CC {head} {version}"
    return licence


def hours(number: float) -> str:
    """Say how many hours a course takes."""
    form = int(number) if number == int(number) else FRACTION
    return ngettext("%(hours)s hour", "%(hours)s hours", form, hours=locale.format_number(number))


def minutes(number: int) -> str:
    """Say how long something takes: minutes below an hour and a half, else hours to the half."""
    if number < 90:
        return ngettext("%(num)d minute", "%(num)d minutes", number)
    return hours(round(number / 30) / 2)


def weeks(number: float, a_week: int = 2) -> str:
    """Say how long a course takes at a pace that work allows."""
    return ngettext(
        "At two hours a week you are through in a week.",
        "At two hours a week you are through in %(num)d weeks.",
        max(1, math.ceil(number / a_week)),
    )


def steps(kinds: Iterable[str]) -> str:
    """Count lessons, quizzes and tasks."""
    kinds = list(kinds)
    counted = (
        ngettext("%(num)d lesson", "%(num)d lessons", kinds.count("lesson")) if "lesson" in kinds else "",
        ngettext("%(num)d quiz", "%(num)d quizzes", kinds.count("quiz")) if "quiz" in kinds else "",
        ngettext("%(num)d task", "%(num)d tasks", kinds.count("task")) if "task" in kinds else "",
    )
    return ", ".join(filter(None, counted))


def languages(codes: Iterable[str]) -> Markup:
    """Return languages by their own names, each marked as what it is."""
    named = (Markup('<span lang="{}">{}</span>').format(code, locale.language_name(code)) for code in codes)
    return Markup(", ").join(named)


def marked(text: str, code: str, around: str | None = None) -> str | Markup:
    """Return a text marked with its language where that is not the language of what stands around it."""
    if code == (around or locale.current()):
        return text
    return Markup('<span lang="{}">{}</span>').format(code, text)


def foreign(code: str) -> str | None:
    """Return a language where it is not that of the page."""
    return None if code == locale.current() else code


def made(course: CourseRow) -> str:
    """Say who made a course and when, as a label does."""
    return ", ".join([*course.facts["authors"], str(course.year)])


def substance(course: CourseRow) -> Markup:
    """Say what a course is made of, as a label does."""
    rooms = ngettext("%(num)d module", "%(num)d modules", len(course.rooms))
    parts = (", ".join((rooms, hours(course.hours))), languages(course.languages), level_in_line(course.level))
    return Markup("; ").join(parts)


def rules(course: Course) -> list[tuple[str, str]]:
    """Say what it takes to finish a course: a sentence a line of `completion`, and what is to be known beside it."""
    if not course.completion:
        return [(_("Every lesson, quiz and task done"), "")]
    return [_rule(course, rule) for rule in course.completion]


def _rule(course: Course, rule: Rule) -> tuple[str, str]:
    titles = Markup(", ").join(_quoted(course, course.items[key]) for key in rule.ids)
    if rule.kind == "quiz":
        quiz = course.items[rule.ids[0]]
        assert isinstance(quiz, Quiz)
        return _quiz_rule(quiz, titles, rule.score), _quiz_terms(quiz)
    if not titles:
        return (_("All lessons done") if rule.kind == "lessons" else _("All tasks done in your museum")), ""
    if rule.kind == "lessons":
        return escape(_("These lessons done: %(titles)s")) % {"titles": titles}, ""
    return escape(_("These tasks done in your museum: %(titles)s")) % {"titles": titles}, ""


def _quiz_rule(quiz: Quiz, title: Markup, score: int | None) -> Markup:
    mark = quiz.pass_mark if score is None else score
    if mark is None:
        return escape(_("%(quiz)s submitted")) % {"quiz": title}
    return escape(_("%(quiz)s at %(mark)d percent or better")) % {"quiz": title, "mark": mark}


def _quiz_terms(quiz: Quiz) -> str:
    attempts = _("as often as you like")
    if quiz.attempts:
        attempts = ngettext("%(num)d attempt", "%(num)d attempts", quiz.attempts)
    return ", ".join(filter(None, (attempts, minutes(quiz.time_limit) if quiz.time_limit else "")))


def _quoted(course: Course, item: Item) -> Markup:
    return escape(_("“%(title)s”")) % {"title": marked(item.title, course.language_of(f"{item.path}#title"))}


def lit(course: CourseRow, standing: Standing | None) -> Markup:
    """Return the small plan of a course in the reader's own light; a finished course stays lit whatever is added."""
    done = standing.done if standing else frozenset()
    if standing and standing.state == "completed":
        done = course.item_ids
    return Markup(queries.mini_plan(course, done))  # noqa: S704 - numbers and classes of our own


def standings(courses: Iterable[CourseRow]) -> Mapping[str, Standing]:
    """Return how the reader stands to these courses, by the id of each they have begun."""
    who, ids = viewer(), [course.id for course in courses]
    tell = current_app.extensions.get("course_standings")
    if who is None or tell is None or not ids:
        return {}
    told: Mapping[str, Standing] = tell(who.subject_id, ids)
    return told
