"""Readers of YAML, Markdown and PO for the domain, which may import only the standard library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import polib
from markdown_it.token import Token
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from lms.domain.formats.readers import (
    Catalogue,
    Entry,
    Heading,
    Link,
    PoEntry,
    References,
    Scalar,
    Value,
    YamlFile,
    YamlProblem,
)
from lms.infra.markup import READING

MAX_ALIASES = 20
MAX_DEPTH = 20
MAX_YAML = 1_000_000

_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,2})?")
_CONSTANTS: dict[str, Scalar] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_CONSTANTS.update(dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False))


class _Refused(Exception):
    def __init__(self, line: int, message: str, *, unsafe: bool = False) -> None:
        self.problem = YamlProblem(line, message, unsafe)


class _Yaml:
    """Build values from events, of the core schema only: no tags, few aliases, no repeated keys."""

    def __init__(self, events: Iterator[Event]) -> None:
        self._events = events
        self._anchors: dict[str, Value] = {}
        self._aliases = 0
        self.problems: list[YamlProblem] = []

    def root(self) -> Value | None:
        """Return the one document's root."""
        documents = 0
        root = None
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Refused(event.start_mark.line + 1, "more than one YAML document")
            elif isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent | AliasEvent):
                root = self._value(event, 0)
        return root

    def _value(self, event: Any, depth: int) -> Value:
        line = event.start_mark.line + 1
        if depth > MAX_DEPTH:
            raise _Refused(line, f"YAML nested more than {MAX_DEPTH} deep", unsafe=True)
        if isinstance(event, AliasEvent):
            return self._alias(event.anchor, line)
        if event.ctag is not None:
            raise _Refused(line, f"YAML tag '{event.ctag}' is not allowed", unsafe=True)
        if isinstance(event, ScalarEvent):
            value = Value(line, _scalar(event), "scalar")
        elif isinstance(event, SequenceStartEvent):
            value = Value(line, tuple(self._items(depth)), "list")
        else:
            value = Value(line, tuple(self._entries(depth)), "map")
        if event.anchor:
            self._anchors[event.anchor] = value
        return value

    def _alias(self, anchor: str, line: int) -> Value:
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            raise _Refused(line, f"more than {MAX_ALIASES} YAML aliases", unsafe=True)
        if anchor not in self._anchors:
            raise _Refused(line, f"YAML alias '*{anchor}' names no finished anchor", unsafe=True)
        return self._anchors[anchor]

    def _items(self, depth: int) -> Iterator[Value]:
        for event in self._events:
            if isinstance(event, SequenceEndEvent):
                return
            yield self._value(event, depth + 1)

    def _entries(self, depth: int) -> Iterator[Entry]:
        seen: set[str] = set()
        for event in self._events:
            if isinstance(event, MappingEndEvent):
                return
            line = event.start_mark.line + 1
            if not isinstance(event, ScalarEvent) or event.ctag is not None:
                raise _Refused(line, "a YAML key must be a plain text", unsafe=not isinstance(event, ScalarEvent))
            value = self._value(next(self._events), depth + 1)
            if event.value in seen:
                self.problems.append(YamlProblem(line, f"key '{event.value}' stands twice"))
                continue
            seen.add(event.value)
            yield Entry(event.value, line, value)


def _scalar(event: ScalarEvent) -> Scalar:
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


class FileReaders:
    """The readers that the domain is handed.

    What was read is kept for a while: the checker reads the same texts again for every language of a course.
    """

    @staticmethod
    @lru_cache(maxsize=256)
    def yaml(text: str) -> YamlFile:
        """Read YAML into values with lines."""
        if len(text) > MAX_YAML:
            return YamlFile(None, (YamlProblem(1, "more than a million characters of YAML"),))
        parser = YAML(typ="safe", pure=True)
        builder = _Yaml(iter(parser.parse(text)))
        try:
            root = builder.root()
        except _Refused as refused:
            return YamlFile(None, (refused.problem,))
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            reason = error.problem or error.context or "cannot be read"
            return YamlFile(None, (YamlProblem(mark.line + 1 if mark else 1, f"not YAML: {reason}"),))
        except (YAMLError, ValueError, RecursionError) as error:
            return YamlFile(None, (YamlProblem(1, f"not YAML: {str(error).splitlines()[0]}"),))
        return YamlFile(root, tuple(builder.problems))

    @staticmethod
    @lru_cache(maxsize=512)
    def references(markdown: str) -> References:
        """Read links, images, headings and raw HTML."""
        links: list[Link] = []
        images: list[Link] = []
        headings: list[Heading] = []
        raw_html: list[tuple[int, str]] = []
        line = 0
        for token in _flat(READING.parse(markdown)):
            line = token.map[0] if token.map else line
            if token.type == "html_block":
                raw_html.append((line, token.content.strip().split("\n")[0]))
            elif token.type == "inline":
                heading_level = token.meta.get("heading")
                if heading_level:
                    headings.append(Heading(line, heading_level, token.content))
                _inline(token, line, links, images, raw_html)
        return References(tuple(links), tuple(images), tuple(headings), tuple(raw_html))

    @staticmethod
    @lru_cache(maxsize=8)
    def po(text: str) -> Catalogue:
        """Read a gettext catalogue."""
        try:
            file = polib.pofile(text if "\n" in text else text + "\n")
        except (OSError, ValueError, IndexError, KeyError) as error:
            found = re.search(r"line (\d+)", str(error))
            return Catalogue(problem=(int(found[1]) if found else 1, f"not a gettext catalogue: {error}"))
        entries = tuple(_po_entry(entry) for entry in file)
        return Catalogue(entries, tuple(file.metadata.items()), file.header)


def _flat(tokens: list[Token]) -> Iterator[Token]:
    """Yield tokens, each heading's inline token marked with the level."""
    level = 0
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
        elif token.type == "inline" and level:
            token.meta["heading"] = level
            level = 0
        yield token


def _inline(token: Token, line: int, links: list[Link], images: list[Link], raw_html: list[tuple[int, str]]) -> None:
    open_links: list[tuple[Token, int, list[str]]] = []
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            line += 1
        elif child.type == "link_open":
            open_links.append((child, line, []))
        elif child.type == "link_close" and open_links:
            opened, at, words = open_links.pop()
            links.append(_link(opened, "href", at, "".join(words)))
        elif child.type == "image":
            images.append(_link(child, "src", line, child.content))
        elif child.type == "html_inline":
            raw_html.append((line, child.content))
        if open_links and child.content:
            open_links[-1][2].append(child.content)


def _link(token: Token, attribute: str, line: int, text: str) -> Link:
    classes = tuple(str(token.attrGet("class") or "").split())
    title = str(token.attrGet("title") or "")
    return Link(line, unquote(str(token.attrGet(attribute) or "")), text, title, classes)


def _po_entry(entry: polib.POEntry) -> PoEntry:
    references = tuple((path, int(line) if line.isdigit() else 1) for path, line in entry.occurrences)
    return PoEntry(
        context=entry.msgctxt or "",
        source=entry.msgid,
        text=entry.msgstr,
        fuzzy="fuzzy" in entry.flags,
        obsolete=bool(entry.obsolete),
        line=entry.linenum,
        comment=entry.comment,
        references=references,
        previous=entry.previous_msgid or "",
    )


READERS = FileReaders()
