"""Text: a short typed answer, compared after folding."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from lms.domain.lines import join_lines
from lms.domain.questions.responses import FIELD, as_text, typed
from lms.domain.questions.source import Problem, Reading, Source, alternatives, unescape
from lms.domain.scoring import Grade
from lms.domain.texts import fold_answer

KEYS: tuple[str, ...] = ("Answer", "Almost")
ATTRIBUTES: tuple[str, ...] = ()
_FEEDBACK = re.compile(r"(?<!\\)>")


@dataclass(frozen=True, kw_only=True, slots=True)
class NearMiss:
    """Replies that earn no marks but a word from the author."""

    replies: tuple[str, ...]
    feedback: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TextBody:
    """The accepted answers as the author wrote them, and the near misses."""

    answers: tuple[str, ...]
    almost: tuple[NearMiss, ...] = ()


def read(source: Source) -> Reading:
    """Read the prompt, the answers and the near misses."""
    problems: list[Problem] = []
    answers: list[str] = []
    for key in source.named("Answer"):
        for line in key.lines:
            answers.extend(unescape(part) for part in alternatives(line.text) if part)
    if not any(map(fold_answer, answers)):
        problems.append(Problem(source.line, f"question '{source.id}' has no right answer: write 'Answer: …'"))
    almost = []
    for key in source.named("Almost"):
        for line in key.lines:
            if not line.text.strip():
                continue
            replies, *feedback = _FEEDBACK.split(line.text, maxsplit=1)
            if not feedback or not feedback[0].strip():
                problems.append(Problem(line.number, "'Almost' has no feedback: write 'Almost: reply > feedback'"))
            near = tuple(unescape(part) for part in alternatives(replies) if part)
            almost.append(NearMiss(replies=near, feedback="".join(feedback).strip()))
    body = TextBody(answers=tuple(answers), almost=tuple(almost))
    return Reading(prompt=join_lines(source.head), body=body, problems=tuple(problems))


def fields(body: TextBody) -> tuple[str, ...]:
    """Return the one text field."""
    return (FIELD,)


def normalise(body: TextBody, raw: Mapping[str, list[str]]) -> str | None:
    """Return the reply without outer space; None when empty or longer than 2,000 characters."""
    return typed(raw, FIELD)


def grade(body: TextBody, response: Any) -> Grade:
    """Grade all or nothing; a near miss brings the author's word."""
    reply = fold_answer(as_text(response))
    if not reply:
        return Grade(score=Fraction(0), parts={FIELD: "missed"})
    if reply in {folded for answer in body.answers if (folded := fold_answer(answer))}:
        return Grade(score=Fraction(1), parts={FIELD: "right"})
    near = (miss.feedback for miss in body.almost if reply in map(fold_answer, miss.replies))
    return Grade(score=Fraction(0), parts={FIELD: "wrong"}, almost=next(near, ""))


def is_answered(body: TextBody, response: Any) -> bool:
    """Tell whether anything was typed."""
    return bool(as_text(response).strip())


def changes(source: TextBody, translated: TextBody) -> tuple[str, ...]:
    """Say what a translation changed that it may not: accepted answers are its own, any number of them."""
    return ()


def joined(source: TextBody, translated: TextBody) -> TextBody:
    """Return the translation with the source's accepted answers, for those of both languages count."""
    answers = tuple(dict.fromkeys((*translated.answers, *source.answers)))
    return replace(translated, answers=answers, almost=(*translated.almost, *source.almost))
