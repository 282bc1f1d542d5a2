"""Match: left sides that each have one right side, and perhaps extra right sides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lms.domain.lines import join_lines
from lms.domain.questions.items import read_items
from lms.domain.questions.masks import mask
from lms.domain.questions.responses import as_mapping, chosen
from lms.domain.questions.source import Ids, Problem, Reading, Source
from lms.domain.scoring import Grade, Verdict

KEYS: tuple[str, ...] = ()
ATTRIBUTES: tuple[str, ...] = ()
_MARKER = re.compile(r" ?[-*+]\s+(?P<rest>(?:.*\s)?::(?:\s.*|$))")
_NEVER = re.compile(r"(?!)")
_SIDES = re.compile(r"(?:^|\s+)::(?:\s+|$)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One right side; its id does not tell which left side it belongs to."""

    id: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A left side and the id of its right side."""

    id: str
    text: str
    right: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchBody:
    """The left sides in the author's order, and every right side once."""

    pairs: tuple[Pair, ...]
    sides: tuple[Side, ...]


def read(source: Source) -> Reading:
    """Read the prompt, the pairs and the extra right sides."""
    prompt, items, problems = read_items(source.head, _MARKER, _NEVER, "- left :: right")
    ids = Ids(problems)
    pairs: list[Pair] = []
    sides: dict[str, Side] = {}
    for item in items:
        left, right = _SIDES.split(item.text, maxsplit=1)
        item_id = ids.next(item.attributes, item.line)
        if not right.strip():
            problems.append(Problem(item.line, f"'{item.text}' has no right side: write '- left :: right'"))
        # Equal right sides are one choice to the learner, so they share an id.
        side = sides.setdefault(right.strip(), Side(id=mask(source.id, item_id), text=right.strip()))
        if left.strip():
            pairs.append(Pair(id=item_id, text=left.strip(), right=side.id))
    if not pairs or len(sides) < 2:
        message = f"question '{source.id}' has no right answer to choose: write two or more lines '- left :: right'"
        problems.append(Problem(source.line, message))
    body = MatchBody(pairs=tuple(pairs), sides=tuple(sides.values()))
    return Reading(prompt=join_lines(prompt), body=body, problems=tuple(problems))


def fields(body: MatchBody) -> tuple[str, ...]:
    """Return one field a left side, whose values are the ids of right sides."""
    return tuple(pair.id for pair in body.pairs)


def normalise(body: MatchBody, raw: Mapping[str, list[str]]) -> dict[str, str] | None:
    """Return the right side's id by left side's id; None when no side was chosen."""
    known = {side.id for side in body.sides}
    response = {pair.id: side for pair in body.pairs if (side := chosen(raw, pair.id, known))}
    return response or None


def grade(body: MatchBody, response: Any) -> Grade:
    """Grade a share each left side."""
    given = as_mapping(response)
    verdicts: dict[str, Verdict] = {}
    for pair in body.pairs:
        answer = given.get(pair.id)
        verdicts[pair.id] = "missed" if not answer else "right" if answer == pair.right else "wrong"
    return Grade(score=share_right(verdicts), parts=verdicts)


def share_right(verdicts: Mapping[str, Verdict]) -> Fraction:
    """Return the share of parts that are right; 0 when there are none."""
    return Fraction(list(verdicts.values()).count("right"), len(verdicts)) if verdicts else Fraction(0)


def is_answered(body: MatchBody, response: Any) -> bool:
    """Tell whether every left side has its right side chosen."""
    return bool(body.pairs) and all(as_mapping(response).get(pair.id) for pair in body.pairs)


def changes(source: MatchBody, translated: MatchBody) -> tuple[str, ...]:
    """Say what a translation changed that it may not."""
    if len(source.pairs) != len(translated.pairs) or len(source.sides) != len(translated.sides):
        before = f"{len(source.pairs)} left and {len(source.sides)} right sides"
        return (f"has {len(translated.pairs)} left and {len(translated.sides)} right sides instead of {before}",)
    if {(p.id, p.right) for p in source.pairs} != {(p.id, p.right) for p in translated.pairs}:
        return ("pairs other sides",)
    return ()


def joined(source: MatchBody, translated: MatchBody) -> MatchBody:
    """Return the translation as it is graded."""
    return translated
