"""Answers of a second person who has not seen the keys: `python -m bench.second_answers COURSE` prints the sheet.

The sheet shows every question of the banks without key, hint and feedback, its parts in an order of their own and
with letters. The answers are kept in `bench/answers/<course>.json` as
`{"<question>": {"asked": "<digest of what was shown>", "answer": …}}`, where `answer` is

    choice, hotspot   the letters ticked: "B", "AD"
    order             the letters in order: "CABD"
    match, sort       the right side's or group's letter by item: {"1": "C", "2": "A"}
    gap               a list, one entry a gap: a letter where one chooses, else the words
    text, number      the words

An answer to a question that has changed since does not count.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from bench.curriculum import read_courses
from lms.domain.outline import Course, Question
from lms.domain.questions import TYPES
from lms.domain.questions.gap import PLACE
from lms.domain.questions.masks import mask

ANSWERS = Path(__file__).resolve().parent / "answers"
COURSES = Path(__file__).resolve().parent.parent / "courses"


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How often the second answer earns full marks; `stale` counts questions whose present text was not answered."""

    answered: int
    stale: int
    otherwise: tuple[str, ...]

    @property
    def share(self) -> float:
        """Return the share of all questions whose present text was answered as the key says."""
        return (self.answered - len(self.otherwise)) / (self.answered + self.stale)


def compare(course: Course) -> Agreement:
    """Compare the kept answers of a course with its keys."""
    path = ANSWERS / f"{course.id}.json"
    kept: Mapping[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    questions = asked(course)
    present = [q for q in questions if q.id in kept and kept[q.id]["asked"] == digest(q)]
    otherwise = [q.id for q in present if not agrees(q, kept[q.id]["answer"])]
    return Agreement(answered=len(present), stale=len(questions) - len(present), otherwise=tuple(otherwise))


def asked(course: Course) -> list[Question]:
    """Return the questions of the banks, open ones left out: these have no key."""
    return [q for bank in course.banks.values() for q in bank.questions if q.type != "open"]


def digest(question: Question) -> str:
    """Return a short digest of what the sheet shows of a question."""
    return sha256(shown(question).encode()).hexdigest()[:12]


def shown(question: Question) -> str:
    """Return a question as the second person sees it."""
    prompt = PLACE.sub("[____]", question.prompt)
    lines = _PARTS[question.type](question) if question.type in _PARTS else []
    return "\n".join([f"{question.id} ({_kind(question)})", prompt, *lines])


def _kind(question: Question) -> str:
    if question.type in ("choice", "hotspot"):
        return f"{question.type}, {'several' if question.body.multiple else 'one'}"
    return question.type


def _by_mask(question: Question, parts: Iterable[Any]) -> list[Any]:
    return sorted(parts, key=lambda part: mask(question.id, part.id))


def _lettered(question: Question, parts: Iterable[Any], tell: Callable[[Any], str]) -> list[str]:
    return [
        f"  {letter}. {tell(part)}" for letter, part in zip(ascii_uppercase, _by_mask(question, parts), strict=False)
    ]


def _text(part: Any) -> str:
    return str(part.text)


def _region(part: Any) -> str:
    return f"{part.text} ({part.shape} {', '.join(f'{n:g}' for n in part.coordinates)})"


def _gap_lines(question: Question) -> list[str]:
    return [
        f"  gap {n}: " + (" / ".join(f"{c} {o.text}" for c, o in _lettered_gap(question, gap)) or "typed")
        for n, gap in enumerate(question.body.gaps, 1)
    ]


def _lettered_gap(question: Question, gap: Any) -> list[tuple[str, Any]]:
    ordered = sorted(gap.options, key=lambda option: mask(question.id, f"{gap.id}.{option.id}"))
    return list(zip(ascii_uppercase, ordered, strict=False))


def _numbered(parts: Sequence[Any]) -> list[str]:
    return [f"  {n}. {part.text}" for n, part in enumerate(parts, 1)]


_PARTS: Mapping[str, Callable[[Question], list[str]]] = {
    "choice": lambda q: _lettered(q, q.body.options, _text),
    "hotspot": lambda q: [f"  image {q.body.src}: {q.body.alt}", *_lettered(q, q.body.regions, _region)],
    "order": lambda q: _lettered(q, q.body.items, _text),
    "match": lambda q: [*_numbered(q.body.pairs), *_lettered(q, q.body.sides, _text)],
    "sort": lambda q: [*_numbered(_by_mask(q, q.body.items)), *_lettered(q, q.body.groups, _text)],
    "gap": _gap_lines,
    "number": lambda q: [f"  unit: {q.body.unit}"] if q.body.unit else [],
}


def agrees(question: Question, answer: Any) -> bool:
    """Tell whether an answer, as it is kept, earns full marks."""
    response = _RESPONSES[question.type](question, answer) if question.type in _RESPONSES else answer
    return TYPES[question.type].grade(question.body, response).score == 1


def _pick(question: Question, parts: Iterable[Any], letters: str) -> list[str]:
    by_letter = dict(zip(ascii_uppercase, _by_mask(question, parts), strict=False))
    return [by_letter[letter].id for letter in letters]


def _order(question: Question, answer: str) -> dict[str, int]:
    return {i: place for place, i in enumerate(_pick(question, question.body.items, answer), 1)}


def _match(question: Question, answer: Mapping[str, str]) -> dict[str, str]:
    pairs = question.body.pairs
    return {pairs[int(n) - 1].id: _pick(question, question.body.sides, letter)[0] for n, letter in answer.items()}


def _sort(question: Question, answer: Mapping[str, str]) -> dict[str, str]:
    items = _by_mask(question, question.body.items)
    return {items[int(n) - 1].id: _pick(question, question.body.groups, letter)[0] for n, letter in answer.items()}


def _gap(question: Question, answer: Sequence[str]) -> dict[str, str]:
    given = zip(question.body.gaps, answer, strict=True)
    return {gap.id: dict(_lettered_gap(question, gap))[word].id if gap.is_chosen else word for gap, word in given}


_RESPONSES: Mapping[str, Callable[[Question, Any], Any]] = {
    "choice": lambda q, letters: _pick(q, q.body.options, letters),
    "hotspot": lambda q, letters: _pick(q, q.body.regions, letters),
    "order": _order,
    "match": _match,
    "sort": _sort,
    "gap": _gap,
}


def main(arguments: Sequence[str]) -> int:
    """Print the sheet of the courses named, the same every time: each question's digest, and what is shown of it."""
    for course in read_courses(COURSES, "en"):
        if course.id in arguments:
            for question in asked(course):
                sys.stdout.write(f"## {digest(question)} {shown(question)}\n\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
