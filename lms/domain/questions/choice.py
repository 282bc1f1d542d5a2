"""Choice: options of which one (single) or several (multiple) are right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from lms.domain.questions.items import ListItem, read_items
from lms.domain.questions.responses import FIELD, as_ids
from lms.domain.questions.source import Ids, Problem, Reading, Source
from lms.domain.scoring import Grade, Verdict

KEYS: tuple[str, ...] = ()
ATTRIBUTES: tuple[str, ...] = ("multiple",)
MARKER = re.compile(r" ?[-*+]\s+\[(?P<tick>[ xX])\](?:\s+(?P<rest>.*))?$")
NEAR = re.compile(r" ?[-*+]\s*\[\s*[xXхХ✓✔vV]?\s*\](?!\()")


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One option; `text` and `feedback` are Markdown."""

    id: str
    text: str
    right: bool
    feedback: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChoiceBody:
    """The options as they stand; `multiple` asks for checkboxes."""

    options: tuple[Option, ...]
    multiple: bool


class Ticked(Protocol):
    """A part that can be ticked: an option or a region."""

    @property
    def id(self) -> str:
        """Return the part's id."""
        ...

    @property
    def right(self) -> bool:
        """Tell whether ticking it is right."""
        ...


def read(source: Source) -> Reading:
    """Read the prompt and the options."""
    prompt, items, problems = read_ticks(source)
    ids = Ids(problems)
    options = tuple(
        Option(id=ids.next(i.attributes, i.line), text=i.text, right=is_ticked(i), feedback=i.feedback) for i in items
    )
    if len(options) < 2:
        problems.append(Problem(source.line, f"question '{source.id}' needs at least two options, has {len(options)}"))
    body = ChoiceBody(options=options, multiple=is_multiple(source, options))
    for option, item in zip(options, items, strict=True):
        problems.extend(_option_problems(option, item))
    return Reading(prompt=prompt, body=body, problems=tuple(problems))


def read_ticks(source: Source) -> tuple[str, list[ListItem], list[Problem]]:
    """Read the prompt and the lines `- [x] text`, and tell when none is ticked."""
    prompt, items, problems = read_items(source.head, MARKER, NEAR, "- [x] text' or '- [ ] text")
    if not any(is_ticked(item) for item in items):
        message = f"question '{source.id}' has no right answer: mark one with '- [x]'"
        problems.append(Problem(source.line, message))
    text = "\n".join(line.text for line in prompt).strip("\n").rstrip()
    return text, items, problems


def is_ticked(item: ListItem) -> bool:
    """Tell whether the author marked the line as right."""
    return item.marker["tick"] in "xX"


def is_multiple(source: Source, parts: tuple[Ticked, ...]) -> bool:
    """Tell whether several may be ticked: by attribute, or because several are right."""
    return source.attributes.pairs.get("multiple") == "yes" or sum(part.right for part in parts) > 1


def _option_problems(option: Option, item: ListItem) -> list[Problem]:
    problems = []
    if not option.text:
        problems.append(Problem(item.line, "an option has no text"))
    if not option.right and not option.feedback:
        quoted = option.text.splitlines()[0] if option.text else option.id
        problems.append(Problem(item.line, f"wrong option '{quoted}' has no feedback: say why below it", "warning"))
    unknown = [*item.attributes.pairs, *item.attributes.classes]
    problems.extend(Problem(item.line, f"unknown attribute '{name}' of an option") for name in unknown)
    return problems


def fields(body: ChoiceBody) -> tuple[str, ...]:
    """Return the one field, whose values are option ids."""
    return (FIELD,)


def normalise(body: ChoiceBody, raw: Mapping[str, list[str]]) -> list[str] | None:
    """Return the ids ticked, in the body's order; None for none, or for several where one is asked for."""
    return ticked(body.options, body.multiple, raw)


def ticked(parts: tuple[Ticked, ...], multiple: bool, raw: Mapping[str, list[str]]) -> list[str] | None:
    """Return the known ids given; None for none, or for several where one is asked for."""
    given = set(raw.get(FIELD) or [])
    ids = [part.id for part in parts if part.id in given]
    return None if not ids or (len(ids) > 1 and not multiple) else ids


def grade(body: ChoiceBody, response: Any) -> Grade:
    """Grade: single all or nothing; multiple right ticks less wrong ticks over right answers, never below 0."""
    return grade_ticks(body.options, response)


def grade_ticks(parts: tuple[Ticked, ...], response: Any) -> Grade:
    """Grade ticks: right ones less wrong ones over right answers, which for one tick of one is all or nothing."""
    given = as_ids(response)
    verdicts: dict[str, Verdict] = {}
    for part in parts:
        if part.id in given:
            verdicts[part.id] = "right" if part.right else "wrong"
        elif part.right:
            verdicts[part.id] = "missed"
    marks = list(verdicts.values())
    answers = sum(part.right for part in parts)
    score = Fraction(max(0, marks.count("right") - marks.count("wrong")), answers) if answers else Fraction(0)
    return Grade(score=score, parts=verdicts)


def is_answered(body: ChoiceBody, response: Any) -> bool:
    """Tell whether anything is ticked."""
    return any(option.id in as_ids(response) for option in body.options)


def changes(source: ChoiceBody, translated: ChoiceBody) -> tuple[str, ...]:
    """Say what a translation changed that it may not."""
    if len(source.options) != len(translated.options):
        return (f"has {len(translated.options)} options instead of {len(source.options)}",)
    return tick_changes(source.options, translated.options)


def tick_changes(source: tuple[Ticked, ...], translated: tuple[Ticked, ...]) -> tuple[str, ...]:
    """Say when other parts are named or marked as right."""
    if {part.id for part in source} != {part.id for part in translated}:
        return ("has options of other ids",)
    if {part.id for part in source if part.right} != {part.id for part in translated if part.right}:
        return ("marks another option as right",)
    return ()


def joined(source: ChoiceBody, translated: ChoiceBody) -> ChoiceBody:
    """Return the translation as it is graded."""
    return translated
