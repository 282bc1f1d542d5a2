"""Lessons, quizzes, banks, tasks and guides: front matter and body of one Markdown file each."""

from __future__ import annotations

import re
from dataclasses import replace

from lms.domain.formats.keys import Keys
from lms.domain.formats.nodes import Place
from lms.domain.formats.session import Session
from lms.domain.outline import Bank, Block, Draw, Guide, Lesson, Node, Question, Quiz, Task, questions_in

MAX_MINUTES = 6_000
_WAIT = re.compile(r"(?P<count>\d{1,4})(?P<unit>[mhd])")
_SECONDS = {"m": 60, "h": 3_600, "d": 86_400}


def read_lesson(session: Session, path: str) -> Lesson | None:
    """Read a lesson; None when it has no id."""
    found = session.front_matter(path)
    if found is None:
        return None
    document, keys = found
    lesson_id, title = _id_and_title(session, path, keys)
    minutes = keys.whole("minutes", 0, MAX_MINUTES) or 0
    outcomes = _outcomes(session, path, keys)
    complete = keys.one_of("complete", ("viewed", "questions", "both"), "viewed")
    keys.finish()
    nodes = session.nodes(document, _place(session, path, lesson_id))
    if complete != "viewed" and not any(questions_in(nodes)):
        keys.fault("complete", f"'complete' is '{complete}', but the lesson has no question")
    lesson = Lesson(
        id=lesson_id,
        title=title,
        minutes=minutes,
        outcomes=outcomes,
        complete=complete,
        nodes=nodes,
        path=path,
    )
    return lesson if lesson_id else None


def read_task(session: Session, path: str) -> Task | None:
    """Read a workplace task; None when it has no id."""
    found = session.front_matter(path, is_task=True)
    if found is None:
        return None
    document, keys = found
    task_id, title = _id_and_title(session, path, keys)
    minutes = keys.whole("minutes", 0, MAX_MINUTES) or 0
    outcomes = _outcomes(session, path, keys)
    keys.finish()
    nodes = session.nodes(document, _place(session, path, task_id))
    task = Task(id=task_id, title=title, minutes=minutes, outcomes=outcomes, nodes=nodes, path=path)
    return task if task_id else None


def read_guide(session: Session, path: str) -> Guide | None:
    """Read a trainer's guide; None when it has no id."""
    found = session.front_matter(path)
    if found is None:
        return None
    document, keys = found
    guide_id, title = _id_and_title(session, path, keys)
    module = keys.text("module", required=True)
    session.lines[f"{path}#module"] = keys.line_of("module")
    keys.finish()
    nodes = session.nodes(document, _place(session, path, guide_id))
    return Guide(id=guide_id, title=title, module=module, nodes=nodes, path=path) if guide_id else None


def read_bank(session: Session, path: str) -> Bank | None:
    """Read a pool of questions; None when it has no id."""
    found = session.front_matter(path)
    if found is None:
        return None
    document, keys = found
    bank_id, title = _id_and_title(session, path, keys)
    keys.finish()
    nodes = session.nodes(document, _place(session, path, bank_id, needs_ids=True))
    return Bank(id=bank_id, title=title, questions=tuple(questions_in(nodes)), path=path) if bank_id else None


def read_quiz(session: Session, path: str) -> Quiz | None:
    """Read a quiz; None when it has no id."""
    found = session.front_matter(path)
    if found is None:
        return None
    document, keys = found
    quiz_id, title = _id_and_title(session, path, keys)
    time = keys.whole("time", 1, MAX_MINUTES)
    mode = keys.one_of("mode", ("online", "offline"), "online")
    if time is not None and mode == "offline":
        keys.fault("mode", f"a timed quiz is online: 'time' is {time}, 'mode' is 'offline'")
    nodes = session.nodes(document, _place(session, path, quiz_id, needs_ids=True))
    quiz = Quiz(
        id=quiz_id,
        title=title,
        pass_mark=keys.whole("pass", 0, 100),
        attempts=keys.whole("attempts", 1, 1_000),
        keep=keys.one_of("keep", ("best", "last", "first"), "best"),
        minutes=time or 0,
        time_limit=time,
        mode=mode,
        feedback=keys.one_of("feedback", ("end", "each", "never"), "end"),
        shuffle=keys.flag("shuffle", default=True),
        wait_seconds=_wait(keys),
        draws=_draws(session, path, keys),
        questions=tuple(questions_in(nodes)),
        nodes=_without_questions(nodes),
        path=path,
    )
    keys.finish()
    return quiz if quiz_id else None


def _place(session: Session, path: str, owner: str, *, needs_ids: bool = False) -> Place:
    return Place(path=path, lang=session.lang, faults=session.faults, owner=owner or path, needs_ids=needs_ids)


def _id_and_title(session: Session, path: str, keys: Keys) -> tuple[str, str]:
    entry_id = keys.id()
    title = keys.text("title", required=True)
    session.lines[f"{path}#id"] = keys.line_of("id")
    session.lines[path] = keys.line
    return entry_id, session.say(path, "title", title, keys.line_of("title"))


def _outcomes(session: Session, path: str, keys: Keys) -> tuple[str, ...]:
    found = keys.texts_with_lines("outcomes")
    session.lines.update({f"{path}#outcomes.{outcome}": line for outcome, line in found})
    return tuple(outcome for outcome, _ in found)


def _wait(keys: Keys) -> int:
    value = keys.find("wait")
    if value is None:
        return 0
    match = _WAIT.fullmatch(str(value.content)) if value.kind == "scalar" else None
    if match is None:
        found = value.content if value.kind == "scalar" else f"a {value.kind}"
        keys.fault("wait", f"'wait' is '{found}', expected a time such as 30m, 24h or 2d")
        return 0
    return int(match["count"]) * _SECONDS[match["unit"]]


def _draws(session: Session, path: str, keys: Keys) -> tuple[Draw, ...]:
    draws: list[Draw] = []
    for draw in keys.maps("draw"):
        bank = draw.text("bank", required=True)
        take = draw.whole("take", 1, 1_000, required=True)
        outcome, tag = draw.text("outcome"), draw.text("tag")
        draw.finish()
        session.lines[f"{path}#draw.{len(draws)}"] = draw.line
        draws.append(Draw(bank=bank, take=take or 0, outcome=outcome or None, tag=tag or None))
    return tuple(draws)


def _without_questions(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Return the prose of a quiz: its questions are asked by the attempt, wherever they stand."""
    kept: list[Node] = []
    for node in nodes:
        if isinstance(node, Block):
            kept.append(replace(node, children=_without_questions(node.children)))
        elif not isinstance(node, Question):
            kept.append(node)
    return tuple(kept)
