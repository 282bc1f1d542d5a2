"""Number: a typed number within a range, with a unit that may be left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from lms.domain.lines import join_lines
from lms.domain.questions.responses import FIELD, as_text, typed
from lms.domain.questions.source import Problem, Reading, Source
from lms.domain.scoring import Grade
from lms.domain.texts import read_numbers

KEYS: tuple[str, ...] = ("Answer", "Unit")
ATTRIBUTES: tuple[str, ...] = ()
_TOLERANCE = re.compile(r"±|\+/-|\+-")


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """Numbers from `low` to `high`, both included; `written` is the author's line."""

    low: Fraction
    high: Fraction
    written: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberBody:
    """The ranges that are right, and the units that a reply may carry (the first is shown)."""

    ranges: tuple[Range, ...]
    units: tuple[str, ...] = ()

    @property
    def unit(self) -> str:
        """Return the unit to show behind the field; empty when there is none."""
        return self.units[0] if self.units else ""


def read(source: Source) -> Reading:
    """Read the prompt, the ranges and the unit."""
    problems: list[Problem] = []
    units = tuple(key.text for key in source.named("Unit") if key.text)
    ranges = []
    for key in source.named("Answer"):
        for line in (line for line in key.lines if line.text.strip()):
            found = _read_range(line.text.strip(), units[0] if units else "")
            if found is None:
                shapes = "write '50', '50 ± 10' or '40..60'"
                problems.append(Problem(line.number, f"cannot read the number '{line.text.strip()}': {shapes}"))
            else:
                ranges.append(found)
                problems.extend(_doubts(line.number, found))
    if not source.named("Answer"):
        problems.append(Problem(source.line, f"question '{source.id}' has no right answer: write 'Answer: …'"))
    body = NumberBody(ranges=tuple(ranges), units=units)
    return Reading(prompt=join_lines(source.head), body=body, problems=tuple(problems))


def _read_range(written: str, unit: str) -> Range | None:
    parts = written.split("..") if ".." in written else _TOLERANCE.split(written)
    numbers = [readings[0] for part in parts if (readings := read_numbers(part, unit))]
    if len(numbers) != len(parts) or len(parts) > 2:
        return None
    if len(parts) == 1:
        low = high = numbers[0]
    elif ".." in written:
        low, high = numbers
    else:
        low, high = numbers[0] - numbers[1], numbers[0] + numbers[1]
    return Range(low=low, high=high, written=written) if low <= high else None


def _doubts(line: int, found: Range) -> list[Problem]:
    if re.search(r"\d,\d{3}(?!\d)", found.written) and not re.search(r"(?<!\d)0+,", found.written):
        message = f"'{found.written}' is read with a decimal comma; write the number without a comma if it groups"
        return [Problem(line, message, "warning")]
    return []


def fields(body: NumberBody) -> tuple[str, ...]:
    """Return the one text field."""
    return (FIELD,)


def normalise(body: NumberBody, raw: Mapping[str, list[str]]) -> str | None:
    """Return the reply as typed; None when empty or longer than 2,000 characters."""
    return typed(raw, FIELD)


def grade(body: NumberBody, response: Any) -> Grade:
    """Grade all or nothing: right when any reading of the reply lies in a range."""
    reply = as_text(response)
    if not reply.strip():
        return Grade(score=Fraction(0), parts={FIELD: "missed"})
    readings = {number for unit in (*body.units, "") for number in read_numbers(reply, unit)}
    right = any(r.low <= number <= r.high for r in body.ranges for number in readings)
    return Grade(score=Fraction(int(right)), parts={FIELD: "right" if right else "wrong"})


def is_answered(body: NumberBody, response: Any) -> bool:
    """Tell whether anything was typed."""
    return bool(as_text(response).strip())


def changes(source: NumberBody, translated: NumberBody) -> tuple[str, ...]:
    """Say when a translation changed a number or its tolerance."""
    if {(r.low, r.high) for r in source.ranges} != {(r.low, r.high) for r in translated.ranges}:
        before = ", ".join(r.written for r in source.ranges)
        return (f"answers {', '.join(r.written for r in translated.ranges) or 'nothing'} instead of {before}",)
    return ()


def joined(source: NumberBody, translated: NumberBody) -> NumberBody:
    """Return the translation, which takes replies in the units of both languages."""
    return replace(translated, units=tuple(dict.fromkeys((*translated.units, *source.units))))
