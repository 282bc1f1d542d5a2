"""How a credential says in which way the work was assessed and the holder identified, and how that is read again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.domain.award import Assessment, Award, Identity

IDENTIFICATION = "Identification"
"""The genre of the evidence that says how the holder was identified."""

IDENTITIES: dict[Identity, str] = {
    "self-declared": "Identity self-declared",
    "museum": "Identity confirmed by a museum",
    "centre": "Identity checked at a supervised sitting",
}
"""How the holder was identified, in words that programs may compare."""


def evidence_of(award: Award) -> list[dict[str, Any]]:
    """Return the evidence of an award (Open Badges 3.0, B.1.10)."""
    return [
        {"type": ["Evidence"], "name": _assessed(award), "genre": "Assessment"},
        {
            "type": ["Evidence"],
            "name": IDENTITIES[award.identity],
            "description": _identified(award),
            "genre": IDENTIFICATION,
        },
    ]


STUDIED = "The holder worked through the course; nothing was graded."


def _assessed(award: Award) -> str:
    if award.assessment == "study":
        return STUDIED
    watched = "nobody supervised them"
    if award.supervised_by:
        others = "; nobody supervised the others" if award.quizzes > 1 else ""
        watched = f"the final one was supervised at {award.supervised_by}{others}"
    tasks = "; tasks in the holder's own museum as the holder reported them" if award.assessment != "quizzes" else ""
    return f"Quizzes graded by the site; {watched}{tasks}."


def _identified(award: Award) -> str:
    return {
        "self-declared": "The name is as the holder gave it; no document was checked.",
        "museum": f"{award.identified_by} confirmed that it knows the holder and that the name is as in an identity "
        "document or in its staff list.",
        "centre": f"At {award.identified_by} a supervisor saw the holder's papers with this name before the final "
        "quiz.",
    }[award.identity]


_ASSESSED = re.compile(
    r"Quizzes graded by the site; (?:nobody supervised them|the final one was supervised at "
    r"(?P<centre>.+?)(?P<others>; nobody supervised the others)?)(?P<tasks>; tasks in the holder's own museum as the "
    r"holder reported them)?\.",
    re.S,
)
_IDENTIFIED = re.compile(
    r"(?P<museum>.+) confirmed that it knows the holder .*|At (?P<centre>.+) a supervisor saw .*", re.S
)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """How the work was assessed and the holder identified, as a credential says it."""

    assessment: Assessment
    quizzes: int
    """Two where it says that there were others beside the final one; the number itself it does not tell."""
    supervised_by: str
    identity: Identity
    identified_by: str


def read_evidence(evidence: Sequence[Mapping[str, Any]]) -> Evidence:
    """Return what the evidence of a credential of ours says; ValueError for other words.

    Those that were issued before identities were told have the first part alone.
    """
    said = str(evidence[0]["name"])
    found = _ASSESSED.fullmatch(said)
    if found is None and said != STUDIED:
        raise ValueError("this is no kind of assessment")
    parts = found.groupdict() if found else {}
    named = next((one for one in evidence[1:] if one.get("genre") == IDENTIFICATION), None)
    identity = next((key for key, name in IDENTITIES.items() if named is None or named["name"] == name), None)
    if identity is None:
        raise ValueError("this is no way to identify a holder")
    by = _IDENTIFIED.fullmatch(str(named["description"])) if named and identity != "self-declared" else None
    return Evidence(
        assessment="study" if found is None else "quizzes-tasks" if parts["tasks"] else "quizzes",
        quizzes=2 if parts.get("others") else 0,
        supervised_by=parts.get("centre") or "",
        identity=identity,
        identified_by=(by["museum"] or by["centre"]) if by else "",
    )
