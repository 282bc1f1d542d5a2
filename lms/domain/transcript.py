"""What a transcript says: everything that somebody learned here, as of the day on which it was asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from lms.domain.award import State
from lms.domain.codes import spaced

IDENTIFYING = ("name", "name_latin", "museum", "email_hash", "email_salt")
"""The facts that tell who the holder is, beside the names in `courses`; erasure empties them."""

PASSING = ("issued_at", "email_hash", "email_salt")
"""The facts that differ each time; two transcripts that differ in nothing else say the same."""

Present = State | Literal["", "unknown"]
"""What holds of a certificate now; '' where the course gave none, unknown where the register lost it."""


@dataclass(frozen=True, kw_only=True)
class Learned:
    """One course on a transcript."""

    title: str
    language: str
    """What the title is in."""
    number: str
    slug: str
    edition: int
    """Which version of the course, counted from 1: the one that was completed, else the one that is studied."""
    hours: float
    begun_at: str
    completed_at: str
    """'' while it is under way."""
    percent: int
    """How much of it was done."""
    grade_percent: int | None
    """The result, where the certificate of the course shows it."""
    certificate: str
    """The code of the certificate, '' where there is none."""
    certified: Present
    """What held of the certificate when the transcript was made."""
    ordinal: int | None
    """The number of the certificate among all, from which the place of its status follows."""
    name: str
    """The name on the certificate, or at the first graded attempt, where it is another than the transcript's."""

    @property
    def completed(self) -> bool:
        """Tell whether the course was completed."""
        return bool(self.completed_at)

    @property
    def counts(self) -> bool:
        """Tell whether its hours counted: it was completed, and its certificate was not taken back."""
        return self.completed and self.certified not in ("revoked", "unknown")


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """The facts of one transcript."""

    name: str
    name_latin: str
    museum: str
    title: str
    language: str
    issued_at: str
    courses: tuple[Learned, ...]
    """Those that were completed, in the order in which they were; after them those under way."""
    email_hash: str = ""
    email_salt: str = ""

    @property
    def completed(self) -> tuple[Learned, ...]:
        """Return the courses that were completed."""
        return tuple(course for course in self.courses if course.completed)

    @property
    def under_way(self) -> tuple[Learned, ...]:
        """Return the courses that were not completed yet."""
        return tuple(course for course in self.courses if not course.completed)

    @property
    def hours(self) -> float:
        """Return the hours of the courses that count."""
        return hours_of(self.courses)

    def as_json(self) -> dict[str, Any]:
        """Return the snapshot as it is kept."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Transcript:
        """Read a kept snapshot."""
        return cls(**{**kept, "courses": tuple(Learned(**course) for course in kept["courses"])})

    def texts(self) -> tuple[str, ...]:
        """Return everything that is set in type."""
        courses = (text for course in self.courses for text in (course.title, course.number, course.name))
        return (self.name, self.name_latin, self.museum, self.title, *courses)

    def digest(self, email: str) -> str:
        """Return the SHA-256 of what it says, and of whom by this address, whenever it says so."""
        said = {key: value for key, value in self.as_json().items() if key not in PASSING} | {"email": email}
        return sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def make_transcript(
    courses: Iterable[Learned],
    *,
    name: str,
    name_latin: str,
    museum: str,
    title: str,
    language: str,
    at: datetime,
    email_hash: str = "",
    email_salt: str = "",
) -> Transcript:
    """Gather the facts of a transcript; a name on a certificate is said where it is not the holder's present one."""
    mine = {name, name_latin}
    return Transcript(
        name=name,
        name_latin=name_latin,
        museum=museum,
        title=title,
        language=language,
        issued_at=at.isoformat(),
        courses=tuple(replace(one, name="") if one.name in mine else one for one in in_order(courses)),
        email_hash=email_hash,
        email_salt=email_salt,
    )


def in_order(courses: Iterable[Learned]) -> list[Learned]:
    """Put those that were completed first, in the order in which they were; then those under way as they were begun."""
    return sorted(courses, key=lambda one: (not one.completed, one.completed_at, one.begun_at, one.number))


def hours_of(courses: Iterable[Learned]) -> float:
    """Return the hours of the courses that count."""
    return round(sum(course.hours for course in courses if course.counts), 1)


def without_holder(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return a kept snapshot without what tells who the holder is."""
    courses = [{**course, "name": ""} for course in kept["courses"]]
    return {key: "" if key in IDENTIFYING else value for key, value in kept.items()} | {"courses": courses}


@dataclass(frozen=True, kw_only=True)
class Certified:
    """What holds now of a certificate that a transcript names."""

    code: str
    """The code of the certificate that stands now: its own, or that of the one in its place."""
    state: State
    ended_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Held:
    """A course on a transcript as it was issued, beside what holds of its certificate now."""

    course: Learned
    code: str
    """The certificate to look at now, '' where there is none."""
    state: Present
    ended_at: datetime | None
    reason: str

    @property
    def code_spaced(self) -> str:
        """Return the code to look at in groups of four."""
        return spaced(self.code)

    @property
    def replaced(self) -> bool:
        """Tell whether another certificate has taken the place of the one that the transcript names."""
        return bool(self.code) and self.code != self.course.certificate

    @property
    def counts(self) -> bool:
        """Tell whether its hours count now."""
        return self.course.completed and self.state not in ("revoked", "unknown")

    @property
    def lost(self) -> bool:
        """Tell whether it counted when the transcript was made, and does not any more."""
        return self.course.counts and not self.counts


def hold_now(transcript: Transcript, certificates: Mapping[str, Certified]) -> tuple[Held, ...]:
    """Put beside each course what holds now of the certificate that it names, by the code in the transcript."""
    return tuple(_hold(course, certificates.get(course.certificate)) for course in transcript.courses)


def _hold(course: Learned, now: Certified | None) -> Held:
    if now is None:
        state: Present = "unknown" if course.certificate else ""
        return Held(course=course, code="", state=state, ended_at=None, reason="")
    return Held(course=course, code=now.code, state=now.state, ended_at=now.ended_at, reason=now.reason)


def hours_now(held: Iterable[Held]) -> float:
    """Return the hours of the courses that count now."""
    return round(sum(one.course.hours for one in held if one.counts), 1)
