"""PDF from HTML: the fonts that it is measured and set in, and how a document is asked for."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from flask import current_app
from fontTools.ttLib import TTFont

from lms.infra.places import place
from lms.infra.press import Attached as Attached
from lms.infra.press import Press
from lms.infra.sheets import Image

LIBRARIES = (
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "libharfbuzz.so.0",
    "libfontconfig.so.1",
)
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
"""What brings them on Debian; the last one makes the files smaller and is not needed."""

SPACE = 0x20

POINT = 25.4 / 72
"""Millimetres in a point."""


class Unavailable(Exception):
    """The libraries that PDF is made with are not on this machine; the message says which, and what to do."""


def find_problem() -> str | None:
    """Say in one sentence why no PDF can be made here, None when it can; asks anew each time until it can."""
    missing = [name for name in LIBRARIES if not _loads(name)]
    if not missing:
        return None
    return f"{', '.join(missing)} missing; run apt-get install {PACKAGES}"


def available() -> bool:
    """Tell whether PDF can be made here."""
    return find_problem() is None


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


@dataclass(frozen=True)
class Face:
    """A font as far as measuring needs it."""

    file: str

    @cached_property
    def advances(self) -> Mapping[int, float]:
        """Return the width of each letter that the font has, in its size."""
        with TTFont(place("static") / "fonts" / "pdf" / f"{self.file}.ttf") as font:
            widths, unit = font["hmtx"].metrics, font["head"].unitsPerEm
            return {letter: widths[glyph][0] / unit for letter, glyph in font.getBestCmap().items()}

    def missing(self, texts: Iterable[str]) -> str:
        """Return the letters in the texts that the font cannot set, each once."""
        return "".join(sorted({c for text in texts for c in text if ord(c) not in self.advances and c != "\n"}))

    def width(self, text: str) -> float:
        """Return the width of a text in the font's size, without kerning."""
        return sum(self.advances.get(ord(c), 1.0) for c in text)

    def lines(self, text: str, size: float, width: float) -> int:
        """Return how many lines a text takes in so many millimetres."""
        return len(self.broken(text, size, width))

    def broken(self, text: str, size: float, width: float) -> list[str]:
        """Break a text into lines of so many millimetres at its spaces; a word that is too long for one breaks inside.

        Not at hyphens, unlike the usual: programs that read a PDF take a hyphen at the end of a line for no part of
        the word, and a double name would lose it.
        """
        room, space = width / (size * POINT), self.advances[SPACE]
        lines, used = [""], 0.0
        for word, long in _words(self, text):
            pieces = [(word, long)] if long <= room else self._pieces(word, room)
            for piece, wide in pieces:
                if lines[-1] and used + space + wide <= room and piece is pieces[0][0]:
                    lines[-1], used = f"{lines[-1]} {piece}", used + space + wide
                elif lines[-1]:
                    lines.append(piece)
                    used = wide
                else:
                    lines[-1], used = piece, wide
        return lines

    def _pieces(self, word: str, room: float) -> list[tuple[str, float]]:
        pieces, start, used = [], 0, 0.0
        for at, letter in enumerate(word):
            wide = self.advances.get(ord(letter), 1.0)
            if used + wide > room and at > start:
                pieces.append((word[start:at], used))
                start, used = at, 0.0
            used += wide
        return [*pieces, (word[start:], used)]

    def balanced(self, text: str, size: float, width: float) -> list[str]:
        """Break a text into as few lines as this width allows, and make the lines alike."""
        most, low, high = self.lines(text, size, width), 0.0, width
        while most > 1 and high - low > 1:
            middle = (low + high) / 2
            low, high = (low, middle) if self.lines(text, size, middle) <= most else (middle, high)
        return self.broken(text, size, high)


@lru_cache(maxsize=1024)
def _words(chosen: Face, text: str) -> tuple[tuple[str, float], ...]:
    return tuple((word, chosen.width(word)) for word in text.split())


@cache
def face(file: str) -> Face:
    """Return one of our fonts by the name of its file."""
    return Face(file)


def fit(text: str, *, font: str, width: float, steps: Sequence[tuple[float, int]]) -> float:
    """Return the first size in points of the steps (size, most lines) at which a text fits; the last when none does."""
    chosen = face(font)
    longest = max((wide for _word, wide in _words(chosen, text)), default=0.0) * POINT
    fitting = (size for size, most in steps if longest * size <= width and chosen.lines(text, size, width) <= most)
    return next(fitting, steps[-1][0])


def fit_list(texts: Sequence[str], *, font: str, width: float, lines: int, sizes: Sequence[float]) -> float | None:
    """Return the largest size in points at which texts below one another take at most so many lines; None for none."""
    chosen = face(font)
    return next((s for s in sizes if sum(chosen.lines(text, s, width) for text in texts) <= lines), None)


def fill(template: str, **context: object) -> str:
    """Return the HTML of a document: a template without anything of a request, in the language of the present work."""
    return current_app.jinja_env.get_template(template).render(context)


def render(
    html: str,
    *,
    under: str = "",
    shared: str | Sequence[str] = (),
    style: str,
    drawings: Mapping[str, Image],
    identifier: str,
    attached: Attached | None = None,
) -> bytes:
    """Return a document as tagged PDF/A-3a and PDF/UA-1; the same input always gives the same bytes.

    `under` is the HTML of what lies under its only page, `shared` that of pages behind it: what many documents have
    alike is laid out and painted once. The parts of a page and of what lies under it are the children of their bodies,
    each with its place in the order of reading as `data-n`. `style` is the path of a style sheet below static/;
    `drawings` are what HTML and style sheet name as `own:<name>`, the same size each time. Raises Unavailable when the
    libraries are not there.
    """
    if problem := find_problem():
        raise Unavailable(problem)
    return _press().print(
        html,
        under=under,
        shared=[shared] if isinstance(shared, str) else shared,
        style=style,
        images=drawings,
        identifier=identifier,
        attached=attached,
    )


@cache
def _press() -> Press:
    return Press(place("static"))
