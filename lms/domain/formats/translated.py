"""A document's nodes in another language: each block by its translation when there is a fitting one, else as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from lms.domain.faults import Faults
from lms.domain.formats.blocks import RUBRIC, Document, Fence, Part, Text, chunks, definitions, parse, with_rubric
from lms.domain.formats.nodes import Place, read_part, read_prose
from lms.domain.formats.wordings import Unit, Wording, Wordings
from lms.domain.lines import Line
from lms.domain.outline import Block, Card, Node, Prose, Question
from lms.domain.questions import TYPES

_NO_WORDS = re.compile(r"\]\([^()\]]*\)|\{[^{}]*\}")
_LETTER = re.compile(r"[^\W\d_]")


_Definitions = Mapping[str, Mapping[str, str]]


@dataclass(slots=True)
class Translated:
    """The nodes, the texts that can be translated, and the keys of the blocks that were."""

    nodes: tuple[Node, ...] = ()
    units: list[Unit] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Run:
    """Neighbouring chunks of prose in one language."""

    lang: str
    fuzzy: bool
    lines: list[Line]


def translated_nodes(document: Document, place: Place, wordings: Wordings) -> Translated:
    """Read all parts in the reader's languages."""
    found = Translated()
    nodes: list[Node] = []
    worded = _worded_definitions(document, place, wordings) if place.definitions else {}
    for part in document.parts:
        if isinstance(part, Text):
            nodes.extend(_prose(document, part, place, wordings, found, worded))
        elif node := _fence(document, part, place, wordings, found, worded):
            nodes.append(node)
    found.nodes = tuple(nodes)
    return found


def _worded_definitions(document: Document, place: Place, wordings: Wordings) -> dict[str, dict[str, str]]:
    """Return by language the footnotes and link definitions that are translated, wherever in the file they stand."""
    found: dict[str, dict[str, str]] = {}
    for part in document.parts:
        for chunk in chunks(document, part) if isinstance(part, Text) else ():
            unit = unit_of(document, chunk, place.path)
            if "]:" in unit.source and (wording := wordings.find(unit.context, unit.source)):
                lines = definitions(parse(wording.text, front_matter=False))
                found.setdefault(wording.lang, {}).update(lines)
    return {lang: {**place.definitions, **lines} for lang, lines in found.items()}


def unit_of(document: Document, part: Part, path: str) -> Unit:
    """Return the text that a part has in the catalogue."""
    block_id = part.attributes.id if isinstance(part, Fence) else ""
    lines = document.numbered(part.start, part.stop)
    source = "\n".join(line.text for line in lines).rstrip()
    return Unit(f"{path}#{block_id}" if block_id else path, source, path, lines[0].number)


def _prose(
    document: Document, run: Text, place: Place, wordings: Wordings, found: Translated, worded: _Definitions
) -> Iterator[Node]:
    runs: list[_Run] = []
    for chunk in chunks(document, run):
        unit = unit_of(document, chunk, place.path)
        source = document.numbered(chunk.start, chunk.stop)
        if not _LETTER.search(_NO_WORDS.sub("", unit.source)):
            _add(runs, runs[-1].lang if runs else place.lang, runs[-1].fuzzy if runs else False, source)
            continue
        found.units.append(unit)
        wording = wordings.find(unit.context, unit.source)
        if wording and not _is_prose(wording):
            _reject(wording, unit, ("adds or changes a block",), place)
        elif wording:
            found.keys.append(f"{place.path}:{unit.line}")
            lines = [Line(unit.line + n, text) for n, text in enumerate(wording.text.split("\n"))]
            _add(runs, wording.lang, wording.fuzzy, lines)
            continue
        _add(runs, place.lang, False, source)
    for part in runs:
        known = worded.get(part.lang, place.definitions)
        if node := read_prose(part.lines, replace(place, lang=part.lang, fuzzy=part.fuzzy, definitions=known)):
            yield node


def _add(runs: list[_Run], lang: str, fuzzy: bool, lines: list[Line]) -> None:
    if runs and (runs[-1].lang, runs[-1].fuzzy) == (lang, fuzzy):
        runs[-1].lines.extend([Line(lines[0].number - 1, ""), *lines])
    else:
        runs.append(_Run(lang, fuzzy, lines))


def _is_prose(wording: Wording) -> bool:
    parsed = parse(wording.text, front_matter=False)
    return not parsed.problems and all(isinstance(part, Text) for part in parsed.parts)


def _fence(
    document: Document, fence: Fence, place: Place, wordings: Wordings, found: Translated, worded: _Definitions
) -> Node | None:
    unit = unit_of(document, fence, place.path)
    found.units.append(unit)
    before = place.count
    source = read_part(document, fence, place)
    wording = wordings.find(unit.context, unit.source)
    if wording is None or source is None:
        return source
    after, place.count = place.count, before
    inner = replace(place, definitions=worded.get(wording.lang, place.definitions))
    node, problems = _worded(wording, unit, inner, is_rubric=fence.name == RUBRIC)
    place.count = after
    problems = problems or (differences(source, node) if node else ("is no block",))
    if node is None or problems:
        _reject(wording, unit, problems, place)
        return source
    found.keys.append(f"{place.path}:{unit.line}")
    return join(source, node)


def _worded(wording: Wording, unit: Unit, place: Place, *, is_rubric: bool) -> tuple[Node | None, tuple[str, ...]]:
    """Read a translation as a block, with the faults found in it."""
    document = parse(wording.text, front_matter=False, first=unit.line)
    document = with_rubric(document) if is_rubric else document
    faults = Faults()
    inner = replace(place, lang=wording.lang, fuzzy=wording.fuzzy, faults=faults)
    if len(document.parts) != 1 or document.problems:
        return None, tuple(message for _, message in document.problems) or ("is not one block",)
    node = read_part(document, document.parts[0], inner)
    return node, tuple(fault.message for fault in faults.sorted() if fault.severity == "fault")


def _reject(wording: Wording, unit: Unit, problems: tuple[str, ...], place: Place) -> None:
    """Note why a translation is not shown; one known to be out of date is no fault."""
    for problem in problems:
        message = f"translation of {unit.context} (line {unit.line}) {problem}"
        if wording.fuzzy:
            place.faults.warn(wording.path, wording.line, f"{message}; it is fuzzy, and its source is shown instead")
        else:
            place.faults.add(wording.path, wording.line, message)


def differences(source: Node, translated: Node) -> tuple[str, ...]:
    """Say what a translated block changed that it may not."""
    if isinstance(source, Prose) or isinstance(translated, Prose):
        return () if type(source) is type(translated) else ("changes the kind of block",)
    if isinstance(source, Question) and isinstance(translated, Question):
        return _question_differences(source, translated)
    if isinstance(source, Card) and isinstance(translated, Card):
        return _card_differences(source, translated)
    if not isinstance(source, Block) or not isinstance(translated, Block):
        return ("changes the kind of block",)
    found = [] if source.name == translated.name else [f"makes '{translated.name}' of '{source.name}'"]
    found.extend(_attribute_differences(source, translated))
    before = [child for child in source.children if not isinstance(child, Prose)]
    after = [child for child in translated.children if not isinstance(child, Prose)]
    if len(before) != len(after):
        return (*found, f"has {len(after)} inner blocks instead of {len(before)}")
    return (*found, *(text for pair in zip(before, after, strict=True) for text in differences(*pair)))


def _attribute_differences(source: Block | Card, translated: Block | Card) -> Iterator[str]:
    before = {**source.attributes, "title": "", "id": source.id}
    after = {**translated.attributes, "title": "", "id": translated.id}
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            yield f"changes '{key}' from '{before.get(key, '')}' to '{after.get(key, '')}'"


def _card_differences(source: Card, translated: Card) -> tuple[str, ...]:
    found = list(_attribute_differences(source, translated))
    if source.name != translated.name:
        return (f"makes '{translated.name}' of '{source.name}'",)
    if source.fields.keys() != translated.fields.keys():
        lacking = ", ".join(f"'{key}'" for key in sorted(source.fields.keys() ^ translated.fields.keys()))
        found.append(f"adds or leaves out {lacking}")
    for key, value in source.fields.items():
        is_fixed = key in ("src", "captions", "poster", "image") or value.startswith("media/")
        if is_fixed and translated.fields.get(key, value) != value:
            found.append(f"changes '{key}' from '{value}' to '{translated.fields[key]}'")
    return tuple(found)


def _question_differences(source: Question, translated: Question) -> tuple[str, ...]:
    found = []
    for key in ("type", "id", "points", "outcome", "tags", "shuffle"):
        before, after = getattr(source, key), getattr(translated, key)
        if before != after:
            found.append(f"changes '{key}' from '{before}' to '{after}'")
    if source.type == translated.type:
        found.extend(TYPES[source.type].changes(source.body, translated.body))
        if getattr(source.body, "multiple", None) != getattr(translated.body, "multiple", None):
            found.append("changes 'multiple'")
    return tuple(found)


def join(source: Node, translated: Node) -> Node:
    """Give a fitting translation what it keeps of its source: its place, and the accepted answers."""
    if isinstance(source, Question) and isinstance(translated, Question):
        body = TYPES[source.type].joined(source.body, translated.body)
        return replace(translated, body=body, line=source.line)
    if isinstance(source, Block) and isinstance(translated, Block):
        inner = iter([child for child in source.children if not isinstance(child, Prose)])
        children = tuple(c if isinstance(c, Prose) else join(next(inner), c) for c in translated.children)
        return replace(translated, children=children, line=source.line)
    return translated
