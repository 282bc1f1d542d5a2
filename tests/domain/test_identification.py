"""How a holder was identified: decided from what museums and supervisors said, and what was handed in when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.domain.identification import Confirmed, Identified, Taken, Watched, final_quiz, identify
from lms.domain.outline import Quiz, Rule
from tests.factories.journey import shipped_tree

NINE = datetime(2026, 11, 14, 9, tzinfo=UTC)
ANA, EVA = ("Ана", "Ana"), ("Ева", "Eva")
COURSE = shipped_tree("running-a-museum")
FINAL = final_quiz(COURSE)
assert FINAL is not None
WORD = Confirmed(museum="Museum of Bells", spelling=ANA)


def taken(start: int, end: int, score: int = 80) -> Taken:
    """Return an attempt by minutes after nine."""
    begun, handed = (NINE + timedelta(minutes=minutes) for minutes in (start, end))
    return Taken(started_at=begun, submitted_at=handed, score=Fraction(score, 100))


def watched(start: int = 0, end: int = 240, spelling: tuple[str, str] = ANA) -> Watched:
    opened, ended = (NINE + timedelta(minutes=minutes) for minutes in (start, end))
    return Watched(centre="Centre", spelling=spelling, opened_at=opened, ended_at=ended)


def decided(
    *attempts: Taken, sittings: tuple[Watched, ...] = (), word: Confirmed | None = None, **quiz: Any
) -> Identified:
    return identify(ANA, word, replace(FINAL, **quiz), attempts, sittings)  # type: ignore[type-var]


def test_without_anybodys_word_it_is_the_holders_own() -> None:
    assert decided(taken(0, 10)) == Identified()


def test_a_museum_stands_for_one_spelling_alone() -> None:
    assert decided(taken(0, 10), word=WORD) == Identified(identity="museum", by="Museum of Bells")
    assert decided(taken(0, 10), word=replace(WORD, spelling=EVA)) == Identified()
    assert decided(taken(0, 10), word=replace(WORD, spelling=(ANA[0], "Anna"))) == Identified()


def test_what_was_begun_and_handed_in_under_supervision_is_supervised_and_says_more_than_a_museum() -> None:
    found = decided(taken(5, 30), sittings=(watched(),), word=WORD)
    assert found == Identified(identity="centre", by="Centre", supervised_by="Centre")


@pytest.mark.parametrize(("start", "end"), [(-1, 30), (5, 241), (239, 300), (250, 260)])
def test_what_was_begun_before_or_taken_home_is_not(start: int, end: int) -> None:
    assert decided(taken(start, end), sittings=(watched(),)) == Identified()


def test_papers_with_another_name_identify_nobody_and_the_quiz_was_supervised_all_the_same() -> None:
    assert decided(taken(5, 30), sittings=(watched(spelling=EVA),)) == Identified(supervised_by="Centre")
    word = decided(taken(5, 30), sittings=(watched(spelling=EVA),), word=WORD)
    assert word == Identified(identity="museum", by="Museum of Bells", supervised_by="Centre")


@pytest.mark.parametrize(
    ("keep", "home", "there", "supervised"),
    [
        ("best", 95, 80, False),
        ("best", 80, 95, True),
        ("best", 90, 90, True),
        ("last", 95, 80, True),
        ("first", 80, 95, False),
    ],
)
def test_the_attempt_that_counts_decides(keep: str, home: int, there: int, supervised: bool) -> None:
    found = decided(taken(-60, -30, home), taken(5, 30, there), sittings=(watched(),), keep=keep)
    assert (found.supervised_by == "Centre") is supervised


def test_the_final_quiz_is_the_last_that_the_completion_scores() -> None:
    quizzes = [key for key in COURSE.order() if isinstance(COURSE.items[key], Quiz)]
    first, last = quizzes[0], quizzes[-1]

    def final(*rules: Rule) -> str | None:
        found = final_quiz(replace(COURSE, completion=rules))
        return found.id if found else None

    assert first != last
    assert final() == last
    assert final(Rule(kind="lessons")) == last
    assert final(Rule(kind="quiz", ids=(first,))) == first
    assert final(Rule(kind="quiz", ids=(first,), score=80), Rule(kind="quiz", ids=(last,))) == first
    lessons = tuple(replace(m, items=tuple(k for k in m.items if k not in quizzes)) for m in COURSE.modules)
    assert final_quiz(replace(COURSE, completion=(), modules=lessons)) is None


@given(st.lists(st.tuples(st.integers(-300, 300), st.integers(1, 300), st.integers(0, 4)), max_size=5))
def test_nobody_is_supervised_who_handed_in_nothing_within_a_sitting(attempts: list[tuple[int, int, int]]) -> None:
    made = [taken(start, start + length, 20 * score) for start, length, score in attempts]
    inside = [one for one in made if one.started_at >= NINE and one.submitted_at <= NINE + timedelta(hours=4)]
    found = decided(*made, sittings=(watched(),))
    assert not found.supervised_by or inside
    assert (found.identity == "centre") == bool(found.supervised_by)
