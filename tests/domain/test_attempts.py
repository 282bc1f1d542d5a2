"""Attempts: what is drawn, when one may start, when it closes, what it comes to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.domain import attempts
from lms.domain.attempts import GRACE, Past
from lms.domain.outline import Bank, CertificateTerms, Course, Draw, Quiz, Rule
from tests.factories.trees import course_tree, question, quiz

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
QUESTIONS = tuple(
    question(f"q{n}", outcome=f"LO{n % 3}", tags=("light",) if n % 2 else (), points=1 + n % 2) for n in range(12)
)
BANKS = {"agents": Bank(id="agents", title="Agents", questions=QUESTIONS, path="banks/agents.md")}
BLUEPRINT = (
    Draw(bank="agents", take=3),
    Draw(bank="agents", take=2, outcome="LO1"),
    Draw(bank="agents", take=2, outcome="LO2", tag="light"),
)
EXAM = quiz("final", 70, draws=BLUEPRINT, questions=(question("own"),), attempts=3, wait_seconds=1800)
BY_ID = {q.id: q for q in QUESTIONS}


@given(st.integers(min_value=0, max_value=2**48))
def test_a_draw_takes_what_the_blueprint_says_and_nothing_twice(seed: int) -> None:
    drawn = attempts.draw(EXAM, BANKS, seed)
    assert len(drawn) == len(set(drawn)) == 8
    assert "own" in drawn
    from_bank = [BY_ID[key] for key in drawn if key != "own"]
    assert sum(q.outcome == "LO1" for q in from_bank) >= 2
    assert sum(q.outcome == "LO2" and "light" in q.tags for q in from_bank) >= 2


def test_the_seed_fixes_the_draw_and_another_seed_draws_otherwise() -> None:
    assert attempts.draw(EXAM, BANKS, 7) == attempts.draw(EXAM, BANKS, 7)
    assert len({attempts.draw(EXAM, BANKS, seed) for seed in range(20)}) > 10


def test_without_shuffling_the_questions_stand_as_the_author_wrote_them() -> None:
    plain = quiz("check", questions=(question("b"), question("a")), shuffle=False)
    assert attempts.draw(plain, {}, 3) == ("b", "a")
    assert attempts.shuffled(("x", "y", "z"), question("b"), plain, 3) == ("x", "y", "z")


@given(st.integers(min_value=0, max_value=2**48))
def test_shuffling_loses_nothing(seed: int) -> None:
    ids = tuple("abcdef")
    assert sorted(attempts.shuffled(ids, QUESTIONS[0], EXAM, seed)) == sorted(ids)


def test_an_open_attempt_stands_in_the_way_of_another() -> None:
    assert attempts.obstacle(EXAM, [Past(number=1, submitted_at=None)], NOW) == ("open", None)


def test_attempts_are_used_up() -> None:
    past = [Past(number=n, submitted_at=NOW - timedelta(days=1)) for n in (1, 2, 3)]
    assert attempts.obstacle(EXAM, past, NOW) == ("used-up", None)


def test_the_next_attempt_waits_for_the_time_the_quiz_says() -> None:
    past = [Past(number=1, submitted_at=NOW - timedelta(minutes=10))]
    assert attempts.obstacle(EXAM, past, NOW) == ("wait", NOW + timedelta(minutes=20))
    assert attempts.obstacle(EXAM, past, NOW + timedelta(minutes=20)) is None


def test_extra_time_belongs_to_the_person() -> None:
    timed = quiz("exam", time_limit=40)
    assert attempts.closes_at(timed, NOW, 0) == NOW + timedelta(minutes=40)
    assert attempts.closes_at(timed, NOW, 50) == NOW + timedelta(minutes=60)
    assert attempts.closes_at(EXAM, NOW, 50) is None


def test_answers_on_their_way_count_for_a_minute_after_closing() -> None:
    assert not attempts.is_overdue(NOW, NOW + GRACE)
    assert attempts.is_overdue(NOW, NOW + GRACE + timedelta(microseconds=1))
    assert not attempts.is_overdue(None, NOW)


def test_points_weigh_the_questions() -> None:
    asked = [question("one", points=1), question("three", points=3)]
    outcome = attempts.grade(quiz("check", 70), asked, {"three": ["yes"]})
    assert (outcome.score, outcome.possible, outcome.passed) == (Fraction(3, 4), 4, True)


def test_the_pass_compares_the_exact_fraction() -> None:
    asked = [question(f"q{n}") for n in range(3)]
    answers = {"q0": ["yes"], "q1": ["yes"]}
    assert attempts.grade(quiz("check", 66), asked, answers).passed is True
    assert attempts.grade(quiz("check", 67), asked, answers).passed is False


def test_a_quiz_without_a_pass_mark_neither_passes_nor_fails() -> None:
    assert attempts.grade(quiz("check"), [question("q")], {}).passed is None


@given(
    st.dictionaries(
        st.sampled_from(["q0", "q1", "other"]), st.none() | st.integers() | st.text() | st.lists(st.text() | st.none())
    )
)
def test_any_json_can_be_graded(answers: dict[str, object]) -> None:
    outcome = attempts.grade(quiz("check", 50), [question("q0"), question("q1")], answers)
    assert 0 <= outcome.score <= 1


TERMS = CertificateTerms(title="Certificate", valid_months=None, show=(), signatories=())
NAMED = (Rule(kind="quiz", ids=("final",)),)


def course_of(exam: Quiz, completion: tuple[Rule, ...] = NAMED, certificate: CertificateTerms | None = TERMS) -> Course:
    return course_tree(modules={"m": [quiz("practice", 50), exam]}, completion=completion, certificate=certificate)


def tried(*scores: int, passed: bool = False) -> list[Past]:
    """Return submitted attempts with these scores in per cent."""
    return [
        Past(number=n, submitted_at=NOW, score=Fraction(score, 100), passed=passed) for n, score in enumerate(scores, 1)
    ]


def told(exam: Quiz, past: list[Past], course: Course | None = None, *, given_up: bool = False) -> bool:
    ended = sum(attempt.submitted_at is not None for attempt in past)
    return attempts.may_show_key(course or course_of(exam), exam, used=ended, given_up=given_up)


def may_stop(exam: Quiz, past: list[Past], course: Course | None = None) -> bool:
    return attempts.may_give_up(course or course_of(exam), exam, past)


def test_a_quiz_that_a_rule_names_counts_for_the_certificate() -> None:
    course = course_of(EXAM)
    assert attempts.counts_for_certificate(course, "final")
    assert not attempts.counts_for_certificate(course, "practice")


def test_without_rules_every_quiz_counts_for_the_certificate() -> None:
    assert attempts.counts_for_certificate(course_of(EXAM, completion=()), "practice")


def test_a_rule_about_lessons_alone_makes_no_quiz_count() -> None:
    assert not attempts.counts_for_certificate(course_of(EXAM, completion=(Rule(kind="lessons"),)), "final")


def test_where_no_certificate_is_given_nothing_counts_for_one() -> None:
    assert not attempts.counts_for_certificate(course_of(EXAM, certificate=None), "final")


def test_no_key_while_attempts_remain() -> None:
    assert not told(EXAM, tried(40, 60))


def test_no_key_after_passing_either_while_a_score_could_still_rise() -> None:
    assert not told(EXAM, tried(70, passed=True))


def test_whoever_has_passed_may_give_up_what_remains_and_sees_the_key() -> None:
    assert may_stop(EXAM, tried(70, passed=True))
    assert told(EXAM, tried(70, passed=True), given_up=True)
    assert attempts.obstacle(EXAM, tried(70, passed=True), NOW, given_up=True) == ("given-up", None)


def test_nobody_gives_up_before_passing_nor_in_an_attempt_nor_what_is_used_up_nor_what_does_not_count() -> None:
    open_one = Past(number=2, submitted_at=None)
    assert not may_stop(EXAM, tried(60))
    assert not may_stop(EXAM, [*tried(70, passed=True), open_one])
    assert not may_stop(EXAM, tried(60, 60, 70, passed=True))
    assert not may_stop(quiz("practice", 50), tried(70, passed=True))


def test_the_key_after_the_last_attempt() -> None:
    assert told(EXAM, tried(40, 60, 65))


def test_without_a_limit_of_attempts_the_key_waits_for_giving_up() -> None:
    exam = quiz("final", 70)
    past = [*tried(*[60] * 50), *tried(80, passed=True)]
    assert not told(exam, past)
    assert may_stop(exam, past)
    assert told(exam, past, given_up=True)


def test_an_open_last_attempt_keeps_the_key_of_those_before_it() -> None:
    assert not told(EXAM, [*tried(40, 60), Past(number=3, submitted_at=None)])


def test_within_the_last_attempt_nothing_remains_that_the_key_could_help() -> None:
    assert attempts.may_show_key(course_of(EXAM), EXAM, used=3, given_up=False)


def test_a_score_that_the_course_demands_beyond_the_pass_mark_keeps_the_key() -> None:
    course = course_of(EXAM, completion=(Rule(kind="quiz", ids=("final",), score=85),))
    assert not may_stop(EXAM, tried(80, passed=True), course)
    assert may_stop(EXAM, tried(85, passed=True), course)


def test_a_quiz_that_cannot_be_failed_may_be_given_up_after_the_first_attempt() -> None:
    exam = quiz("final")
    assert may_stop(exam, [Past(number=1, submitted_at=NOW, score=Fraction(0), passed=None)])
    assert not may_stop(exam, [])


@pytest.mark.parametrize("exam", [EXAM, quiz("final", 70), quiz("final")])
def test_where_no_certificate_hangs_on_it_the_key_is_told_at_once(exam: Quiz) -> None:
    assert told(exam, [], course_of(exam, certificate=None))
    assert told(exam, [], course_of(exam, completion=(Rule(kind="quiz", ids=("practice",)),)))
