"""The year before a demonstration: who learned what and when, put together with what the office did meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import chain
from random import Random

from lms.domain.demonstration import office, steps
from lms.domain.demonstration.groups import (
    COPIED,
    FAIL_PASS,
    GROUPS,
    PASSED,
    PLACE,
    RUNNING,
    SITTERS,
    Group,
    Members,
    members_of,
)
from lms.domain.demonstration.office import Calendar
from lms.domain.demonstration.people import HOME, LEARNER, STAFF, Person, make_people
from lms.domain.demonstration.steps import Step
from lms.domain.demonstration.study import Manner, Way, handed_in, walk
from lms.domain.identification import final_quiz
from lms.domain.outline import Course

SEED = 1905
DAYS = 364
"""So long ago it begins: whole weeks."""

Walks = dict[str, list[Step]]
"""What each learner does in the courses."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A demonstration: who is in it, and what happens, in order."""

    people: tuple[Person, ...]
    steps: tuple[Step, ...]


def begins(now: datetime) -> datetime:
    """Return when the demonstration that ends now begins."""
    return _midnight(now) - timedelta(days=DAYS)


def make_plan(courses: Mapping[str, Course], now: datetime, seed: int = SEED) -> Plan:
    """Return the demonstration that ends now; the same for the same courses, day and seed.

    On the time of the day hangs only when those were seen who have just been here.
    """
    people = make_people(seed)
    planner = _Planner(courses=courses, members=members_of(people), begun=begins(now), seed=seed)
    walks = {key: [step for step in done if step.at < _midnight(now)] for key, done in planner.walks().items()}
    calendar = Calendar(begun=planner.begun, members=planner.members, walks=walks)
    everything = chain(
        office.open_site(calendar),
        planner.registrations(calendar),
        *walks.values(),
        office.keep_office(calendar),
        planner.last_hours(walks, now),
    )
    ordered = sorted((step for step in everything if step.at < now), key=lambda step: step.at)
    return Plan(people=(*STAFF, *chain(*people.values()), *office.WAITING), steps=tuple(ordered))


def _later(group: Group, number: int) -> int:
    """Return how many days after the first of a group somebody begins: some groups begin in one room, others do not."""
    return number % 4 if group.together else number * 5 % 24


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(UTC).date(), time(), UTC)


@dataclass(frozen=True, kw_only=True)
class _Planner:
    courses: Mapping[str, Course]
    members: Members
    begun: datetime
    seed: int

    def walks(self) -> Walks:
        """Return what each learner does in the courses, beyond the end of the year where it goes on."""
        walks: Walks = {}
        for group in GROUPS:
            for number, person in enumerate(self.members[group.key]):
                walks[person.key] = self.part(group, number, person)
        copier = self.members["second"][COPIED]
        walks[copier.key] = self.copy(copier, walks[self.members["second"][PASSED].key]) or walks[copier.key]
        walks[LEARNER] = self.learner()
        return walks

    def part(self, group: Group, number: int, person: Person) -> list[Step]:
        """Return what somebody of a group does."""
        manner, ways = self.manner(person), group.parts[number]
        if group.key == "third" and number in SITTERS:
            empty = Calendar(begun=self.begun, members=self.members, walks={})
            final = office.sitting_begins(empty) + office.SAT_DOWN + timedelta(minutes=number)
            ways = tuple(replace(way, final_at=final) for way in ways)
            manner = replace(manner, gap=2, evenings=False)
        return [
            step for way in ways for step in self.walk(person.key, way, manner, group.begins + _later(group, number))
        ]

    def walk(self, who: str, way: Way, manner: Manner, day: int) -> list[Step]:
        """Return what somebody does in a course, counted from a day of the year."""
        first = (self.begun + timedelta(days=day + way.day)).date()
        return walk(who, way, self.courses[way.course], manner, begins=first, seed=self.seed)

    def copy(self, copier: Person, other: list[Step]) -> list[Step]:
        """Let somebody hand in what somebody else did the day before, mistakes and all."""
        final = final_quiz(self.courses[RUNNING])
        handed = list(handed_in(other, final.id)) if final else []
        if not handed:
            return []
        way = Way(RUNNING, final_at=handed[-1].at + timedelta(days=1), copied=handed[-1].answers)
        return self.walk(copier.key, way, replace(self.manner(copier), gap=2), GROUPS[1].begins)

    def learner(self) -> list[Step]:
        """Return what she has done whose account everybody may use: one course to the end, one just begun."""
        manner = Manner(skill=0.85, pace=1.0, gap=3, evenings=False, zone=HOME.zone)
        begun = Way(RUNNING, part=2 / len(self.courses[RUNNING].order()), rests=True)
        return [
            *self.walk(LEARNER, Way(PLACE, finals=FAIL_PASS), manner, DAYS - 170),
            *self.walk(LEARNER, begun, manner, DAYS - 10),
        ]

    def manner(self, person: Person) -> Manner:
        """Return how somebody studies."""
        chance = Random(f"manner {self.seed} {person.key}")
        return Manner(
            skill=chance.uniform(0.72, 0.97),
            pace=chance.uniform(0.7, 1.3),
            gap=chance.choice((2, 3, 4, 6, 8)),
            evenings=chance.random() < 0.35,
            zone=person.museum.zone,
        )

    def registrations(self, calendar: Calendar) -> Iterator[Step]:
        """Let everybody register a while before the first step."""
        for group in GROUPS:
            for person in self.members[group.key]:
                chance = Random(f"registration {self.seed} {person.key}")
                before = timedelta(minutes=chance.randint(3, 25), days=0 if group.invitation else chance.randint(0, 3))
                yield steps.Register(
                    at=calendar.first(person) - before,
                    who=person.key,
                    by="invitation" if group.invitation else "mail",
                    invitation=group.invitation,
                )

    def last_hours(self, walks: Walks, now: datetime) -> Iterator[Step]:
        """Let some who are under way have just opened what comes next."""
        new = self.members["new"]
        for who, minutes in {LEARNER: 25, new[1].key: 95, new[4].key: 12, new[7].key: 48}.items():
            opened = [step for step in walks[who] if isinstance(step, steps.Open)]
            course = self.courses[opened[-1].course]
            item = next((key for key in course.order() if key not in {step.item for step in opened}), None)
            if item is not None:
                moment = now - timedelta(minutes=minutes)
                yield steps.LogIn(at=moment - timedelta(minutes=1), who=who)
                yield steps.Open(at=moment, who=who, course=course.id, item=item)
