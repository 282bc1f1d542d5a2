"""Names in the names of files: Latin letters, safe on every system."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.domain.latin import LONGEST, RESERVED, file_stem, to_latin

CODE = "7H2K-9XQ4-M0B8-TZ3V"


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("Ștefan Țurcan", "Stefan-Turcan"),
        ("Нино Ёлкина-Щукина", "Nino-Elkina-Shchukina"),
        ("Սիրանույշ Տեր-Պետրոսյան", "Siranuysh-Ter-Petrosyan"),
        ("ნინო ბერიძე", "nino-beridze"),
        ("Aysel Məmmədova", "Aysel-Memmedova"),
        ("Ελένη Παπαδοπούλου", "Eleni-Papadopoulou"),
        ("Łukasz Ørsted", "Lukasz-Orsted"),
        ("Jean O’Brien", "Jean-OBrien"),
        ("吴", ""),
    ],
)
def test_names_of_many_scripts_are_written_in_latin_letters(name: str, latin: str) -> None:
    assert to_latin(name) == latin


def test_a_name_is_the_same_however_its_accents_are_put_together() -> None:
    assert to_latin("Lampov\u00e1 \u0419") == to_latin("Lampova\u0301 \u0418\u0306")


def test_the_name_comes_first_then_the_course_then_the_code() -> None:
    assert file_stem("Lena Lampová", "keys", code=CODE, nameless="holder") == f"Lena-Lampova_keys_{CODE}"


def test_a_name_without_capitals_gets_some() -> None:
    assert file_stem("ნინო ბერიძე", code="1", nameless="holder") == "Nino-Beridze_1"


@pytest.mark.parametrize("name", ["CON", "nul", "Com1", "AUX"])
def test_no_file_is_called_like_a_device_of_windows(name: str) -> None:
    assert file_stem(name, code=CODE, nameless="holder").split("_")[0].lower() not in RESERVED


@given(st.text(), st.text())
def test_any_name_makes_a_file_name_that_every_system_takes(name: str, course: str) -> None:
    stem = file_stem(name, course, code=CODE, nameless="holder")
    assert re.fullmatch(r"[A-Za-z0-9_-]+", stem)
    assert stem.endswith(CODE)
    assert len(stem) <= len("holder-") + 2 * (LONGEST + 1) + len(CODE)
    assert stem.split("_")[0].lower() not in RESERVED
