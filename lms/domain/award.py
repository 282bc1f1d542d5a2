"""What a certificate says: facts gathered once, when it is awarded, and never again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from fractions import Fraction
from math import floor
from typing import Any, Literal

from lms.domain.outline import CertificateTerms, Course, ItemKind

State = Literal["valid", "expired", "revoked", "superseded", "not yet valid"]

Assessment = Literal["study", "quizzes", "quizzes-tasks"]
Identity = Literal["self-declared", "museum", "centre"]

IDENTIFYING = ("name", "name_latin", "museum", "identified_by", "supervised_by", "email_hash", "email_salt")
"""The facts that tell who the holder is; erasure empties them."""


SIGNING = 3
"""Signatories that the first page has room for."""


@dataclass(frozen=True, kw_only=True)
class Module:
    """A module as the building of the course is drawn from: its length in minutes, its steps, what it builds on."""

    minutes: int
    kinds: tuple[ItemKind, ...]
    after: tuple[int, ...]
    """Numbers of the modules before it, counted from 1."""


@dataclass(frozen=True, kw_only=True)
class Texts:
    """What the course says of itself in one language."""

    language: str
    title: str
    course_title: str
    modules: tuple[str, ...]
    outcomes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Award:
    """The facts of one certificate. Only those in IDENTIFYING tell who the holder is."""

    name: str
    name_latin: str
    museum: str
    title: str
    course_title: str
    course_number: str
    course_slug: str
    edition: int
    """Which version of the course, counted from 1."""
    version_digest: str
    modules: tuple[str, ...]
    rooms: tuple[Module, ...]
    lessons: int
    quizzes: int
    tasks: int
    hours: float
    outcomes: tuple[str, ...]
    show: tuple[str, ...]
    grade_percent: int | None
    """The examination's score, rounded down; None where nothing was graded."""
    pass_percent: int | None
    """The score that the course demanded of it."""
    signatories: tuple[tuple[str, str], ...]
    assessment: Assessment
    """How the work was assessed: by nobody, by quizzes that the site graded, or with reported tasks too."""
    identity: Identity
    """How the holder was identified: by his own word, by a museum that confirmed him, or supervised at a centre."""
    language: str
    issued_at: str
    valid_until: str | None
    begun_at: str = ""
    identified_by: str = ""
    """The museum or the centre, as it was called at the award; empty by the holder's own word."""
    supervised_by: str = ""
    """The centre at which the final quiz was supervised, also where its papers bore another name than this."""
    email_hash: str = ""
    email_salt: str = ""
    """With the salt the address can be compared, and not be read."""
    also: Texts | None = None
    """The same in a second language, where the certificate is set in two."""
    pictures: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of what is shown beside the text, by its place: `site`, `course`, `seal`, `signature-0` and on."""

    def as_json(self) -> dict[str, Any]:
        """Return the snapshot as it is kept."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Award:
        """Read a kept snapshot."""
        values: dict[str, Any] = dict(kept)
        values |= {key: tuple(kept[key]) for key in ("modules", "outcomes", "show")}
        values["signatories"] = tuple((name, role) for name, role in kept["signatories"])
        values["rooms"] = tuple(
            Module(minutes=room["minutes"], kinds=tuple(room["kinds"]), after=tuple(room["after"]))
            for room in kept["rooms"]
        )
        if also := kept.get("also"):
            values["also"] = Texts(**also | {key: tuple(also[key]) for key in ("modules", "outcomes")})
        return cls(**values)

    def in_other_language(self) -> Award | None:
        """Return the same award as its second language says it, None where it has only one."""
        return replace(self, **_fields(self.also), also=None) if self.also else None

    @property
    def holds_until(self) -> datetime | None:
        """Return the last moment at which it holds; None when it does not expire."""
        return datetime.fromisoformat(self.valid_until) if self.valid_until else None

    def texts(self) -> tuple[str, ...]:
        """Return everything that is set in type."""
        people = (text for pair in self.signatories for text in pair)
        single = (self.name, self.name_latin, self.museum, self.title, self.course_title, self.course_number)
        other = (self.also.title, self.also.course_title, *self.also.modules, *self.also.outcomes) if self.also else ()
        by = (self.identified_by, self.supervised_by)
        return (*single, *by, *self.modules, *self.outcomes, *people, *other)


def make_award(
    course: Course,
    *,
    also: Course | None = None,
    pictures: Mapping[str, str] | None = None,
    name: str,
    name_latin: str,
    museum: str,
    number: str,
    edition: int,
    grade: Fraction | None,
    at: datetime,
    begun_at: datetime | None = None,
    identity: Identity = "self-declared",
    identified_by: str = "",
    supervised_by: str = "",
    email_hash: str = "",
    email_salt: str = "",
) -> Award:
    """Gather the facts of an award from the course as the learner studied it; `also` is it in a second language."""
    terms = course.certificate
    if terms is None:
        raise ValueError(f"the course {course.id} gives no certificate")
    said = _texts(course, terms)
    until = last_moment(at, terms.valid_months) if terms.valid_months else None
    count = Counter(item.kind for item in course.items.values())
    return Award(
        name=name,
        name_latin=name_latin,
        museum=museum,
        **_fields(said),
        course_number=number,
        course_slug=course.id,
        edition=edition,
        version_digest=course.digest,
        rooms=_rooms(course),
        lessons=count["lesson"],
        quizzes=count["quiz"],
        tasks=count["task"],
        hours=course.hours,
        show=terms.show,
        grade_percent=None if grade is None else floor(grade * 100),
        pass_percent=_pass_percent(course),
        signatories=tuple((person.name, person.role) for person in terms.signatories),
        assessment="study" if not count["quiz"] else "quizzes-tasks" if count["task"] else "quizzes",
        identity=identity,
        issued_at=at.isoformat(),
        valid_until=until.isoformat() if until else None,
        begun_at=begun_at.isoformat() if begun_at else "",
        identified_by=identified_by,
        supervised_by=supervised_by,
        email_hash=email_hash,
        email_salt=email_salt,
        also=_texts(also, also.certificate) if also and also.certificate else None,
        pictures=dict(pictures or {}),
    )


def other_language(course: Course, language: str) -> str | None:
    """Return the language that a certificate in a language is set in as well, None where it has only one.

    `course` is the course as it was written; in the second language itself its own becomes the second.
    """
    second = course.certificate.second_language if course.certificate else ""
    if second == language:
        second = course.language
    return second if second != language and second in (course.language, *course.translations) else None


def pictures_of(course: Course, site: Mapping[str, str]) -> dict[str, str]:
    """Return what is shown on a certificate: the site's pictures, and over them the course's.

    The course is the one in the certificate's language, which may have pictures of its own.
    """
    named = course.certificate.pictures() if course.certificate else {}
    shown = {place: course.media[path].digest for place, path in named.items() if path in course.media}
    room = {"site", "course", "seal", *(f"signature-{n}" for n in range(SIGNING))}
    return {place: digest for place, digest in {**site, **shown}.items() if place in room}


def _texts(course: Course, terms: CertificateTerms) -> Texts:
    return Texts(
        language=course.language,
        title=terms.title,
        course_title=course.title,
        modules=tuple(module.title for module in course.modules),
        outcomes=tuple(course.outcomes.values()),
    )


def _fields(texts: Texts) -> dict[str, Any]:
    """Return the texts by their names, which are those of the award."""
    return {field.name: getattr(texts, field.name) for field in fields(texts)}


def _rooms(course: Course) -> tuple[Module, ...]:
    numbers = {module.id: number for number, module in enumerate(course.modules, 1)}
    return tuple(
        Module(
            minutes=sum(course.items[key].minutes for key in module.items),
            kinds=tuple(course.items[key].kind for key in module.items),
            after=tuple(numbers[key] for key in module.after if key in numbers),
        )
        for module in course.modules
    )


def _pass_percent(course: Course) -> int | None:
    """Return what the course demands of the quiz whose score is its grade: the last one that its completion scores."""
    demanded = [rule.score for rule in course.completion if rule.kind == "quiz" and rule.score is not None]
    if demanded:
        return demanded[-1]
    marks = [item.pass_mark for key in course.order() if (item := course.items[key]).kind == "quiz"]
    return marks[-1] if marks else None


def last_moment(at: datetime, months: int) -> datetime:
    """Return the end of the last day on which an award of so many months holds."""
    return add_months(at, months).replace(hour=23, minute=59, second=59, microsecond=0)


def add_months(moment: datetime, months: int) -> datetime:
    """Return the same day some months later; the last of the month where that day does not exist."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    for day in (moment.day, 30, 29, 28):
        try:
            return moment.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError("every month has a day 28")


def state(valid_from: datetime, valid_until: datetime | None, now: datetime, standing: str = "issued") -> State:
    """Tell what holds of a certificate at a moment."""
    if standing == "revoked":
        return "revoked"
    if standing == "superseded":
        return "superseded"
    if now < valid_from:
        return "not yet valid"
    if valid_until is not None and now > valid_until:
        return "expired"
    return "valid"
