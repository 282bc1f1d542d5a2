"""Folding of typed answers and reading of numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.domain.texts import clean_reply, fold_answer, read_numbers


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Hygrometer", "hygrometer"),
        ("  hygro   meter ", "hygro meter"),
        ("hygrometer.", "hygrometer"),
        ("«Гигрометр»", "гигрометр"),
        ("“hygrometer.”", "hygrometer"),
        ("ЁЛКА", "елка"),
        ("ёлка", "елка"),
        ("ﬁbre", "fibre"),
        ("ＨＹＧＲＯ", "hygro"),
        ("Straße", "strasse"),
        ("two\u00a0words", "two words"),
        ("conservator’s", "conservators"),
        ("և", "եւ"),
    ],
)
def test_an_answer_is_folded(typed: str, folded: str) -> None:
    assert fold_answer(typed) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold_answer(fold_answer(text)) == fold_answer(text)


@given(st.text())
def test_outer_space_and_a_final_point_do_not_count(text: str) -> None:
    assert fold_answer(f"  {text}. ") == fold_answer(text)


@given(st.text(alphabet=st.characters(categories=["L", "N", "Zs"])))
def test_capitals_do_not_count(text: str) -> None:
    assert fold_answer(text.upper().lower()) == fold_answer(text.upper())


@pytest.mark.parametrize(
    ("typed", "readings"),
    [
        ("50", [50]),
        ("-3", [-3]),
        ("−3", [-3]),
        ("+3", [3]),
        ("0.5", [Fraction(1, 2)]),
        ("0,5", [Fraction(1, 2)]),
        (".5", [Fraction(1, 2)]),
        ("5.", [5]),
        ("1 234", [1234]),
        ("1\u202f234,5", [Fraction(2469, 2)]),
        ("1,234", [Fraction(1234, 1000), 1234]),
        ("1.234", [Fraction(1234, 1000), 1234]),
        ("0,500", [Fraction(1, 2)]),
        ("12.3456", [Fraction(123456, 10000)]),
        ("1,234,567", [1234567]),
        ("1,234.5", [Fraction(12345, 10)]),
        ("1.234,5", [Fraction(12345, 10)]),
        ("５０", [50]),
        ("", []),
        ("about 50", []),
        ("50 60", [5060]),
        ("1,23,4", []),
        ("1e3", []),
        ("--5", []),
        (".", []),
        ("9" * 50, []),
    ],
)
def test_a_number_is_read_in_every_way_it_may_mean(typed: str, readings: list[Fraction]) -> None:
    assert list(read_numbers(typed)) == readings


@pytest.mark.parametrize("typed", ["52 %", "52%", "52", "52 %."])
def test_the_unit_may_be_left_out(typed: str) -> None:
    assert read_numbers(typed, "%") == (Fraction(52),)


def test_another_unit_is_no_number() -> None:
    assert read_numbers("52 cm", "%") == ()


@given(st.text())
def test_any_text_can_be_read_as_numbers(text: str) -> None:
    assert all(isinstance(number, Fraction) for number in read_numbers(text, "%"))


@given(st.integers(min_value=0, max_value=999), st.integers(min_value=0, max_value=999), st.sampled_from(",."))
def test_three_last_digits_are_read_both_ways(whole: int, last: int, separator: str) -> None:
    readings = read_numbers(f"{whole}{separator}{last:03}")

    assert readings[0] == Fraction(whole * 1000 + last, 1000)
    assert readings[1:] == ((whole * 1000 + last,) if whole else ())


def test_a_reply_keeps_its_words_and_loses_what_cannot_be_stored() -> None:
    assert clean_reply(" a\x00b\r\nc\ud800 ") == "ab\nc"


def test_a_reply_of_more_than_two_thousand_characters_counts_as_none() -> None:
    assert clean_reply("a" * 2_000) == "a" * 2_000
    assert clean_reply("a" * 2_001) is None
