"""What happened in the network. No name stands here: these go into the audit log, which outlives the person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class NameConfirmed:
    """A museum gave its word that it knows somebody, and how the name is spelled."""

    actor: str
    subject_id: str
    museum_id: str
    confirmation_id: str
    seen: str


@dataclass(frozen=True, kw_only=True)
class NameConfirmationEnded:
    """The word holds no longer: `ended_as` is 'withdrawn', 'renamed', 'moved' or 'linked'."""

    actor: str | None
    subject_id: str
    museum_id: str
    confirmation_id: str
    ended_as: str
