"""Order: items to be brought into the right order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from lms.domain.lines import join_lines
from lms.domain.questions.items import read_items
from lms.domain.questions.responses import as_mapping, chosen
from lms.domain.questions.source import Ids, Problem, Reading, Source
from lms.domain.scoring import Grade, Verdict

KEYS: tuple[str, ...] = ()
ATTRIBUTES: tuple[str, ...] = ()
_MARKER = re.compile(r" ?\d{1,3}[.)]\s+(?P<rest>.*)$")
_NEAR = re.compile(r" ?\d{1,3}[.)]$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One item; `text` is Markdown."""

    id: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderBody:
    """The items in the right order: mask their ids before they reach a page."""

    items: tuple[Step, ...]


def read(source: Source) -> Reading:
    """Read the prompt and the items."""
    prompt, items, problems = read_items(source.head, _MARKER, _NEAR, "1. text")
    ids = Ids(problems)
    steps = tuple(Step(id=ids.next(item.attributes, item.line), text=item.text) for item in items)
    if len(steps) < 2:
        message = f"question '{source.id}' has no right answer: write two or more items '1. …' in the right order"
        problems.append(Problem(source.line, message))
    return Reading(prompt=join_lines(prompt), body=OrderBody(items=steps), problems=tuple(problems))


def fields(body: OrderBody) -> tuple[str, ...]:
    """Return one field an item, whose values are the places 1 to n."""
    return tuple(item.id for item in body.items)


def normalise(body: OrderBody, raw: Mapping[str, list[str]]) -> dict[str, int] | None:
    """Return the place by item id; None when no place was chosen."""
    known = {str(place) for place in range(1, len(body.items) + 1)}
    return {item.id: int(place) for item in body.items if (place := chosen(raw, item.id, known))} or None


def grade(body: OrderBody, response: Any) -> Grade:
    """Grade neighbouring pairs of the key that are neighbouring and in order, over n − 1.

    A place given to two items is no place. The first item's verdict says whether it stands first, each other item's
    whether it follows the one before it in the key.
    """
    given = {i: place for i, place in as_mapping(response).items() if isinstance(place, int)}
    taken = Counter(given.values())
    places = {i: place for i, place in given.items() if taken[place] == 1}
    verdicts: dict[str, Verdict] = {}
    if body.items:
        first = body.items[0].id
        verdicts[first] = _verdict(first in given, places.get(first) == 1)
    for before, after in pairwise(item.id for item in body.items):
        follows = before in places and places.get(after) == places[before] + 1
        verdicts[after] = _verdict(after in given, follows)
    pairs = len(body.items) - 1
    right = [verdicts[item.id] for item in body.items[1:]].count("right")
    return Grade(score=Fraction(right, pairs) if pairs > 0 else Fraction(0), parts=verdicts)


def _verdict(given: bool, right: bool) -> Verdict:
    return "right" if right else "wrong" if given else "missed"


def is_answered(body: OrderBody, response: Any) -> bool:
    """Tell whether every item has a place."""
    return bool(body.items) and all(item.id in as_mapping(response) for item in body.items)


def changes(source: OrderBody, translated: OrderBody) -> tuple[str, ...]:
    """Say what a translation changed that it may not."""
    if len(source.items) != len(translated.items):
        return (f"has {len(translated.items)} items instead of {len(source.items)}",)
    if [item.id for item in source.items] != [item.id for item in translated.items]:
        return ("has items of other ids or in another order",)
    return ()


def joined(source: OrderBody, translated: OrderBody) -> OrderBody:
    """Return the translation as it is graded."""
    return translated
