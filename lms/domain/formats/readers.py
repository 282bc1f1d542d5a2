"""What the domain asks of readers of YAML, Markdown and PO, which live in infra and are handed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Value:
    """A node of YAML with its one-based line: a scalar, a list or a mapping."""

    line: int
    content: Scalar | tuple[Value, ...] | tuple[Entry, ...]
    kind: Literal["scalar", "list", "map"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a mapping with its line, and its value."""

    key: str
    line: int
    value: Value


@dataclass(frozen=True, slots=True)
class YamlProblem:
    """What is wrong with a YAML text; `unsafe` for tags and aliases, for which a whole package is refused."""

    line: int
    message: str
    unsafe: bool = False


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A YAML text: its root (None when it is empty or cannot be read) and what is wrong with it."""

    root: Value | None
    problems: tuple[YamlProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A link or an image in Markdown; `line` counts from zero in the text that was read."""

    line: int
    target: str
    text: str
    title: str = ""
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `line` counts from zero."""

    line: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class References:
    """What a Markdown text points at, its headings, and the lines and text of its raw HTML."""

    links: tuple[Link, ...] = ()
    images: tuple[Link, ...] = ()
    headings: tuple[Heading, ...] = ()
    raw_html: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PoEntry:
    """One entry of a gettext catalogue; `line` is where it stands in its file."""

    context: str
    source: str
    text: str = ""
    fuzzy: bool = False
    obsolete: bool = False
    line: int = 1
    comment: str = ""
    references: tuple[tuple[str, int], ...] = ()
    previous: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A gettext catalogue; `problem` (line, sentence) says why it cannot be read."""

    entries: tuple[PoEntry, ...] = ()
    header: tuple[tuple[str, str], ...] = ()
    comment: str = ""
    problem: tuple[int, str] | None = None


class Readers(Protocol):
    """The readers that the domain is given."""

    def yaml(self, text: str) -> YamlFile:
        """Read YAML without tags, aliases beyond a small limit, or repeated keys."""
        ...

    def references(self, markdown: str) -> References:
        """Read what a Markdown text points at."""
        ...

    def po(self, text: str) -> Catalogue:
        """Read a gettext catalogue."""
        ...


def entries_of(value: Value) -> Sequence[Entry]:
    """Return the entries of a mapping; nothing for another kind."""
    return [e for e in value.content if isinstance(e, Entry)] if isinstance(value.content, tuple) else []


def values_of(value: Value) -> Sequence[Value]:
    """Return the values of a list; nothing for another kind."""
    return [v for v in value.content if isinstance(v, Value)] if isinstance(value.content, tuple) else []
