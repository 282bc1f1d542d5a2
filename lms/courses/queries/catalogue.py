"""Published courses as lists, cards and course pages show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, false, func, or_, select

from lms.courses.models import Course, Version
from lms.domain.outline import ItemKind
from lms.infra.db import run, table_of
from lms.infra.searchindex import SearchIndex

WORDS = SearchIndex("courses_search")

Anything = tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class RoomRow:
    """A module as the small plan needs it; `after` holds the numbers of the modules that it builds on."""

    minutes: int
    items: tuple[tuple[str, ItemKind], ...]
    after: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class CourseRow:
    """A published course as lists show it."""

    id: str
    slug: str
    year: int
    ordinal: int
    version_id: str
    published_at: datetime | None
    language: str
    languages: tuple[str, ...]
    level: str
    hours: float
    competencies: tuple[str, ...]
    titles: dict[str, str]
    summaries: dict[str, str]
    facts: dict[str, Any]

    @property
    def number(self) -> str:
        """Return the accession number, such as 2026.1."""
        return f"{self.year}.{self.ordinal}"

    @property
    def seed(self) -> int:
        """Return the seed of the course's building: its own number, so that it never changes."""
        return self.year * 1000 + self.ordinal

    @cached_property
    def rooms(self) -> tuple[RoomRow, ...]:
        """Return the modules as the small plan needs them."""
        return tuple(
            RoomRow(
                minutes=room["minutes"],
                items=tuple((key, kind) for key, kind in room["items"]),
                after=tuple(room["after"]),
            )
            for room in self.facts["rooms"]
        )

    @property
    def item_ids(self) -> frozenset[str]:
        """Return the ids of all items."""
        return frozenset(key for room in self.rooms for key, _kind in room.items)

    def title(self, languages: Sequence[str]) -> tuple[str, str]:
        """Return the title for a reader with this list of languages, and the language that it is in."""
        return _best(self.titles, languages, self.language)

    def summary(self, languages: Sequence[str]) -> tuple[str, str]:
        """Return the summary for a reader with this list of languages, and the language that it is in."""
        return _best(self.summaries, languages, self.language)

    def reading_language(self, languages: Sequence[str]) -> str:
        """Return the language a reader with this list would read the course in."""
        return self.reading_languages(languages)[0]

    def reading_languages(self, languages: Sequence[str]) -> tuple[str, ...]:
        """Return the languages a reader with this list reads the course in, best first, its own as the last."""
        spoken = [code for code in languages if code in self.languages]
        before = spoken[: spoken.index(self.language)] if self.language in spoken else spoken
        return (*before, self.language)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How somebody stands to a course they have begun; a higher feature tells."""

    state: str
    version_id: str
    done: frozenset[str]
    steps_done: int
    steps: int
    percent: int
    next_item: str | None
    completed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the catalogue is asked for; of several values of a kind one has to fit."""

    query: str = ""
    languages: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    competencies: tuple[str, ...] = ()

    @property
    def narrow(self) -> bool:
        """Tell whether anything but the search is chosen."""
        return bool(self.languages or self.levels or self.competencies)


EVERYTHING = Filters()


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What can be chosen in the catalogue, with the number of courses of each."""

    languages: Counter[str]
    levels: Counter[str]
    competencies: Counter[str]
    courses: int


def _best(texts: dict[str, str], languages: Sequence[str], source: str) -> tuple[str, str]:
    code = next((c for c in languages if texts.get(c)), source)
    return texts.get(code, ""), code


_COURSE, _VERSION = table_of(Course), table_of(Version)
_LISTED: Select[*Anything] = (
    select(
        _COURSE.c.id,
        _COURSE.c.slug,
        _COURSE.c.year,
        _COURSE.c.ordinal,
        _VERSION.c.id.label("version_id"),
        _VERSION.c.published_at,
        _VERSION.c.language,
        _VERSION.c.languages,
        _VERSION.c.level,
        _VERSION.c.hours,
        _VERSION.c.competencies,
        _VERSION.c.titles,
        _VERSION.c.summaries,
        _VERSION.c.facts,
    )
    .join(_VERSION, _VERSION.c.id == _COURSE.c.published_id)
    .order_by(_COURSE.c.year.desc(), _COURSE.c.ordinal.desc())
)
_BY_SLUG = _LISTED.where(_COURSE.c.slug == bindparam("slug"))
_CHOICES = (
    select(_VERSION.c.languages, _VERSION.c.level, _VERSION.c.competencies, func.count().label("courses"))
    .join(_COURSE, _COURSE.c.published_id == _VERSION.c.id)
    .group_by(_VERSION.c.languages, _VERSION.c.level, _VERSION.c.competencies)
)


def _course_row(row: Row[*Anything]) -> CourseRow:
    values = row._asdict()
    return CourseRow(**{**values, "languages": members(row.languages), "competencies": members(row.competencies)})


def read_number(word: str) -> tuple[int, int] | None:
    """Return the year and ordinal of an accession number; None for anything that is none."""
    year, _dot, ordinal = word.partition(".")
    fits = year.isascii() and year.isdigit() and ordinal.isascii() and ordinal.isdigit() and len(word) < 12
    return (int(year), int(ordinal)) if fits else None


def members(kept: str) -> tuple[str, ...]:
    """Return the members of a list that is kept between commas."""
    return tuple(filter(None, kept.split(",")))


def find_published(slug: str) -> CourseRow | None:
    """Return the published course with this slug, if any."""
    row = run(_BY_SLUG, {"slug": slug}).first()
    return _course_row(row) if row else None


def list_published(
    filters: Filters = EVERYTHING,
    *,
    ids: Sequence[str] | None = None,
    after: tuple[int, int] | None = None,
    limit: int = 24,
) -> list[CourseRow]:
    """Return published courses, the newest number first, below a number (year, ordinal), that fit the filters."""
    query = _fitting(_LISTED, filters).limit(limit)
    if ids is not None:
        query = query.where(_COURSE.c.id.in_(ids))
    if after:
        year, ordinal = after
        query = query.where((_COURSE.c.year < year) | ((_COURSE.c.year == year) & (_COURSE.c.ordinal < ordinal)))
    return [_course_row(row) for row in run(query)]


def count_published(filters: Filters = EVERYTHING) -> int:
    """Count the published courses that fit the filters."""
    query = select(func.count()).select_from(_COURSE).join(_VERSION, _VERSION.c.id == _COURSE.c.published_id)
    return run(_fitting(query, filters)).scalar() or 0


def count_choices() -> Choices:
    """Count the published courses by language, level and competency."""
    languages, levels, competencies = Counter[str](), Counter[str](), Counter[str]()
    courses = 0
    for row in run(_CHOICES):
        courses += row.courses
        levels[row.level] += row.courses
        for code in members(row.languages):
            languages[code] += row.courses
        for code in members(row.competencies):
            competencies[code] += row.courses
    return Choices(languages=languages, levels=levels, competencies=competencies, courses=courses)


def _fitting(query: Select[*Anything], filters: Filters) -> Select[*Anything]:
    if filters.languages:
        query = query.where(_has(_VERSION.c.languages, filters.languages))
    if filters.levels:
        query = query.where(_VERSION.c.level.in_(filters.levels))
    if filters.competencies:
        query = query.where(_has(_VERSION.c.competencies, filters.competencies))
    if filters.query.strip():
        keys = WORDS.keys(filters.query)
        query = query.where(false() if keys is None else _COURSE.c.id.in_(keys))
    return query


def _has(column: Any, values: Iterable[str]) -> ColumnElement[bool]:
    return or_(*(column.contains(f",{value},", autoescape=True) for value in values))
