"""What is wrong in a file: a sentence and the line where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

Severity = Literal["fault", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A fault or a warning; `path` is relative to the course's root and `line` is one-based."""

    path: str
    line: int
    message: str
    severity: Severity = "fault"

    def __str__(self) -> str:
        """Return the line that the checker prints."""
        return f"{self.path}:{self.line}: {self.message}"


NEAR_PATH = 0.8
"""How near a path must be to be meant: those of one folder are alike by half already."""


class Faults:
    """Faults as they are found, each once."""

    def __init__(self) -> None:
        self._found: dict[Fault, None] = {}

    def add(self, path: str, line: int, message: str, severity: Severity = "fault") -> None:
        """Note a fault."""
        self._found[Fault(path, line, message, severity)] = None

    def warn(self, path: str, line: int, message: str) -> None:
        """Note a warning."""
        self.add(path, line, message, "warning")

    def extend(self, faults: Iterable[Fault]) -> None:
        """Note what somebody else found."""
        self._found.update(dict.fromkeys(faults))

    def sorted(self) -> tuple[Fault, ...]:
        """Return everything found, ordered by path and line."""
        return tuple(sorted(self._found))


def did_you_mean(found: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return "; did you mean '…'?" with the nearest known word, or nothing when none is near (difflib's ratio)."""
    candidates = {word.casefold(): word for word in known}
    near = get_close_matches(found.casefold(), candidates, n=1, cutoff=cutoff)
    return f"; did you mean '{candidates[near[0]]}'?" if near else ""
