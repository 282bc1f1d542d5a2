"""Question types: one module a type, each of which reads, normalises and grades; none knows HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from lms.domain.questions import choice, gap, hotspot, match, number, open, order, sort, text
from lms.domain.questions.source import COMMON_KEYS, Reading, Source
from lms.domain.scoring import Grade


class QuestionType(Protocol):
    """What every type's module offers; `body` is what its own `read` made.

    `normalise` never raises on forged input: unknown ids are dropped, a reply of more than 2,000 characters counts as
    none (open: is cut after 20,000), several values where one is asked for count as none. Its result is JSON.
    `grade` takes None or any JSON. `changes` says what a translated body changed that it may not; `joined` gives the
    translated body what it keeps of the source (accepted answers, units), and may be called when `changes` is empty.
    """

    KEYS: tuple[str, ...]
    ATTRIBUTES: tuple[str, ...]

    def read(self, source: Source) -> Reading: ...
    def fields(self, body: Any) -> tuple[str, ...]: ...
    def normalise(self, body: Any, raw: Mapping[str, list[str]]) -> Any: ...
    def grade(self, body: Any, response: Any) -> Grade: ...
    def is_answered(self, body: Any, response: Any) -> bool: ...
    def changes(self, source: Any, translated: Any) -> tuple[str, ...]: ...
    def joined(self, source: Any, translated: Any) -> Any: ...


TYPES: Mapping[str, QuestionType] = {
    "choice": choice,
    "text": text,
    "number": number,
    "match": match,
    "order": order,
    "sort": sort,
    "gap": gap,
    "hotspot": hotspot,
    "open": open,
}

ALL_KEYS = frozenset(COMMON_KEYS) | {key for question_type in TYPES.values() for key in question_type.KEYS}
