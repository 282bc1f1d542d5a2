"""Lines of a text file: split without losing a byte, and which of them are code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_LIST_MARKER = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])(?: {1,4}(?! )|(?= {5})|$)|> ?")
_CODE_OPENING = re.compile(r" {0,3}(?P<fence>`{3,}(?=[^`]*$)|~{3,})")
_CODE_CLOSING = re.compile(r"\s*(?P<fence>`{3,}|~{3,})\s*$")
_OPENERS = frozenset("`~-*+>0123456789")
"""What a line has to begin with to open code or a list; most lines do not, which saves their time."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its ending; `number` is one-based in the file."""

    number: int
    text: str


def split_lines(text: str) -> list[str]:
    """Split at LF, CRLF or CR, as CommonMark does, keeping the endings."""
    return _LINE.findall(text)


def indent_of(text: str) -> int:
    """Return the width of the leading white space, tabs counted to stops of four."""
    expanded = text.expandtabs(4)
    return len(expanded) - len(expanded.lstrip(" "))


def join_lines(lines: Iterable[Line]) -> str:
    """Join lines into Markdown without blank lines around it."""
    return "\n".join(line.text for line in lines).strip("\n").rstrip()


class CodeTracker:
    """Follow a text line by line and tell which lines belong to fenced code, in lists too."""

    def __init__(self) -> None:
        self._lists: list[int] = []
        self._fence = ""

    def is_code(self, text: str) -> bool:
        """Take the next line (without its ending) and tell whether it opens, closes or stands in fenced code."""
        if not text.strip():
            return bool(self._fence)
        if not self._fence and not self._lists and text.lstrip()[0] not in _OPENERS:
            return False
        indent = indent_of(text)
        if self._fence:
            if not (self._lists and indent < self._lists[-1]):
                return self._in_code(text)
            self._fence = ""
        while self._lists and indent < self._lists[-1]:
            self._lists.pop()
        return self._opens_code(text.expandtabs(4))

    @property
    def inside(self) -> bool:
        """Tell whether fenced code is open after the last line."""
        return bool(self._fence)

    def _in_code(self, text: str) -> bool:
        closing = _CODE_CLOSING.match(text)
        if closing and closing["fence"].startswith(self._fence):
            self._fence = ""
        return True

    def _opens_code(self, text: str) -> bool:
        at = self._lists[-1] if self._lists else 0
        while marker := _LIST_MARKER.match(text, at):
            if not marker[0].strip():
                break
            if not marker[0].startswith(">"):
                self._lists.append(max(marker.end(), at + 2))
            if marker.end() == at:
                break
            at = marker.end()
        opening = _CODE_OPENING.match(text[at:])
        if opening:
            self._fence = opening["fence"]
        return opening is not None
