"""The training-needs questionnaire: statements by area of competence, with a described level for each step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.domain.faults import Fault, Faults
from lms.domain.formats.keys import Keys
from lms.domain.formats.readers import Readers

PATH = "training-needs.yaml"
FORMAT = 1
LEVELS = 5
EACH = 6
"""Statements an area."""
AREAS = ("general", "museology", "management", "programming", "collections")
"""The areas of the ICOM Curricula Guidelines for Museum Professional Development, as courses name them."""

Texts = Mapping[str, str]
"""A text by the code of its language."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One statement ("I can …"); `levels` are its five descriptions by language, the lowest first."""

    id: str
    text: Texts
    levels: Mapping[str, tuple[str, ...]]
    closed_by: tuple[str, ...]
    """Modules that move a person on, as `course/module`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """An area of competence with its statements."""

    id: str
    title: Texts
    statements: tuple[Statement, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Questionnaire:
    """The whole; `manager` is said to whoever answers for a colleague, `levels` name the five steps."""

    title: Texts
    intro: Texts
    manager: Texts
    levels: Mapping[str, tuple[str, ...]]
    areas: tuple[Area, ...]

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages that it is written in, its source first."""
        return tuple(self.title)


def read_questionnaire(text: str, readers: Readers) -> tuple[Questionnaire | None, tuple[Fault, ...]]:
    """Read the questionnaire; None when it cannot be read, and every fault with its line."""
    faults = Faults()
    found = readers.yaml(text)
    for problem in found.problems:
        faults.add(PATH, problem.line, problem.message)
    if found.root is None:
        return None, faults.sorted()
    keys = Keys(found.root, PATH, faults)
    version = keys.whole("format", 1, 1_000, required=True)
    if version is not None and version != FORMAT:
        keys.fault("format", f"'format' is {version}; this reader knows format {FORMAT}")
    title = _texts(keys, "title", ())
    languages = tuple(title)
    read = Questionnaire(
        title=title,
        intro=_texts(keys, "intro", languages),
        manager=_texts(keys, "manager", languages),
        levels=_levels(keys, languages),
        areas=tuple(_area(inner, languages) for inner in keys.maps("areas", required=True)),
    )
    keys.finish()
    if (named := tuple(area.id for area in read.areas)) != AREAS:
        keys.fault("areas", f"the areas are {', '.join(named)}; expected {', '.join(AREAS)}")
    _check_ids(keys, read.areas)
    return read, faults.sorted()


def _area(keys: Keys, languages: Sequence[str]) -> Area:
    area = Area(
        id=keys.id(),
        title=_texts(keys, "title", languages),
        statements=tuple(_statement(inner, languages) for inner in keys.maps("statements", required=True)),
    )
    if len(area.statements) != EACH:
        keys.fault("statements", f"area '{area.id}' has {len(area.statements)} statements; expected {EACH}")
    keys.finish()
    return area


def _statement(keys: Keys, languages: Sequence[str]) -> Statement:
    statement = Statement(
        id=keys.id(),
        text=_texts(keys, "text", languages),
        levels=_levels(keys, languages),
        closed_by=keys.texts("closed_by"),
    )
    keys.finish()
    return statement


def _texts(keys: Keys, name: str, languages: Sequence[str]) -> dict[str, str]:
    """Read a text in every language; the first text of the file says which languages there are."""
    inner = keys.inner(name)
    if inner is None:
        _missing(keys, name)
        return {}
    codes = languages or tuple(entry.key for entry in inner.all_entries())
    found = {code: inner.text(code, required=True) for code in codes}
    inner.finish()
    return found


def _levels(keys: Keys, languages: Sequence[str]) -> dict[str, tuple[str, ...]]:
    inner = keys.inner("levels")
    if inner is None:
        _missing(keys, "levels")
        return {}
    found = {code: inner.texts(code) for code in languages}
    for code, described in found.items():
        if len(described) != LEVELS:
            inner.fault(code, f"{len(described)} levels in '{code}'; expected {LEVELS}, each different")
    inner.finish()
    return found


def _missing(keys: Keys, name: str) -> None:
    if name not in keys:
        keys.fault(name, f"missing key '{name}'")


def _check_ids(keys: Keys, areas: Sequence[Area]) -> None:
    ids = [statement.id for area in areas for statement in area.statements]
    for twice in sorted({one for one in ids if ids.count(one) > 1}):
        keys.fault("areas", f"two statements are called '{twice}'")
