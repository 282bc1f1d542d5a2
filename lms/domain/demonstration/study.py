"""How somebody goes through a course: on which days, how long over each step, and what is answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from lms.domain import attempts
from lms.domain.demonstration import steps
from lms.domain.demonstration.steps import Step
from lms.domain.identification import final_quiz
from lms.domain.mistakes import mistake
from lms.domain.outline import Course, Lesson, Question, Quiz, Task
from lms.domain.solutions import solution

LONGEST = 110
"""Minutes that somebody studies at a stretch."""
SEEDS = 1200
"""So many draws of questions are looked through for one that suits."""


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How somebody studies: `skill` is the share of what is asked that they know, `pace` how slow they read."""

    skill: float
    pace: float
    gap: int
    """Days between two evenings of study, about."""
    evenings: bool
    zone: str


@dataclass(frozen=True)
class Way:
    """How far somebody goes through a course, and what comes between."""

    course: str
    day: int = 0
    """So many days after the group's first."""
    finals: tuple[bool, ...] = (True,)
    """Of each attempt at the final quiz whether it passes."""
    part: float = 1.0
    """The share of the steps that is done."""
    rests: bool = False
    """Whether somebody who stops does so between two steps, and not in the last one."""
    away_after: float = 0.0
    """After which share of the steps somebody stays away; 0 is never."""
    away: int = 0
    """For so many days."""
    moves: bool = False
    """Whether a newer version is taken when they come back."""
    leaves: bool = False
    final_at: datetime | None = None
    """When the final quiz begins: at a sitting, or next to somebody."""
    mistakes: int | None = None
    """How many mistakes the last final has; by skill where nothing is said."""
    copied: Mapping[str, Any] | None = None
    """The answers of somebody else at the final quiz, mistakes and all."""
    hurried: bool = False
    """Whether the last final takes hardly longer than clicking."""
    runs_out: bool = False
    """Whether the time of the first final is over before it is handed in."""


class Diary:
    """When somebody sits down to study."""

    def __init__(self, chance: Random, manner: Manner, begins: date) -> None:
        self._chance, self._manner, self._day = chance, manner, begins

    def turn_to(self, moment: datetime) -> None:
        """Go on from a day that came in between."""
        self._day = max(self._day, moment.astimezone(ZoneInfo(self._manner.zone)).date())

    def sit_down(self, after: int | None = None) -> datetime:
        """Return the next time, some days after the last one: mostly on a working day, at work or in the evening."""
        wait = max(1, round(self._chance.gauss(self._manner.gap, 1))) if after is None else after
        self._day += timedelta(days=wait)
        while self._day.weekday() > 4 and self._chance.random() < 0.85:
            self._day += timedelta(days=1)
        late = self._manner.evenings and self._chance.random() < 0.7
        hour = self._chance.choice((19, 20) if late else (9, 10, 11, 13, 14, 15))
        local = datetime.combine(self._day, time(hour, self._chance.randrange(60)), ZoneInfo(self._manner.zone))
        return local.astimezone(UTC) + timedelta(seconds=self._chance.randrange(60))


def walk(who: str, way: Way, course: Course, manner: Manner, *, begins: date, seed: int) -> list[Step]:
    """Return what somebody does in a course, in order; the same for the same seed."""
    return _Walk(who, way, course, manner, begins, Random(f"{seed} {who} {way.course}")).go()


class _Walk:
    def __init__(self, who: str, way: Way, course: Course, manner: Manner, begins: date, chance: Random) -> None:
        self.who, self.way, self.course, self.manner, self.chance = who, way, course, manner, chance
        self.diary = Diary(chance, manner, begins)
        self.done: list[Step] = []
        self.now = self.diary.sit_down(0)
        self.spent = 0.0

    def go(self) -> list[Step]:
        way, order = self.way, self.course.order()
        last = order[: max(1, round(way.part * len(order)))]
        back = round(way.away_after * len(order)) if way.away_after else None
        final = final_quiz(self.course)
        self.say(steps.LogIn)
        self.say(steps.Enrol)
        for number, key in enumerate(last):
            item = self.course.items[key]
            if number == back:
                self.come_back(way.away)
                if way.moves:
                    self.say(steps.MoveOn)
            elif self.spent and self.spent + _minutes(item) * self.manner.pace > LONGEST:
                self.come_back()
            if isinstance(item, Lesson):
                self.read(item, whole=way.part == 1.0 or way.rests or key != last[-1])
            elif isinstance(item, Task):
                self.work(item)
            elif final is not None and item.id == final.id:
                self.sit_final(item)
            else:
                self.try_quiz(item)
        if way.leaves:
            self.come_back()
            self.say(steps.Leave)
        return self.done

    def say(self, kind: type[Step], seconds: float = 0, **facts: Any) -> None:
        """Add a step of the course some seconds after the last one."""
        self.now += timedelta(seconds=round(seconds) + 1)
        course = {} if kind is steps.LogIn else {"course": self.way.course}
        self.done.append(kind(at=self.now, who=self.who, **course, **facts))

    def come_back(self, after: int | None = None) -> None:
        self.diary.turn_to(self.now)
        self.now = self.diary.sit_down(after)
        self.spent = 0
        self.say(steps.LogIn)

    def read(self, lesson: Lesson, *, whole: bool) -> None:
        """Read a lesson and answer what it asks; who stops in it leaves the last part."""
        seconds = lesson.minutes * 60 * self.manner.pace * self.chance.uniform(0.8, 1.2)
        self.spent += seconds / 60
        self.say(steps.Open, 20, item=lesson.id)
        asked = list(lesson.questions())
        if lesson.complete == "viewed" and self.chance.random() < 0.5:
            asked = []  # they count for nothing here, and many pass them over
        for question in asked if whole else asked[:1]:
            pause = seconds / (len(asked) + 1)
            if self.chance.random() > self.manner.skill:
                self.check(lesson, question, mistake(question, self.chance), pause)
                pause = 60
            self.check(lesson, question, solution(question), pause)
        if whole and lesson.complete != "questions":
            self.say(steps.Mark, seconds / (len(asked) + 1), item=lesson.id)

    def check(self, lesson: Lesson, question: Question, response: Any, seconds: float) -> None:
        if response is not None:
            self.say(steps.Check, seconds, item=lesson.id, question=question.id, response=response)

    def work(self, task: Task) -> None:
        """Read a task, do it at work in the next days, and come back to say so."""
        self.say(steps.Open, 30, item=task.id)
        self.come_back(self.chance.randint(1, 5))
        self.say(steps.Mark, 240, item=task.id)
        self.spent = 10

    def try_quiz(self, quiz: Quiz) -> None:
        """Take a quiz until it is passed, on another day if need be."""
        if self.chance.random() > self.manner.skill:
            self.attempt(quiz, passes=False)
            self.come_back()
        self.attempt(quiz, passes=True)

    def sit_final(self, quiz: Quiz) -> None:
        for number, passes in enumerate(self.way.finals):
            if number:
                self.come_back()
            if number == 0 and self.way.runs_out and quiz.time_limit:
                self.run_out_of_time(quiz)
            else:
                self.attempt(quiz, passes=passes, last=number == len(self.way.finals) - 1)

    def run_out_of_time(self, quiz: Quiz) -> None:
        """Answer some of it, be called away, and find it closed."""
        asked = self.begin(quiz, self.chance.getrandbits(48))
        some = {question.id: solution(question) for question in asked[: len(asked) // 2]}
        self.say(steps.Save, (quiz.time_limit or 0) * 30, item=quiz.id, answers=some)
        self.now += timedelta(minutes=quiz.time_limit or 0, seconds=attempts.GRACE.total_seconds())
        self.say(steps.TimeUp, 300, item=quiz.id)

    def begin(self, quiz: Quiz, seed: int) -> list[Question]:
        self.say(steps.Open, 20, item=quiz.id)
        self.say(steps.Begin, 40, item=quiz.id, seed=seed)
        found = attempts.questions_of(self.course, quiz)
        return [found[key] for key in attempts.draw(quiz, self.course.banks, seed)]

    def attempt(self, quiz: Quiz, *, passes: bool, last: bool = False) -> None:
        """Take a quiz from start to submit, with the mistakes that let it pass or fail."""
        if last and self.way.final_at and self.way.final_at > self.now:
            self.now = self.way.final_at
            self.say(steps.LogIn)
        copied = self.way.copied if last else None
        seed = self.like(quiz, copied) if copied else self.chance.getrandbits(48)
        asked = self.begin(quiz, seed)
        if copied:
            answers = {question.id: copied.get(question.id, solution(question)) for question in asked}
        elif passes:
            wanted = self.way.mistakes if last else None
            answers = self.passing(quiz, asked, wanted)
        else:
            answers = self.failing(quiz, asked)
        seconds = 3 if last and self.way.hurried else self.chance.uniform(60, 115) * self.manner.pace
        whole = seconds * len(asked)
        self.say(steps.HandIn, min(whole, (quiz.time_limit or 600) * 54), item=quiz.id, answers=answers)
        self.spent += whole / 60

    def passing(self, quiz: Quiz, asked: list[Question], wanted: int | None) -> dict[str, Any]:
        """Return answers with so many mistakes, or as many as the skill lets expect, that still pass."""
        goal = max(quiz.pass_mark or 0, attempts.demanded(self.course, quiz.id))
        if wanted is None:
            wanted = sum(self.chance.random() > self.manner.skill for _question in asked)
        answers = {question.id: solution(question) for question in asked}
        made = 0
        for question in self.chance.sample(asked, len(asked)):
            if made >= wanted:
                break
            wrong = {**answers, question.id: mistake(question, self.chance)}
            if attempts.grade(quiz, asked, wrong).score * 100 >= goal:
                answers, made = wrong, made + 1
        return answers

    def failing(self, quiz: Quiz, asked: list[Question]) -> dict[str, Any]:
        """Return answers that come to less than what is asked, and what nobody came to is left empty."""
        goal = max(quiz.pass_mark or 0, attempts.demanded(self.course, quiz.id))
        answers = {question.id: solution(question) for question in asked}
        for question in self.chance.sample(asked, len(asked)):
            if self.chance.random() < 0.15:
                del answers[question.id]
            else:
                answers[question.id] = mistake(question, self.chance)
            if attempts.grade(quiz, asked, answers).score * 100 < goal:
                break
        return {key: response for key, response in answers.items() if response is not None}

    def like(self, quiz: Quiz, copied: Mapping[str, Any]) -> int:
        """Return a seed that draws most of the questions that the other was asked and answered wrongly."""
        found = attempts.questions_of(self.course, quiz)
        wrong = {key for key, response in copied.items() if key in found and response != solution(found[key])}
        seeds = [self.chance.getrandbits(48) for _number in range(SEEDS)]
        return max(seeds, key=lambda seed: _likeness(attempts.draw(quiz, self.course.banks, seed), wrong, copied))


def _likeness(drawn: tuple[str, ...], wrong: set[str], copied: Mapping[str, Any]) -> tuple[int, int]:
    return len(wrong & set(drawn)), len(copied.keys() & set(drawn))


def _minutes(item: Lesson | Quiz | Task) -> float:
    """Return the minutes at the desk that a step takes, about."""
    if isinstance(item, Quiz):
        return 15
    return 15 if isinstance(item, Task) else item.minutes


def handed_in(done: list[Step], item: str) -> Iterator[steps.HandIn]:
    """Yield the attempts at a quiz that were submitted."""
    yield from (step for step in done if isinstance(step, steps.HandIn) and step.item == item)
