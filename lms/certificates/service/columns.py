"""Facts side by side: terms above values, as wide apart as the words of any language need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lms.infra import pdf

TERM, VALUE, GAP = 8.5, 12.0, 3.0
"""Sizes in points of what stands above and below, and the millimetres between two columns at least."""

SCALES = (1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64)
"""By how much both are made smaller, tried until the columns have room; the last counts anyway."""


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Where each column begins, in millimetres from the left, and the sizes in points."""

    lefts: tuple[float, ...]
    term: float
    value: float


def set_columns(columns: Sequence[tuple[Sequence[str], Sequence[str], float]], room: float) -> Columns:
    """Set columns of (terms, values, least millimetres) into so many millimetres."""
    lefts: list[float] = []
    for scale in SCALES:
        widths = [_width(terms, TERM * scale, values, VALUE * scale) for terms, values, _least in columns]
        steps = [max(least, width + GAP) for width, (_terms, _values, least) in zip(widths, columns, strict=True)]
        if scale != 1.0 or sum(steps[:-1]) + widths[-1] > room:  # as they stand best there is no room for them
            free = (room - sum(widths)) / max(len(widths) - 1, 1)
            steps = [width + max(GAP, min(free, 2 * GAP)) for width in widths]
        lefts = [round(sum(steps[:n]), 2) for n in range(len(steps))]
        if lefts[-1] + widths[-1] <= room:
            break
    return Columns(lefts=tuple(lefts), term=round(TERM * scale, 2), value=round(VALUE * scale, 2))


def _width(terms: Sequence[str], term: float, values: Sequence[str], value: float) -> float:
    sans, serif = pdf.face("sans"), pdf.face("serif-name")
    wide = [sans.width(text) * term for text in terms] + [serif.width(text) * value for text in values]
    return max(wide) * pdf.POINT
