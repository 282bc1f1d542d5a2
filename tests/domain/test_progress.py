"""Progress is a fold over records: pure, independent of their order, and it never goes backwards."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.domain import progress
from lms.domain.outline import Rule
from lms.domain.progress import Record, fold
from tests.factories.trees import course_tree, lesson, question, quiz, task

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

TREE = course_tree(
    modules={
        "first": [lesson("look"), lesson("ask", complete="questions", questions=[question("q1"), question("q2")])],
        "second": [lesson("both", complete="both", questions=[question("q3")]), task("survey"), quiz("final", 70)],
    },
    after={"second": ["first"]},
)


def records(*happened: tuple[str, dict[str, Any]]) -> list[Record]:
    """Return records one minute apart, in this order."""
    return [
        Record(id=f"r{n:03d}", kind=kind, step=n, at=START + timedelta(minutes=n), body=body)
        for n, (kind, body) in enumerate(happened, start=1)
    ]


ENROL = (progress.ENROLLED, {"version": "v1", "affiliation": "a1"})


def opened(item: str, language: str = "en") -> tuple[str, dict[str, Any]]:
    return progress.OPENED, {"item": item, "language": language}


def marked(item: str) -> tuple[str, dict[str, Any]]:
    return progress.MARKED, {"item": item}


def checked(item: str, key: str, response: object = "x") -> tuple[str, dict[str, Any]]:
    return progress.CHECKED, {"item": item, "question": key, "response": response}


def result(score: str, passed: bool | None, item: str = "final") -> tuple[str, dict[str, Any]]:
    return progress.RESULT, {"item": item, "score": score, "passed": passed, "source": "attempt"}


FIRST_ROOM = (marked("look"), checked("ask", "q1"), checked("ask", "q2"))
WHOLE = (*FIRST_ROOM, checked("both", "q3"), marked("both"), marked("survey"), result("4/5", True))


def folded(*happened: tuple[str, dict[str, Any]]) -> progress.Progress:
    found = fold(records(ENROL, *happened), lambda _version: TREE)
    assert found is not None
    return found


def test_nobody_who_never_enrolled_has_progress() -> None:
    assert fold(records(opened("look")), lambda _version: TREE) is None


def test_a_lesson_by_viewing_is_done_when_it_is_marked() -> None:
    assert folded(opened("look")).items["look"].done_at is None
    assert folded(opened("look"), marked("look")).items["look"].done_at == START + timedelta(minutes=3)


def test_a_lesson_by_questions_is_done_when_each_was_checked_right_or_not() -> None:
    assert folded(checked("ask", "q1")).items["ask"].done_at is None
    assert folded(checked("ask", "q1"), checked("ask", "q2")).items["ask"].done_at


def test_checking_again_does_not_move_the_moment_it_was_done() -> None:
    again = folded(checked("ask", "q1"), checked("ask", "q2"), checked("ask", "q1", "y"))
    assert again.items["ask"].done_at == START + timedelta(minutes=3)
    assert again.items["ask"].checked["q1"] == "y"


def test_a_lesson_by_both_needs_both() -> None:
    for happened in ((checked("both", "q3"),), (marked("both"),)):
        assert folded(*FIRST_ROOM, *happened).items["both"].done_at is None
    assert folded(*FIRST_ROOM, marked("both"), checked("both", "q3")).items["both"].done_at


def test_what_is_done_ahead_counts_when_the_room_opens() -> None:
    ahead = folded(marked("survey"))
    assert ahead.items["survey"].done_at is None
    assert ahead.done == 0
    opened_later = folded(marked("survey"), *FIRST_ROOM)
    assert opened_later.items["survey"].done_at == START + timedelta(minutes=5)
    assert opened_later.done == 3


def test_a_quiz_is_done_once_passed_and_a_later_failure_takes_nothing_away() -> None:
    assert folded(*FIRST_ROOM, result("1/2", False)).items["final"].done_at is None
    both = folded(*FIRST_ROOM, result("4/5", True), result("1/10", False))
    assert both.items["final"].done_at
    assert both.items["final"].score == Fraction(4, 5)


@pytest.mark.parametrize(("keep", "score"), [("best", "4/5"), ("last", "1/10"), ("first", "1/2")])
def test_the_quiz_says_which_score_is_kept(keep: str, score: str) -> None:
    tree = course_tree(modules={"only": [quiz("final", 70, keep=keep)]})
    happened = records(ENROL, result("1/2", False), result("4/5", True), result("1/10", False))
    found = fold(happened, lambda _version: tree)
    assert found is not None and found.items["final"].score == Fraction(score)


def test_keeping_the_first_score_lets_only_the_first_attempt_pass() -> None:
    tree = course_tree(modules={"only": [quiz("final", 70, keep="first")]})
    found = fold(records(ENROL, result("1/2", False), result("1", True)), lambda _version: tree)
    assert found is not None and found.items["final"].done_at is None


def test_without_rules_a_course_is_complete_when_everything_is_done() -> None:
    assert not folded(*WHOLE[:-1]).complete_now
    assert folded(*WHOLE).complete_now


def test_a_score_in_the_completion_compares_the_exact_fraction() -> None:
    rule = (Rule(kind="quiz", ids=("final",), score=67),)
    tree = course_tree(modules={"only": [quiz("final", None)]}, completion=rule)
    for score, holds in (("2/3", False), ("67/100", True)):
        found = fold(records(ENROL, result(score, None)), lambda _version: tree)
        assert found is not None and found.complete_now is holds


def test_a_quiz_in_a_locked_room_does_not_complete_a_course() -> None:
    rule = (Rule(kind="quiz", ids=("final",), score=50),)
    tree = course_tree(
        modules={"first": [lesson("look")], "second": [quiz("final", 50)]},
        after={"second": ["first"]},
        completion=rule,
    )
    early = records(ENROL, result("1", True))
    found = fold(early, lambda _version: tree)
    assert found is not None and not found.complete_now
    found = fold(records(ENROL, result("1", True), marked("look")), lambda _version: tree)
    assert found is not None and found.complete_now


def test_a_finished_learner_stays_finished_in_a_version_that_asks_more() -> None:
    larger = course_tree(modules={"first": [lesson("look"), lesson("new")]})
    smaller = course_tree(modules={"first": [lesson("look")]})
    happened = records(
        ENROL, marked("look"), (progress.COMPLETED, {"version": "v1"}), (progress.MOVED, {"version": "v2"})
    )
    found = fold(happened, lambda version: larger if version == "v2" else smaller)
    assert found is not None
    assert (found.state, found.completed_version_id, found.done, found.total) == ("completed", "v1", 2, 2)


def test_leaving_and_coming_back_keeps_the_first_date_and_what_was_done() -> None:
    found = folded(marked("look"), (progress.LEFT, {}), ENROL)
    assert (found.state, found.enrolled_at, found.done) == ("active", START + timedelta(minutes=1), 1)
    assert folded(marked("look"), (progress.LEFT, {})).state == "left"


def test_the_language_an_item_was_studied_in_is_kept() -> None:
    assert folded(opened("look", "ru"), opened("look", "en")).items["look"].language == "en"


def test_a_voided_record_is_as_if_never_written() -> None:
    assert folded(marked("look"), (progress.VOIDED, {"record": "r002"})).done == 0


def test_a_record_of_a_kind_from_the_future_is_passed_over() -> None:
    assert folded(("reviewed", {"item": "look"}), marked("look")).done == 1


def test_a_clock_that_goes_backwards_changes_no_order() -> None:
    happened = [
        Record(id=f"r{n}", kind=kind, step=n, at=START - timedelta(hours=n), body=body)
        for n, (kind, body) in enumerate((ENROL, (progress.LEFT, {}), ENROL), start=1)
    ]
    found = fold(happened, lambda _version: TREE)
    assert found is not None and found.state == "active"


EVERYTHING = (
    *WHOLE,
    opened("look", "ru"),
    (progress.LEFT, {}),
    ENROL,
    result("1/3", False),
    checked("ask", "q1", "z"),
    (progress.VOIDED, {"record": "r004"}),
)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(EVERYTHING), max_size=14), st.randoms(use_true_random=False))
def test_the_order_in_which_records_arrive_changes_nothing(
    happened: list[tuple[str, dict[str, Any]]], chance: random.Random
) -> None:
    written = records(ENROL, *happened)
    arrived = [*written, *written[: len(written) // 2]]
    chance.shuffle(arrived)
    assert fold(arrived, lambda _version: TREE) == fold(written, lambda _version: TREE)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(WHOLE), max_size=14))
def test_studying_on_never_takes_progress_away(happened: list[tuple[str, dict[str, Any]]]) -> None:
    written = records(ENROL, *happened)
    done = [found.done for n in range(1, len(written) + 1) if (found := fold(written[:n], lambda _version: TREE))]
    assert done == sorted(done)
