"""Figures, their bars, and the table that shows both."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured figure; `bar` is the most (or with `least` the least) that it may be, None when only told."""

    what: str
    value: float
    unit: str
    bar: float | None = None
    least: bool = False
    others: str = ""

    @property
    def holds(self) -> bool:
        """Tell whether the figure keeps its bar."""
        if self.bar is None:
            return True
        return self.value >= self.bar if self.least else self.value <= self.bar


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def show(figures: Sequence[Figure]) -> bool:
    """Print the table; return whether every bar is kept."""
    rows = [("", "measured", "bar", "others")]
    for figure in figures:
        sign = "≥" if figure.least else "≤"
        bar = "" if figure.bar is None else f"{sign} {figure.bar:g} {figure.unit}"
        missed = "" if figure.holds else "  MISSED"
        rows.append((figure.what, f"{figure.value:.4g} {figure.unit}", bar + missed, figure.others))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    for row in rows:
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")
    return all(figure.holds for figure in figures)
