"""Gap: a text with gaps to type into or to choose for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lms.domain.questions.match import share_right
from lms.domain.questions.responses import as_mapping, chosen, typed
from lms.domain.questions.source import Problem, Reading, Source, alternatives, unescape
from lms.domain.scoring import Grade, Verdict
from lms.domain.texts import fold_answer

KEYS: tuple[str, ...] = ()
ATTRIBUTES: tuple[str, ...] = ()
_GAP = re.compile(r"(?<!\\)\[\[(?P<inside>(?:\\.|[^\[\]\\]|\[(?!\[)|\](?!\]))*)\]\]", re.DOTALL)
PLACE = re.compile("\ue000(g[0-9]+)\ue001")
"""Where a gap stands in the body's text and in the HTML made of it: characters that Markdown leaves alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GapOption:
    """What may be chosen for a gap; plain text."""

    id: str
    text: str
    right: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """A gap: typed (`answers`, plain text) or chosen (`options`, of which one is right)."""

    id: str
    answers: tuple[str, ...] = ()
    options: tuple[GapOption, ...] = ()

    @property
    def is_chosen(self) -> bool:
        """Tell whether the gap is filled from a list."""
        return bool(self.options)


@dataclass(frozen=True, kw_only=True, slots=True)
class GapBody:
    """The text as Markdown, where `PLACE` finds each gap, and the gaps in order. The prompt is the same text."""

    text: str
    gaps: tuple[Gap, ...]


def place(gap_id: str) -> str:
    """Return the characters that stand for the gap in the text."""
    return f"\ue000{gap_id}\ue001"


def read(source: Source) -> Reading:
    """Read the text and its gaps."""
    problems: list[Problem] = []
    gaps: list[Gap] = []
    text = "\n".join(line.text for line in source.head)
    first = source.head[0].number if source.head else source.line

    def take(match: re.Match[str]) -> str:
        line = first + text.count("\n", 0, match.start())
        gap = _read_gap(f"g{len(gaps) + 1}", " ".join(match["inside"].split()))
        gaps.append(gap)
        problems.extend(Problem(line, f"gap '{match[0]}' {problem}") for problem in _gap_problems(gap))
        return place(gap.id)

    body_text = _GAP.sub(take, text).strip("\n").rstrip()
    if not gaps:
        problems.append(Problem(source.line, f"question '{source.id}' has no right answer: write '[[answer]]'"))
    body = GapBody(text=body_text, gaps=tuple(gaps))
    return Reading(prompt=body_text, body=body, problems=tuple(problems))


def _read_gap(gap_id: str, inside: str) -> Gap:
    parts = alternatives(inside)
    if not any(part.startswith("*") for part in parts):
        return Gap(id=gap_id, answers=tuple(unescape(part) for part in parts if part))
    options = tuple(
        GapOption(id=f"o{n}", text=unescape(part.removeprefix("*").strip()), right=part.startswith("*"))
        for n, part in enumerate(parts, 1)
    )
    return Gap(id=gap_id, options=options)


def _gap_problems(gap: Gap) -> list[str]:
    problems = []
    if not gap.is_chosen and not any(map(fold_answer, gap.answers)):
        problems.append("has no right answer")
    if gap.is_chosen and sum(option.right for option in gap.options) != 1:
        problems.append("marks more than one right answer: exactly one begins with '*'")
    if gap.is_chosen and (len(gap.options) < 2 or not all(option.text for option in gap.options)):
        problems.append("needs two or more options to choose from")
    return problems


def fields(body: GapBody) -> tuple[str, ...]:
    """Return one field a gap, from `g1` on."""
    return tuple(gap.id for gap in body.gaps)


def normalise(body: GapBody, raw: Mapping[str, list[str]]) -> dict[str, str] | None:
    """Return the typed text or the option's id by gap; over-long texts are left out; None when no gap was filled."""
    response = {}
    for gap in body.gaps:
        known = [option.id for option in gap.options]
        if given := chosen(raw, gap.id, known) if gap.is_chosen else typed(raw, gap.id):
            response[gap.id] = given
    return response or None


def grade(body: GapBody, response: Any) -> Grade:
    """Grade a share each gap; typed text is folded."""
    given = as_mapping(response)
    verdicts: dict[str, Verdict] = {gap.id: _verdict(gap, given.get(gap.id)) for gap in body.gaps}
    return Grade(score=share_right(verdicts), parts=verdicts)


def _verdict(gap: Gap, answer: Any) -> Verdict:
    if not isinstance(answer, str) or not answer.strip():
        return "missed"
    if gap.is_chosen:
        return "right" if answer in {option.id for option in gap.options if option.right} else "wrong"
    reply = fold_answer(answer)
    return "right" if reply and reply in map(fold_answer, gap.answers) else "wrong"


def is_answered(body: GapBody, response: Any) -> bool:
    """Tell whether every gap is filled."""
    return bool(body.gaps) and all(as_mapping(response).get(gap.id) for gap in body.gaps)


def changes(source: GapBody, translated: GapBody) -> tuple[str, ...]:
    """Say what a translation changed that it may not."""
    if len(source.gaps) != len(translated.gaps):
        return (f"has {len(translated.gaps)} gaps instead of {len(source.gaps)}",)
    found = []
    for number, (before, after) in enumerate(zip(source.gaps, translated.gaps, strict=True), 1):
        if before.is_chosen != after.is_chosen:
            found.append(f"makes gap {number} {'chosen' if after.is_chosen else 'typed'}")
        elif len(before.options) != len(after.options):
            found.append(f"has {len(after.options)} options in gap {number} instead of {len(before.options)}")
        elif [option.right for option in before.options] != [option.right for option in after.options]:
            found.append(f"marks another option as right in gap {number}")
    return tuple(found)


def joined(source: GapBody, translated: GapBody) -> GapBody:
    """Return the translation with the source's accepted answers, for those of both languages count."""
    gaps = tuple(
        replace(after, answers=tuple(dict.fromkeys((*after.answers, *before.answers))))
        for before, after in zip(source.gaps, translated.gaps, strict=True)
    )
    return replace(translated, gaps=gaps)
