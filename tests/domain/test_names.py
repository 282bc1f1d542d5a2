"""Names, addresses and passwords, decided without an application."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.domain.names import fold_address, fold_title, is_latin, name_fault, tidy
from lms.domain.passwords import FAILURES, PAUSE, locked_until, password_fault

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "name",
    [
        "Marta Ilyina",
        "Марта Ильина",
        "Լիլիթ Սարգսյան",
        "ნინო ბერიძე",
        "Aysel Məmmədova",
        "Ștefan O’Neill-Šimić",
        "José (Pepe) 2.",
    ],
)
def test_names_of_people_stand_on_certificates(name: str) -> None:
    assert name_fault(tidy(name)) is None


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("", "empty"),
        ("x" * 81, "long"),
        ("a\u200bb", "characters"),
        ("a\u202eb", "characters"),
        ("a😀", "characters"),
        ("42", "letters"),
    ],
)
def test_what_is_no_name_is_told(name: str, fault: str) -> None:
    assert name_fault(name) == fault


def test_latin_is_told_from_other_scripts() -> None:
    assert is_latin("Ștefan O’Neill 3")
    assert not is_latin("Mарта"), "one Latin letter before Cyrillic ones"


@given(st.text())
def test_tidying_twice_is_tidying_once(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@given(st.text())
def test_folding_a_title_twice_is_folding_it_once(text: str) -> None:
    assert fold_title(fold_title(text)) == fold_title(text)


def test_titles_are_one_but_for_case_punctuation_and_ё() -> None:
    assert fold_title(" Музей «Ёлка» ") == fold_title("музей елка")
    assert fold_title("Musée d'Art") != fold_title("Musee d Art")


def test_addresses_are_kept_in_lower_case() -> None:
    assert fold_address(" Marta@Example.ORG ") == "marta@example.org"


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("a-quiet-room", None),
        ("пароль из слов", None),
        ("short", "short"),
        ("x" * 129, "long"),
        ("PASSWORD1", "common"),
        ("aaaaaaaabb", "common"),
        ("marta.ilyina", "personal"),
        ("Marta.Ilyina@example.org", "personal"),
    ],
)
def test_passwords(password: str, fault: str | None) -> None:
    assert password_fault(password, "marta.ilyina@example.org", "Marta Ilyina") == fault


def test_ten_failures_within_a_quarter_of_an_hour_lock() -> None:
    failures = [NOW - timedelta(seconds=30 * n) for n in range(FAILURES)]
    assert locked_until(failures, NOW) == NOW + PAUSE
    assert locked_until(failures, NOW + PAUSE) is None
    assert locked_until(failures[:-1], NOW) is None
    slow = [NOW - timedelta(minutes=2 * n) for n in range(FAILURES)]
    assert locked_until(slow, NOW) is None
