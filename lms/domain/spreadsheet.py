"""Lists for spreadsheet programs: CSV that opens with a double click, and in which no cell is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

MARK = "\ufeff"
"""Tells spreadsheet programs that the file is UTF-8."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell may not begin with: programs would take it for a formula, and one can send off what stands beside it."""


def defused(cell: str) -> str:
    """Return a cell that no program reads as a formula; an apostrophe before it says that it is text."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(FORMULA) else cell


def separator(decimal: str) -> str:
    """Return what stands between two cells where numbers are written with this sign: the rule of the programs."""
    return ";" if decimal == "," else ","


def write_lines(rows: Iterable[Sequence[str]], between: str) -> str:
    """Return lines of CSV (RFC 4180)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=between, lineterminator="\r\n")
    writer.writerows([defused(cell) for cell in row] for row in rows)
    return text.getvalue()
