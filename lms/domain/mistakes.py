"""The response to a question of somebody who half knows the matter: for demonstrations, where people fail too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from random import Random
from typing import Any

from lms.domain.outline import Question
from lms.domain.questions import TYPES
from lms.domain.solutions import solution

UNSURE = "not sure"


def mistake(question: Question, chance: Random) -> Any:
    """Return a response that earns less than full marks; nothing at all where every response would earn them.

    An open question is answered as ever: a person has to mark it.
    """
    if question.type == "open":
        return solution(question)
    for response in _BY_TYPE[question.type](question.body, chance):
        score = TYPES[question.type].grade(question.body, response).score
        if score is not None and score < 1:
            return response
    return None


def _ticks(parts: Any, chance: Random, *, several: bool) -> Iterator[list[str]]:
    """Yield another tick in place of a right one or, where several are right, one too few."""
    right = [part.id for part in parts if part.right]
    wrong = [part.id for part in parts if not part.right]
    chance.shuffle(right)
    chance.shuffle(wrong)
    if several and len(right) > 1 and chance.random() < 0.5:
        yield _in_order(parts, right[1:])
    for stray in wrong:
        yield _in_order(parts, [*right[1:], stray])
    yield _in_order(parts, right[1:])


def _in_order(parts: Any, ids: list[str]) -> list[str]:
    return [part.id for part in parts if part.id in ids]


def _text(body: Any, chance: Random) -> Iterator[str]:
    near = [reply for miss in body.almost for reply in miss.replies]
    chance.shuffle(near)
    yield from near
    yield UNSURE


def _number(body: Any, chance: Random) -> Iterator[str]:
    """Yield what comes out when a point slips, or a step of the sum is forgotten."""
    middle = float((body.ranges[0].low + body.ranges[0].high) / 2)
    slips = [middle * 10, middle / 10, middle * 2, middle / 2]
    chance.shuffle(slips)
    yield from (f"{slip:.4f}".rstrip("0").rstrip(".") for slip in (*slips, middle + 1000))


def _match(body: Any, chance: Random) -> Iterator[dict[str, str]]:
    pairs = list(body.pairs)
    chance.shuffle(pairs)
    right = {pair.id: pair.right for pair in body.pairs}
    for one, other in pairwise(pairs):
        yield right | {one.id: other.right, other.id: one.right}


def _order(body: Any, chance: Random) -> Iterator[dict[str, int]]:
    right = {item.id: place for place, item in enumerate(body.items, start=1)}
    at = chance.randrange(max(1, len(body.items) - 1))
    one, other = body.items[at].id, body.items[min(at + 1, len(body.items) - 1)].id
    yield right | {one: right[other], other: right[one]}


def _sort(body: Any, chance: Random) -> Iterator[dict[str, str]]:
    stray = chance.choice(body.items)
    other = chance.choice([group.id for group in body.groups if group.id != stray.group])
    yield {item.id: other if item.id == stray.id else item.group for item in body.items}


def _gap(body: Any, chance: Random) -> Iterator[dict[str, str]]:
    right = {
        gap.id: next(option.id for option in gap.options if option.right) if gap.is_chosen else gap.answers[0]
        for gap in body.gaps
    }
    for gap in chance.sample(body.gaps, len(body.gaps)):
        others = [option.id for option in gap.options if not option.right] if gap.is_chosen else [UNSURE]
        yield right | {gap.id: chance.choice(others)}


_BY_TYPE: Mapping[str, Callable[[Any, Random], Iterator[Any]]] = {
    "choice": lambda body, chance: _ticks(body.options, chance, several=body.multiple),
    "hotspot": lambda body, chance: _ticks(body.regions, chance, several=body.multiple),
    "text": _text,
    "number": _number,
    "match": _match,
    "order": _order,
    "sort": _sort,
    "gap": _gap,
}
