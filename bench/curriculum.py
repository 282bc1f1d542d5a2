"""What the courses of a folder hold, counted from their files: the parts of a module, its questions, its readability.

Readability is LIX (C. H. Björnsson, Läsbarhet, 1968): words a sentence, and the share of words of more than six letters
in percent. It needs no syllables, so it can be told for any language; 40 to 50 is an ordinary newspaper in English,
Russian stands some 15 above.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lms.courses.cli.sources import courses_in, read_course_files
from lms.domain.formats.checker import check
from lms.domain.formats.checks.references import count_words
from lms.domain.formats.translation import in_language
from lms.domain.outline import Bank, Block, Card, Course, Guide, Item, Lesson, Module, Node, Prose, Question, Quiz, Task
from lms.infra.readers import READERS

WORDS = range(700, 1_201)
"""Words of a lesson, its questions left out."""
GUIDE = range(400, 901)
"""Words of a trainer's guide; Russian and tables make it longer than its 700 words of prose."""
BANK = 16
TYPES = 5
NEEDED = frozenset({"hotspot", "gap", "sort"})
TERMS = 7
_SENTENCE = re.compile(r"(?<=[.!?։…])[»”\"')\]]*\s+")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_LINK = re.compile(r"!?\[(?P<text>[^\]]*)\]\([^)]*\)")
_TERM = re.compile(r"\]\(term:(?P<id>[\w-]+)\)")
_FIGURE = re.compile(r"media/(?P<path>[\w./-]+\.svg)")


@dataclass(frozen=True, kw_only=True)
class Room:
    """A module with all that belongs to it."""

    course: Course
    module: Module

    @property
    def items(self) -> tuple[Item, ...]:
        """Return the module's items in their order."""
        return tuple(self.course.items[i] for i in self.module.items)

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """Return the module's lessons."""
        return tuple(item for item in self.items if isinstance(item, Lesson))

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Return the module's tasks."""
        return tuple(item for item in self.items if isinstance(item, Task))

    @property
    def banks(self) -> tuple[Bank, ...]:
        """Return the banks of the module's own quizzes: those that draw from one bank."""
        quizzes = [item for item in self.items if isinstance(item, Quiz)]
        drawn = [{draw.bank for draw in quiz.draws} for quiz in quizzes]
        return tuple(self.course.banks[i] for i in sorted({i for ids in drawn if len(ids) == 1 for i in ids}))

    @property
    def guide(self) -> Guide | None:
        """Return the trainer's guide."""
        return self.course.guides.get(self.module.guide or "")

    @cached_property
    def bank_questions(self) -> tuple[Question, ...]:
        """Return the questions of the module's banks."""
        return tuple(question for bank in self.banks for question in bank.questions)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """Return the questions of banks and lessons."""
        checks = tuple(question for lesson in self.lessons for question in lesson.questions())
        return (*self.bank_questions, *checks)

    @cached_property
    def figures(self) -> frozenset[str]:
        """Return the drawings below media/ that the module's pages show."""
        pages = [lesson.nodes for lesson in self.lessons] + [task.nodes for task in self.tasks]
        told = [text for nodes in pages for text in texts(nodes, questions=True)]
        told += [question.body.src for question in self.questions if question.type == "hotspot"]
        told += [question.prompt for question in self.questions]
        return frozenset(match["path"] for text in told for match in _FIGURE.finditer(text))

    @cached_property
    def terms(self) -> frozenset[str]:
        """Return the glossary's terms that the module's lessons link."""
        told = (text for lesson in self.lessons for text in texts(lesson.nodes, questions=True))
        return frozenset(match["id"] for text in told for match in _TERM.finditer(text))

    def lacks(self) -> list[str]:
        """Say what is missing of the parts that every module holds."""
        types = {question.type for question in self.bank_questions}
        lengths = {lesson.id: words(lesson.nodes) for lesson in self.lessons}
        found = [f"lesson {i} has {n:,} words" for i, n in lengths.items() if n not in WORDS]
        found += [f"lesson {each.id} has no question" for each in self.lessons if not any(each.questions())]
        found += [f"lesson {each.id} ends without an activity" for each in self.lessons if not _has(each, "activity")]
        found += [f"task {task.id} has no rubric" for task in self.tasks if not _has_rubric(task)]
        wanted = {
            "3 lessons": len(self.lessons) >= 3,
            "a figure": bool(self.figures),
            "an object card": any(card.name == "object" for each in self.lessons for card in cards(each.nodes)),
            f"{TERMS} terms": len(self.terms) >= TERMS,
            f"{BANK} questions in its bank": len(self.bank_questions) >= BANK,
            f"{TYPES} types of question": len(types) >= TYPES,
            " and ".join(sorted(NEEDED)): types >= NEEDED,
            "a task": bool(self.tasks),
            "a guide": self.guide is not None,
        }
        found += [f"no {what}" for what, there in wanted.items() if not there]
        if self.guide and words(self.guide.nodes) not in GUIDE:
            found.append(f"the guide has {words(self.guide.nodes):,} words")
        return found


def read_courses(folder: Path, language: str) -> list[Course]:
    """Read the courses of a folder in a language (`en`, or what i18n/ holds); SystemExit when one has a fault."""
    found = []
    for path in courses_in(folder):
        files = read_course_files(path)
        report = check(files, READERS)
        if report.course is None or report.faults:
            raise SystemExit(f"{path} has faults: see `lms courses check {path}`")
        found.append(in_language(report.course, files, language, READERS))
    return found


def rooms(courses: Iterable[Course]) -> list[Room]:
    """Return the modules of the courses in order."""
    return [Room(course=course, module=module) for course in courses for module in course.modules]


def texts(nodes: Sequence[Node], *, questions: bool = False) -> Iterator[str]:
    """Yield the Markdown of the nodes, with the questions' prompts if asked for."""
    for node in nodes:
        if isinstance(node, Prose):
            yield node.markdown
        elif isinstance(node, Block):
            yield from texts(node.children, questions=questions)
        elif isinstance(node, Card):
            yield "\n".join(node.fields.values())
        elif questions:
            yield node.prompt


def cards(nodes: Sequence[Node]) -> Iterator[Card]:
    """Yield the cards, those inside blocks too."""
    for node in nodes:
        if isinstance(node, Card):
            yield node
        elif isinstance(node, Block):
            yield from cards(node.children)


def words(nodes: Sequence[Node]) -> int:
    """Return how many words a reader reads, questions left out."""
    return sum(count_words(text) for text in texts(nodes))


def lix(told: Iterable[str]) -> tuple[float, float]:
    """Return words a sentence and LIX of running text: tables, pictures and headings are not sentences."""
    sentences = [
        _WORD.findall(sentence)
        for text in told
        for paragraph in re.split(r"\n\s*\n|\n(?=\s*[-*\d])", _LINK.sub(lambda link: link["text"], text))
        if not paragraph.lstrip().startswith(("|", "#", "!"))
        for sentence in _SENTENCE.split(" ".join(paragraph.split()))
    ]
    lengths = [len(sentence) for sentence in sentences if sentence]
    long = sum(len(word) > 6 for sentence in sentences for word in sentence)
    return sum(lengths) / len(lengths), sum(lengths) / len(lengths) + 100 * long / sum(lengths)


def types(questions: Iterable[Question]) -> Counter[str]:
    """Return how many questions of each type there are."""
    return Counter(question.type for question in questions)


def without_feedback(questions: Iterable[Question]) -> tuple[list[str], int]:
    """Return the wrong options (of choice and hotspot) that teach nothing, and how many wrong options there are."""
    silent, count = [], 0
    for question in questions:
        parts = getattr(question.body, "options", ()) or getattr(question.body, "regions", ())
        for part in parts:
            if not part.right:
                count += 1
                if not part.feedback.strip():
                    silent.append(f"{question.id}: {part.text}")
    return silent, count


def _has(lesson: Lesson, name: str) -> bool:
    return any(isinstance(node, Block) and node.name == name for node in lesson.nodes)


def _has_rubric(task: Task) -> bool:
    return any(isinstance(node, Question) and node.type == "open" and node.body.rubric for node in task.nodes)
