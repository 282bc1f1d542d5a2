"""Questions as forms: one builder a type turns a question and an answer into what its template shows.

It is long because the nine types stand side by side, each in a dozen lines, with the reading of their forms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from lms.domain.outline import Question
from lms.domain.questions import TYPES
from lms.domain.questions.gap import PLACE
from lms.domain.questions.masks import mask, unmask
from lms.domain.questions.number import Range
from lms.domain.questions.open import Rubric
from lms.domain.questions.responses import FIELD
from lms.domain.scoring import Grade, Verdict
from lms.infra.languages import gettext as _
from lms.web.locale import format_number

Reveal = Literal["nothing", "verdict", "given", "key"]
"""What a form tells: nothing yet, the verdict on the whole alone, that on each part given, or the whole key."""


class Words(Protocol):
    """Renders the Markdown of one course."""

    def block(self, markdown: str) -> Markup:
        """Return the HTML of a text of blocks."""

    def inline(self, markdown: str) -> Markup:
        """Return the HTML of one line."""

    def plain(self, markdown: str) -> str:
        """Return the text alone."""

    def picture(self, target: str) -> tuple[str, int, int]:
        """Return address, width and height of an image."""

    def rubric(self, rubric: Rubric | None) -> Markup:
        """Return a rubric as a table; nothing when there is none."""


Standing = Literal["right", "partly", "wrong", "open"]
"""How a whole answer stands; open: a person will read it."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The verdict under a question."""

    verdict: Standing
    score_percent: int
    explanation_html: Markup


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A question as its template reads it; `own` holds what the type adds.

    `state` is the verdict with its reasons, or None; `verdict` is there too where nothing but the verdict is told.
    `lang` is the language of the question's text where it is not that of the page, which `ui` then names.
    """

    id: str
    type: str
    name: str
    number: int | None
    prompt_html: Markup
    points: int
    hint_html: Markup
    state: Outcome | None
    disabled: bool
    verdict: Standing | None = None
    lang: str = ""
    ui: str = ""
    own: Mapping[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        """Give templates what the type adds as attributes."""
        try:
            return self.__dict__["own"][name]
        except KeyError:
            raise AttributeError(name) from None


@dataclass(frozen=True, kw_only=True)
class Making:
    """What every builder is given."""

    question: Question
    response: Any
    grade: Grade | None
    reveal: Reveal
    words: Words
    order: Callable[[Sequence[str]], Sequence[str]]

    def mask(self, part_id: str) -> str:
        """Return the name of a part that does not tell the key."""
        return mask(self.question.id, part_id)

    def mark(self, part_id: str) -> Verdict | None:
        """Return the verdict on a part as far as it may be told."""
        if self.grade is None or self.reveal == "nothing":
            return None
        verdict = self.grade.parts.get(part_id)
        return None if verdict == "missed" and self.reveal == "given" else verdict

    def line_mark(self, part_id: str) -> Verdict | Literal["empty"] | None:
        """Return the verdict on a line of its own: where an option is missed, a line was left empty."""
        verdict = self.mark(part_id)
        return "empty" if verdict == "missed" else verdict

    def arranged(self, parts: Sequence[Any]) -> list[Any]:
        """Return the parts in the order this form shows them."""
        by_id = {part.id: part for part in parts}
        return [by_id[key] for key in self.order(list(by_id))]


def field_name(question: Question) -> str:
    """Return the name that all form fields of a question begin with."""
    return f"a-{question.id}"


def show(
    question: Question,
    response: Any,
    *,
    words: Words,
    number: int | None = None,
    reveal: Reveal = "nothing",
    order: Callable[[Sequence[str]], Sequence[str]] = lambda ids: ids,
    disabled: bool = False,
    lang: str = "",
    ui: str = "",
) -> Shown:
    """Build what the template of a question shows for an answer; `lang` is the text's language, `ui` the page's."""
    grade = TYPES[question.type].grade(question.body, response) if reveal != "nothing" else None
    # For the verdict alone nothing is built that knows the grade of a part: what is not there cannot slip out.
    told = grade if reveal != "verdict" else None
    making = Making(question=question, response=response, grade=told, reveal=reveal, words=words, order=order)
    return Shown(
        id=question.id,
        type=question.type,
        name=field_name(question),
        number=number,
        prompt_html=_gap_prompt(making) if question.type == "gap" else words.block(question.prompt),
        points=question.points,
        hint_html=words.block(question.hint) if question.hint else Markup(""),
        state=_outcome(making),
        disabled=disabled,
        verdict=_standing(grade) if grade else None,
        lang=lang if lang != ui else "",
        ui=ui,
        own=BUILDERS[question.type](making),
    )


def read(question: Question, form: MultiDict[str, str]) -> Any:
    """Read the answer to a question from a form; None when nothing that it could mean was sent."""
    name = field_name(question)
    body = question.body
    if question.type in {"choice", "hotspot"}:
        ids = [part.id for part in (body.options if question.type == "choice" else body.regions)]
        raw = {FIELD: _unmasked(question, ids, form.getlist(name))}
    elif question.type in {"text", "number", "open"}:
        raw = {FIELD: form.getlist(name)}
    else:
        raw = _read_parts(question, form, name)
    return TYPES[question.type].normalise(body, raw)


def _read_parts(question: Question, form: MultiDict[str, str], name: str) -> dict[str, list[str]]:
    """Read a question with one field a part: names are masked, and so are the values that are parts themselves."""
    body = question.body
    if question.type == "gap":
        values = {gap.id: [option.id for option in gap.options] for gap in body.gaps}
        return {
            gap_id: _unmasked(question, ids, sent) if ids else sent
            for gap_id, ids in values.items()
            if (sent := form.getlist(f"{name}.{gap_id}"))
        }
    fields = TYPES[question.type].fields(body)
    raw = {key: form.getlist(f"{name}.{mask(question.id, key)}") for key in fields}
    if question.type == "order":
        return raw
    targets = [part.id for part in (body.sides if question.type == "match" else body.groups)]
    return {key: _unmasked(question, targets, sent) for key, sent in raw.items()}


def _unmasked(question: Question, ids: Sequence[str], sent: Sequence[str]) -> list[str]:
    return [part for value in sent if (part := unmask(question.id, ids, value)) is not None]


def _outcome(making: Making) -> Outcome | None:
    if making.grade is None:
        return None
    score = making.grade.score
    explanation = making.question.explanation
    return Outcome(
        verdict=_standing(making.grade),
        score_percent=int(score * 100) if score is not None else 0,
        explanation_html=making.words.block(explanation) if explanation else Markup(""),
    )


def _standing(grade: Grade) -> Standing:
    if grade.score is None:
        return "open"
    return "right" if grade.score == 1 else "partly" if grade.score > 0 else "wrong"


def _feedback(making: Making, part: Any) -> Markup:
    """Return the feedback of an option that was chosen, or of a right one where the key is shown."""
    told = making.mark(part.id)
    return making.words.block(part.feedback) if told and part.feedback else Markup("")


def _choice(making: Making) -> dict[str, Any]:
    body = making.question.body
    given = making.response or ()
    options = [
        (
            making.mask(option.id),
            making.words.inline(option.text),
            option.id in given,
            making.mark(option.id),
            _feedback(making, option),
        )
        for option in making.arranged(body.options)
    ]
    return {"multiple": body.multiple, "options": options}


def _typed(making: Making) -> dict[str, Any]:
    almost = making.grade.almost if making.grade else ""
    parts: dict[str, Any] = {
        "value": making.response if isinstance(making.response, str) else "",
        "feedback_html": making.words.block(almost) if almost else Markup(""),
        "correct": "",
    }
    told = making.reveal == "key" and making.grade is not None and making.grade.score != 1
    if making.question.type == "number":
        parts["unit"] = making.question.body.unit
        parts["correct"] = _range_words(making.question.body.ranges[0]) if told else ""
    elif told:
        parts["correct"] = making.question.body.answers[0]
    return parts


def _range_words(expected: Range) -> str:
    low, high = format_number(float(expected.low)), format_number(float(expected.high))
    return low if low == high else _("%(low)s to %(high)s", low=low, high=high)


def _match(making: Making) -> dict[str, Any]:
    body = making.question.body
    given = making.response or {}
    sides = {side.id: making.words.plain(side.text) for side in body.sides}
    lefts = [
        (
            making.mask(pair.id),
            making.words.inline(pair.text),
            making.words.plain(pair.text),
            making.mask(given[pair.id]) if pair.id in given else "",
            making.line_mark(pair.id),
            sides[pair.right] if making.reveal == "key" else "",
        )
        for pair in body.pairs
    ]
    rights = [(making.mask(side.id), sides[side.id]) for side in making.arranged(body.sides)]
    return {"lefts": lefts, "rights": rights}


def _order(making: Making) -> dict[str, Any]:
    body = making.question.body
    given = making.response or {}
    items = [
        (
            making.mask(item.id),
            making.words.inline(item.text),
            making.words.plain(item.text),
            given.get(item.id, ""),
            making.line_mark(item.id),
        )
        for item in making.arranged(body.items)
    ]
    told = making.reveal == "key" and making.grade is not None and making.grade.score != 1
    solution = [making.words.inline(item.text) for item in body.items] if told else []
    return {"items": items, "count": len(body.items), "solution": solution}


def _sort(making: Making) -> dict[str, Any]:
    body = making.question.body
    given = making.response or {}
    groups = {group.id: making.words.plain(group.text) for group in body.groups}
    items = [
        (
            making.mask(item.id),
            making.words.inline(item.text),
            making.words.plain(item.text),
            making.mask(given[item.id]) if item.id in given else "",
            making.line_mark(item.id),
            groups[item.group] if making.reveal == "key" else "",
        )
        for item in making.arranged(body.items)
    ]
    return {"items": items, "groups": [(making.mask(key), text) for key, text in groups.items()]}


def _gap(making: Making) -> dict[str, Any]:
    pieces = PLACE.split(str(making.words.block(making.question.body.text)))
    gaps = {gap.id: gap for gap in making.question.body.gaps}
    given = making.response or {}
    parts: list[tuple[Any, ...]] = []
    for index, piece in enumerate(pieces):
        if index % 2 == 0:
            parts.append(("text", Markup(piece)))  # noqa: S704 - sanitised by infra.markup
            continue
        gap = gaps[piece]
        value = given.get(gap.id, "")
        right = next((o.text for o in gap.options if o.right), "") if gap.is_chosen else gap.answers[0]
        parts.append(
            (
                "gap",
                int(gap.id[1:]),
                "chosen" if gap.is_chosen else "typed",
                [(making.mask(o.id), o.text) for o in making.arranged(gap.options)],
                making.mask(value) if gap.is_chosen and value else value,
                making.line_mark(gap.id),
                right if making.reveal == "key" else "",
            )
        )
    return {"parts": parts}


def _gap_prompt(making: Making) -> Markup:
    """Return the text with "gap 1" in place of each gap: what a screen reader calls the group."""
    text = making.words.plain(making.question.body.text)
    return Markup("<p>{}</p>").format(PLACE.sub(lambda found: _("gap %(number)s", number=found[1][1:]), text))


def _hotspot(making: Making) -> dict[str, Any]:
    body = making.question.body
    given = making.response or ()
    address, width, height = making.words.picture(body.src)
    regions = [
        (
            making.mask(region.id),
            making.words.plain(region.text),
            region.id in given,
            making.mark(region.id),
            _feedback(making, region),
            region.shape,
            [float(n) for n in region.coordinates],
        )
        for region in making.arranged(body.regions)
    ]
    return {"multiple": body.multiple, "image": (address, width, height, body.alt), "regions": regions}


def _open(making: Making) -> dict[str, Any]:
    value = making.response if isinstance(making.response, str) else ""
    return {"value": value, "rubric_html": making.words.rubric(making.question.body.rubric)}


BUILDERS: Mapping[str, Callable[[Making], dict[str, Any]]] = {
    "choice": _choice,
    "text": _typed,
    "number": _typed,
    "match": _match,
    "order": _order,
    "sort": _sort,
    "gap": _gap,
    "hotspot": _hotspot,
    "open": _open,
}
