"""The list of answers that choice, match, order, sort and hotspot share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lms.domain.attributes import Attributes, split_attributes
from lms.domain.lines import CodeTracker, Line, indent_of, join_lines
from lms.domain.questions.source import Problem

_FEEDBACK = re.compile(r"\s*>\s?(.*)$")


@dataclass(frozen=True, slots=True)
class ListItem:
    """One answer of the list: its text without attributes, the feedback below it, and its marker's match."""

    line: int
    marker: re.Match[str]
    text: str
    feedback: str
    attributes: Attributes


def read_items(
    lines: Sequence[Line], marker: re.Pattern[str], near: re.Pattern[str], shape: str
) -> tuple[tuple[Line, ...], list[ListItem], list[Problem]]:
    """Split into the prompt's lines and the items, which begin at the first line that `marker` matches.

    `marker` has a group `rest`; `near` matches lines that were meant as items and are not; `shape` shows a right one.
    """
    prompt: list[Line] = []
    groups: list[tuple[re.Match[str], list[Line]]] = []
    problems: list[Problem] = []
    code = CodeTracker()
    for line in lines:
        is_code = code.inside
        code.is_code(line.text)
        match = None if is_code else marker.match(line.text)
        if match:
            groups.append((match, [Line(line.number, match["rest"] or "")]))
        elif not is_code and near.match(line.text):
            problems.append(Problem(line.number, f"cannot read '{line.text.strip()}': write '{shape}'"))
        elif not groups:
            prompt.append(line)
        elif not line.text.strip() or indent_of(line.text) >= 2 or line.text.startswith(">"):
            groups[-1][1].append(line)
        else:
            problems.append(Problem(line.number, f"'{line.text.strip()}' stands among the answers; indent it by two"))
    return tuple(prompt), [_item(match, group) for match, group in groups], problems


def _item(marker: re.Match[str], lines: list[Line]) -> ListItem:
    words: list[Line] = lines[:1]
    feedback: list[Line] = []
    for line in lines[1:]:
        if quoted := _FEEDBACK.match(line.text):
            feedback.append(Line(line.number, quoted[1]))
        elif feedback and line.text.strip():
            feedback.append(Line(line.number, line.text.strip()))
        elif not feedback:
            words.append(Line(line.number, _dedent(line.text, 2)))
    text, attributes = split_attributes(join_lines(words))
    if attributes == Attributes():
        first, attributes = split_attributes(words[0].text)
        text = join_lines([Line(words[0].number, first), *words[1:]])
    return ListItem(lines[0].number, marker, text.strip(), join_lines(feedback).strip(), attributes)


def _dedent(text: str, width: int) -> str:
    expanded = text.expandtabs(4)
    return expanded[min(width, indent_of(text)) :]
