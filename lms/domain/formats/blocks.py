"""Front matter, colon fences and the Markdown between them, by exact ranges of lines, so that nothing else moves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from lms.domain.attributes import Attributes, read_attributes
from lms.domain.lines import CodeTracker, Line, indent_of, split_lines

_COLONS = re.compile(r" {0,3}(?P<fence>:{3,})(?P<rest>.*)$")
_OPENING = re.compile(r"\s*(?P<name>[^\s{}]+)\s*(?:\{(?P<inside>.*)\})?\s*$")
_RUBRIC_LINE = re.compile(r"Rubric:\s*(\||$)")
_DEFINITION = re.compile(r" {0,3}\[(?P<label>\^?[^\]\s][^\]]*)\]:")


@dataclass(frozen=True, slots=True)
class Text:
    """A run of lines outside fences: `start` and `stop` are zero-based, half-open."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block with its opening and closing line; `fault` says what is wrong with its opening."""

    start: int
    stop: int
    name: str
    attributes: Attributes
    parts: tuple[Part, ...]
    closed: bool


Part = Text | Fence

RUBRIC = "Rubric:"
"""The name of the part that a task's own `Rubric:` key makes; no block can be called so."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file's lines with their endings, its front matter's range, and its parts, which cover the rest exactly."""

    lines: tuple[str, ...]
    front: Text | None
    parts: tuple[Part, ...]
    problems: tuple[tuple[int, str], ...] = ()
    first: int = 1
    """The number of the first line, for a document that is a piece of another."""

    def source(self, part: Part) -> str:
        """Return the part's own bytes, as text."""
        return "".join(self.lines[part.start : part.stop])

    def text(self) -> str:
        """Write every part again."""
        return "".join(self.source(part) for part in (*([self.front] if self.front else []), *self.parts))

    def replaced(self, part: Part, source: str) -> str:
        """Return the file's text with another source for one part, at any depth; no other line changes."""
        return "".join((*self.lines[: part.start], source, *self.lines[part.stop :]))

    def numbered(self, start: int, stop: int) -> list[Line]:
        """Return lines without their endings, with their numbers."""
        return [Line(self.first + n, self.lines[n].rstrip("\r\n")) for n in range(start, stop)]

    def inside(self, fence: Fence) -> list[Line]:
        """Return the lines between a fence's opening and closing."""
        return self.numbered(fence.start + 1, fence.stop - 1 if fence.closed else fence.stop)

    def front_matter(self) -> str:
        """Return the YAML between the two lines of hyphens, behind an empty line that keeps line numbers right."""
        return "\n" + "".join(self.lines[1 : self.front.stop - 1]) if self.front else ""

    def fences(self) -> Iterator[Fence]:
        """Yield every fence, outer before inner."""
        waiting: list[Part] = list(reversed(self.parts))
        while waiting:
            part = waiting.pop()
            if isinstance(part, Fence):
                yield part
                waiting.extend(reversed(part.parts))


@dataclass(slots=True)
class _Open:
    """A fence under construction."""

    start: int
    colons: int
    name: str
    attributes: Attributes
    parts: list[Part] = field(default_factory=list)


class _Parser:
    """Read lines once, keeping a stack of open fences."""

    def __init__(self, lines: Sequence[str], start: int, first: int) -> None:
        self._lines = lines
        self._first = first
        self._root = _Open(start, 0, "", Attributes())
        self._stack = [self._root]
        self._text = start
        self._code = CodeTracker()
        self._code_opened = 0
        self.problems: list[tuple[int, str]] = []

    def parse(self) -> tuple[Part, ...]:
        """Return the parts after the front matter."""
        for n in range(self._root.start, len(self._lines)):
            text = self._lines[n].rstrip("\r\n")
            was_inside = self._code.inside
            match = None if was_inside else _COLONS.match(text)
            if match is None:
                self._code.is_code(text)
                self._code_opened = n if self._code.inside and not was_inside else self._code_opened
            elif match["rest"].strip():
                self._open(n, match)
            else:
                self._close(n, len(match["fence"]))
        self._finish()
        return tuple(self._root.parts)

    def _problem(self, n: int, message: str) -> None:
        self.problems.append((self._first + n, message))

    def _flush(self, n: int) -> None:
        if n > self._text:
            self._stack[-1].parts.append(Text(self._text, n))
        self._text = n

    def _open(self, n: int, match: re.Match[str]) -> None:
        opening = _OPENING.match(match["rest"])
        if opening is None:
            self._problem(n, f"cannot read the block's opening '{match[0].strip()}': write '::: name {{key=value}}'")
        name = opening["name"] if opening else ""
        attributes = read_attributes(opening["inside"] or "") if opening else Attributes()
        for problem in attributes.problems:
            self._problem(n, problem)
        outer = self._stack[-1]
        if len(self._stack) > 1 and len(match["fence"]) >= outer.colons:
            longer = ":" * (len(match["fence"]) + 1)
            message = f"block '{name}' stands inside '{outer.name}', which needs a longer fence: '{longer}'"
            self._problem(n, f"{message}, or '{outer.name}' is not closed")
        self._flush(n)
        self._stack.append(_Open(n, len(match["fence"]), name, attributes))
        self._text = n + 1
        self._code = CodeTracker()

    def _close(self, n: int, colons: int) -> None:
        depth = next((d for d in range(len(self._stack) - 1, 0, -1) if self._stack[d].colons == colons), 0)
        if not depth and len(self._stack) > 1 and colons > self._stack[-1].colons:
            depth = len(self._stack) - 1
        if not depth:
            self._problem(n, f"'{':' * colons}' closes no block")
            return
        while len(self._stack) > depth + 1:
            self._unclosed(n)
        self._flush(n)
        self._shut(n + 1, closed=True)

    def _shut(self, stop: int, *, closed: bool) -> None:
        done = self._stack.pop()
        fence = Fence(done.start, stop, done.name, done.attributes, tuple(done.parts), closed)
        self._stack[-1].parts.append(fence)
        self._text = stop
        self._code = CodeTracker()

    def _unclosed(self, n: int) -> None:
        inner = self._stack[-1]
        why = f"; the code fence in line {self._first + self._code_opened} is still open" if self._code.inside else ""
        self._problem(inner.start, f"block '{inner.name}' is never closed: write '{':' * inner.colons}' below it{why}")
        self._flush(n)
        self._shut(n, closed=False)

    def _finish(self) -> None:
        end = len(self._lines)
        while len(self._stack) > 1:
            self._unclosed(end)
        self._flush(end)


def parse(text: str, *, front_matter: bool = True, first: int = 1) -> Document:
    """Read a file, or a piece of one that begins at line `first`."""
    lines = tuple(split_lines(text))
    problems: list[tuple[int, str]] = []
    front = _front(lines, problems) if front_matter else None
    parser = _Parser(lines, front.stop if front else 0, first)
    parts = parser.parse()
    return Document(lines, front, parts, (*problems, *sorted(parser.problems)), first)


def _front(lines: Sequence[str], problems: list[tuple[int, str]]) -> Text | None:
    if not lines or lines[0].rstrip() != "---":
        problems.append((1, "no front matter: the first line is '---'"))
        return None
    for n in range(1, len(lines)):
        if lines[n].rstrip() == "---":
            return Text(0, n + 1)
    problems.append((1, "the front matter is never closed: write '---' below it"))
    return None


def chunks(document: Document, run: Text) -> list[Text]:
    """Cut a run of Markdown at blank lines into paragraphs, lists, tables; code and indented followers stay whole.

    The chunks leave out the blank lines between them.
    """
    found: list[Text] = []
    code = CodeTracker()
    start = -1
    for n in range(run.start, run.stop):
        text = document.lines[n].rstrip("\r\n")
        is_code = code.is_code(text)
        if not text.strip() and not is_code:
            found.extend([Text(start, n)] if start >= 0 else [])
            start = -1
        elif start < 0:
            follows = found and indent_of(text) >= 2
            start = found.pop().start if follows else n
    return [*found, Text(start, run.stop)] if start >= 0 else found


def definitions(document: Document) -> dict[str, str]:
    """Return the source of every footnote and link definition by its label, wherever in the file it stands."""
    found: dict[str, str] = {}
    for run in _runs(document.parts):
        for chunk in chunks(document, run):
            label = ""
            for line in document.numbered(chunk.start, chunk.stop):
                if match := _DEFINITION.match(line.text):
                    label = match["label"].casefold()
                    found[label] = line.text
                elif label:
                    found[label] += "\n" + line.text
    return found


def _runs(parts: Sequence[Part]) -> Iterator[Text]:
    for part in parts:
        if isinstance(part, Text):
            yield part
        else:
            yield from _runs(part.parts)


def with_rubric(document: Document) -> Document:
    """Cut a task's own `Rubric:` key out of its prose as a part of its own."""
    parts: list[Part] = []
    for part in document.parts:
        at = _rubric_line(document, part) if isinstance(part, Text) else None
        if at is None:
            parts.append(part)
            continue
        parts.extend([Text(part.start, at)] if at > part.start else [])
        parts.append(Fence(at, part.stop, RUBRIC, Attributes(), (), closed=False))
    return replace(document, parts=tuple(parts))


def _rubric_line(document: Document, run: Text) -> int | None:
    code = CodeTracker()
    for n in range(run.start, run.stop):
        text = document.lines[n].rstrip("\r\n")
        if not code.is_code(text) and _RUBRIC_LINE.match(text):
            return n
    return None
