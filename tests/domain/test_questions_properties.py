"""What holds for every question type, whatever is sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.domain.outline import Question
from lms.domain.questions import TYPES
from lms.domain.questions.masks import mask, unmask
from tests.domain.store import read_question

SOURCES = {
    "choice": "p\n\n- [x] a\n- [x] b\n- [ ] c\n  > d",
    "text": "p\n\nAnswer: a | b",
    "number": "p\n\nAnswer: 50 ± 10\nUnit: %",
    "match": "p\n\n- a :: b\n- c :: d\n- :: e",
    "order": "p\n\n1. a\n2. b\n3. c",
    "sort": "p\n\n- **a**\n  - b\n- **c**\n  - d",
    "gap": "a [[b|c]] d [[*e|f]]",
    "hotspot": "![a](media/b.svg)\n\n- [x] c {circle=1,2,3}\n- [ ] d {rect=1,2,3,4}",
    "open": "p",
}
QUESTIONS = {name: read_question(source, attributes=f"type={name}") for name, source in SOURCES.items()}
RIGHT = {
    "choice": ["o1", "o2"],
    "text": "A.",
    "number": "50 %",
    "match": {pair.id: pair.right for pair in QUESTIONS["match"].body.pairs},
    "order": {"o1": 1, "o2": 2, "o3": 3},
    "sort": {"o1": "g1", "o2": "g2"},
    "gap": {"g1": "b", "g2": "o1"},
    "hotspot": ["o1"],
    "open": "words",
}
PARTS = st.sampled_from(["answer", "o1", "o2", "o3", "g1", "g2", "1", "2", "", "\x00"]) | st.text(max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | PARTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PARTS, inner, max_size=4),
    max_leaves=8,
)
every_type = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())


def test_every_type_of_the_format_is_known() -> None:
    assert TYPES.keys() == SOURCES.keys()


@given(question=st.sampled_from(list(QUESTIONS.values())), response=JSON)
def test_a_score_lies_between_nothing_and_all(question: Question, response: Any) -> None:
    score = TYPES[question.type].grade(question.body, response).score

    assert score is None if question.type == "open" else 0 <= score <= 1  # type: ignore[operator]


@given(
    question=st.sampled_from(list(QUESTIONS.values())),
    raw=st.dictionaries(PARTS, st.lists(PARTS, max_size=4), max_size=6),
)
def test_a_forged_form_is_read_as_json_that_can_be_graded(question: Question, raw: dict[str, list[str]]) -> None:
    response = TYPES[question.type].normalise(question.body, raw)

    assert json.loads(json.dumps(response)) == response
    TYPES[question.type].grade(question.body, response)
    TYPES[question.type].is_answered(question.body, response)


@every_type
def test_the_right_answer_earns_everything(question: Question) -> None:
    score = TYPES[question.type].grade(question.body, RIGHT[question.type]).score

    assert score == (None if question.type == "open" else 1)


@every_type
def test_the_right_answer_is_a_whole_answer(question: Question) -> None:
    assert TYPES[question.type].is_answered(question.body, RIGHT[question.type])


@every_type
def test_no_answer_earns_nothing(question: Question) -> None:
    assert TYPES[question.type].grade(question.body, None).score in (0, None)
    assert not TYPES[question.type].is_answered(question.body, None)


@every_type
def test_what_a_form_sends_comes_back_through_its_fields(question: Question) -> None:
    right = RIGHT[question.type]
    fields = TYPES[question.type].fields(question.body)
    given = right if isinstance(right, dict) else {"answer": right}
    raw = {field: given[field] if isinstance(given[field], list) else [str(given[field])] for field in fields}

    assert TYPES[question.type].normalise(question.body, raw) == right


@every_type
def test_a_question_translated_by_itself_changes_nothing(question: Question) -> None:
    question_type = TYPES[question.type]

    assert question_type.changes(question.body, question.body) == ()
    assert question_type.joined(question.body, question.body) == question.body


@given(st.lists(st.text(min_size=1), unique=True), st.text())
def test_a_mask_leads_back_to_its_part_alone(ids: list[str], name: str) -> None:
    assert [unmask("q", ids, mask("q", part)) for part in ids] == ids
    assert unmask("q", ids, name) is None
