"""Names, addresses and passwords, decided without an application."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lms.domain.names import fold_address, fold_title, is_latin, latin_fault, name_fault, tidy
from lms.domain.passwords import FAILURES, PAUSE, locked_until, password_fault
from lms.domain.scripts import is_hidden, script_of
from lms.infra.spelling import explain
from tests.factories.names import HIDDEN, LATIN, LOOK_ALIKES, NAMES

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


EVERY = [name for names in NAMES.values() for name in names]
NAME = st.sampled_from(EVERY)


@pytest.mark.parametrize("name", EVERY)
def test_names_of_people_stand_on_certificates(name: str) -> None:
    assert name_fault(tidy(name)) is None


@pytest.mark.parametrize("name", [name for language in LATIN for name in NAMES[language]])
def test_latin_names_are_their_own_latin_form(name: str) -> None:
    assert latin_fault(tidy(name)) is None
    assert is_latin(tidy(name))


@pytest.mark.parametrize(
    ("name", "kind", "word", "place"),
    [
        ("", "empty", "", 0),
        ("x" * 81, "long", "", 0),
        ("42", "letters", "", 0),
        ("Anna Ivаnova", "script", "Ivаnova", 3),
        ("Аnna", "script", "Аnna", 1),
        ("Mарта", "script", "Mарта", 1),
        ("Петpова", "script", "Петpова", 4),
        ("Нино Beridze", "scripts", "Нино", 0),
        ("Ana Карра", "scripts", "Ana", 0),
        ("М. Smith", "scripts", "М.", 0),
        ("Иван IVa", "scripts", "IVa", 0),
        ("IV Иванов", "scripts", "IV", 0),
        ("Лина M.", "scripts", "M.", 0),
        ("a\u200bb", "hidden", "ab", 2),
        ("a\u202eb", "hidden", "ab", 2),
        ("Ele\u0301\u200dna", "hidden", "Eléna", 4),
        ("Ａnna", "variant", "Ａnna", 1),
        ("Ma𝓡y", "variant", "Ma𝓡y", 3),
        ("ﬁona", "variant", "ﬁona", 1),
        ("Karl Ⅳ", "variant", "Ⅳ", 1),
        ("ɡeorge", "sign", "ɡeorge", 1),
        ("O\ua78cNeill", "sign", "O\ua78cNeill", 2),
        ("a😀", "sign", "a😀", 2),
        ("Anna\ue000", "sign", "Anna\ue000", 5),
        ("Anna\u0378", "sign", "Anna\u0378", 5),
        ("Anna\x07", "hidden", "Anna", 5),
        ("٣ أحمد", "sign", "٣", 1),
        ("\u0301Anna", "mark", "\u0301Anna", 1),
        ("A\u0301\u0301nna", "mark", "A\u0301\u0301nna", 1),
        ("A\u0338nna", "mark", "A\u0338nna", 1),
        ("A\u20ddnna", "mark", "A\u20ddnna", 1),
        ("A\u0302\u0303\u0304\u0306nna", "mark", "A\u0302\u0303\u0304\u0306nna", 1),
    ],
)
def test_what_is_no_name_is_told_with_its_place(name: str, kind: str, word: str, place: int) -> None:
    fault = name_fault(tidy(name))
    assert fault is not None
    assert (fault.kind, fault.word, fault.place) == (kind, tidy(word), place)


def test_a_fault_is_told_in_a_sentence_that_names_the_letter() -> None:
    told = {
        name: explain(fault) for name in ("Petrоvа", "Ana Карра", "a\u200bb", "Ａna") if (fault := name_fault(name))
    }
    assert told == {
        "Petrоvа": "Letter 5 of “Petrоvа” is a Cyrillic letter, “о”, among Latin ones.",
        "Ana Карра": "“Ana” is written in Latin letters, and the rest of the name in Cyrillic letters. Write the whole "
        "name in one script; its Latin form has a field of its own.",
        "a\u200bb": "Character 2 of “ab” cannot be seen (U+200B). Delete it, or type the name anew.",
        "Ａna": "Character 1 of “Ａna” is a special form (U+FF21) of “A”. Type that in its place.",
    }


def test_the_latin_form_is_latin() -> None:
    fault = latin_fault("Ana Карра")
    assert fault is not None
    assert fault.kind == "scripts"
    fault = latin_fault("Анна")
    assert fault is not None
    assert (fault.kind, fault.place, fault.script) == ("latin", 1, "CYRILLIC")


def test_latin_is_told_from_other_scripts() -> None:
    assert is_latin("Ștefan O’Neill 3")
    assert not is_latin("Mарта"), "one Latin letter before Cyrillic ones"


@given(NAME, st.sampled_from(HIDDEN), st.data())
def test_no_hidden_character_gets_through_wherever_it_stands(name: str, c: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name)))
    fault = name_fault(tidy(name[:at] + c + name[at:]))
    assert fault is not None
    assert (fault.kind, fault.character) == ("hidden", c)


@given(st.sampled_from([name for language in LATIN for name in NAMES[language]]), st.data())
def test_no_look_alike_gets_into_a_latin_name(name: str, data: st.DataObject) -> None:
    twins = [(foreign, latin) for foreign, latin in LOOK_ALIKES.items() if latin in name.split()[0][1:]]
    assume(twins)
    foreign, latin = data.draw(st.sampled_from(twins))
    first, *rest = name.split()
    forged = " ".join([first[0] + first[1:].replace(latin, foreign), *rest])
    assert name_fault(tidy(forged)) is not None


@given(st.text())
def test_what_gets_through_is_in_one_script_and_seen(text: str) -> None:
    name = tidy(text)
    if name_fault(name) is None:
        assert not any(is_hidden(c) or c in HIDDEN for c in name)
        assert len({script_of(c) for word in name.split() for c in word if c not in "IVX"} - {""}) <= 1
        assert tidy(name) == name
        assert unicodedata.normalize("NFC", name) == name


@given(st.text())
def test_every_fault_can_be_told_and_points_into_the_name(text: str) -> None:
    fault = name_fault(tidy(text))
    if fault is not None:
        assert explain(fault)
        assert fault.place <= len(text)
        assert not fault.character or fault.character in tidy(text)


@given(st.text(alphabet=st.characters(categories=["L", "M"]), min_size=1, max_size=8))
def test_letters_of_two_scripts_never_stand_in_one_word(word: str) -> None:
    scripts = {script_of(c) for c in tidy(word)} - {""}
    assert len(scripts) < 2 or name_fault(tidy(word)) is not None


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
