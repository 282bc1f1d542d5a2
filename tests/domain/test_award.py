"""What a certificate says, and how long it holds."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.domain import award
from lms.domain.award import Award, add_months, last_moment, make_award, state
from lms.domain.outline import CertificateTerms, Course, Person, Rule
from tests.factories import awards
from tests.factories.journey import shipped_tree

AT = datetime(2026, 11, 14, 10, 11, 12, tzinfo=UTC)
MOMENTS = st.integers(0, 100 * 366 * 86_400).map(
    lambda second: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
)


@pytest.fixture(scope="module")
def course() -> Course:
    return shipped_tree("running-a-museum")


def awarded(course: Course, grade: Fraction | None = Fraction(6, 7)) -> Award:
    return make_award(
        course, name="Լիլիթ", name_latin="Lilit", museum="", number="2026.1", edition=1, grade=grade, at=AT
    )


def test_an_award_gathers_the_facts_of_the_course(course: Course) -> None:
    facts = awarded(course)
    assert (facts.title, facts.course_title) == ("Certificate in running a museum", "Running a Museum")
    assert facts.outcomes == tuple(course.outcomes.values())
    assert (facts.lessons, facts.quizzes, facts.tasks) == (8, 3, 2)
    assert facts.rooms[0].kinds.count("lesson") == 4
    assert facts.version_digest == course.digest
    assert (facts.assessment, facts.identity) == ("quizzes-tasks", "self-declared")
    assert facts.valid_until is None


def test_a_grade_is_rounded_down(course: Course) -> None:
    assert awarded(course, Fraction(8699, 10_000)).grade_percent == 86
    assert awarded(course, None).grade_percent is None
    assert awarded(course).pass_percent == 70


def test_the_needed_score_is_that_of_the_last_scored_quiz(course: Course) -> None:
    rules = (Rule(kind="quiz", ids=("a",), score=50), Rule(kind="quiz", ids=("b",), score=80), Rule(kind="lessons"))
    assert awarded(replace(course, completion=rules)).pass_percent == 80


def test_a_course_without_quizzes_says_that_nothing_was_graded(course: Course) -> None:
    lessons = {key: item for key, item in course.items.items() if item.kind == "lesson"}
    modules = tuple(replace(module, items=tuple(lessons)) for module in course.modules)
    assert awarded(replace(course, items=lessons, modules=modules), None).assessment == "study"


def test_a_course_without_terms_gives_no_certificate(course: Course) -> None:
    with pytest.raises(ValueError, match="gives no certificate"):
        awarded(replace(course, certificate=None))


def test_an_award_that_expires_holds_to_the_end_of_its_last_day(course: Course) -> None:
    terms = CertificateTerms(title="T", valid_months=36, show=(), signatories=(Person(name="A"),))
    facts = awarded(replace(course, certificate=terms))
    assert facts.holds_until == datetime(2029, 11, 14, 23, 59, 59, tzinfo=UTC)
    assert awarded(course).holds_until is None


def test_a_snapshot_is_read_back_as_it_was() -> None:
    facts = awards.make_award(name="ნინო", signatories=(("A", "B"), ("C", "")))
    assert Award.from_json(json.loads(json.dumps(facts.as_json()))) == facts


def test_what_identifies_is_named_and_nothing_else_holds_a_name() -> None:
    facts = awards.make_award(name="NAME", name_latin="LATIN", museum="MUSEUM")
    kept = {key: value for key, value in facts.as_json().items() if key not in award.IDENTIFYING}
    assert not any(word in json.dumps(kept) for word in ("NAME", "LATIN", "MUSEUM"))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-03-31", 1, "2026-04-30"),
        ("2026-11-14", 36, "2029-11-14"),
        ("2026-12-31", 12, "2027-12-31"),
        ("2024-02-29", 12, "2025-02-28"),
    ],
)
def test_months_are_added_as_people_count_them(day: str, months: int, expected: str) -> None:
    assert add_months(datetime.fromisoformat(f"{day}T12:00:00+00:00"), months).date().isoformat() == expected


@given(MOMENTS, st.integers(0, 1200))
def test_adding_months_moves_by_exactly_so_many(moment: datetime, months: int) -> None:
    moved = add_months(moment, months)
    assert (moved.year - moment.year) * 12 + moved.month - moment.month == months
    assert moved.day <= moment.day
    assert moved.timetz() == moment.timetz()


@given(MOMENTS, st.integers(1, 120))
def test_an_award_holds_from_its_moment_to_its_last(moment: datetime, months: int) -> None:
    until = last_moment(moment, months)
    assert until > moment
    assert state(moment, until, moment) == state(moment, until, until) == "valid"
    assert state(moment, until, until + timedelta(seconds=1)) == "expired"
    assert state(moment, until, moment - timedelta(microseconds=1)) == "not yet valid"


@given(MOMENTS, MOMENTS)
def test_what_was_revoked_or_replaced_stays_so(issued: datetime, now: datetime) -> None:
    assert state(issued, None, now, "revoked") == "revoked"
    assert state(issued, None, now, "superseded") == "superseded"
    assert state(issued, None, now) in {"valid", "not yet valid"}
