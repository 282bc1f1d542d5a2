"""Question types: one module a type, each of which reads, normalises and grades; none knows HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from lms.domain.questions import choice, gap, hotspot, match, number, order, sort, text
from lms.domain.questions import open as open_type
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

    def read(self, source: Source) -> Reading:
        """Read the source."""
        ...

    def fields(self, body: Any) -> tuple[str, ...]:
        """Return the names of the form fields."""
        ...

    def normalise(self, body: Any, raw: Mapping[str, list[str]]) -> Any:
        """Return what a form sent as a response in JSON, or None."""
        ...

    def grade(self, body: Any, response: Any) -> Grade:
        """Grade a response."""
        ...

    def is_answered(self, body: Any, response: Any) -> bool:
        """Tell whether every part was given."""
        ...

    def changes(self, source: Any, translated: Any) -> tuple[str, ...]:
        """Say what a translation changed that it may not."""
        ...

    def joined(self, source: Any, translated: Any) -> Any:
        """Return the translation with what it keeps of the source."""
        ...


TYPES: Mapping[str, QuestionType] = {
    "choice": choice,
    "text": text,
    "number": number,
    "match": match,
    "order": order,
    "sort": sort,
    "gap": gap,
    "hotspot": hotspot,
    "open": open_type,
}

ALL_KEYS = frozenset(COMMON_KEYS) | {key for question_type in TYPES.values() for key in question_type.KEYS}
