"""Course text as pages show it: blocks, cards, terms and questions, made once a version and language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from posixpath import join, normpath
from urllib.parse import quote

from flask import current_app, url_for
from markupsafe import Markup

from lms.domain.outline import Block, Card, Course, Node, Prose, Question
from lms.domain.questions.open import Rubric
from lms.infra.markup import inline_html, to_html

_TAGS = re.compile(r"<[^>]*>")
_TERM = re.compile(r'href="#term-([^"]+)"')
_END = re.compile(r"</(?:p|ul|ol|dl|table|blockquote)>\n?|$")
_LABELLED = ("note", "tip", "warning", "ethics", "activity", "case", "example")


@dataclass(frozen=True)
class Segment:
    """A part of a page: finished HTML, or a question that depends on who answers."""

    html: Markup = Markup("")
    question: Question | None = None


class Writer:
    """Turns the Markdown of one course tree into HTML; what it has made it keeps."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.block = lru_cache(maxsize=4096)(self._block)
        self.inline = lru_cache(maxsize=4096)(self._inline)
        self._paths = {item.path: item.id for item in course.items.values()}

    def _block(self, markdown: str, path: str = "course.yaml") -> Markup:
        return Markup(  # noqa: S704 - to_html sanitises
            to_html(
                markdown,
                resolve_link=lambda target: self._link(target, path),
                resolve_image=self._image,
                resolve_term=self._term,
            )
        )

    def _inline(self, markdown: str, path: str = "course.yaml") -> Markup:
        return Markup(  # noqa: S704 - inline_html sanitises
            inline_html(
                markdown,
                resolve_link=lambda target: self._link(target, path),
                resolve_image=self._image,
                resolve_term=self._term,
            )
        )

    def plain(self, markdown: str) -> str:
        """Return the text of one line without its markup."""
        return unescape(_TAGS.sub("", str(self.inline(markdown))))

    def picture(self, target: str) -> tuple[str, int, int]:
        """Return address, width and height of an image; sizes are 0 where the file does not tell."""
        medium = self.course.media.get(target.removeprefix("media/"))
        if medium is None:
            return "", 0, 0
        return media_url(medium.digest, medium.path), medium.width or 0, medium.height or 0

    def rubric(self, rubric: Rubric | None) -> Markup:
        """Return a rubric as a table."""
        if rubric is None:
            return Markup("")
        module = current_app.jinja_env.get_template("components/rubric.html").module
        table: Markup = module.rubric(rubric, self.inline)  # type: ignore[attr-defined]
        return table

    def segments(self, nodes: Sequence[Node]) -> list[Segment]:
        """Return the nodes as finished HTML with the questions between; each term is explained where it first comes."""
        return list(_merged(self._each(nodes, seen=set())))

    def _each(self, nodes: Sequence[Node], seen: set[str]) -> Iterator[Segment]:
        for node in nodes:
            if isinstance(node, Question):
                yield Segment(question=node)
            elif isinstance(node, Prose):
                yield Segment(_tagged(self._with_terms(self.block(node.markdown, node.path), seen), node.lang, self))
            elif isinstance(node, Card):
                yield Segment(self._card(node))
            else:
                yield from self._fenced(node, seen)

    def _fenced(self, node: Block, seen: set[str]) -> Iterator[Segment]:
        """Write a block round its children; a question inside keeps its place."""
        title = self.plain(node.attributes.get("title", ""))
        macros = current_app.jinja_env.get_template("components/study.html").module
        hole = "\ue010"
        shell: Callable[..., Markup] = macros.reveal if node.name == "reveal" else macros.block  # type: ignore[attr-defined]
        facts: dict[str, object] = {"title": title, "id": node.id or None, "lang": self._foreign(node.lang)}
        if node.name in _LABELLED:
            minutes = node.attributes.get("minutes", "")
            facts |= {"kind": node.name, "minutes": int(minutes) if minutes.isdigit() else None}
        before, after = str(shell(caller=lambda: Markup(hole), **facts)).split(hole)
        yield Segment(Markup(before))  # noqa: S704 - both halves come from an autoescaped template
        yield from self._each(node.children, seen)
        yield Segment(Markup(after))  # noqa: S704

    def _card(self, card: Card) -> Markup:
        macros = current_app.jinja_env.get_template("components/study.html").module
        fields = {key: self.inline(value) for key, value in card.fields.items()}
        lang = self._foreign(card.lang)
        if card.name == "object":
            known = ("title", "maker", "date", "materials", "inventory", "dimensions", "condition", "credit")
            shown = {key: fields[key] for key in known if key in fields}
            image = None
            if target := card.fields.get("image"):
                image = (*self.picture(target), "")
            made: Markup = macros.object_card(  # type: ignore[attr-defined]
                **{"title": "", **shown}, image=image, id=card.id or None, lang=lang
            )
            return made
        source = self.picture(card.fields.get("src", ""))[0]
        transcript = fields.get("transcript", Markup(""))
        if card.name == "audio":
            heard: Markup = macros.audio(source, self.course.title, transcript_html=transcript)  # type: ignore[attr-defined]
            return heard
        captions = [(self.course.language, self.course.language, self.picture(card.fields.get("captions", ""))[0])]
        seen: Markup = macros.video(  # type: ignore[attr-defined]
            source,
            self.course.title,
            captions=captions,
            transcript_html=transcript,
            poster=self.picture(card.fields.get("poster", ""))[0],
        )
        return seen

    def _with_terms(self, html: Markup, seen: set[str]) -> Markup:
        """Put the label of each term after the paragraph that uses it first."""
        text, out, start = str(html), [], 0
        for end in _END.finditer(text):
            if end.start() == end.end() == len(text) and start == len(text):
                break
            piece = text[start : end.end()]
            start = end.end()
            out.append(piece)
            fresh = [t for t in dict.fromkeys(_TERM.findall(piece)) if t not in seen and t in self.course.glossary]
            if fresh:
                seen.update(fresh)
                macros = current_app.jinja_env.get_template("components/study.html").module
                terms = [self.course.glossary[key] for key in fresh]
                rows = [(t.id, self.inline(t.term), self.inline(t.text), None) for t in terms]
                out.append(str(macros.terms(rows)))  # type: ignore[attr-defined]
        return Markup("".join(out))  # noqa: S704 - pieces of sanitised HTML and of an autoescaped template

    def _foreign(self, lang: str) -> str | None:
        """Return a node's language where it differs from the page's text."""
        return lang if lang and lang != self.course.language else None

    def _link(self, target: str, path: str) -> str:
        """Return the address of a link: a file of media/, another item, or a place outside."""
        if target.startswith("media/"):
            return self.picture(target)[0]
        if re.match(r"[a-z][a-z0-9+.-]*:|#", target):
            return target
        file, _, anchor = target.partition("#")
        item_id = self._paths.get(normpath(join(path.rpartition("/")[0], file)))
        if item_id is None:
            return ""
        address = url_for("learning.item", slug=self.course.id, item_id=item_id)
        return f"{address}#{anchor}" if anchor else address

    def _image(self, target: str) -> tuple[str, int | None, int | None]:
        address, width, height = self.picture(target)
        return address, width or None, height or None

    @staticmethod
    def _term(term_id: str) -> str:
        return f"#term-{term_id}"


def media_url(digest: str, path: str) -> str:
    """Return the address of a file by its digest; the name at the end is for people who save it."""
    return f"/media/{digest}/{quote(path.rsplit('/', 1)[-1])}"


def _tagged(html: Markup, lang: str, writer: Writer) -> Markup:
    foreign = writer._foreign(lang)
    return Markup('<div lang="{}">{}</div>').format(foreign, html) if foreign else html


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


@lru_cache(maxsize=96)
def writer_of(course: Course) -> Writer:
    """Return the writer of a course tree; trees are kept, so their writers are too."""
    return Writer(course)

