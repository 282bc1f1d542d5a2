"""From parts of a document to nodes of the outline: prose, blocks, cards and questions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lms.domain.attributes import Attributes, is_kebab
from lms.domain.faults import Faults, Severity, did_you_mean
from lms.domain.formats.blocks import RUBRIC, Document, Fence, Part, Text, definitions
from lms.domain.lines import Line
from lms.domain.outline import Block, Card, Node, Prose, Question
from lms.domain.questions import ALL_KEYS, TYPES
from lms.domain.questions.hotspot import IMAGE
from lms.domain.questions.open import OpenBody, read_rubric
from lms.domain.questions.source import Key, Source, split_keys

BLOCKS: dict[str, tuple[str, ...]] = {
    "note": (),
    "tip": (),
    "warning": (),
    "ethics": (),
    "activity": ("minutes",),
    "case": ("title",),
    "example": ("title",),
    "reveal": ("title",),
}
CARDS: dict[str, tuple[str, ...]] = {
    "object": (
        "inventory",
        "title",
        "maker",
        "date",
        "materials",
        "dimensions",
        "condition",
        "credit",
        "image",
    ),
    "video": ("src", "captions", "transcript", "poster", "described"),
    "audio": ("src", "captions", "transcript", "poster", "described"),
}
REQUIRED = {"object": (), "video": ("src", "captions", "transcript"), "audio": ("src", "transcript")}
QUESTION_ATTRIBUTES = ("type", "points", "outcome", "shuffle", "tags")
MAX_POINTS = 100

_KEY_LINE = re.compile(r"(?P<key>[\w-]+)\s*:(?:\s+(?P<value>.*)|)$")
_LABEL = re.compile(r"\[(\^?[^\[\]\n]+)\]")


@dataclass(slots=True)
class Place:
    """Where nodes are being read: the file, the language, who owns the questions, and what was found wrong."""

    path: str
    lang: str
    faults: Faults
    owner: str = ""
    needs_ids: bool = False
    count: int = 0
    fuzzy: bool = False
    definitions: Mapping[str, str] = field(default_factory=dict)

    def fault(self, line: int, message: str, severity: Severity = "fault") -> None:
        """Note a fault or a warning at a line."""
        self.faults.add(self.path, line, message, severity)


def read_nodes(document: Document, place: Place) -> tuple[Node, ...]:
    """Read all parts; problems of the fences themselves are noted too."""
    note_problems(document, place)
    return parts_to_nodes(document, document.parts, place)


def note_problems(document: Document, place: Place) -> None:
    """Note what is wrong with the fences, and remember the footnotes and link definitions."""
    for line, message in document.problems:
        place.fault(line, message)
    if any("]:" in line for line in document.lines):
        place.definitions = definitions(document)


def parts_to_nodes(document: Document, parts: Iterable[Part], place: Place) -> tuple[Node, ...]:
    """Read parts into nodes; blank runs make none."""
    nodes = (read_part(document, part, place) for part in parts)
    return tuple(node for node in nodes if node is not None)


def read_part(document: Document, part: Part, place: Place) -> Node | None:
    """Read one part; None for a blank run and for an unknown block."""
    if isinstance(part, Text):
        return read_prose(document.numbered(part.start, part.stop), place)
    if part.name in BLOCKS:
        return _read_block(document, part, place)
    if part.name in CARDS:
        return _read_card(document, part, place)
    if part.name == "question":
        return _read_question(document, part, place)
    if part.name == RUBRIC:
        return _read_rubric(document, part, place)
    if part.name:
        names = [*BLOCKS, *CARDS, "question"]
        place.fault(document.first + part.start, f"unknown block '{part.name}'{did_you_mean(part.name, names)}")
    parts_to_nodes(document, part.parts, place)
    return None


def read_prose(lines: list[Line], place: Place) -> Prose | None:
    """Read Markdown, with the footnotes and link definitions that it uses from elsewhere in the file."""
    filled = [line for line in lines if line.text.strip()]
    if not filled:
        return None
    words = lines[lines.index(filled[0]) : lines.index(filled[-1]) + 1]
    markdown = with_definitions("\n".join(line.text for line in words), place)
    return Prose(markdown=markdown, path=place.path, line=words[0].number, lang=place.lang, fuzzy=place.fuzzy)


def with_definitions(markdown: str, place: Place) -> str:
    """Add the definitions that a text uses and does not hold."""
    if not place.definitions:
        return markdown
    used = dict.fromkeys(label.casefold() for label in _LABEL.findall(markdown))
    missing = [
        place.definitions[label]
        for label in used
        if label in place.definitions and place.definitions[label] not in markdown
    ]
    return "\n\n".join([markdown, *missing])


def _check_opening(document: Document, fence: Fence, known: Iterable[str], place: Place) -> None:
    line = document.first + fence.start
    for key in fence.attributes.pairs:
        if key not in known:
            hint = did_you_mean(key, known)
            place.fault(line, f"unknown attribute '{key}' of block '{fence.name}'{hint}")
    if fence.attributes.id and not is_kebab(fence.attributes.id):
        place.fault(line, f"id '{fence.attributes.id}' is not kebab-case: small letters, digits and hyphens")


def _read_block(document: Document, fence: Fence, place: Place) -> Block:
    _check_opening(document, fence, BLOCKS[fence.name], place)
    minutes = fence.attributes.pairs.get("minutes")
    if minutes is not None and not (minutes.isascii() and minutes.isdigit() and 0 < int(minutes[:6]) <= 6000):
        place.fault(document.first + fence.start, f"'minutes' is '{minutes}', expected a whole number from 1 to 6000")
    return Block(
        name=fence.name,
        id=fence.attributes.id,
        attributes=fence.attributes.flat(),
        children=parts_to_nodes(document, fence.parts, place),
        path=place.path,
        line=document.first + fence.start,
        lang=place.lang,
        fuzzy=place.fuzzy,
    )


def _read_card(document: Document, fence: Fence, place: Place) -> Card:
    _check_opening(document, fence, (), place)
    at = document.first + fence.start
    fields = _with_picture(_card_fields(document.inside(fence), fence.name, place))
    for key in REQUIRED[fence.name]:
        if not fields.get(key):
            place.fault(at, f"block '{fence.name}' has no '{key}'")
    for part in fence.parts:
        if isinstance(part, Fence):
            place.fault(document.first + part.start, f"block '{part.name}' cannot stand inside '{fence.name}'")
    return Card(
        name=fence.name,  # type: ignore[arg-type]  # one of CARDS, which are the literal's values
        id=fence.attributes.id,
        attributes=fence.attributes.flat(),
        fields=fields,
        path=place.path,
        line=at,
        lang=place.lang,
        fuzzy=place.fuzzy,
    )


def _card_fields(lines: list[Line], name: str, place: Place) -> dict[str, str]:
    fields: dict[str, str] = {}
    known = CARDS[name]
    for line in lines:
        if not line.text.strip():
            continue
        match = _KEY_LINE.match(line.text)
        if match is None:
            if fields and line.text.startswith((" ", "\t")):
                fields[next(reversed(fields))] += " " + line.text.strip()
            else:
                place.fault(line.number, f"cannot read '{line.text.strip()}' in '{name}': write 'key: text'")
        elif match["key"] not in known:
            key = match["key"]
            place.fault(line.number, f"unknown key '{key}' in '{name}'{did_you_mean(key, known)}")
        elif match["key"] in fields:
            place.fault(line.number, f"key '{match['key']}' stands twice in '{name}'")
        else:
            fields[match["key"]] = (match["value"] or "").strip()
    return {key: value for key, value in fields.items() if value}


def _with_picture(fields: dict[str, str]) -> dict[str, str]:
    """Read `image: ![alt](media/x.svg)` as the path, with what it shows under `alt`."""
    match = IMAGE.fullmatch(fields.get("image", ""))
    return {**fields, "image": match["src"], "alt": match["alt"]} if match else fields


def _read_question(document: Document, fence: Fence, place: Place) -> Question:
    place.count += 1
    at = document.first + fence.start
    pairs = fence.attributes.pairs
    type_name = pairs.get("type", "choice")
    if type_name not in TYPES:
        place.fault(at, f"unknown question type '{type_name}'{did_you_mean(type_name, TYPES)}")
        type_name = "open"
        known: tuple[str, ...] = ("multiple", *QUESTION_ATTRIBUTES)
    else:
        known = (*QUESTION_ATTRIBUTES, *TYPES[type_name].ATTRIBUTES)
    _check_opening(document, fence, known, place)
    if place.needs_ids and not fence.attributes.id:
        place.fault(at, "a question of a quiz or a bank needs an id: write '::: question {#id}'")
    for part in fence.parts:
        if isinstance(part, Fence):
            place.fault(document.first + part.start, f"block '{part.name}' cannot stand inside a question")
    question_id = fence.attributes.id or f"{place.owner}.{place.count}"
    unknown_type = pairs.get("type", "choice") not in TYPES
    own = ALL_KEYS if unknown_type else TYPES[type_name].KEYS
    head, keys, problems = split_keys(document.inside(fence), own, ALL_KEYS, type_name)
    source = Source(question_id, at, fence.attributes, head, () if unknown_type else keys)
    reading = TYPES[type_name].read(source)
    for problem in (*problems, *reading.problems):
        place.fault(problem.line, problem.message, problem.severity)
    return Question(
        id=question_id,
        type=type_name,
        prompt=with_definitions(reading.prompt, place),
        body=reading.body,
        points=_points(pairs.get("points", "1"), at, place),
        outcome=pairs.get("outcome"),
        tags=tuple(tag.strip() for tag in pairs.get("tags", "").split(",") if tag.strip()),
        shuffle=_flags(fence.attributes, at, place),
        hint=_key_text(keys, "Hint", place),
        explanation=_key_text(keys, "Explanation", place),
        path=place.path,
        line=at,
        lang=place.lang,
        fuzzy=place.fuzzy,
    )


def _read_rubric(document: Document, fence: Fence, place: Place) -> Question:
    """Read a task's own `Rubric:` key as an open question without a prompt."""
    first, *rest = document.numbered(fence.start, fence.stop)
    lines = (Line(first.number, first.text.removeprefix("Rubric:")), *rest)
    rubric, problems = read_rubric(lines)
    for problem in problems:
        place.fault(problem.line, problem.message, problem.severity)
    return Question(
        id=f"{place.owner}.rubric",
        type="open",
        prompt="",
        body=OpenBody(rubric=rubric),
        points=1,
        outcome=None,
        tags=(),
        shuffle=False,
        hint="",
        explanation="",
        path=place.path,
        line=first.number,
        lang=place.lang,
        fuzzy=place.fuzzy,
    )


def _key_text(keys: tuple[Key, ...], name: str, place: Place) -> str:
    text = next((key.text for key in keys if key.name == name), "")
    return with_definitions(text, place) if text else ""


def _points(written: str, line: int, place: Place) -> int:
    if written.isascii() and written.isdigit() and 1 <= int(written[:6]) <= MAX_POINTS:
        return int(written)
    place.fault(line, f"'points' is '{written}', expected a whole number from 1 to {MAX_POINTS}")
    return 1


def _flags(attributes: Attributes, line: int, place: Place) -> bool:
    for key in ("shuffle", "multiple"):
        value = attributes.pairs.get(key, "yes")
        if value not in ("yes", "no"):
            place.fault(line, f"'{key}' is '{value}', expected yes or no")
    return attributes.pairs.get("shuffle") != "no"
