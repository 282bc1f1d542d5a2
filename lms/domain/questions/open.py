"""Open: a text that a person marks, by a rubric when there is one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lms.domain.lines import Line, join_lines
from lms.domain.questions.responses import FIELD, as_text
from lms.domain.questions.source import Problem, Reading, Source, alternatives
from lms.domain.scoring import Grade
from lms.domain.texts import MAX_ESSAY, clean_reply

KEYS: tuple[str, ...] = ("Rubric",)
ATTRIBUTES: tuple[str, ...] = ()
_LEVEL = re.compile(r"(?P<title>.*\S)\s*\((?P<points>\d{1,4}(?:[.,]\d{1,2})?)(?:\s+[^\W\d]+\.?)?\)$")
_RULE = re.compile(r"\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class RubricLevel:
    """A column of the rubric with its points."""

    id: str
    title: str
    points: Fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class Criterion:
    """A row of the rubric: one description (Markdown) a level."""

    id: str
    title: str
    descriptions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rubric:
    """Criteria by levels."""

    heading: str
    levels: tuple[RubricLevel, ...]
    criteria: tuple[Criterion, ...]

    @property
    def maximum(self) -> Fraction:
        """Return the points of the best level on every criterion."""
        return max((level.points for level in self.levels), default=Fraction(0)) * len(self.criteria)


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenBody:
    """The rubric, if the author gave one."""

    rubric: Rubric | None


def read(source: Source) -> Reading:
    """Read the prompt and the rubric."""
    problems: list[Problem] = []
    rubric = None
    for key in source.named("Rubric")[:1]:
        rubric, found = read_rubric(key.lines)
        problems.extend(found)
    return Reading(prompt=join_lines(source.head), body=OpenBody(rubric=rubric), problems=tuple(problems))


def read_rubric(lines: tuple[Line, ...]) -> tuple[Rubric | None, list[Problem]]:
    """Read the table: criteria in the first column, `Level (points)` in the header."""
    rows = [(line, _cells(line.text)) for line in lines if line.text.strip()]
    shape = "write a table with the header '| Criterion | Level (points) | … |'"
    if len(rows) < 3 or not _RULE.match(rows[1][0].text.strip()) or len(rows[0][1]) < 2:
        return None, [Problem(lines[0].number, f"cannot read the rubric: {shape}")]
    (header_line, header), _, *body = rows
    problems: list[Problem] = []
    levels = [_read_level(n, cell, header_line.number, problems) for n, cell in enumerate(header[1:], 1)]
    criteria = []
    for number, (line, cells) in enumerate(body, 1):
        if len(cells) != len(header) or not cells[0]:
            message = f"'{line.text.strip()}' has not the {len(header)} cells of the header"
            problems.append(Problem(line.number, message))
        criteria.append(Criterion(id=f"c{number}", title=cells[0], descriptions=tuple(cells[1 : len(header)])))
    return Rubric(heading=header[0], levels=tuple(levels), criteria=tuple(criteria)), problems


def _cells(text: str) -> list[str]:
    cells = list(alternatives(text.strip()))
    start = 1 if cells and not cells[0] else 0
    stop = len(cells) - 1 if len(cells) > 1 and not cells[-1] else len(cells)
    return cells[start:stop] or [""]


def _read_level(number: int, cell: str, line: int, problems: list[Problem]) -> RubricLevel:
    match = _LEVEL.match(cell)
    if match is None:
        problems.append(Problem(line, f"level '{cell}' has no points: write 'Level (points)'"))
        return RubricLevel(id=f"l{number}", title=cell, points=Fraction(0))
    return RubricLevel(id=f"l{number}", title=match["title"], points=Fraction(match["points"].replace(",", ".")))


def fields(body: OpenBody) -> tuple[str, ...]:
    """Return the one text field."""
    return (FIELD,)


def normalise(body: OpenBody, raw: Mapping[str, list[str]]) -> str | None:
    """Return the text, cut after 20,000 characters rather than lost; None when empty."""
    given = (raw.get(FIELD) or [""])[0]
    return clean_reply(given[:MAX_ESSAY], MAX_ESSAY)


def grade(body: OpenBody, response: Any) -> Grade:
    """Return no score: a person marks it."""
    return Grade(score=None)


def is_answered(body: OpenBody, response: Any) -> bool:
    """Tell whether anything was written."""
    return bool(as_text(response).strip())


def changes(source: OpenBody, translated: OpenBody) -> tuple[str, ...]:
    """Say what a translation changed that it may not."""
    if (source.rubric is None) != (translated.rubric is None):
        return ("adds a rubric" if source.rubric is None else "leaves out the rubric",)
    if source.rubric is None or translated.rubric is None:
        return ()
    if len(source.rubric.criteria) != len(translated.rubric.criteria):
        return (f"has {len(translated.rubric.criteria)} criteria instead of {len(source.rubric.criteria)}",)
    if [level.points for level in source.rubric.levels] != [level.points for level in translated.rubric.levels]:
        return ("changes the points of the rubric's levels",)
    return ()


def joined(source: OpenBody, translated: OpenBody) -> OpenBody:
    """Return the translation as it is shown."""
    return translated
