"""What the shipped courses promise is counted from their files, and the counting itself is right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import blind, second_answers
from bench.curriculum import lix, read_courses, rooms, without_feedback
from bench.curriculum_report import COURSES, figures
from lms.courses.cli.sources import courses_in, read_course_files
from lms.domain.formats.checker import check
from lms.domain.outline import Course
from lms.infra.readers import READERS
from tests.domain.store import read_question

CHOICE = """
A vase of clay stands in the sun. What now?

- [ ] The vase of clay goes into the store
- [x] Nothing
- [ ] A curtain
"""


@pytest.fixture(scope="module")
def courses() -> list[Course]:
    return read_courses(COURSES, "en")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_curriculum_keeps_every_bar(language: str) -> None:
    told = figures(rooms(read_courses(COURSES, language)))
    assert not [f"{figure.what}: {figure.value} {figure.unit}" for figure in told if not figure.holds]


@pytest.mark.parametrize("path", courses_in(COURSES), ids=lambda path: path.name)
def test_the_checker_has_nothing_to_say(path: Path) -> None:
    report = check(read_course_files(path), READERS)
    assert not [str(fault) for fault in (*report.faults, *report.warnings)]


def test_guides_stand_in_the_order_of_the_modules(courses: list[Course]) -> None:
    for course in courses:
        assert [guide.id for guide in course.guides_in_order()] == [module.guide for module in course.modules]


def test_blind_strategies_look_at_the_shape_alone() -> None:
    choices = blind.asked([read_question(CHOICE)])
    got = {name: blind.gets(strategy, choices) for name, strategy in blind.STRATEGIES.items()}
    assert got == {"longest option": 0, "middle option": 100, "words of the prompt": 0}
    assert blind.chance(choices) == pytest.approx(100 / 3)


def test_a_strategy_that_cannot_tell_options_apart_gets_what_chance_gets() -> None:
    even = CHOICE.replace("The vase of clay goes into the store", "Darkness")
    choices = blind.asked([read_question(even)])
    assert blind.gets(blind.shares_words, choices) == pytest.approx(blind.chance(choices))


def test_a_gap_with_a_list_is_a_choice_too_and_a_typed_one_is_not() -> None:
    choices = blind.asked([read_question("Take [[*two|twenty]] gloves of [[nitrile]].", attributes="type=gap")])
    assert [each.options for each in choices] == [("two", "twenty")]


def test_an_option_without_feedback_is_told() -> None:
    silent, wrong = without_feedback([read_question(CHOICE)])
    assert wrong == 2
    assert [option.split(": ")[1] for option in silent] == ["The vase of clay goes into the store", "A curtain"]


def test_running_text_is_measured_without_tables_and_addresses() -> None:
    length, index = lix(["One two three. Four [five](https://example.org/six).", "| a | table |\n| --- | --- |"])
    assert length == pytest.approx(2.5)
    assert index == pytest.approx(2.5)


def test_the_sheet_shows_no_key(courses: list[Course]) -> None:
    for course in courses:
        for question in second_answers.asked(course):
            sheet = second_answers.shown(question)
            assert not question.explanation or question.explanation not in sheet
            assert "[x]" not in sheet
            assert "[[" not in sheet


ORDER = "Put in order.\n\n1. Look\n2. Ask\n3. Tell\n4. Write\n"
SORT = "Sort.\n\n- **Dry**\n  - Paper\n  - Felt\n- **Wet**\n  - Fish\n"
MATCH = "Match.\n\n- Silver :: Tarnish\n- Wool :: Moth\n- :: Rust\n"


@pytest.mark.parametrize(("source", "kind"), [(CHOICE, "choice"), (ORDER, "order"), (SORT, "sort"), (MATCH, "match")])
def test_the_letters_of_the_sheet_are_the_parts_that_they_stand_before(source: str, kind: str) -> None:
    question = read_question(source, attributes=f"type={kind}")
    lines = [line.strip() for line in second_answers.shown(question).splitlines()]
    mark = {text: name for name, _, text in (line.partition(". ") for line in lines) if len(name) == 1}
    right = {
        "choice": lambda: mark["Nothing"],
        "order": lambda: "".join(mark[word] for word in ("Look", "Ask", "Tell", "Write")),
        "sort": lambda: {mark["Paper"]: mark["Dry"], mark["Felt"]: mark["Dry"], mark["Fish"]: mark["Wet"]},
        "match": lambda: {mark["Silver"]: mark["Tarnish"], mark["Wool"]: mark["Moth"]},
    }[kind]()
    assert second_answers.agrees(question, right)
    wrong = {
        "choice": lambda: mark["A curtain"],
        "order": lambda: "".join(mark[word] for word in ("Ask", "Look", "Tell", "Write")),
        "sort": lambda: {mark["Paper"]: mark["Wet"], mark["Felt"]: mark["Dry"], mark["Fish"]: mark["Wet"]},
        "match": lambda: {mark["Silver"]: mark["Rust"], mark["Wool"]: mark["Moth"]},
    }[kind]()
    assert not second_answers.agrees(question, wrong)


def test_an_answer_to_a_text_that_has_changed_does_not_count(
    courses: list[Course], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, *others = second_answers.asked(courses[0])
    kept = {
        first.id: {"asked": second_answers.digest(first), "answer": ""},
        second.id: {"asked": "0" * 12, "answer": ""},
    }
    (tmp_path / f"{courses[0].id}.json").write_text(json.dumps(kept))
    monkeypatch.setattr(second_answers, "ANSWERS", tmp_path)
    agreed = second_answers.compare(courses[0])
    assert (agreed.answered, agreed.stale, agreed.otherwise) == (1, 1 + len(others), (first.id,))
    assert agreed.share == 0
