"""The source of a question block: its prompt and answers (`head`) and its keys, each with its lines."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from lms.domain.attributes import Attributes, is_kebab
from lms.domain.faults import Severity
from lms.domain.lines import CodeTracker, Line, join_lines

COMMON_KEYS = ("Hint", "Explanation")
_KEY = re.compile(r"(?P<name>[A-Za-z]{3,15})(?P<space> ?):(?:\s+(?P<rest>.*)|)$")
_ESCAPED = re.compile(r"\\([|\[\]*>{}])")


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault or warning inside a block, by line."""

    line: int
    message: str
    severity: Severity = "fault"


@dataclass(frozen=True, slots=True)
class Key:
    """A key with the lines it runs over; the first line is what stands after the colon."""

    name: str
    lines: tuple[Line, ...]

    @property
    def line(self) -> int:
        """Return the number of the key's line."""
        return self.lines[0].number

    @property
    def text(self) -> str:
        """Return the value as Markdown."""
        return join_lines(self.lines).strip()


@dataclass(frozen=True, slots=True)
class Source:
    """A question's lines, ready for its type's reader."""

    id: str
    line: int
    attributes: Attributes
    head: tuple[Line, ...]
    keys: tuple[Key, ...]

    def named(self, name: str) -> tuple[Key, ...]:
        """Return the keys of that name in order."""
        return tuple(key for key in self.keys if key.name == name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a type made of the source: the prompt as Markdown, its body, and what is wrong."""

    prompt: str
    body: Any
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Ids:
    """Give every part of a question its id: the written one, or `<letter><position>`."""

    problems: list[Problem]
    letter: str = "o"
    _taken: set[str] = field(default_factory=set)
    _count: int = 0

    def next(self, attributes: Attributes, line: int) -> str:
        """Return the id of the next part, noting a bad or repeated one."""
        self._count += 1
        part_id = attributes.id or f"{self.letter}{self._count}"
        if not is_kebab(part_id):
            self.problems.append(Problem(line, f"id '{part_id}' is not kebab-case"))
        if part_id in self._taken:
            self.problems.append(Problem(line, f"id '{part_id}' stands twice in this question"))
        self._taken.add(part_id)
        self.problems.extend(Problem(line, problem) for problem in attributes.problems)
        return part_id


def unescape(text: str) -> str:
    r"""Read `\|` `\]` `\*` `\>` `\{` as the characters themselves."""
    return _ESCAPED.sub(r"\1", text)


def alternatives(text: str) -> tuple[str, ...]:
    """Split at bars that no backslash escapes."""
    return tuple(part.strip() for part in re.split(r"(?<!\\)\|", text))


def split_keys(
    lines: Sequence[Line], own: Collection[str], all_keys: Collection[str], type_name: str
) -> tuple[tuple[Line, ...], tuple[Key, ...], list[Problem]]:
    """Split a question's lines into what stands before the first key, and the keys."""
    code = CodeTracker()
    head: list[Line] = []
    keys: list[tuple[str, list[Line]]] = []
    problems: list[Problem] = []
    for line in lines:
        match = None if code.is_code(line.text) else _KEY.match(line.text)
        name = match["name"] if match else ""
        if match and name in all_keys and not match["space"]:
            if name not in own and name not in COMMON_KEYS:
                problems.append(Problem(line.number, f"key '{name}' does not belong to a question of type={type_name}"))
            keys.append((name, [Line(line.number, match["rest"] or "")]))
            continue
        if match and (near := _near_key(name, all_keys)):
            problems.append(Problem(line.number, f"unknown key '{name}{match['space']}'; did you mean '{near}'?"))
        (keys[-1][1] if keys else head).append(line)
    found = tuple(Key(name, tuple(ls)) for name, ls in keys)
    for name in (*COMMON_KEYS, "Unit", "Rubric"):
        repeated = [key for key in found if key.name == name][1:]
        problems.extend(Problem(key.line, f"key '{name}' stands twice in this question") for key in repeated)
    return tuple(head), found, problems


def _near_key(name: str, known: Collection[str]) -> str:
    by_fold = {key.casefold(): key for key in known}
    near = get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.8)
    return by_fold[near[0]] if near else ""
