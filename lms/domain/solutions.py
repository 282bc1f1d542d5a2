"""The response to a question that earns full marks: for demonstrations, and to check that every question has one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lms.domain.outline import Question


def solution(question: Question) -> Any:
    """Return a response with full marks; for an open question a sentence that a person would have to mark."""
    return _BY_TYPE[question.type](question.body)


def _ticked(parts: Any) -> list[str]:
    return [part.id for part in parts if part.right]


def _gap(gap: Any) -> str:
    return next(option.id for option in gap.options if option.right) if gap.is_chosen else str(gap.answers[0])


def _number(body: Any) -> str:
    """Return a decimal inside the first range."""
    first = body.ranges[0]
    return f"{float((first.low + first.high) / 2):.6f}".rstrip("0").rstrip(".")


_BY_TYPE: Mapping[str, Callable[[Any], Any]] = {
    "choice": lambda body: _ticked(body.options),
    "hotspot": lambda body: _ticked(body.regions),
    "text": lambda body: body.answers[0],
    "number": _number,
    "match": lambda body: {pair.id: pair.right for pair in body.pairs},
    "order": lambda body: {item.id: place for place, item in enumerate(body.items, start=1)},
    "sort": lambda body: {item.id: item.group for item in body.items},
    "gap": lambda body: {gap.id: _gap(gap) for gap in body.gaps},
    "open": lambda _body: "I would look at the object first.",
}
