"""Markdown to sanitised HTML: no raw HTML, no styles, links and images only where the caller resolves them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

OUTSIDE = ("http", "https", "mailto", "tel")
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):|(?P<network>[/\\]{2})")
_ALIGNED = re.compile(r"text-align:(left|right|center)")
_BLANKS = re.compile(r"\n{2,}")

_BLOCKS = {"p", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "hr", "section", "div"}
_LISTS = {"ul", "ol", "li", "dl", "dt", "dd"}
_TABLES = {"table", "thead", "tbody", "tr", "th", "td"}
_WORDS = {"code", "em", "strong", "a", "img", "figure", "figcaption", "sup", "br", "span"}
_ATTRIBUTES = {
    "a": {"href", "rel", "class", "id", "title"},
    "img": {"src", "alt", "width", "height", "loading", "class", "title"},
    "div": {"class", "tabindex", "role", "aria-label"},
    "th": {"class", "scope"},
    "td": {"class"},
    "ol": {"start", "class"},
    "li": {"id", "class"},
    "section": {"class"},
    "sup": {"class"},
    "code": {"class"},
    "figure": {"class"},
}


class Picture(NamedTuple):
    """Where an image is served, and its size when that is known."""

    url: str
    width: int | None = None
    height: int | None = None


ResolveLink = Callable[[str], str | None]
ResolveImage = Callable[[str], tuple[str, int | None, int | None] | None]


def _nothing(_target: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class _Resolvers:
    link: ResolveLink
    image: ResolveImage
    term: ResolveLink


def to_html(
    markdown: str,
    *,
    resolve_link: ResolveLink = _nothing,
    resolve_image: ResolveImage = _nothing,
    resolve_term: ResolveLink = _nothing,
    prefix: str = "",
    table_label: str = "Table",
) -> str:
    """Return the HTML of Markdown.

    `resolve_link` is given links inside the course as written, without quoting, and returns an address, or nothing,
    which leaves the link's text alone; `resolve_image` likewise; `resolve_term` is given a term's id. `prefix` makes
    the ids of footnotes unique on a page; `table_label` names the scrolling box round a table.
    """
    env: dict[str, Any] = {"docId": prefix} if prefix else {}
    resolvers = _Resolvers(resolve_link, resolve_image, resolve_term)
    tokens = list(_blocks(READING.parse(markdown, env), resolvers, table_label))
    return _sanitised(READING.renderer.render(tokens, READING.options, env))


def inline_html(
    markdown: str,
    *,
    resolve_link: ResolveLink = _nothing,
    resolve_image: ResolveImage = _nothing,
    resolve_term: ResolveLink = _nothing,
) -> str:
    """Return the HTML of a title, an option or a label: no paragraphs, lists or other blocks."""
    env: dict[str, Any] = {}
    text = _BLANKS.sub("\n", markdown.strip())
    tokens = list(_blocks(READING.parseInline(text, env), _Resolvers(resolve_link, resolve_image, resolve_term), ""))
    return _sanitised(READING.renderer.render(tokens, READING.options, env)).strip()


def _sanitised(html: str) -> str:
    return nh3.clean(
        html,
        tags=_BLOCKS | _LISTS | _TABLES | _WORDS,
        attributes=_ATTRIBUTES,
        url_schemes=set(OUTSIDE),
        link_rel=None,
    )


def _blocks(tokens: Sequence[Token], resolvers: _Resolvers, table_label: str) -> Iterator[Token]:
    """Yield the tokens as they are to be rendered."""
    for number, token in enumerate(tokens):
        if token.type == "inline":
            token.children = list(_inline(token.children or [], resolvers))
        elif token.type in ("heading_open", "heading_close") and token.tag == "h1":
            token.tag = "h2"
        elif token.type in ("th_open", "td_open"):
            _align(token)
        if token.type in ("table_open", "table_close"):
            yield from _scrolling(token, table_label)
        elif _is_figure(tokens, number, resolvers):
            _make_figure(tokens, number)
            yield token
        else:
            yield token


def _align(token: Token) -> None:
    aligned = _ALIGNED.search(str(token.attrs.pop("style", "")))
    if aligned:
        token.attrJoin("class", f"align-{aligned[1]}")
    if token.type == "th_open":
        token.attrSet("scope", "col")


def _scrolling(token: Token, label: str) -> Iterator[Token]:
    if token.type == "table_close":
        yield token
        yield Token("div_close", "div", -1, block=True)
        return
    box = Token("div_open", "div", 1, block=True)
    box.attrs = {"class": "scroll", "tabindex": "0", "role": "group", "aria-label": label}
    yield box
    yield token


def _is_figure(tokens: Sequence[Token], number: int, resolvers: _Resolvers) -> bool:
    """Tell whether a paragraph opens here that holds one image, which can be shown, and nothing else."""
    if tokens[number].type != "paragraph_open" or tokens[number].hidden:
        return False
    children = tokens[number + 1].children or []
    return len(children) == 1 and children[0].type == "image" and _picture(children[0], resolvers) is not None


def _make_figure(tokens: Sequence[Token], number: int) -> None:
    opening, inline, closing = tokens[number : number + 3]
    opening.tag = closing.tag = "figure"
    image = (inline.children or [])[0]
    if title := str(image.attrs.get("title", "")):
        caption = Token("figcaption", "figcaption", 0, content=title)
        inline.children = [image, caption]


def _inline(children: Sequence[Token], resolvers: _Resolvers) -> Iterator[Token]:
    dropped: list[bool] = []
    for child in children:
        if child.type == "link_open":
            dropped.append(not _point(child, resolvers))
        is_dropped = dropped[-1] if child.type in ("link_open", "link_close") and dropped else False
        if child.type == "link_close" and dropped:
            dropped.pop()
        if child.type == "image" and not _show(child, resolvers):
            yield Token("text", "", 0, content=child.content)
        elif not is_dropped:
            yield child


def _point(token: Token, resolvers: _Resolvers) -> bool:
    """Give a link its address; False when it has none."""
    written = str(token.attrGet("href") or "")
    target = unquote(written).strip()
    scheme = _SCHEME.match(target)
    address: str | None = None
    if scheme is None:
        address = target if target.startswith("#") else resolvers.link(target)
    elif (scheme["scheme"] or "").lower() == "term":
        address = resolvers.term(target[len("term:") :])
        token.attrJoin("class", "term")
    elif (scheme["scheme"] or "").lower() in OUTSIDE:
        address = written
        token.attrSet("rel", "noopener")
    token.attrSet("href", address or "")
    return bool(address)


def _picture(token: Token, resolvers: _Resolvers) -> Picture | None:
    """Return where an image is served; None when it has no address."""
    target = unquote(str(token.attrGet("src") or "")).strip()
    found = None if _SCHEME.match(target) else resolvers.image(target)
    return Picture(*found) if found and found[0] else None


def _show(token: Token, resolvers: _Resolvers) -> bool:
    """Give an image its address and size; False when it has none."""
    picture = _picture(token, resolvers)
    if picture is None:
        return False
    title = token.attrs.get("title")
    token.attrs = {"src": picture.url, "alt": "", **_class(token)}
    if picture.width and picture.height:
        token.attrs |= {"width": picture.width, "height": picture.height}
    token.attrs |= {"loading": "lazy", **({"title": title} if title else {})}
    return True


def _class(token: Token) -> dict[str, str | int | float]:
    return {"class": token.attrs["class"]} if "class" in token.attrs else {}


def _image(renderer: Any, tokens: Sequence[Token], number: int, options: Any, env: Any) -> str:
    token = tokens[number]
    token.attrs["alt"] = renderer.renderInlineAsText(token.children or [], options, env)
    if number + 1 < len(tokens) and tokens[number + 1].type == "figcaption":
        token.attrs.pop("title", None)
    return str(renderer.renderToken(tokens, number, options, env))


def _figcaption(_renderer: Any, tokens: Sequence[Token], number: int, *_: Any) -> str:
    return f"<figcaption>{escapeHtml(tokens[number].content)}</figcaption>"


def _html_block(_renderer: Any, tokens: Sequence[Token], number: int, *_: Any) -> str:
    text = nh3.clean(tokens[number].content, tags=set()).strip()
    return f"<p>{text}</p>\n" if text else ""


def _html_inline(*_: Any) -> str:
    return ""


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark").enable("table")
    reader.use(footnote_plugin).use(deflist_plugin).use(attrs_plugin, after=("image",), allowed=("class",))
    # Every scheme is read as a link, so that the checker can name it; what is no good is dropped when rendering.
    reader.validateLink = lambda url: True  # type: ignore[method-assign]
    rules: dict[str, Callable[..., str]] = {
        "image": _image,
        "figcaption": _figcaption,
        "html_block": _html_block,
        "html_inline": _html_inline,
    }
    for name, rule in rules.items():
        reader.add_render_rule(name, rule)
    return reader


READING = _reader()
