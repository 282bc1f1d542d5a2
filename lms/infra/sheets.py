"""Pages that are kept laid out and painted, and documents put together from them.

Most of a document is the same for everybody: it is laid out and painted once, and each document lays its own few lines
over it. What comes of it is what WeasyPrint itself would write, operator by operator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Protocol

ORDER = "data-n"
"""Tells where among the parts of a page one is read; a page and what lies over it share the order."""


WALLS = "data-walls"
"""On the root of a document, the address of what is drawn behind each of its pages, for the eye alone."""

ALPHA = "aA"
"""What the names of states begin with that say how much a colour covers: one name, one state."""


class Image(Protocol):
    """What can hang in a frame: WeasyPrint asks its size while it lays out, and has it draw itself."""

    def get_intrinsic_size(self, resolution: float, font_size: float) -> tuple[float, float, float]:
        """Return width, height and their ratio."""

    def draw(self, stream: Any, width: float, height: float, style: object) -> None:
        """Draw itself at this size."""


class Frame:
    """A place for an image: kept pages name the frame, and each document hangs its own image into it."""

    image: Image

    def get_intrinsic_size(self, resolution: float, font_size: float) -> tuple[float, float, float]:
        """Return width, height and their ratio."""
        return self.image.get_intrinsic_size(resolution, font_size)

    def draw(self, stream: Any, width: float, height: float, style: object) -> None:
        """Draw what hangs in it; in a page that is painted to be kept, leave it open."""
        if getattr(stream, "keeps", False):
            stream.stream.append(_Open(self, width, height))
        else:
            self.image.draw(stream, width, height, style)


@dataclass(frozen=True)
class _Open:
    """A frame in a kept page, and how large it is."""

    frame: Frame
    width: float
    height: float


_FILES: dict[bytes, bytes] = {}
"""The bytes of our few fonts: each kept page would have its own."""


class KeptPage:
    """A page that is laid out once, and painted once where it holds nothing but text, lines and frames."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self._painted = False
        self._parts: list[bytes | _Open] | None = None
        self._tags: dict[Any, dict[str, Any]] = {}
        self._fonts: dict[int, Any] = {}
        self._states: dict[str, Any] = {}

    def paint(self, stream: Any, scale: float) -> None:
        """Paint the page as the first thing that is read in a stream."""
        if not self._painted:
            self._keep(stream, scale)
        if self._parts is None:
            self.page.paint(stream, scale)
            return
        assert not stream._tags, "the tags of a kept page are numbered from 0"
        stream._tags.update(self._tags)
        for key, font in self._fonts.items():
            _add_font(stream._fonts, key, font)
        for name, state in self._states.items():
            stream._resources["ExtGState"].setdefault(name, type(state)(state))
        for part in self._parts:
            if isinstance(part, _Open):
                part.frame.draw(stream, part.width, part.height, None)
            else:
                stream.stream.append(part)

    def _keep(self, stream: Any, scale: float) -> None:
        """Paint the page aside, and keep what comes of it unless it needs objects of its own in the document."""
        self._painted = True
        resources: dict[str, dict[str, Any]] = {name: {} for name in ("ExtGState", "XObject", "Pattern", "Shading")}
        aside = stream.clone(fonts={}, tags={}, images={}, resources={**stream._resources, **resources})
        aside.keeps = True
        self.page.paint(aside, scale)
        states = resources.pop("ExtGState")
        if any(resources.values()) or any(key[0] not in ALPHA for key in states):
            return
        for font in aside._fonts.values():
            font.file_content = _FILES.setdefault(font.file_content, font.file_content)
        self._tags, self._fonts, self._states, self._parts = aside._tags, aside._fonts, states, []
        for item in aside.stream:
            if isinstance(item, _Open):
                self._parts.append(item)
            elif self._parts and isinstance(self._parts[-1], bytes):
                self._parts[-1] += b"\n" + _bytes(item)
            else:
                self._parts.append(_bytes(item))


def _bytes(item: Any) -> bytes:
    """Return a part of a stream as it is written."""
    written: bytes = item if isinstance(item, bytes) else item.encode("ascii") if isinstance(item, str) else item.data
    return written


def _add_font(fonts: dict[int, Any], key: int, font: Any) -> None:
    """Let a document have the letters of a kept page; the page's own font stays as it is."""
    mine = fonts.get(key)
    if mine is None:
        mine = fonts[key] = copy(font)
        mine.to_unicode, mine.widths, mine.missing = dict(font.to_unicode), dict(font.widths), dict(font.missing)
        return
    for glyph, text in font.to_unicode.items():
        mine.to_unicode.setdefault(glyph, text)
    for number, width in font.widths.items():
        mine.widths.setdefault(number, width)


@dataclass
class Walls:
    """What is drawn behind a page, for the eye alone."""

    frame: Frame
    width: float
    height: float

    def paint(self, stream: Any, scale: float) -> None:
        """Draw it over the whole page."""
        with stream.stacked(), stream.artifact():
            stream.transform(a=scale, d=scale)
            self.frame.draw(stream, self.width, self.height, None)


@dataclass
class Sheet:
    """A page of a document as WeasyPrint takes it: layers, the lowest first."""

    layers: Sequence[Any]
    width: float
    height: float
    bleed: dict[str, float]
    bookmarks: list[Any]
    links: list[Any]
    anchors: dict[str, Any]
    forms: dict[Any, list[Any]]
    _page_box: Any = field(repr=False)

    def paint(self, stream: Any, scale: float = 1) -> None:
        """Paint the layers one over the other."""
        for layer in self.layers:
            layer.paint(stream, scale)


def make_sheet(layers: Sequence[Any], frames: Mapping[str, Frame]) -> Sheet:
    """Return a page of a document: laid-out pages over one another, read as one by whoever reads aloud."""
    pages = [layer.page if isinstance(layer, KeptPage) else layer for layer in layers]
    first = pages[0]
    walls = frames.get(first._page_box.children[0].element.get(WALLS, ""))
    return Sheet(
        layers=[*([Walls(walls, first.width, first.height)] if walls else []), *layers],
        width=first.width,
        height=first.height,
        bleed=first.bleed,
        bookmarks=[mark for page in pages for mark in page.bookmarks],
        links=[link for page in pages for link in page.links],
        anchors={name: point for page in pages for name, point in page.anchors.items()},
        forms=first.forms,
        _page_box=_merged([page._page_box for page in pages]) if pages[1:] else first._page_box,
    )


def _merged(boxes: Sequence[Any]) -> Any:
    """Return a page's box whose body holds the parts of all, in their order."""
    bodies = [box.children[0].children[0] for box in boxes]
    parts = sorted((part for body in bodies for part in body.children), key=_place)
    page, root = boxes[0], boxes[0].children[0]
    return page.copy_with_children([root.copy_with_children([bodies[0].copy_with_children(parts)])])


def _place(part: Any) -> int:
    return int(part.element.get(ORDER, 0))
