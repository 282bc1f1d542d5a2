"""Course text as pages show it: blocks, cards, terms and questions, made once a version, language and interface."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from posixpath import join, normpath
from threading import Lock
from typing import Any
from urllib.parse import quote

from flask import current_app, url_for
from markupsafe import Markup

from lms.domain.outline import Block, Card, Course, Node, Prose, Question
from lms.domain.questions.open import Rubric
from lms.infra.languages import chosen
from lms.infra.languages import gettext as _
from lms.infra.markup import Picture, inline_html, to_html

WRITERS_KEPT = 96
ROOT = "course.yaml"
"""The path of what belongs to no file of its own: links are then read from the course's root."""

_TAGS = re.compile(r"<[^>]*>")
_TERM = re.compile(r'href="#term-([^"]+)"')
_PART = re.compile(r'<(?P<closing>/?)(?P<name>[a-z][a-z0-9]*)(?:[^>"]|"[^"]*")*>')
_VOID = frozenset({"br", "hr", "img"})
_HEADING = re.compile(r"<(h[2-6])>(.*?)</\1>", re.DOTALL)
_NOT_A_LETTER = re.compile(r"[\W_]+")
_HOLE = Markup("\ue010")
"""Stands where a block's children go: a character that no text holds."""


NOTHING = Markup("")


@dataclass(frozen=True)
class Segment:
    """A part of a page: finished HTML, or a question that depends on who answers."""

    html: Markup = NOTHING
    question: Question | None = None


@dataclass
class _Page:
    """What has been said on the page so far."""

    terms: set[str] = field(default_factory=set)
    headings: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Words:
    """The texts of one file of a course, such as those of a question."""

    writer: Writer
    path: str

    def block(self, markdown: str) -> Markup:
        """Return the HTML of a text of blocks."""
        return self.writer.block(markdown, self.path)

    def inline(self, markdown: str) -> Markup:
        """Return the HTML of one line."""
        return self.writer.inline(markdown, self.path)

    def plain(self, markdown: str) -> str:
        """Return the text of one line without its markup."""
        return self.writer.plain(markdown)

    def picture(self, target: str) -> tuple[str, int, int]:
        """Return address, width and height of an image."""
        return self.writer.picture(target, self.path)

    def rubric(self, rubric: Rubric | None) -> Markup:
        """Return a rubric as a table."""
        if rubric is None:
            return Markup("")
        module: Any = current_app.jinja_env.get_template("components/rubric.html").module
        table: Markup = module.rubric(rubric, self.inline)
        return table


class Writer:
    """Turns the Markdown of one course tree into HTML for one language of the interface; what it has made it keeps."""

    def __init__(self, course: Course, ui: str) -> None:
        self.course = course
        self.ui = ui
        self.block = lru_cache(maxsize=4096)(self._block)
        self.inline = lru_cache(maxsize=4096)(self._inline)
        self._paths = {item.path: item.id for item in course.items.values()}

    def at(self, path: str) -> Words:
        """Return the writer of the texts in one file."""
        return Words(self, path)

    def _block(self, markdown: str, path: str = ROOT, *, terms: bool = False, prefix: str = "") -> Markup:
        return Markup(  # noqa: S704 - to_html sanitises
            to_html(
                markdown,
                resolve_link=lambda target: self._link(target, path),
                resolve_image=lambda target: self._image(target, path),
                resolve_term=self._term if terms else _no_term,
                prefix=prefix,
                table_label=_("Table"),
            )
        )

    def _inline(self, markdown: str, path: str = ROOT) -> Markup:
        return Markup(  # noqa: S704 - inline_html sanitises
            inline_html(
                markdown,
                resolve_link=lambda target: self._link(target, path),
                resolve_image=lambda target: self._image(target, path),
            )
        )

    def plain(self, markdown: str) -> str:
        """Return the text of one line without its markup."""
        return unescape(_TAGS.sub("", str(self.inline(markdown))))

    def picture(self, target: str, path: str = ROOT) -> tuple[str, int, int]:
        """Return address, width and height of an image; sizes are 0 where the file does not tell."""
        medium = self.course.media.get(_from_root(target, path).removeprefix("media/"))
        if medium is None:
            return "", 0, 0
        return media_url(medium.digest, medium.path), medium.width or 0, medium.height or 0

    def foreign(self, lang: str) -> str | None:
        """Return the language of a text where it is not that of the page."""
        return lang if lang and lang != self.ui else None

    def segments(self, nodes: Sequence[Node]) -> list[Segment]:
        """Return the nodes as finished HTML with the questions between; each term is explained where it first comes."""
        return list(_merged(self._each(nodes, _Page())))

    def _each(self, nodes: Sequence[Node], page: _Page) -> Iterator[Segment]:
        for node in nodes:
            if isinstance(node, Question):
                yield Segment(question=node)
            elif isinstance(node, Prose):
                yield Segment(self._prose(node, page))
            elif isinstance(node, Card):
                yield Segment(self._card(node))
            else:
                yield from self._fenced(node, page)

    def _prose(self, node: Prose, page: _Page) -> Markup:
        html = self.block(node.markdown, node.path, terms=True, prefix=f"l{node.line}")
        html = _with_ids(self._with_terms(html, page.terms), page.headings)
        foreign = self.foreign(node.lang or self.course.language)
        return Markup('<div lang="{}">{}</div>').format(foreign, html) if foreign else html

    def _fenced(self, node: Block, page: _Page) -> Iterator[Segment]:
        """Write a block round its children; a question inside keeps its place."""
        title = self.plain(node.attributes.get("title", ""))
        if node.name == "reveal":
            facts: dict[str, object] = {"title": title, "id": node.id or None, "lang": self.foreign(node.lang)}
            shell = _study().reveal
        else:
            minutes = node.attributes.get("minutes", "")
            facts = {"kind": node.name, "title": title, "id": node.id or None}
            facts["minutes"] = int(minutes) if minutes.isdigit() else None
            shell = _study().block
        before, after = str(shell(caller=lambda: _HOLE, **facts)).split(_HOLE)
        yield Segment(Markup(before))  # noqa: S704 - both halves come from an autoescaped template
        yield from self._each(node.children, page)
        yield Segment(Markup(after))  # noqa: S704

    def _card(self, card: Card) -> Markup:
        fields = {key: self.inline(value, card.path) for key, value in card.fields.items()}
        lang, identity = self.foreign(card.lang), card.id or None
        if card.name == "object":
            known = ("title", "maker", "date", "materials", "inventory", "dimensions", "condition", "credit")
            shown = {"title": "", **{key: fields[key] for key in known if key in fields}}
            seen = self._shown_on(card)
            made: Markup = _study().object_card(**shown, image=seen, id=identity, lang=lang)
            return made
        source = self._address(card, "src")
        facts = {"name": self.course.title, "transcript_html": self._transcript(card, fields)}
        if card.name == "audio":
            heard: Markup = _study().audio(source, **facts)
            return heard
        captions = [(self.course.language, self.course.language, self._address(card, "captions"))]
        film: Markup = _study().video(source, captions=captions, poster=self._address(card, "poster"), **facts)
        return film

    def _address(self, card: Card, key: str) -> str:
        return self.picture(card.fields.get(key, ""), card.path)[0]

    def _transcript(self, card: Card, fields: dict[str, Markup]) -> Markup:
        """Return what is said: the text itself, or a link to the file that holds it."""
        if address := self._address(card, "transcript"):
            return Markup('<p><a href="{}">{}</a></p>').format(address, _("Open the transcript"))
        return Markup("<p>{}</p>").format(fields["transcript"]) if "transcript" in fields else Markup("")

    def _with_terms(self, html: Markup, seen: set[str]) -> Markup:
        """Put the label of each term after the paragraph, list or table that uses it first."""
        out = []
        for piece in _pieces(str(html)):
            out.append(piece)
            fresh = [term_id for term_id in dict.fromkeys(_TERM.findall(piece)) if term_id not in seen]
            if fresh:
                seen.update(fresh)
                out.append(str(_study().terms([self._explained(key) for key in fresh])))
        return Markup("".join(out))  # noqa: S704 - pieces of sanitised HTML and of an autoescaped template

    def _explained(self, term_id: str) -> tuple[str, Markup, Markup, str | None]:
        term = self.course.glossary[term_id]
        lang = self.foreign(self.course.language_of(f"glossary.yaml#{term_id}.text"))
        return term_id, self.inline(term.term), self.inline(term.text), lang

    def _link(self, target: str, path: str) -> str | None:
        """Return the address of a link: a file of media/, or another item; None when it leads nowhere."""
        file, _hash, anchor = target.partition("#")
        found = _from_root(file, path)
        if found.startswith("media/"):
            return self.picture(found)[0] or None
        item_id = self._paths.get(found)
        if item_id is None:
            return None
        address = url_for("learning.item", slug=self.course.id, item_id=item_id)
        return f"{address}#{anchor}" if anchor else address

    def _shown_on(self, card: Card) -> tuple[str, int, int, str] | None:
        """Return the image of an object card with its alternative text."""
        target = card.fields.get("image")
        return (*self.picture(target, card.path), card.fields.get("alt", "")) if target else None

    def _image(self, target: str, path: str) -> Picture | None:
        address, width, height = self.picture(target, path)
        return Picture(address, width or None, height or None) if address else None

    def _term(self, term_id: str) -> str | None:
        return f"#term-{term_id}" if term_id in self.course.glossary else None


def media_url(digest: str, path: str) -> str:
    """Return the address of a file by its digest; the name at the end is for people who save it."""
    return f"/media/{digest}/{quote(path.rsplit('/', 1)[-1])}"


def _no_term(_term_id: str) -> None:
    """Leave a term unexplained: a question has no margin to explain it in."""


def _study() -> Any:
    return current_app.jinja_env.get_template("components/study.html").module


def _from_root(target: str, path: str) -> str:
    """Return a path of the course: `media/` is read from its root, everything else from the file's folder."""
    return target if target.startswith("media/") else normpath(join(path.rpartition("/")[0], target))


def _pieces(html: str) -> Iterator[str]:
    """Yield the HTML element by element, outermost ones whole."""
    depth = start = 0
    for tag in _PART.finditer(html):
        if tag["name"] in _VOID:
            continue
        depth += -1 if tag["closing"] else 1
        if depth == 0:
            yield html[start : tag.end()]
            start = tag.end()
    if start < len(html):
        yield html[start:]


def _with_ids(html: Markup, taken: set[str]) -> Markup:
    """Give headings an id of their own words, for links and for the place where one stopped."""

    def name(found: re.Match[str]) -> str:
        words = _NOT_A_LETTER.sub("-", unescape(_TAGS.sub("", found[2])).casefold()).strip("-")[:60]
        chosen_id = f"h-{words}"
        while chosen_id in taken:
            chosen_id += "-"
        taken.add(chosen_id)
        return f'<{found[1]} id="{chosen_id}">{found[2]}</{found[1]}>'

    return Markup(_HEADING.sub(name, str(html)))  # noqa: S704 - the id holds letters, digits and dashes alone


def _merged(segments: Iterator[Segment]) -> Iterator[Segment]:
    """Join neighbouring pieces of finished HTML."""
    html: list[str] = []
    for segment in segments:
        if segment.question is None:
            html.append(str(segment.html))
            continue
        if html:
            yield Segment(Markup("".join(html)))  # noqa: S704 - joined from finished HTML
            html = []
        yield segment
    if html:
        yield Segment(Markup("".join(html)))  # noqa: S704


_WRITERS: OrderedDict[tuple[str, str, str], Writer] = OrderedDict()
_LOCK = Lock()


def writer_of(course: Course) -> Writer:
    """Return the writer of a course tree for the language of the present work, kept as the trees are."""
    ui = chosen.get()()
    key = (course.digest, course.language, ui)
    with _LOCK:
        found = _WRITERS.get(key)
        if found is None:
            found = _WRITERS[key] = Writer(course, ui)
            while len(_WRITERS) > WRITERS_KEPT:
                _WRITERS.popitem(last=False)
        else:
            _WRITERS.move_to_end(key)
    return found
