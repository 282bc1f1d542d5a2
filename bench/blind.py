"""How far somebody gets who knows nothing: three strategies that only look at the shape of a question.

A strategy ticks as many options as are right. Its score is the share of these that are right; of options that look
alike to it each counts by its chance. The chance of a question is the share of its options that are right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lms.domain.outline import Question
from lms.domain.questions.gap import PLACE

ALLOWED = 5.0
"""Points of a hundred that a strategy may get above chance."""
_WORD = re.compile(r"[^\W\d_]{4,}")
_STEM = 5


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A choice as a stranger sees it: the prompt, the options in the order of the file, and which are right."""

    prompt: str
    options: tuple[str, ...]
    right: tuple[bool, ...]


def asked(questions: Iterable[Question]) -> list[Asked]:
    """Return every choice in the questions: single, multiple, and gaps with a list."""
    found = []
    for question in questions:
        if question.type == "choice":
            found.append(_asked(question.prompt, question.body.options))
        elif question.type == "gap":
            prompt = PLACE.sub(" ", question.prompt)
            found += [_asked(prompt, gap.options) for gap in question.body.gaps if gap.is_chosen]
    return found


def chance(choices: Sequence[Asked]) -> float:
    """Return what guessing gets, in percent."""
    return 100 * sum(sum(each.right) / len(each.right) for each in choices) / len(choices)


def gets(strategy: Callable[[Asked], Sequence[float]], choices: Sequence[Asked]) -> float:
    """Return what a strategy gets, in percent."""
    return 100 * sum(_score(strategy(each), each.right) for each in choices) / len(choices)


def longest(choice: Asked) -> list[float]:
    """Prefer the option with the most characters."""
    return [float(len(option)) for option in choice.options]


def middle(choice: Asked) -> list[float]:
    """Prefer the option nearest to the middle of the list."""
    centre = (len(choice.options) - 1) / 2
    return [-abs(place - centre) for place in range(len(choice.options))]


def shares_words(choice: Asked) -> list[float]:
    """Prefer the option that has the most words (by their first letters) in common with the prompt."""
    prompt = _stems(choice.prompt)
    return [float(len(_stems(option) & prompt)) for option in choice.options]


STRATEGIES: Mapping[str, Callable[[Asked], Sequence[float]]] = {
    "longest option": longest,
    "middle option": middle,
    "words of the prompt": shares_words,
}


def _asked(prompt: str, options: Sequence[object]) -> Asked:
    return Asked(
        prompt=prompt,
        options=tuple(option.text for option in options),  # type: ignore[attr-defined]  # of choice or gap
        right=tuple(option.right for option in options),  # type: ignore[attr-defined]
    )


def _score(liking: Sequence[float], right: Sequence[bool]) -> float:
    """Return the expected share of right ticks when the best liked are ticked, ties by lot."""
    free = ticks = sum(right)
    got = 0.0
    for level in sorted(set(liking), reverse=True):
        tied = [is_right for like, is_right in zip(liking, right, strict=True) if like == level]
        taken = min(free, len(tied))
        got += taken * sum(tied) / len(tied)
        free -= taken
    return got / ticks


def _stems(text: str) -> set[str]:
    return {word[:_STEM].casefold() for word in _WORD.findall(text)}
