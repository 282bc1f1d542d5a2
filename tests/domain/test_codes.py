"""Codes: eighty random bits that people copy from paper."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.domain.codes import ALPHABET, BYTES, LENGTH, encode, read, spaced, tidy

CODES = st.binary(min_size=BYTES, max_size=BYTES).map(encode)


@given(CODES)
def test_a_code_is_read_back_as_printed(code: str) -> None:
    assert len(code) == LENGTH
    assert set(code) <= set(ALPHABET)
    assert read(code) == read(spaced(code)) == read(spaced(code).lower()) == code


@given(st.binary(min_size=BYTES, max_size=BYTES), st.binary(min_size=BYTES, max_size=BYTES))
def test_two_codes_are_equal_only_for_equal_bytes(one: bytes, other: bytes) -> None:
    assert (encode(one) == encode(other)) == (one == other)


@given(CODES, st.data())
def test_letters_that_look_alike_are_read_as_meant(code: str, data: st.DataObject) -> None:
    alike = {"0": "0OoОо", "1": "1IiLl", "A": "AaАа", "B": "BbВв", "3": "3Зз", "X": "XxХх", "Y": "YyУу"}
    typed = "".join(data.draw(st.sampled_from(alike.get(letter, letter))) for letter in code)
    assert read(typed) == code


@pytest.mark.parametrize("dash", ["-", " ", "\u2013", "\u2011", "\u00a0", " - ", "\u2212", "."])
def test_any_dash_or_space_may_stand_between(dash: str) -> None:
    assert read(dash.join(("7K3M", "9XQ2", "4TFA", "H6RW"))) == "7K3M9XQ24TFAH6RW"


@given(st.text(max_size=40))
def test_anything_else_is_no_code(text: str) -> None:
    found = read(text)
    assert found is None or (len(found) == LENGTH and set(found) <= set(ALPHABET))


@pytest.mark.parametrize("text", ["", "7K3M9XQ24TFAH6R", "7K3M9XQ24TFAH6RWW", "U" * 16, "7K3M/9XQ2/4TFA/H6RW"])
def test_what_is_too_short_too_long_or_strange_is_no_code(text: str) -> None:
    assert read(text) is None


@given(st.text())
def test_whatever_was_typed_can_stand_in_an_address(text: str) -> None:
    assert tidy(text).isalnum() or tidy(text) == ""
    assert len(tidy(text)) <= 32
