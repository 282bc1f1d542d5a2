"""The plan of a demonstration: the same for the same seed, possible in every step, and such as a year of people is."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.config import LANGUAGES
from lms.domain import attempts
from lms.domain.demonstration import LEARNER, PILOT, STAFF, Plan, begins, first_edition, make_plan, steps
from lms.domain.demonstration.study import LONGEST
from lms.domain.formats.checker import check
from lms.domain.identification import final_quiz
from lms.domain.names import latin_fault, name_fault
from lms.domain.outline import Course, Quiz
from lms.domain.suspicion import too_fast
from lms.infra.folders import read_folder
from lms.infra.readers import READERS
from tests.domain.test_mistakes import FOLDERS, read

NOW = datetime(2026, 5, 20, 14, 30, tzinfo=UTC)
STUDY = (steps.Open, steps.Check, steps.Mark, steps.Begin, steps.HandIn, steps.Save, steps.TimeUp)
HOURS = st.integers(0, 7 * 365 * 24)


def courses() -> dict[str, Course]:
    """Return the courses that ship."""
    return {course.id: course for course in map(read, FOLDERS)}


@cache
def plan() -> Plan:
    """Return the plan that most tests look at."""
    return make_plan(courses(), NOW)


@cache
def outcomes() -> dict[tuple[str, str, str], list[attempts.Outcome]]:
    """Return what each attempt of the plan comes to, by person, course and quiz."""
    begun: dict[tuple[str, str, str], int] = {}
    found: dict[tuple[str, str, str], list[attempts.Outcome]] = defaultdict(list)
    for step in plan().steps:
        if isinstance(step, steps.Begin):
            begun[step.who, step.course, step.item] = step.seed
        elif isinstance(step, steps.HandIn):
            course = courses()[step.course]
            quiz = quiz_of(course, step.item)
            known = attempts.questions_of(course, quiz)
            drawn = attempts.draw(quiz, course.banks, begun[step.who, step.course, step.item])
            assert step.answers.keys() <= set(drawn)
            outcome = attempts.grade(quiz, [known[key] for key in drawn], step.answers)
            found[step.who, step.course, step.item].append(outcome)
    return found


def quiz_of(course: Course, item: str) -> Quiz:
    """Return a quiz of a course."""
    quiz = course.items[item]
    assert isinstance(quiz, Quiz)
    return quiz


def told(a_plan: Plan) -> list[str]:
    """Return everything that a plan says."""
    return [*map(repr, a_plan.people), *map(repr, a_plan.steps)]


def test_the_same_seed_and_day_make_the_same_plan() -> None:
    assert told(make_plan(courses(), NOW)) == told(plan())
    assert told(make_plan(courses(), NOW, seed=7)) != told(plan())


def test_the_time_of_the_day_changes_nothing_but_who_has_just_been_here() -> None:
    later = make_plan(courses(), NOW + timedelta(hours=3))
    midnight = NOW.replace(hour=0, minute=0)
    before = [step for step in plan().steps if step.at < midnight]
    assert list(map(repr, before)) == [repr(step) for step in later.steps if step.at < midnight]
    assert len(plan().steps) - len(before) == len(later.steps) - len(before) > 3


def test_there_are_sixty_learners_of_six_museums_in_five_countries() -> None:
    learners = {step.who for step in plan().steps if isinstance(step, steps.Enrol)}
    assert len(learners) == 60
    people = [person for person in plan().people if person.key in learners]
    assert len({person.museum.key for person in people}) == 6
    assert len({person.museum.country for person in people}) == 5
    assert {person.languages[0] for person in people} == set(LANGUAGES)


def test_names_can_stand_on_certificates_and_addresses_lead_nowhere() -> None:
    assert len({person.key for person in plan().people}) == len(plan().people)
    assert len({person.email for person in plan().people}) == len(plan().people)
    for person in plan().people:
        assert name_fault(person.name) is None
        assert not person.name_latin or latin_fault(person.name_latin) is None
        assert person in STAFF or person.email.endswith(f"@{person.museum.domain}")
        assert person.museum.domain.endswith(".example")


@settings(max_examples=8)
@given(hours=HOURS, seed=st.integers(0, 50))
def test_every_step_is_possible_when_it_is_done(hours: int, seed: int) -> None:
    now = NOW + timedelta(hours=hours)
    made = make_plan(courses(), now, seed)
    assert all(one.at <= other.at for one, other in pairwise(made.steps))
    assert begins(now) < made.steps[0].at < made.steps[-1].at < now
    registered: set[str] = set()
    enrolled: set[tuple[str, str]] = set()
    opened: set[tuple[str, str, str]] = set()
    last: dict[str, datetime] = {}
    for step in made.steps:
        if isinstance(step, steps.Register):
            registered.add(step.who)
        assert step.who in registered | {steps.SITE}, step
        for other in (getattr(step, name, None) for name in ("of", "to", "whom")):
            assert other is None or other in registered, step
        if isinstance(step, steps.Enrol):
            enrolled.add((step.who, step.course))
        if isinstance(step, STUDY):
            assert (step.who, step.course) in enrolled, step
            assert step.at > last.get(step.who, begins(now)), "nobody does two things at once"
            last[step.who] = step.at
            assert isinstance(step, steps.Open) or (step.who, step.course, step.item) in opened, step
            opened.add((step.who, step.course, step.item))


def test_nobody_studies_at_night_nor_for_hours_on_end() -> None:
    zones = {person.key: ZoneInfo(person.museum.zone) for person in plan().people}
    midnight = NOW.replace(hour=0, minute=0)
    sat_down: dict[str, datetime] = {}
    for step in plan().steps:
        if isinstance(step, steps.LogIn):
            sat_down[step.who] = step.at
        elif isinstance(step, STUDY) and step.at < midnight:
            assert 7 <= step.at.astimezone(zones[step.who]).hour < 23, step
            assert step.at - sat_down[step.who] < timedelta(minutes=LONGEST * 2), step


def test_people_pass_and_fail_and_keep_to_the_rules() -> None:
    verdicts = Counter(one.passed for found in outcomes().values() for one in found)
    assert verdicts[True] > 70
    assert verdicts[False] > 10
    for (_who, slug, item), found in outcomes().items():
        quiz = quiz_of(courses()[slug], item)
        assert quiz.attempts is None or len(found) <= quiz.attempts
        assert all(not one.passed for one in found[:-1]), "nobody goes on after having passed"


@pytest.mark.parametrize("slug", sorted(courses()))
def test_each_course_has_those_who_finish_and_those_who_stop(slug: str) -> None:
    course = courses()[slug]
    final = final_quiz(course)
    assert final is not None
    enrolled = {step.who for step in plan().steps if isinstance(step, steps.Enrol) and step.course == slug}
    passed = {who for who, one, item in outcomes() if one == slug and item == final.id and _passes(who, slug, item)}
    assert len(enrolled) >= 15
    assert 8 <= len(passed) < len(enrolled)


def _passes(who: str, slug: str, item: str) -> bool:
    return any(one.passed for one in outcomes()[who, slug, item])


def test_somebody_comes_back_after_months_and_moves_to_the_new_edition() -> None:
    (moved,) = [step for step in plan().steps if isinstance(step, steps.MoveOn)]
    before = [step.at for step in plan().steps if step.who == moved.who and step.at < moved.at - timedelta(hours=2)]
    assert moved.at - max(before) > timedelta(days=100)


def test_answers_come_as_fast_as_people_read_but_for_one() -> None:
    begun: dict[str, datetime] = {}
    fast = []
    for step in plan().steps:
        if isinstance(step, steps.Begin):
            begun[step.who] = step.at
        elif isinstance(step, steps.HandIn):
            seconds = (step.at - begun[step.who]).total_seconds()
            quiz = quiz_of(courses()[step.course], step.item)
            assert quiz.time_limit is None or seconds < quiz.time_limit * 60
            score = outcomes()[step.who, step.course, step.item][-1].score
            fast += [step.who] if too_fast(len(step.answers), seconds, score) else []
    assert len(fast) == 1


def test_at_the_sitting_everybody_present_begins_and_hands_in() -> None:
    (opened,) = [step for step in plan().steps if isinstance(step, steps.OpenSitting)]
    (closed,) = [step for step in plan().steps if isinstance(step, steps.CloseSitting)]
    present = {step.of for step in plan().steps if isinstance(step, steps.SeePapers)}
    there = [step for step in plan().steps if opened.at < step.at < closed.at]
    assert len(present) == 6
    assert {step.who for step in there if isinstance(step, steps.Begin)} >= present
    assert {step.who for step in there if isinstance(step, steps.HandIn)} >= present


def test_the_learner_has_finished_one_course_and_begun_one_and_one_is_left() -> None:
    mine = [step for step in plan().steps if step.who == LEARNER]
    enrolled = [step.course for step in mine if isinstance(step, steps.Enrol)]
    assert len(enrolled) == len(courses()) - 1
    assert [one.passed for one in outcomes()[LEARNER, enrolled[0], "final"]] == [False, True]
    assert isinstance(mine[-1], steps.Open) and mine[-1].at > NOW - timedelta(hours=1)


def test_the_pilot_edition_is_the_course_without_its_certificate() -> None:
    folder = next(path for path in FOLDERS if path.name == PILOT)
    files = read_folder(folder)
    pilot = first_edition(files)
    report = check(pilot, READERS)
    assert report.course is not None and not report.faults
    assert report.course.certificate is None and read(folder).certificate is not None
    assert report.course.items.keys() == read(folder).items.keys()
    assert report.course.completion == read(folder).completion
    assert {path for path in files if files[path] != pilot[path]} == {"course.yaml"}


@pytest.mark.parametrize("after", [b"", b"\n", b"  show: [hours]\n\n# said\n  title: x\nlicence: CC0\n"])
def test_what_stands_behind_the_certificate_stays(after: bytes) -> None:
    files = {"course.yaml": b"id: x\ncertificate:\n  title: y" + after}
    left = first_edition(files)["course.yaml"]
    assert left.startswith(b"id: x\n")
    assert b"certificate" not in left and b"title" not in left
    assert (b"licence: CC0\n" in left) == (b"licence" in after)
