"""What happens in a demonstration, step by step: each is carried out by the service that a page would use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

SITE = ""
"""Who does what nobody does: the machine on which the site runs."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something that somebody does at a moment; `who` is the key of a person."""

    at: datetime
    who: str = SITE


@dataclass(frozen=True, kw_only=True)
class ShipCourses(Step):
    """Bring the courses to the state of a release: the pilot course gives certificates from now on."""


@dataclass(frozen=True, kw_only=True)
class Register(Step):
    """Make an account, and tell where one works; `invitation` is the key of the code that confirms it."""

    by: str
    """How the address is confirmed: by 'mail', an 'invitation' or an 'administrator'; '' is not yet."""
    invitation: str = ""


@dataclass(frozen=True, kw_only=True)
class LogIn(Step):
    """Log in."""


@dataclass(frozen=True, kw_only=True)
class Grant(Step):
    """Give somebody a role, for the whole site, a course (its slug) or a museum (its key)."""

    to: str
    role: str
    course: str = ""
    museum: str = ""
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Invite(Step):
    """Make an invitation code."""

    key: str
    uses: int
    days: int
    note: str


@dataclass(frozen=True, kw_only=True)
class EndInvitation(Step):
    """Let an invitation code confirm nobody any longer."""

    key: str


@dataclass(frozen=True, kw_only=True)
class GiveTime(Step):
    """Make every time limit longer for somebody."""

    to: str
    percent: int


@dataclass(frozen=True, kw_only=True)
class Disable(Step):
    """Let an account be used no longer."""

    whom: str


@dataclass(frozen=True, kw_only=True)
class Rename(Step):
    """Change the name that certificates bear."""

    name: str
    name_latin: str


# Study.


@dataclass(frozen=True, kw_only=True)
class Enrol(Step):
    """Begin a course."""

    course: str


@dataclass(frozen=True, kw_only=True)
class Leave(Step):
    """Leave a course."""

    course: str


@dataclass(frozen=True, kw_only=True)
class MoveOn(Step):
    """Move on to the newest version of a course."""

    course: str


@dataclass(frozen=True, kw_only=True)
class Open(Step):
    """Open a lesson, a task or a quiz."""

    course: str
    item: str


@dataclass(frozen=True, kw_only=True)
class Check(Step):
    """Answer a question in a lesson."""

    course: str
    item: str
    question: str
    response: Any


@dataclass(frozen=True, kw_only=True)
class Mark(Step):
    """Mark a lesson or a task as done."""

    course: str
    item: str


@dataclass(frozen=True, kw_only=True)
class Begin(Step):
    """Start an attempt at a quiz."""

    course: str
    item: str
    seed: int


@dataclass(frozen=True, kw_only=True)
class HandIn(Step):
    """Submit an attempt."""

    course: str
    item: str
    answers: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Save(Step):
    """Keep the answers given so far."""

    course: str
    item: str
    answers: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class TimeUp(Step):
    """Come back to an attempt whose time is over."""

    course: str
    item: str


# Names and certificates.


@dataclass(frozen=True, kw_only=True)
class AskMuseum(Step):
    """Ask the museum where one works to confirm the name."""


@dataclass(frozen=True, kw_only=True)
class ConfirmName(Step):
    """Give the museum's word for a name; `seen` is what the name was compared with."""

    of: str
    seen: str


@dataclass(frozen=True, kw_only=True)
class WithdrawWord(Step):
    """Take the museum's word for a name back."""

    of: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class OpenSitting(Step):
    """Open a supervised sitting of a course at a museum."""

    key: str
    course: str
    museum: str
    hours: int


@dataclass(frozen=True, kw_only=True)
class SeePapers(Step):
    """Mark somebody as present at a sitting."""

    sitting: str
    of: str


@dataclass(frozen=True, kw_only=True)
class CloseSitting(Step):
    """End a sitting."""

    sitting: str


@dataclass(frozen=True, kw_only=True)
class Revoke(Step):
    """Take a certificate back."""

    of: str
    course: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Correct(Step):
    """Replace a certificate by one that bears the holder's present name."""

    of: str
    course: str


@dataclass(frozen=True, kw_only=True)
class Propose(Step):
    """Propose certificates for people who finished a course and have none."""

    key: str
    course: str
    people: tuple[str, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class Decide(Step):
    """Agree to a proposal, or not."""

    proposal: str
    agree: bool
    comment: str


@dataclass(frozen=True, kw_only=True)
class DrawTranscript(Step):
    """Have a transcript of one's learning drawn up."""
