"""PDF from HTML by WeasyPrint, which sees our own style sheets, fonts and drawings: no other file, no network.

It is long because measuring, laying out and finishing share the one import of WeasyPrint, which takes seconds.
"""

from __future__ import annotations

import ctypes
import logging
import os
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from flask import current_app
from fontTools.ttLib import TTFont

from lms.infra.drawings import Drawing
from lms.infra.places import place

LIBRARIES = (
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "libharfbuzz.so.0",
    "libfontconfig.so.1",
)
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
"""What brings them on Debian; the last one makes the files smaller and is not needed."""

SCHEME = "own:"
"""Begins the only addresses that are answered: style sheets and fonts below static/, and a document's drawings."""

SPACE = 0x20

POINT = 25.4 / 72
"""Millimetres in a point."""

UA_IDENTIFIER = (
    '<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about="" '
    'xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>'
    '<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about="" '
    'xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" '
    'xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" '
    'xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag>'
    '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>'
    "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    "<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>"
    '<rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>'
    "<pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>"
    "<pdfaProperty:description>Part of ISO 14289 that the document follows</pdfaProperty:description></rdf:li>"
    "</rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
)
"""Says PDF/UA-1 inside PDF/A: its property must be described there (ISO 19005-3, 6.6.2.3)."""


VARIANT = "pdf/a-3a"
COLOURS = "sRGB2014.icc"
"""The profile that PDF/A says its colours are meant in; WeasyPrint brings it."""

KEPT = 32
"""Shared pages kept laid out, the last used: a course and language each, about a megabyte."""


ATTACHED = "credential.json"
"""The name of the file that a document carries inside."""


@dataclass(frozen=True, kw_only=True)
class Attached:
    """A file that a document carries inside: the same statement for programs to read (PDF 2.0, 14.13.5)."""

    content: bytes
    description: str
    at: datetime


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
    shared: str,
    style: str,
    drawings: Mapping[str, Drawing],
    identifier: str,
    attached: Attached | None = None,
) -> bytes:
    """Return a document as tagged PDF/A-3a and PDF/UA-1; the same input always gives the same bytes.

    `shared` is the HTML of pages behind it, if any, that many documents have alike: they are laid out once. `style` is
    the path of a style sheet below static/; `drawings` are what HTML and style sheet name as `own:<name>`, the same
    size each time. Raises Unavailable when the libraries are not there.
    """
    if problem := find_problem():
        raise Unavailable(problem)
    return _press().print(html, shared, style, drawings, identifier, attached)


@cache
def _press() -> Press:
    return Press(place("static"))


class Frame:
    """A place for a drawing: kept pages name the frame, and each document hangs its own drawing into it."""

    drawing: Drawing

    def get_intrinsic_size(self, resolution: float, font_size: float) -> tuple[float, float, float]:
        """Return width, height and their ratio."""
        return self.drawing.get_intrinsic_size(resolution, font_size)

    def draw(self, stream: Any, width: float, height: float, style: object) -> None:
        """Draw what hangs in it."""
        self.drawing.draw(stream, width, height, style)


@dataclass
class Colours:
    """The profile that colours are meant in. WeasyPrint's own writes other bytes the second time than the first."""

    name: str
    content: bytes
    components: tuple[str, ...] = ("r", "g", "b")
    pdf_reference: object = None


class Press:
    """WeasyPrint with fonts and style sheets read once. Pango's map of fonts bears one thread at a time."""

    def __init__(self, static: Path) -> None:
        with _our_fonts_alone(static):
            import weasyprint
            from weasyprint.text.fonts import FontConfiguration
            from weasyprint.urls import URLFetcher, URLFetcherResponse

            self._fonts = FontConfiguration()

        logging.getLogger("weasyprint").setLevel(logging.ERROR)
        logging.getLogger("fontTools").setLevel(logging.ERROR)

        class Own(URLFetcher):
            """Hands out style sheets and fonts of ours; refuses every other address."""

            def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
                return URLFetcherResponse(url, own_bytes(url, static), {"Content-Type": content_type(url)})

        self._fetcher = Own(allowed_protocols=(), allow_redirects=False)
        self._static = static
        self._html, self._css, self._attach = weasyprint.HTML, weasyprint.CSS, weasyprint.Attachment
        profile = Path(weasyprint.__file__).parent / "pdf" / COLOURS
        self._colours = {"srgb": Colours(name=profile.stem, content=profile.read_bytes())}
        self._styles: dict[str, Any] = {}
        self._frames: dict[str, Frame] = {}
        self._pages: dict[tuple[str, str], list[Any]] = {}
        self._lock = threading.Lock()

    def print(
        self,
        html: str,
        shared: str,
        style: str,
        drawings: Mapping[str, Drawing],
        identifier: str,
        attached: Attached | None,
    ) -> bytes:
        """Return the PDF."""
        with self._lock:
            for name, drawing in drawings.items():
                self._frames.setdefault(SCHEME + name, Frame()).drawing = drawing
            document = self._laid_out(html, style)
            pages = [*document.pages, *(self._kept_pages(shared, style) if shared else ())]
            content: bytes = document.copy(pages).write_pdf(
                pdf_variant=VARIANT,
                pdf_identifier=identifier.encode(),
                # The colours are in the document already; asked for here they would be read from the disk each time.
                output_intent="",
                attachments=[self._attachment(attached)] if attached else None,
                finisher=_finish,
            )
        return content

    def _attachment(self, attached: Attached) -> Any:
        return self._attach(
            string=attached.content.decode(),
            name=ATTACHED,
            description=attached.description,
            created=attached.at,
            modified=attached.at,
            relationship="Alternative",
        )

    def _laid_out(self, html: str, style: str) -> Any:
        document = self._html(string=html, base_url=SCHEME, url_fetcher=self._fetcher)
        return document.render(
            font_config=self._fonts,
            color_profiles=self._colours,
            stylesheets=[self._style(style)],
            cache=dict(self._frames),
            pdf_variant=VARIANT,
        )

    def _kept_pages(self, html: str, style: str) -> list[Any]:
        """Return pages that were laid out before; those not asked for longest are laid out again."""
        key = (html, style)
        pages = self._pages.pop(key, None) or self._laid_out(html, style).pages
        self._pages[key] = pages
        while len(self._pages) > KEPT:
            del self._pages[next(iter(self._pages))]
        return pages

    def _style(self, path: str) -> Any:
        """Return a style sheet, read once."""
        if path not in self._styles:
            self._styles[path] = self._css(
                string=(self._static / path).read_text(encoding="utf-8"),
                base_url=SCHEME,
                url_fetcher=self._fetcher,
                font_config=self._fonts,
            )
        return self._styles[path]


@contextmanager
def _our_fonts_alone(static: Path) -> Iterator[None]:
    """Let fontconfig find no font of this machine, which would stand in for ours; programs started later find them."""
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(static / "fonts" / "pdf" / "fonts.conf")
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "No fonts configured in FontConfig", UserWarning)
            yield
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before


def own_bytes(url: str, static: Path) -> bytes:
    """Return what one of our own addresses names; ValueError for every other address."""
    name = url.removeprefix(SCHEME)
    file = (static / name).resolve()
    if name == url or file.suffix not in {".css", ".ttf"} or static.resolve() not in file.parents:
        raise ValueError(f"a document may not fetch {url}")
    return file.read_bytes()


def content_type(url: str) -> str:
    """Return the type of one of our own files by its name."""
    return {"css": "text/css", "ttf": "font/ttf"}.get(url.rpartition(".")[2], "application/octet-stream")


def _finish(document: Any, pdf: Any) -> None:
    """Mend what WeasyPrint leaves: it says nothing of PDF/UA in a PDF/A, and lists each attached file twice."""
    _say_accessible(document, pdf)
    _say_scopes(pdf)
    if "AF" in pdf.catalog:
        pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])


def _say_accessible(_document: Any, pdf: Any) -> None:
    """Add to the metadata that the document follows PDF/UA-1 too, which WeasyPrint says of no PDF/A."""
    for thing in pdf.objects:
        if getattr(thing, "extra", {}).get("Type") == "/Metadata":
            thing.stream = [
                part.replace(b"</rdf:RDF>", UA_IDENTIFIER.encode() + b"</rdf:RDF>") for part in thing.stream
            ]


def _say_scopes(pdf: Any) -> None:
    """Say of each heading of a table whether a row or a column is under it; WeasyPrint says so at the cells alone."""
    for thing in pdf.objects:
        if isinstance(thing, dict) and thing.get("S") == "/TH":
            group = _parent(_parent(thing, pdf), pdf)
            thing["A"]["Scope"] = "/Column" if group["S"] == "/THead" else "/Row"


def _parent(element: Any, pdf: Any) -> Any:
    return pdf.objects[int(bytes(element["P"]).split()[0])]
