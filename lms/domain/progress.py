"""Progress as a fold over records: what a learner did in one course, whatever order the records arrived in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from lms.domain.outline import Course, Item, Lesson, Quiz, Rule

ENROLLED, LEFT, MOVED = "enrolled", "left", "moved"
OPENED, MARKED, CHECKED, RESULT = "opened", "marked", "checked", "result"
COMPLETED, VOIDED = "completed", "voided"
STARTED = "attempt_started"
CERTIFIED = "certificate_issued"
GIVEN_UP = "attempts_given_up"


@dataclass(frozen=True, kw_only=True)
class Record:
    """One learning record; `step` orders the records of a learner."""

    id: str
    kind: str
    step: int
    at: datetime
    body: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Result:
    """One graded result of an item: exact score of 0 to 1 and whether it passed (None: the item has no pass mark)."""

    score: Fraction
    passed: bool | None
    at: datetime
    source: str


@dataclass(frozen=True, kw_only=True)
class ItemProgress:
    """How a learner stands with one item."""

    opened_at: datetime | None = None
    marked_at: datetime | None = None
    language: str = ""
    checked: Mapping[str, Any] = field(default_factory=dict)
    checked_since: Mapping[str, datetime] = field(default_factory=dict)
    results: tuple[Result, ...] = ()
    done_at: datetime | None = None
    score: Fraction | None = None

    @property
    def touched(self) -> bool:
        """Tell whether the learner has done anything here."""
        return bool(self.opened_at or self.marked_at or self.checked or self.results)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How a learner stands with one course."""

    enrolment_id: str
    state: str
    version_id: str
    affiliation_id: str | None
    enrolled_at: datetime
    completed_at: datetime | None
    completed_version_id: str | None
    items: Mapping[str, ItemProgress]
    done: int
    total: int
    grade: Fraction | None
    next_item: str | None
    minutes_left: int
    changed_at: datetime
    complete_now: bool
    """Whether every rule holds at present; a `completed` record is due when it does and none exists."""


def fold(records: Iterable[Record], course_of: Callable[[str], Course]) -> Progress | None:
    """Fold the records of one learner in one course; None when they never enrolled.

    `course_of` returns the course tree of a version. Unknown kinds are passed over, voided records are as if never
    written, and equal records count once.
    """
    every = {record.id: record for record in records}
    void = {str(r.body.get("record")) for r in every.values() if r.kind == VOIDED}
    ordered = sorted((r for r in every.values() if r.id not in void), key=lambda r: (r.step, r.at, r.id))
    journey = _journey(ordered)
    if journey is None:
        return None
    course = course_of(journey.version_id)
    items = _items(ordered, course)
    counted = _opened_in_turn(course, items)
    completed = next((r for r in ordered if r.kind == COMPLETED), None)
    to_do = [] if completed else [key for key in course.order() if counted[key].done_at is None]
    return Progress(
        enrolment_id=journey.enrolment_id,
        state="left" if journey.left else "completed" if completed else "active",
        version_id=journey.version_id,
        affiliation_id=journey.affiliation_id,
        enrolled_at=journey.enrolled_at,
        completed_at=completed.at if completed else None,
        completed_version_id=str(completed.body["version"]) if completed else None,
        items=counted,
        done=len(course.order()) - len(to_do),
        total=len(course.order()),
        grade=_grade(course, counted),
        next_item=to_do[0] if to_do else None,
        minutes_left=sum(course.items[key].minutes for key in to_do),
        changed_at=max(r.at for r in ordered if r.kind != STARTED),  # an attempt under way changes nothing yet
        complete_now=is_complete(course, counted),
    )


@dataclass(frozen=True, kw_only=True)
class _Journey:
    enrolment_id: str
    version_id: str
    affiliation_id: str | None
    enrolled_at: datetime
    left: bool


def _journey(ordered: list[Record]) -> _Journey | None:
    """Follow enrolling, leaving and moving to a version; coming back keeps the first date and the progress."""
    journey: _Journey | None = None
    for record in ordered:
        if record.kind == ENROLLED:
            journey = _Journey(
                enrolment_id=journey.enrolment_id if journey else record.id,
                version_id=str(record.body["version"]),
                affiliation_id=record.body.get("affiliation"),
                enrolled_at=journey.enrolled_at if journey else record.at,
                left=False,
            )
        elif journey and record.kind == LEFT:
            journey = replace(journey, left=True)
        elif journey and record.kind == MOVED:
            journey = replace(journey, version_id=str(record.body["version"]))
    return journey


def _items(ordered: list[Record], course: Course) -> dict[str, ItemProgress]:
    items: dict[str, ItemProgress] = {}
    for record in ordered:
        key = record.body.get("item")
        if isinstance(key, str) and record.kind in _STEPS:
            items[key] = _STEPS[record.kind](items.get(key, ItemProgress()), record)
    return {key: _settle(course.items[key], items.get(key, ItemProgress())) for key in course.order()}


def _opened(item: ItemProgress, record: Record) -> ItemProgress:
    language = str(record.body.get("language", ""))
    return replace(item, opened_at=item.opened_at or record.at, language=language or item.language)


def _marked(item: ItemProgress, record: Record) -> ItemProgress:
    return replace(item, marked_at=item.marked_at or record.at)


def _checked(item: ItemProgress, record: Record) -> ItemProgress:
    question = str(record.body["question"])
    return replace(
        item,
        checked={**item.checked, question: record.body.get("response")},
        checked_since={question: record.at, **item.checked_since},
    )


def _result(item: ItemProgress, record: Record) -> ItemProgress:
    result = Result(
        score=Fraction(str(record.body["score"])),
        passed=record.body.get("passed"),
        at=record.at,
        source=str(record.body.get("source", "")),
    )
    return replace(item, results=(*item.results, result))


_STEPS: dict[str, Callable[[ItemProgress, Record], ItemProgress]] = {
    OPENED: _opened,
    MARKED: _marked,
    CHECKED: _checked,
    RESULT: _result,
}


def _settle(item: Item, progress: ItemProgress) -> ItemProgress:
    """Decide when an item was done, and which score is kept."""
    if isinstance(item, Quiz):
        return replace(progress, done_at=_passed_at(item, progress.results), score=_kept(item, progress.results))
    if isinstance(item, Lesson) and item.complete != "viewed":
        since = [progress.checked_since.get(question.id) for question in item.questions()]
        needed = since if item.complete == "questions" and since else [*since, progress.marked_at]
        times = [moment for moment in needed if moment is not None]
        return replace(progress, done_at=max(times) if len(times) == len(needed) else None)
    return replace(progress, done_at=progress.marked_at)


def _passed_at(quiz: Quiz, results: tuple[Result, ...]) -> datetime | None:
    """Return when the quiz was first passed; a later failure takes nothing away."""
    counting = results[:1] if quiz.keep == "first" else results
    for result in counting:
        if quiz.pass_mark is None or result.passed:
            return result.at
    return None


def _kept(quiz: Quiz, results: tuple[Result, ...]) -> Fraction | None:
    if not results:
        return None
    if quiz.keep == "best":
        return max(result.score for result in results)
    return results[0 if quiz.keep == "first" else -1].score


def open_modules(course: Course, items: Mapping[str, ItemProgress]) -> dict[str, datetime | None]:
    """Return the modules that are open and since when (None: from the start)."""
    opened: dict[str, datetime | None] = {}
    waiting = list(course.modules)
    finished: dict[str, datetime] = {}
    moving = True
    while moving:
        moving = False
        for module in list(waiting):
            if any(before not in finished for before in module.after):
                continue
            since = max((finished[before] for before in module.after), default=None)
            opened[module.id] = since
            waiting.remove(module)
            moving = True
            times = [items[i].done_at for i in module.items]
            if all(times):
                last = max((t for t in times if t), default=None)
                known = [t for t in (last, since) if t is not None]
                if known:
                    finished[module.id] = max(known)
    return opened


def _opened_in_turn(course: Course, items: dict[str, ItemProgress]) -> dict[str, ItemProgress]:
    """Count what was done ahead in a locked module only from the moment that the module opens."""
    opened = open_modules(course, items)
    counted = dict(items)
    for module in course.modules:
        for key in module.items:
            item = items[key]
            if item.done_at is None:
                continue
            if module.id not in opened:
                counted[key] = replace(item, done_at=None)
            elif (since := opened[module.id]) is not None and since > item.done_at:
                counted[key] = replace(item, done_at=since)
    return counted


def is_complete(course: Course, items: Mapping[str, ItemProgress]) -> bool:
    """Tell whether every line of the course's completion holds (no lines: every item is done)."""
    if not course.completion:
        return all(items[key].done_at for key in course.order())
    return all(holds(rule, course, items) for rule in course.completion)


def holds(rule: Rule, course: Course, items: Mapping[str, ItemProgress]) -> bool:
    """Tell whether one line of the completion holds; a score compares the exact fraction."""
    if rule.kind == "quiz":
        item = items[rule.ids[0]]
        if rule.score is None:
            return item.done_at is not None
        return _open_score(item, course, items, rule.ids[0]) * 100 >= rule.score
    kind = "lesson" if rule.kind == "lessons" else "task"
    wanted = rule.ids or tuple(key for key in course.order() if course.items[key].kind == kind)
    return all(items[key].done_at for key in wanted)


def _open_score(item: ItemProgress, course: Course, items: Mapping[str, ItemProgress], key: str) -> Fraction:
    """Return the kept score once the quiz's module is open; -1 before the first attempt or while it is locked."""
    if item.score is None or course.module_of(key).id not in open_modules(course, items):
        return Fraction(-1)
    return item.score


def _grade(course: Course, items: Mapping[str, ItemProgress]) -> Fraction | None:
    """Return the course grade: the examination's kept score, that is of the last quiz that the completion scores."""
    scored = [rule.ids[0] for rule in course.completion if rule.kind == "quiz" and rule.score is not None]
    quizzes = scored or [key for key in course.order() if course.items[key].kind == "quiz"]
    scores = [items[key].score for key in quizzes if items[key].score is not None]
    return scores[-1] if scores else None


def hundredths(score: Fraction | None) -> int | None:
    """Return a score in hundredths of a per cent, rounded down."""
    return None if score is None else int(score * 10_000)
