"""The training-needs questionnaire: the one that ships is whole, and what is wrong in one is told with its line."""

from __future__ import annotations

import re

import pytest

from lms.courses.cli.sources import read_course_files
from lms.domain.formats.checker import check
from lms.domain.formats.questionnaire import AREAS, PATH, Questionnaire, read_questionnaire
from lms.infra.places import place
from lms.infra.readers import READERS

TEXT = (place("courses") / PATH).read_text(encoding="utf-8")
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


@pytest.fixture(scope="module")
def shipped() -> Questionnaire:
    read, faults = read_questionnaire(TEXT, READERS)
    assert not faults
    assert read is not None
    return read


def test_it_has_thirty_statements_with_five_described_levels_in_two_languages(shipped: Questionnaire) -> None:
    statements = [statement for area in shipped.areas for statement in area.statements]
    assert [area.id for area in shipped.areas] == list(AREAS)
    assert len(statements) == 30
    assert shipped.languages == ("en", "ru")
    for statement in statements:
        assert statement.text["en"].startswith(("I can ", "I know "))
        assert {code: len(set(described)) for code, described in statement.levels.items()} == {"en": 5, "ru": 5}


def test_each_language_is_itself(shipped: Questionnaire) -> None:
    for area in shipped.areas:
        for statement in area.statements:
            assert all(CYRILLIC.search(said) for said in (statement.text["ru"], *statement.levels["ru"]))
            assert not any(CYRILLIC.search(said) for said in (statement.text["en"], *statement.levels["en"]))


def test_the_modules_that_close_a_gap_are_there_and_each_closes_one(shipped: Questionnaire) -> None:
    named = {name for area in shipped.areas for statement in area.statements for name in statement.closed_by}
    there = set()
    for path in place("courses").iterdir():
        if path.is_dir():
            course = check(read_course_files(path), READERS).course
            assert course is not None
            there |= {f"{course.id}/{module.id}" for module in course.modules}
    assert named == there


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("format: 1", "format: 2", "'format' is 2; this reader knows format 1"),
        ("  - id: museology", "  - id: theory", "the areas are general, theory, management"),
        ("      - id: ethics", "      - id: explain-museum", "two statements are called 'explain-museum'"),
        ("            - I have not read the Code.\n", "", "4 levels in 'en'; expected 5, each different"),
        ("    title:\n      en: Running the museum\n", "    title:\n", "missing key 'en' in 'title'"),
        ("        closed_by: []", "        closes: []", "unknown key 'closes'"),
        ("manager:", "manger:", "missing key 'manager'"),
    ],
)
def test_what_is_wrong_is_told(old: str, new: str, told: str) -> None:
    assert old in TEXT
    _read, faults = read_questionnaire(TEXT.replace(old, new, 1), READERS)
    assert any(told in str(fault) for fault in faults), [str(fault) for fault in faults]


def test_a_statement_too_few_is_told_with_the_line_of_its_area() -> None:
    start = TEXT.index("      - id: ethics")
    shorter = TEXT[:start] + TEXT[TEXT.index("      - id: plain-writing") :]
    _read, faults = read_questionnaire(shorter, READERS)
    line = shorter[: shorter.index("    statements:")].count("\n") + 1
    assert [str(fault) for fault in faults] == [f"{PATH}:{line}: area 'general' has 5 statements; expected 6"]
