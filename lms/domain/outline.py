"""The course tree: what a course is once its files have been read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

ItemKind = Literal["lesson", "quiz", "task"]
Level = Literal["introductory", "intermediate", "advanced"]


@dataclass(frozen=True, kw_only=True)
class Prose:
    """A run of Markdown between blocks.

    Every node says in `lang` which language its text is in (a block without a translation keeps its source's), and in
    `fuzzy` that its translation was made for an older source.
    """

    markdown: str
    path: str
    line: int
    lang: str = ""
    fuzzy: bool = False


@dataclass(frozen=True, kw_only=True)
class Block:
    """A fenced block that holds Markdown and perhaps other blocks: note, tip, case, reveal and so on."""

    name: str
    id: str
    attributes: Mapping[str, str]
    children: tuple[Node, ...]
    path: str
    line: int
    lang: str = ""
    fuzzy: bool = False


@dataclass(frozen=True, kw_only=True)
class Card:
    """A block of `key: inline Markdown` lines: object, video or audio."""

    name: Literal["object", "video", "audio"]
    id: str
    attributes: Mapping[str, str]
    fields: Mapping[str, str]
    path: str
    line: int
    lang: str = ""
    fuzzy: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of any type; `body` is what its type's module made of the source."""

    id: str
    type: str
    prompt: str
    body: Any
    points: int
    outcome: str | None
    tags: tuple[str, ...]
    shuffle: bool
    hint: str
    explanation: str
    path: str
    line: int
    lang: str = ""
    fuzzy: bool = False


Node = Prose | Block | Card | Question


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A lesson: prose with blocks and ungraded knowledge checks."""

    id: str
    title: str
    minutes: int
    outcomes: tuple[str, ...]
    complete: Literal["viewed", "questions", "both"]
    nodes: tuple[Node, ...]
    path: str
    kind: Literal["lesson"] = "lesson"

    def questions(self) -> Iterator[Question]:
        """Yield the knowledge checks in the order they stand."""
        yield from questions_in(self.nodes)


@dataclass(frozen=True, kw_only=True)
class Draw:
    """How many questions an attempt takes from a bank, by outcome and tag."""

    bank: str
    take: int
    outcome: str | None = None
    tag: str | None = None


@dataclass(frozen=True, kw_only=True)
class Quiz:
    """A graded quiz: its rules, its own questions and its draws. `nodes` is the prose that stands before them."""

    id: str
    title: str
    pass_mark: int | None
    attempts: int | None
    keep: Literal["best", "last", "first"]
    minutes: int
    time_limit: int | None
    mode: Literal["online", "offline"]
    feedback: Literal["end", "each", "never"]
    shuffle: bool
    wait_seconds: int
    draws: tuple[Draw, ...]
    questions: tuple[Question, ...]
    nodes: tuple[Node, ...]
    path: str
    kind: Literal["quiz"] = "quiz"


@dataclass(frozen=True, kw_only=True)
class Task:
    """A workplace task with a rubric, to be read and done in one's own museum."""

    id: str
    title: str
    minutes: int
    outcomes: tuple[str, ...]
    nodes: tuple[Node, ...]
    path: str
    kind: Literal["task"] = "task"


Item = Lesson | Quiz | Task


@dataclass(frozen=True, kw_only=True)
class Bank:
    """A pool of questions."""

    id: str
    title: str
    questions: tuple[Question, ...]
    path: str


@dataclass(frozen=True, kw_only=True)
class Guide:
    """A trainer's guide, shown to trainers only."""

    id: str
    title: str
    module: str
    nodes: tuple[Node, ...]
    path: str


@dataclass(frozen=True, kw_only=True)
class Module:
    """A room of the course: items in order, and the modules that come before it."""

    id: str
    title: str
    items: tuple[str, ...]
    after: tuple[str, ...]
    guide: str | None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A line of `completion`: all (ids empty) or named lessons or tasks, or a quiz, perhaps with a score (0 to 100)."""

    kind: Literal["lessons", "tasks", "quiz"]
    ids: tuple[str, ...] = ()
    score: int | None = None


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody named in a course: an author (museum) or a signatory (role); `signature` is a path below media/."""

    name: str
    museum: str = ""
    role: str = ""
    signature: str = ""


@dataclass(frozen=True, kw_only=True)
class CertificateTerms:
    """What the course's certificate is called, shows, and how long it holds (months; None does not expire).

    Its pictures are paths below media/; a text is empty where there is none.
    """

    title: str
    valid_months: int | None
    show: tuple[str, ...]
    signatories: tuple[Person, ...]
    logo: str = ""
    seal: str = ""
    second_language: str = ""
    """The certificate is set in this language beside the learner's."""

    def pictures(self) -> dict[str, str]:
        """Return the paths of its pictures by their places on the paper: `course`, `seal`, `signature-0` and on."""
        signatures = {f"signature-{n}": person.signature for n, person in enumerate(self.signatories)}
        places = {"course": self.logo, "seal": self.seal, **signatures}
        return {place: path for place, path in places.items() if path}


@dataclass(frozen=True, kw_only=True)
class Term:
    """A glossary term."""

    id: str
    term: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Medium:
    """A file below media/ with its credit; `path` is relative to media/, `digest` the SHA-256 in hexadecimal."""

    path: str
    digest: str
    credit: str
    licence: str
    source: str
    width: int | None
    height: int | None
    file: str = ""
    """Where the bytes stand in the course's folder: below media/, or below i18n/<language>/media/ when replaced."""


@dataclass(frozen=True, kw_only=True)
class Course:
    """A whole course in one language; `digest` is the SHA-256 of its manifest."""

    id: str
    title: str
    summary: str
    language: str
    translations: tuple[str, ...]
    authors: tuple[Person, ...]
    licence: str
    level: Level
    hours: float
    competencies: tuple[str, ...]
    outcomes: Mapping[str, str]
    modules: tuple[Module, ...]
    completion: tuple[Rule, ...]
    certificate: CertificateTerms | None
    items: Mapping[str, Item]
    banks: Mapping[str, Bank]
    guides: Mapping[str, Guide]
    glossary: Mapping[str, Term]
    media: Mapping[str, Medium]
    digest: str
    translated: frozenset[str] = field(default=frozenset())
    """`path:line` of the blocks that were taken from a translation (see formats.translation); empty for the source."""
    languages: Mapping[str, str] = field(default_factory=dict)
    """Language of the titles and texts that are not in `language`, by key such as `lessons/x.md#title`."""

    def language_of(self, key: str) -> str:
        """Return the language of a title or text by its key, such as `course.yaml#summary`."""
        return self.languages.get(key, self.language)

    @cached_property
    def _order(self) -> tuple[str, ...]:
        return tuple(i for module in self.modules for i in module.items)

    def order(self) -> tuple[str, ...]:
        """Return the ids of all items in reading order."""
        return self._order

    def guides_in_order(self) -> tuple[Guide, ...]:
        """Return the trainer's guides in the order of their modules."""
        return tuple(guide for module in self.modules for guide in self.guides.values() if guide.module == module.id)

    def module_of(self, item_id: str) -> Module:
        """Return the module that holds the item; KeyError when none does."""
        for module in self.modules:
            if item_id in module.items:
                return module
        raise KeyError(item_id)


def questions_in(nodes: tuple[Node, ...]) -> Iterator[Question]:
    """Yield the questions in the nodes, those inside blocks too, in the order they stand."""
    for node in nodes:
        if isinstance(node, Question):
            yield node
        elif isinstance(node, Block):
            yield from questions_in(node.children)
