"""Who may decide that certificates are issued by hand: a second person, and nobody whom it is for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

WAITING = "waiting"
APPROVED = "approved"
"""A second person agreed; the certificates are being issued."""
DECLINED = "declined"
WITHDRAWN = "withdrawn"
CLOSED = "closed"
"""Each certificate was issued, or it is told why not."""

ISSUED = "issued"
REFUSED = "refused"

Refusal = Literal["decided", "own", "for-oneself"]


def find_refusal(state: str, *, proposer: str, decider: str, learners: Collection[str]) -> Refusal | None:
    """Say why somebody may not decide a proposal, None when they may; each is named by the subject of all accounts."""
    if state != WAITING:
        return "decided"
    if decider == proposer:
        return "own"
    return "for-oneself" if decider in learners else None


def find_obstacle(*, erased: bool, completed: bool, code: str | None, has_terms: bool) -> str | None:
    """Say why somebody cannot be given the certificate of a course by hand, None when they can."""
    if erased:
        return "erased"
    if code is not None:
        return "issued-before"
    if not completed:
        return "not-completed"
    return None if has_terms else "gives-none"
