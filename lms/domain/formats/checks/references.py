"""Links, images, terms, headings and raw HTML in every Markdown file, and what nothing refers to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath

from lms.domain.faults import NEAR_PATH, Faults, did_you_mean
from lms.domain.formats.blocks import Document, Fence
from lms.domain.formats.checks.questioning import questions_of
from lms.domain.formats.coursefiles import Opened
from lms.domain.formats.layout import extension, is_picture
from lms.domain.formats.readers import Heading, Link, References
from lms.domain.formats.shelves import GLOSSARY
from lms.domain.lines import CodeTracker
from lms.domain.outline import Bank, Block, Card, Node

OUTSIDE = ("http", "https", "mailto", "tel")
LONGEST = 1_500
SHORTEST = 50
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):")
_POINTING = re.compile(r"\]\(|\]\[|\]:|<|^ {0,3}#|^ {0,3}(?:=+|-+)\s*$", re.MULTILINE)
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_NOT_WORDS = re.compile(r"\]\([^()\]]*\)|\{[^{}]*\}|<[^<>]*>")


@dataclass(slots=True)
class Used:
    """What the files refer to."""

    media: set[str] = field(default_factory=set)
    terms: set[str] = field(default_factory=set)


def check_references(opened: Opened, faults: Faults) -> Used:
    """Check every Markdown file and the glossary, and return what they refer to."""
    used = Used()
    for path, document in opened.session.documents.items():
        markdown = body_markdown(document)
        if _POINTING.search(markdown):
            check_text(opened, path, opened.session.readers.references(markdown), 1, used, faults)
        if path.startswith("lessons/"):
            _check_words(path, markdown, faults)
    for term in opened.course.glossary.values() if opened.course else ():
        if _POINTING.search(term.text):
            line = opened.session.lines.get(f"{GLOSSARY}#{term.id}", 1)
            check_text(opened, GLOSSARY, opened.session.readers.references(term.text), line, used, faults)
    for entry in opened.entries:
        if not isinstance(entry, Bank):
            _check_cards(opened, entry.nodes, used, faults)
    _check_hotspots(opened, faults)
    return used


def body_markdown(document: Document) -> str:
    """Return the file with empty lines in place of front matter and fences, so that lines keep their numbers."""
    lines = [line.rstrip("\r\n") for line in document.lines]
    blank = set(range(document.front.stop if document.front else 0))
    for fence in document.fences():
        blank.add(fence.start)
        blank.update([fence.stop - 1] if fence.closed else [])
        if fence.name in ("object", "video", "audio"):
            _part_card(lines, fence)
    return "\n".join("" if n in blank else line for n, line in enumerate(lines))


def _part_card(lines: list[str], fence: Fence) -> None:
    """Take the keys off a card's lines: their values are inline Markdown, not headings or lists."""
    for n in range(fence.start + 1, fence.stop):
        lines[n] = lines[n].partition(":")[2].strip().lstrip("#>-+*")


def check_text(opened: Opened, path: str, references: References, first: int, used: Used, faults: Faults) -> None:
    """Check what one text points at; `first` is the line where the text begins."""
    for link in references.links:
        _check_link(opened, path, link, first + link.line, used, faults)
    for image in references.images:
        _check_image(opened, path, image, first + image.line, used, faults)
    for line, html in references.raw_html:
        faults.warn(path, first + line, f"raw HTML '{_short(html)}' is taken out")
    _check_headings(path, references.headings, first, faults)


def _check_link(opened: Opened, path: str, link: Link, line: int, used: Used, faults: Faults) -> None:
    target = link.target
    scheme = _SCHEME.match(target)
    if scheme and scheme["scheme"].lower() == "term":
        term = target[len("term:") :]
        used.terms.add(term)
        known = opened.course.glossary if opened.course else {}
        if term not in known and GLOSSARY not in opened.session.unread:
            faults.add(path, line, f"term '{term}' is not in glossary.yaml{did_you_mean(term, known)}")
    elif scheme and scheme["scheme"].lower() in OUTSIDE:
        return
    elif scheme or target.startswith(("//", "\\")):
        faults.warn(path, line, f"link '{_short(target)}' leads nowhere safe and is taken out")
    elif not target.startswith("#"):
        _check_inner_link(opened, path, target, line, used, faults)


def _check_inner_link(opened: Opened, path: str, target: str, line: int, used: Used, faults: Faults) -> None:
    file = resolve(path, target)
    if file.startswith("media/"):
        use_medium(opened, path, file, target, line, used, faults)
        return
    readers_folders = ("lessons/", "quizzes/", "tasks/") + (("guides/",) if path.startswith("guides/") else ())
    known = [found for found in opened.session.files if found.startswith(readers_folders)]
    if file in opened.session.files and not file.startswith(readers_folders):
        faults.add(path, line, f"link '{_short(target)}' leads to '{file}', which is not shown to its readers")
    elif file not in known:
        hint = did_you_mean(file, known, NEAR_PATH)
        faults.add(path, line, f"link '{_short(target)}' leads to '{file}', which does not exist{hint}")


def resolve(path: str, target: str) -> str:
    """Return the file that a link names: `media/…` is from the course's root, others from the file's folder."""
    file = target.partition("#")[0].partition("?")[0]
    return normpath(file) if file.startswith("media/") else normpath(join(dirname(path), file))


def use_medium(opened: Opened, path: str, file: str, target: str, line: int, used: Used, faults: Faults) -> bool:
    """Note that a file refers to one below media/, and tell whether that is there."""
    name = file.removeprefix("media/")
    used.media.add(name)
    if name in opened.layout.media:
        return True
    hint = did_you_mean(file, (f"media/{medium}" for medium in opened.layout.media), NEAR_PATH)
    faults.add(path, line, f"'{_short(target)}' does not exist{hint}")
    return False


def _check_image(opened: Opened, path: str, image: Link, line: int, used: Used, faults: Faults) -> None:
    if not image.text.strip() and "decorative" not in image.classes:
        faults.add(path, line, f"image '{_short(image.target)}' has no alt text: say what it shows, or {{.decorative}}")
    if _SCHEME.match(image.target) or image.target.startswith(("//", "\\")):
        faults.add(path, line, f"image '{_short(image.target)}' stands outside media/")
        return
    file = resolve(path, image.target)
    if not file.startswith("media/"):
        faults.add(path, line, f"image '{_short(image.target)}' stands outside media/")
    elif use_medium(opened, path, file, image.target, line, used, faults) and not is_picture(file):
        faults.add(path, line, f"'{_short(image.target)}' is no image")


def _check_headings(path: str, headings: Sequence[Heading], first: int, faults: Faults) -> None:
    level = 1
    for heading in headings:
        line = first + heading.line
        if heading.level == 1:
            faults.warn(path, line, f"heading '{_short(heading.text)}': headings in a body begin at '##'")
        elif heading.level > level + 1:
            expected = "#" * (level + 1)
            message = f"skipped heading: '{_short(heading.text)}' is '{'#' * heading.level}' where '{expected}' is due"
            faults.warn(path, line, message)
        level = heading.level


def _check_words(path: str, markdown: str, faults: Faults) -> None:
    words = count_words(markdown)
    if words > LONGEST or words < SHORTEST:
        faults.warn(path, 1, f"lesson of {words:,} words: {SHORTEST:,} to {LONGEST:,} can be read in one go")


def count_words(markdown: str) -> int:
    """Return the number of words that a reader reads, code and addresses left out."""
    code = CodeTracker()
    prose = "\n".join(line for line in markdown.split("\n") if not code.is_code(line))
    return len(_WORD.findall(_NOT_WORDS.sub(" ", prose)))


def _cards(nodes: Sequence[Node]) -> Iterator[Card]:
    for node in nodes:
        if isinstance(node, Card):
            yield node
        elif isinstance(node, Block):
            yield from _cards(node.children)


_KINDS = {
    "captions": ("vtt",),
    "image": ("svg", "png", "jpg", "jpeg", "webp"),
    "poster": ("svg", "png", "jpg", "jpeg", "webp"),
}


def _check_cards(opened: Opened, nodes: Sequence[Node], used: Used, faults: Faults) -> None:
    for card in _cards(nodes):
        if card.fields.get("image") and not card.fields.get("alt"):
            message = f"image '{card.fields['image']}' has no alt text: write 'image: ![what it shows](media/…)'"
            faults.add(card.path, card.line, message)
        for key in ("src", "captions", "poster", "image", "transcript", "described"):
            value = card.fields.get(key, "")
            is_path = value.startswith("media/") and not re.search(r"\s", value)
            if key in ("src", "captions", "poster", "image") and value and not is_path:
                faults.add(card.path, card.line, f"'{key}' is '{_short(value)}', expected a file below media/")
            elif (
                is_path
                and use_medium(opened, card.path, normpath(value), value, card.line, used, faults)
                and extension(value) not in _KINDS.get(key, (extension(value),))
            ):
                faults.add(card.path, card.line, f"'{key}' is '{value}', expected a file .{' or .'.join(_KINDS[key])}")
        described = card.fields.get("described", "")
        if described and described not in ("yes", "no") and not described.startswith("media/"):
            message = f"'described' is '{_short(described)}', expected yes or a file below media/"
            faults.add(card.path, card.line, message)


def _check_hotspots(opened: Opened, faults: Faults) -> None:
    for question in questions_of(opened):
        if question.type != "hotspot" or not question.body.src:
            continue
        medium = opened.course.media.get(resolve(question.path, question.body.src)[6:]) if opened.course else None
        if medium is None or not medium.width or not medium.height:
            continue
        for region in question.body.regions:
            if any(not (0 <= x <= medium.width and 0 <= y <= medium.height) for x, y in region.points()):
                size = f"{medium.width} × {medium.height}"
                message = f"region '{_short(region.text)}' lies outside its image, which is {size}"
                faults.add(question.path, question.line, message)


def check_unused(opened: Opened, used: Used, faults: Faults) -> None:
    """Tell which media and terms nothing refers to."""
    for name, path in opened.layout.media.items():
        if name not in used.media:
            faults.warn(path, 1, f"unused media: nothing shows or links '{path}'")
    for term in opened.course.glossary if opened.course else ():
        if term not in used.terms:
            line = opened.session.lines.get(f"{GLOSSARY}#{term}", 1)
            faults.warn(GLOSSARY, line, f"unused term: nothing links 'term:{term}'")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 80 else f"{text[:79]}…"
