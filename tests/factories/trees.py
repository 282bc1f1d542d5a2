"""Course trees made in memory, for tests of the domain."""

from __future__ import annotations

from typing import Any

from lms.domain.outline import Course, Item, Lesson, Module, Question, Quiz, Rule, Task
from lms.domain.questions.choice import ChoiceBody, Option


def question(key: str, *, points: int = 1, outcome: str | None = None, tags: tuple[str, ...] = ()) -> Question:
    """Return a single choice whose option `yes` is right."""
    body = ChoiceBody(
        options=(
            Option(id="yes", text="Yes", right=True, feedback=""),
            Option(id="no", text="No", right=False, feedback="Not this one."),
        ),
        multiple=False,
    )
    return Question(
        id=key,
        type="choice",
        prompt="Which?",
        body=body,
        points=points,
        outcome=outcome,
        tags=tags,
        shuffle=True,
        hint="",
        explanation="",
        path="x.md",
        line=1,
    )


def lesson(key: str, *, complete: Any = "viewed", questions: list[Question] | None = None) -> Lesson:
    """Return a lesson of 20 minutes."""
    return Lesson(
        id=key,
        title=key.title(),
        minutes=20,
        outcomes=(),
        complete=complete,
        nodes=tuple(questions or ()),
        path=f"lessons/{key}.md",
    )


def task(key: str) -> Task:
    """Return a task of an hour."""
    return Task(id=key, title=key.title(), minutes=60, outcomes=(), nodes=(), path=f"tasks/{key}.md")


def quiz(key: str, pass_mark: int | None = None, **rules: Any) -> Quiz:
    """Return a quiz; the rules are its fields."""
    defaults: dict[str, Any] = {
        "attempts": None,
        "keep": "best",
        "minutes": 0,
        "time_limit": None,
        "mode": "online",
        "feedback": "end",
        "shuffle": True,
        "wait_seconds": 0,
        "draws": (),
        "questions": (),
        "nodes": (),
    }
    return Quiz(id=key, title=key.title(), pass_mark=pass_mark, path=f"quizzes/{key}.md", **(defaults | rules))


def course_tree(
    *,
    modules: dict[str, list[Item]],
    after: dict[str, list[str]] | None = None,
    completion: tuple[Rule, ...] = (),
    **facts: Any,
) -> Course:
    """Return a course of these modules."""
    items = {item.id: item for room in modules.values() for item in room}
    defaults: dict[str, Any] = {
        "id": "small-course",
        "title": "A small course",
        "summary": "",
        "language": "en",
        "translations": (),
        "authors": (),
        "licence": "CC-BY-SA-4.0",
        "level": "introductory",
        "hours": 1.0,
        "competencies": (),
        "outcomes": {},
        "certificate": None,
        "banks": {},
        "guides": {},
        "glossary": {},
        "media": {},
        "digest": "0" * 64,
    }
    rooms = tuple(
        Module(
            id=key,
            title=key.title(),
            items=tuple(item.id for item in room),
            after=tuple((after or {}).get(key, ())),
            guide=None,
        )
        for key, room in modules.items()
    )
    return Course(modules=rooms, completion=completion, items=items, **(defaults | facts))
