"""WeasyPrint, which lays out and writes; it sees our own style sheets, fonts and images: no other file, no network."""

from __future__ import annotations

import logging
import os
import threading
import warnings
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lms.infra.sheets import Frame, Image, KeptPage, make_sheet

SCHEME = "own:"
"""Begins the only addresses that are answered: style sheets and fonts below static/, and a document's drawings."""

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

STREAM, END = b"\nstream\n", b"\nendstream"
"""What begins and ends a stream as pydyf writes it."""

KEPT = 48
"""Kept pages, the last used: a few for each course and language, about a megabyte each."""


ATTACHED = "credential.json"
"""The name of the file that a document carries inside."""


@dataclass(frozen=True, kw_only=True)
class Attached:
    """A file that a document carries inside: the same statement for programs to read (PDF 2.0, 14.13.5)."""

    content: bytes
    description: str
    at: datetime


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
        self._pages: dict[tuple[str, str], list[KeptPage]] = {}
        self._lock = threading.Lock()

    def print(
        self,
        html: str,
        *,
        under: str,
        shared: Sequence[str],
        style: str,
        images: Mapping[str, Image],
        identifier: str,
        attached: Attached | None,
    ) -> bytes:
        """Return the PDF."""
        with self._lock:
            for name, image in images.items():
                self._frames.setdefault(SCHEME + name, Frame()).image = image
            document = self._laid_out(html, style)
            sheets = [[page] for page in document.pages]
            if under:
                [below], [[own]] = self._kept_pages(under, style), sheets
                sheets = [[below, own]]
            sheets += [[page] for text in shared for page in self._kept_pages(text, style)]
            content: bytes = document.copy([make_sheet(layers, self._frames) for layers in sheets]).write_pdf(
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

    def _kept_pages(self, html: str, style: str) -> list[KeptPage]:
        """Return pages that were laid out before; those not asked for longest are laid out again."""
        key = (html, style)
        pages = self._pages.pop(key, None) or [KeptPage(page) for page in self._laid_out(html, style).pages]
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
    for thing in pdf.objects:
        if getattr(thing, "compress", False):
            _compress(thing)


def _compress(thing: Any) -> None:
    """Compress a stream here: where a document bears an identifier each is written twice, once to be counted in it."""
    thing.compress = False
    content = thing.data
    start, end = content.index(STREAM) + len(STREAM), len(content) - len(END)
    thing.stream = [zlib.compress(content[start:end])]
    thing.extra = {**thing.extra, "Filter": "/FlateDecode"}


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
