"""What can be told of a certificate whose record was lost: by its credential, and by the journal.

A credential says less than the snapshot that it was made of; what it does not say stays empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lms.domain import codes, journal
from lms.domain.award import Award, Module
from lms.domain.credential import Issuer, Place, address_of, ordinal_of
from lms.domain.evidence import read_evidence
from lms.domain.journal import Line

NARRATIVE = re.compile(
    r"Complete the course: (?P<modules>.*?)\.(?: Needed in the final quiz: (?P<needed>\d+) %\.)?", re.S
)
ACHIEVEMENT = re.compile(r"/courses/(?P<slug>[A-Za-z0-9-]+)#edition-(?P<edition>\d+)")
TOLD_OF = ("course", "edition", "issued_at", "valid_until", "ordinal")
"""What the journal says of an issue and the credential says too."""


class Unfit(ValueError):
    """This is no credential of a certificate as they are issued here; the message says what is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What a credential says, in the words of the register."""

    code: str
    ordinal: int
    issuer: Issuer
    award: Award

    def facts(self) -> dict[str, Any]:
        """Return what the journal tells of an issue."""
        return {
            "course": self.award.course_slug,
            "edition": self.award.edition,
            "issued_at": self.award.issued_at,
            "valid_until": self.award.valid_until,
            "ordinal": self.ordinal,
        }


def read_claims(credential: Mapping[str, Any]) -> Claims:
    """Return what a credential says; Unfit when it is not of the shape that certificates of ours have.

    Its proof is for others to check. Other things that the same key signs, such as status lists, are none.
    """
    try:
        return _claims(credential)
    except Unfit:
        raise
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise Unfit("it is not of the kind that certificates have") from error


def _claims(credential: Mapping[str, Any]) -> Claims:
    if credential["type"] != ["VerifiableCredential", "OpenBadgeCredential"]:
        raise Unfit("it is no credential of a certificate")
    profile = credential["issuer"]
    issuer = Issuer(base_url=_text(profile["url"]), name=_text(profile["name"]))
    code = codes.read(_text(credential["id"]).rpartition("/verify/")[2])
    if code is None or credential["id"] != address_of(issuer.base_url, code) or profile["id"] != issuer.did:
        raise Unfit("its address is not that of a certificate of this site")
    return Claims(code=code, ordinal=_ordinal(credential, issuer), issuer=issuer, award=_award(credential, issuer))


def _ordinal(credential: Mapping[str, Any], issuer: Issuer) -> int:
    status = credential["credentialStatus"]
    lists, _slash, number = _text(status["statusListCredential"]).rpartition("/")
    if lists != f"{issuer.base_url}/status" or status["statusPurpose"] != "revocation":
        raise Unfit("it names no status list of this site")
    return ordinal_of(Place(number=int(number), index=int(status["statusListIndex"])))


def _award(credential: Mapping[str, Any], issuer: Issuer) -> Award:
    subject = credential["credentialSubject"]
    achievement = subject["achievement"]
    if achievement["achievementType"] != "Course":
        raise Unfit("it is not about a course")
    course = ACHIEVEMENT.fullmatch(_text(achievement["id"]).removeprefix(issuer.base_url))
    criteria = NARRATIVE.fullmatch(_text(achievement["criteria"]["narrative"]))
    if course is None or criteria is None:
        raise Unfit("it does not say which course it is about")
    names = [_text(one["identityHash"]) for one in subject["identifier"] if one["identityType"] == "ext:name"]
    emails = [one for one in subject["identifier"] if one["identityType"] == "emailAddress"]
    modules = tuple(criteria["modules"].split("; "))
    title, told = _text(achievement["name"]), _text(achievement["description"])
    results = subject.get("result", ())
    evidence = read_evidence(credential["evidence"])
    return Award(
        name=names[0],
        name_latin="".join(names[1:2]),
        museum="",
        title=_text(credential["name"]),
        course_title=title,
        course_number=_text(achievement["humanCode"]),
        course_slug=course["slug"],
        edition=int(course["edition"]),
        version_digest="",
        modules=modules,
        rooms=tuple(Module(minutes=0, kinds=(), after=()) for _ in modules),
        lessons=0,
        quizzes=evidence.quizzes,
        tasks=0,
        hours=float(achievement["creditsAvailable"]),
        outcomes=() if told == title else tuple(told.split("; ")),
        show=("hours", "outcomes", "score") if results else ("hours", "outcomes"),
        grade_percent=int(results[0]["value"]) if results else None,
        pass_percent=int(criteria["needed"]) if criteria["needed"] else None,
        signatories=(),
        assessment=evidence.assessment,
        identity=evidence.identity,
        identified_by=evidence.identified_by,
        supervised_by=evidence.supervised_by,
        language=_text(achievement["inLanguage"]),
        issued_at=_moment(credential["validFrom"]),
        valid_until=_moment(credential["validUntil"]) if "validUntil" in credential else None,
        begun_at=_moment(subject["activityStartDate"]) if "activityStartDate" in subject else "",
        email_hash=_text(emails[0]["identityHash"]) if emails else "",
        email_salt=_text(emails[0]["salt"]) if emails else "",
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Unfit("it is not of the kind that certificates have")
    return value


def _moment(written: object) -> str:
    return datetime.fromisoformat(_text(written)).astimezone(UTC).isoformat()


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the journal tells of one certificate."""

    issued: Mapping[str, Any] | None = None
    """The facts of its issue; None when no entry tells of it."""
    files: frozenset[str] = frozenset()
    """SHA-256 of the files that were made of it."""
    credentials: frozenset[str] = frozenset()
    """SHA-256 of its credentials."""
    made_at: datetime | None = None
    standing: str = "issued"
    ended_at: datetime | None = None
    reason: str = ""
    replaced_by: str | None = None
    replaces: str | None = None
    erased_at: datetime | None = None

    def differs(self, claims: Claims) -> str:
        """Name the first fact that the journal tells otherwise than a credential, '' when there is none."""
        said = claims.facts()
        kept = self.issued or {}
        return next((name for name in TOLD_OF if name in kept and _plain(kept[name]) != _plain(said[name])), "")


def _plain(value: object) -> object:
    """Leave the fractions of a second out, which a credential does not have."""
    try:
        return datetime.fromisoformat(value).replace(microsecond=0) if isinstance(value, str) else value
    except ValueError:
        return value


def fold(lines: Iterable[Line]) -> Told:
    """Return what the entries about one certificate come to, in their order."""
    told: dict[str, Any] = {}
    files: set[str] = set()
    credentials: set[str] = set()
    for line in lines:
        facts = line.facts
        if line.kind in {journal.ISSUED, journal.ADOPTED}:
            told = {"issued": facts, "replaces": facts.get("replaces"), **told}
        if line.kind in {journal.MADE, journal.ADOPTED}:
            files |= {str(facts["file"])} if facts.get("file") else set()
            credentials |= {str(facts["credential"])} if facts.get("credential") else set()
            told.setdefault("made_at", line.at)
        if line.kind == journal.REVOKED:
            told |= {"standing": "revoked", "ended_at": line.at, "reason": str(facts.get("reason", ""))}
        elif line.kind == journal.REINSTATED:
            told |= {"standing": "issued", "ended_at": None, "reason": ""}
        elif line.kind == journal.SUPERSEDED:
            told |= {"standing": "superseded", "ended_at": line.at, "replaced_by": str(facts.get("by", ""))}
        elif line.kind == journal.ERASED:
            told["erased_at"] = line.at
    return Told(**told, files=frozenset(files), credentials=frozenset(credentials))
