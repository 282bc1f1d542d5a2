"""The line of facts on a certificate: whatever the language, no column runs into the next."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from flask import Flask

from lms.certificates.service import words
from lms.certificates.service.columns import set_columns
from lms.certificates.service.setting import COLUMN
from lms.config import LANGUAGES
from lms.infra import pdf
from lms.infra.languages import language
from tests.certificates.test_paper import made, words_on_first_page
from tests.factories.awards import make_award


@pytest.fixture(autouse=True)
def _in_app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("month", [2, 9, 12])
def test_facts_stand_clear_of_each_other_in_every_language(lang: str, month: int) -> None:
    day = f"2026-{month:02d}-28T10:00:00+00:00"
    award = make_award(language=lang, issued_at=day, valid_until=day.replace("2026", "2029"))
    with language(lang):
        told = [fact.value.split() for fact in words.facts_of(award, lang)]
    boxes = words_on_first_page(made(award))
    texts = [box["text"] for box in boxes]
    ends = []
    for parts in told:
        at = next(n for n in range(len(texts)) if texts[n : n + len(parts)] == parts)
        ends.append((boxes[at]["left"], boxes[at + len(parts) - 1]["right"]))
    assert all(end + 2.5 < begin for (_, end), (begin, _) in pairwise(ends)), ends
    assert ends[-1][1] < 27 + COLUMN + 0.1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_terms_stand_clear_of_each_other_in_every_language(lang: str) -> None:
    with language(lang):
        facts = words.facts_of(make_award(language=lang), lang)
    columns = set_columns([((fact.term,), (fact.value,), fact.least) for fact in facts], COLUMN)
    sans = pdf.face("sans")
    ends = [
        left + sans.width(fact.term) * columns.term * pdf.POINT for left, fact in zip(columns.lefts, facts, strict=True)
    ]
    assert all(end + 2.5 < left for end, left in zip(ends, columns.lefts[1:], strict=False))
    assert ends[-1] < COLUMN


def test_columns_stand_apart_as_they_stand_best_where_there_is_room() -> None:
    columns = set_columns([(("Hours",), ("6",), 28.0), (("Awarded",), ("1 May 2026",), 42.0)], COLUMN)
    assert columns.lefts == (0, 28)
    assert (columns.term, columns.value) == (8.5, 12)


def test_columns_without_room_are_set_smaller() -> None:
    columns = set_columns([(("A" * 60,), ("1",), 28.0), (("B" * 60,), ("2",), 28.0)], COLUMN)
    assert columns.term < 8.5
    assert columns.value < 12
