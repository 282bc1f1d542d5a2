"""Lists for spreadsheet programs: no cell is a formula, and what is written is read back."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.domain.spreadsheet import FORMULA, defused, separator, write_lines


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+7 495", "-Ana", "@SUM(A1)", "\tx", "\rx", "\n=x", " =1", "＝1", '=HYPERLINK("http://x.example","y")'],
)
def test_what_looks_like_a_formula_is_text(cell: str) -> None:
    assert defused(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Ana", "7H2K-9XQ4", "Ана-Мария", "a=b", "2026-05-31", "'", "O’Brien"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert defused(cell) == cell


@given(st.text())
def test_no_cell_begins_a_formula(cell: str) -> None:
    assert not defused(cell).lstrip(" \u00a0").startswith(FORMULA)


@pytest.mark.parametrize("between", [",", ";"])
@given(st.lists(st.lists(st.text(st.characters(exclude_characters="\x00", codec="utf-8")), min_size=1)))
def test_what_is_written_is_read_back(between: str, rows: list[list[str]]) -> None:
    text = write_lines(rows, between)
    again = list(csv.reader(io.StringIO(text, newline=""), delimiter=between))
    # A line of one empty cell is written as "" and read as such.
    assert again == [[defused(cell) for cell in row] for row in rows]


def test_where_numbers_have_a_comma_cells_have_a_semicolon() -> None:
    assert (separator("."), separator(",")) == (",", ";")
