"""Sort: items to be put into groups."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lms.domain.attributes import split_attributes
from lms.domain.lines import Line, join_lines
from lms.domain.questions.items import read_items
from lms.domain.questions.match import share_right
from lms.domain.questions.responses import as_mapping, chosen
from lms.domain.questions.source import Ids, Problem, Reading, Source
from lms.domain.scoring import Grade, Verdict

KEYS: tuple[str, ...] = ()
ATTRIBUTES: tuple[str, ...] = ()
_GROUP = re.compile(r" ?[-*+]\s+(?P<rest>(?:\*\*|__).+)$")
_ITEM = re.compile(r"\s*[-*+]\s+(?P<rest>.*)$")
_NEVER = re.compile(r"(?!)")
_BOLD = re.compile(r"(?P<mark>\*\*|__)(?P<name>.+)(?P=mark)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A group; `text` is Markdown without the bold marks."""

    id: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sorted:
    """An item and the group it belongs to."""

    id: str
    text: str
    group: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SortBody:
    """The groups and items in the author's order: mask the items' ids before they reach a page."""

    groups: tuple[Group, ...]
    items: tuple[Sorted, ...]


def read(source: Source) -> Reading:
    """Read the prompt, the groups and their items."""
    start = next((n for n, line in enumerate(source.head) if _GROUP.match(line.text)), len(source.head))
    blocks, problems = _split_groups(source.head[start:])
    group_ids, item_ids = Ids(problems, "g"), Ids(problems)
    groups: list[Group] = []
    items: list[Sorted] = []
    for heading, lines in blocks:
        text, attributes = split_attributes(heading.text)
        bold = _BOLD.fullmatch(text.strip())
        if bold is None:
            problems.append(Problem(heading.number, f"cannot read the group '{heading.text}': write '- **Group**'"))
        group = Group(id=group_ids.next(attributes, heading.number), text=bold["name"] if bold else text.strip())
        groups.append(group)
        stray, found, inner = read_items(lines, _ITEM, _NEVER, "  - item")
        problems.extend(inner)
        problems.extend(_stray(line) for line in stray if line.text.strip())
        for item in found:
            items.append(Sorted(id=item_ids.next(item.attributes, item.line), text=item.text, group=group.id))
    if len(groups) < 2 or not items:
        message = f"question '{source.id}' has no right answer: write two groups '- **Group**' with items below them"
        problems.append(Problem(source.line, message))
    body = SortBody(groups=tuple(groups), items=tuple(items))
    return Reading(prompt=join_lines(source.head[:start]), body=body, problems=tuple(problems))


def _split_groups(lines: tuple[Line, ...]) -> tuple[list[tuple[Line, list[Line]]], list[Problem]]:
    blocks: list[tuple[Line, list[Line]]] = []
    problems: list[Problem] = []
    for line in lines:
        if match := _GROUP.match(line.text):
            blocks.append((Line(line.number, match["rest"].strip()), []))
        elif line.text.strip() and not line.text.startswith((" ", "\t")):
            problems.append(_stray(line))
        else:
            blocks[-1][1].append(line)
    return blocks, problems


def _stray(line: Line) -> Problem:
    return Problem(line.number, f"'{line.text.strip()}' stands among the groups: write '- **Group**' or '  - item'")


def fields(body: SortBody) -> tuple[str, ...]:
    """Return one field an item, whose values are group ids."""
    return tuple(item.id for item in body.items)


def normalise(body: SortBody, raw: Mapping[str, list[str]]) -> dict[str, str] | None:
    """Return the group's id by item id; None when no group was chosen."""
    known = {group.id for group in body.groups}
    return {item.id: group for item in body.items if (group := chosen(raw, item.id, known))} or None


def grade(body: SortBody, response: Any) -> Grade:
    """Grade a share each item."""
    given = as_mapping(response)
    verdicts: dict[str, Verdict] = {}
    for item in body.items:
        answer = given.get(item.id)
        verdicts[item.id] = "missed" if not answer else "right" if answer == item.group else "wrong"
    return Grade(score=share_right(verdicts), parts=verdicts)


def is_answered(body: SortBody, response: Any) -> bool:
    """Tell whether every item is in a group."""
    return bool(body.items) and all(as_mapping(response).get(item.id) for item in body.items)


def changes(source: SortBody, translated: SortBody) -> tuple[str, ...]:
    """Say what a translation changed that it may not."""
    if len(source.groups) != len(translated.groups) or len(source.items) != len(translated.items):
        before = f"{len(source.groups)} groups and {len(source.items)} items"
        return (f"has {len(translated.groups)} groups and {len(translated.items)} items instead of {before}",)
    if {(i.id, i.group) for i in source.items} != {(i.id, i.group) for i in translated.items}:
        return ("puts items into other groups",)
    return ()


def joined(source: SortBody, translated: SortBody) -> SortBody:
    """Return the translation as it is graded."""
    return translated
