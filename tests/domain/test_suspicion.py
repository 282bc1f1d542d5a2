"""Hints about attempts: what is called unusual, and what is not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.domain.suspicion import Handed, mistakes, too_fast, twins

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
KEYS = tuple(f"q{n}" for n in range(8))
GOOD = Fraction(8, 10)


def is_wrong(_key: str, response: Any) -> bool:
    return bool(response != "yes")


def handed(wrong: Mapping[str, Any], drawn: tuple[str, ...] = KEYS, *, days: float = 0) -> Handed:
    """Return an attempt that is right but for some answers."""
    answers = dict.fromkeys(drawn, "yes") | dict(wrong)
    return Handed(drawn=drawn, answers=answers, submitted_at=NOW + timedelta(days=days))


THREE = {"q1": "no", "q4": "perhaps", "q6": "no"}


def test_a_good_score_in_less_time_than_reading_takes_is_fast() -> None:
    assert too_fast(12, 31, GOOD)


def test_four_seconds_a_question_are_not_too_fast() -> None:
    assert too_fast(10, 39.9, GOOD)
    assert not too_fast(10, 40, GOOD)


def test_a_handful_of_questions_tells_nothing() -> None:
    assert too_fast(5, 3, GOOD)
    assert not too_fast(4, 3, GOOD)


def test_whoever_clicks_through_and_fails_is_left_alone() -> None:
    assert too_fast(10, 5, Fraction(7, 10))
    assert not too_fast(10, 5, Fraction(69, 100))


def test_a_clock_that_was_set_back_tells_nothing() -> None:
    assert not too_fast(10, -1, GOOD)


def test_three_equal_wrong_answers_and_no_other_make_twins() -> None:
    assert twins(handed(THREE), handed(THREE), is_wrong)


def test_two_equal_wrong_answers_are_chance() -> None:
    two = {"q1": "no", "q4": "perhaps"}
    assert not twins(handed(two), handed(two), is_wrong)


def test_one_wrong_answer_that_the_other_has_not_parts_them() -> None:
    assert not twins(handed(THREE), handed(THREE | {"q0": "no"}), is_wrong)


def test_the_same_question_answered_wrongly_in_two_ways_parts_them() -> None:
    assert not twins(handed(THREE | {"q0": "no"}), handed(THREE | {"q0": "perhaps"}), is_wrong)


def test_all_right_answers_alike_are_no_sign_of_anything() -> None:
    assert not twins(handed({}), handed({}), is_wrong)


@pytest.mark.parametrize("nothing", [None, "", [], {}])
def test_two_empty_sheets_are_no_twins(nothing: Any) -> None:
    empty = handed(dict.fromkeys(KEYS, nothing))
    assert not twins(empty, empty, is_wrong)


def test_a_question_left_empty_by_one_alone_does_not_part_them() -> None:
    assert twins(handed(THREE), handed(THREE | {"q0": None}), is_wrong)


def test_an_overlap_of_fewer_than_five_questions_tells_nothing() -> None:
    four = ("q1", "q4", "q6", "q7")
    assert not twins(handed(THREE), handed(THREE, four), is_wrong)
    assert twins(handed(THREE), handed(THREE, (*four, "q0")), is_wrong)


def test_what_only_one_of_them_drew_is_not_compared() -> None:
    other = handed(THREE | {"x1": "no"}, (*KEYS, "x1"))
    assert twins(handed(THREE), other, is_wrong)


def test_attempts_more_than_a_week_apart_are_not_compared() -> None:
    assert twins(handed(THREE), handed(THREE, days=7), is_wrong)
    assert not twins(handed(THREE), handed(THREE, days=7.01), is_wrong)


def test_what_was_left_empty_is_no_mistake() -> None:
    assert mistakes(handed(THREE | {"q0": None}), is_wrong) == set(THREE)


sheets = st.fixed_dictionaries({key: st.sampled_from([None, "yes", "no", "perhaps"]) for key in KEYS})


@given(sheets, sheets)
def test_whoever_is_ones_twin_has_one_as_a_twin(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert twins(handed(one), handed(other), is_wrong) == twins(handed(other), handed(one), is_wrong)
