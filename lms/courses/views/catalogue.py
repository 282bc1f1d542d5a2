"""The catalogue: search, filters, and a plan with its label for every course."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, request, url_for
from markupsafe import Markup

from lms.courses import queries
from lms.courses.queries import Choices, CourseRow, Filters, Standing
from lms.courses.queries.catalogue import read_number
from lms.courses.views import words
from lms.domain.formats.rules import COMPETENCIES, LEVELS
from lms.web import locale
from lms.web.guards import public
from lms.web.pages import page

PAGE = 12
LONGEST = 200
"""Characters of a search that count."""

Tick = tuple[str, str | Markup, int, bool]


@dataclass(frozen=True, kw_only=True)
class Card:
    """A course in the catalogue."""

    title: str
    lang: str | None
    text: str | Markup
    made: str
    stuff: Markup
    number: str
    href: str
    plan: Markup
    standing: Standing | None


def add_to(blueprint: Blueprint) -> None:
    """Register the page."""
    blueprint.add_url_rule("/courses/", "catalogue", catalogue)


@public
def catalogue() -> str:
    """Show the courses that fit a search."""
    choices = queries.count_choices()
    filters = _filters(choices)
    after = read_number(request.args.get("after", ""))
    courses = queries.list_published(filters, after=after, limit=PAGE + 1)
    shown = courses[:PAGE]
    standings = words.standings(shown)
    return page(
        "courses/catalogue.html",
        filters=filters,
        choices=choices,
        ticks=_ticks(choices, filters),
        count=queries.count_published(filters) if filters != Filters() else choices.courses,
        cards=[_card(course, standings) for course in shown],
        first=url_for("courses.catalogue", **_arguments(filters)) if after else None,
        more=url_for("courses.catalogue", **_arguments(filters), after=shown[-1].number) if courses[PAGE:] else None,
        without_filters=url_for("courses.catalogue", q=filters.query) if filters.query and filters.narrow else None,
    )


def _filters(choices: Choices) -> Filters:
    """Read the search; what the form does not offer is left out."""
    typed = "".join(c if c.isprintable() else " " for c in request.args.get("q", ""))
    return Filters(
        query=" ".join(typed.split())[:LONGEST].strip(),
        languages=_chosen("language", choices.languages),
        levels=_chosen("level", choices.levels),
        competencies=_chosen("competency", choices.competencies),
    )


def _chosen(name: str, known: Counter[str]) -> tuple[str, ...]:
    return tuple(value for value in dict.fromkeys(request.args.getlist(name)) if value in known)


def _arguments(filters: Filters) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "q": filters.query,
        "language": list(filters.languages),
        "level": list(filters.levels),
        "competency": list(filters.competencies),
    }
    return {name: value for name, value in arguments.items() if value}


def _ticks(choices: Choices, filters: Filters) -> Mapping[str, list[Tick]]:
    by_size = [code for code, _count in choices.languages.most_common()]
    return {
        "language": _group(by_size, choices.languages, filters.languages, lambda code: words.languages([code])),
        "level": _group(LEVELS, choices.levels, filters.levels, words.level_name),
        "competency": _group(COMPETENCIES, choices.competencies, filters.competencies, words.competency_name),
    }


def _group(
    values: tuple[str, ...] | list[str], counts: Counter[str], chosen: tuple[str, ...], name: Callable[[str], str]
) -> list[Tick]:
    return [(value, name(value), counts[value], value in chosen) for value in values if counts[value]]


def _card(course: CourseRow, standings: Mapping[str, Standing]) -> Card:
    title, title_code = course.title(locale.reading())
    summary, summary_code = course.summary(locale.reading())
    standing = standings.get(course.id)
    return Card(
        title=title,
        lang=words.foreign(title_code),
        text=words.marked(summary, summary_code, around=title_code),
        made=words.made(course),
        stuff=words.substance(course),
        number=course.number,
        href=url_for("courses.course", slug=course.slug),
        plan=words.lit(course, standing),
        standing=standing,
    )
