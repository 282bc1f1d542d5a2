"""Reading transcripts, and what somebody has learned so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, func, select

from lms.certificates.models import Certificate, FrozenName, IssuedTranscript
from lms.courses.models import Course, Version
from lms.domain.award import State, state
from lms.domain.codes import spaced
from lms.domain.transcript import Certified, Learned, Present, Transcript
from lms.infra import clock
from lms.infra.db import db, run, table_of
from lms.learning.models import Enrolment


@dataclass(frozen=True, kw_only=True)
class TranscriptRow:
    """A transcript as pages show it, under the names that certificates have; no `award` once its holder was erased."""

    id: str
    code: str
    subject_id: str
    standing: str
    issued_at: datetime
    language: str
    award: Transcript | None
    facts: dict[str, Any]
    facts_digest: str
    file_digest: str | None
    file_size: int | None
    problem: str | None
    made_at: datetime | None
    ordinal: int
    credential_digest: str | None
    credential_key: str | None
    pdf_key: str | None
    ended_at: datetime | None
    reason: str
    replaced_by: str | None
    replaces: str | None

    valid_until: None = None
    """A transcript says what was so on a day; it does not expire."""

    @property
    def code_spaced(self) -> str:
        """Return the code in groups of four."""
        return spaced(self.code)

    @property
    def made(self) -> bool:
        """Tell whether the file is there to download."""
        return self.file_digest is not None and self.award is not None

    @property
    def said(self) -> Transcript:
        """Return what it says, without the names where the holder was erased."""
        return self.award or Transcript.from_json(self.facts)

    def state(self, now: datetime) -> State:
        """Tell what holds of it at a moment."""
        return state(self.issued_at, None, now, self.standing)


_table, _certificate = table_of(IssuedTranscript), table_of(Certificate)
_enrolment, _frozen, _course, _version = (table_of(one) for one in (Enrolment, FrozenName, Course, Version))
_ROWS = select(_table)
_BY_ID = _ROWS.where(_table.c.id == bindparam("id"))
_BY_CODE = _ROWS.where(_table.c.code == bindparam("code"))
_BY_DIGEST = _ROWS.where(
    (_table.c.file_digest == bindparam("digest")) | (_table.c.credential_digest == bindparam("digest"))
)
_NEWEST = _ROWS.order_by(_table.c.issued_at.desc(), _table.c.id.desc()).limit(bindparam("most"))
_BEFORE = (_table.c.issued_at < bindparam("moment")) | (
    (_table.c.issued_at == bindparam("moment")) & (_table.c.id < bindparam("key"))
)
_SINCE = (
    _ROWS.where(_table.c.subject_id == bindparam("subject"), _table.c.issued_at >= bindparam("since"))
    .order_by(_table.c.issued_at.desc(), _table.c.id.desc())
    .limit(bindparam("most"))
)


def _row(row: Row[Any]) -> TranscriptRow:
    values = dict(row._mapping)
    erased, facts = values.pop("erased_at"), values.pop("snapshot")
    return TranscriptRow(**values, award=None if erased else Transcript.from_json(facts), facts=facts)


def _first(statement: Any, **given: object) -> TranscriptRow | None:
    row = run(statement, given).first()
    return _row(row) if row else None


def find_transcript(transcript_id: str) -> TranscriptRow | None:
    """Return the transcript with this id, if any."""
    return _first(_BY_ID, id=transcript_id)


def find_by_code(code: str) -> TranscriptRow | None:
    """Return the transcript with this code, if any."""
    return _first(_BY_CODE, code=code)


def find_by_digest(digest: str) -> TranscriptRow | None:
    """Return the transcript whose file or credential has this SHA-256, if any."""
    return _first(_BY_DIGEST, digest=digest)


def list_all(before: tuple[datetime, str] | None = None, limit: int = 50) -> list[TranscriptRow]:
    """Return transcripts of the whole site, newest first, before a position (keyset)."""
    return _list(before, limit)


def list_by_subject(
    subject_id: str, before: tuple[datetime, str] | None = None, limit: int = 24
) -> list[TranscriptRow]:
    """Return a person's transcripts, newest first, before a position (keyset)."""
    return _list(before, limit, _table.c.subject_id == subject_id)


def _list(before: tuple[datetime, str] | None, limit: int, *which: ColumnElement[bool]) -> list[TranscriptRow]:
    query, place = _NEWEST.where(*which), dict[str, object](most=limit)
    if before:
        query, place = query.where(_BEFORE), {**place, "moment": before[0], "key": before[1]}
    return [_row(row) for row in run(query, place)]


def list_since(subject_id: str, since: datetime, limit: int) -> list[TranscriptRow]:
    """Return a person's transcripts from a moment on, newest first."""
    return [_row(row) for row in run(_SINCE, {"subject": subject_id, "since": since, "most": limit})]


def list_own(subject_ids: Sequence[str]) -> list[TranscriptRow]:
    """Return every transcript of these subjects, the oldest first."""
    query = _ROWS.where(_table.c.subject_id.in_(subject_ids)).order_by(_table.c.issued_at, _table.c.id)
    return [_row(row) for row in run(query)]


def list_with_problems(limit: int = 50) -> list[TranscriptRow]:
    """Return transcripts whose file cannot be made, newest first, for the administrator."""
    which = (_table.c.problem.is_not(None), _table.c.erased_at.is_(None))
    return _list(None, limit, *which)


def list_unmade(limit: int = 200) -> list[str]:
    """Return the ids of transcripts whose file waits, the oldest first; those that cannot be set come last."""
    query = (
        select(_table.c.id)
        .where(_table.c.file_digest.is_(None), _table.c.erased_at.is_(None))
        .order_by(_table.c.problem.is_not(None), _table.c.issued_at)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def list_signed(key_id: str, since: datetime) -> list[str]:
    """Return the transcripts that stand and were signed with a key from a moment on."""
    query = (
        select(_table.c.id)
        .where(
            (_table.c.credential_key == key_id) | (_table.c.pdf_key == key_id),
            _table.c.made_at >= since,
            _table.c.standing == "issued",
            _table.c.erased_at.is_(None),
        )
        .order_by(_table.c.issued_at, _table.c.id)
    )
    return list(db.session.scalars(query))


_LEARNED = (
    select(
        _enrolment.c.id,
        _enrolment.c.course_id,
        _enrolment.c.enrolled_at,
        _enrolment.c.completed_at,
        _enrolment.c.done,
        _enrolment.c.total,
        _course.c.slug,
        _course.c.year,
        _course.c.ordinal,
        _version.c.ordinal.label("edition"),
        _version.c.language,
        _version.c.titles,
        _version.c.hours,
        _frozen.c.name,
    )
    .join(_course, _course.c.id == _enrolment.c.course_id)
    .join(_version, _version.c.id == func.coalesce(_enrolment.c.completed_version_id, _enrolment.c.version_id))
    .outerjoin(_frozen, _frozen.c.enrolment_id == _enrolment.c.id)
    .where(
        _enrolment.c.subject_id == bindparam("subject"),
        (_enrolment.c.state != "left") | _enrolment.c.completed_at.is_not(None),
    )
)
_CERTIFICATE = select(
    _certificate.c.code,
    _certificate.c.enrolment_id,
    _certificate.c.course_id,
    _certificate.c.standing,
    _certificate.c.issued_at,
    _certificate.c.valid_until,
    _certificate.c.snapshot,
    _certificate.c.ordinal,
)
_CERTIFICATES = _CERTIFICATE.where(
    _certificate.c.subject_id == bindparam("subject"), _certificate.c.standing != "superseded"
).order_by(_certificate.c.issued_at.desc(), _certificate.c.id.desc())


def list_learned(subject_id: str, languages: Sequence[str]) -> list[Learned]:
    """Return every course that somebody completed or has under way, titles in the first language there is.

    Courses that were left before the end are not among them.
    """
    given = {"subject": subject_id}
    found = run(_CERTIFICATES, given).all()
    # The first of a course counts, unless the enrolment led to one of its own: accounts that were linked may have two.
    certificates = {row.course_id: row for row in reversed(found)} | {row.enrolment_id: row for row in found}
    now = clock.now()
    return [
        _learned(row, certificates.get(row.id) or certificates.get(row.course_id), languages, now)
        for row in run(_LEARNED, given)
    ]


def _learned(row: Row[Any], certificate: Row[Any] | None, languages: Sequence[str], now: datetime) -> Learned:
    award: Mapping[str, Any] = certificate.snapshot if certificate else {}
    language = next((code for code in languages if row.titles.get(code)), row.language)
    certified: Present = _state(certificate, now) if certificate else ""
    shown = "score" in award.get("show", ()) and certified != "revoked"
    return Learned(
        title=row.titles.get(language) or row.slug,
        language=language,
        number=f"{row.year}.{row.ordinal}",
        slug=row.slug,
        edition=award.get("edition", row.edition),
        hours=float(award.get("hours", row.hours)),
        begun_at=row.enrolled_at.isoformat(),
        completed_at=row.completed_at.isoformat() if row.completed_at else "",
        percent=row.done * 100 // row.total if row.total else 0,
        grade_percent=award.get("grade_percent") if shown else None,
        certificate=certificate.code if certificate else "",
        certified=certified,
        ordinal=certificate.ordinal if certificate else None,
        name=award.get("name") or row.name or "",
    )


def _state(certificate: Row[Any], now: datetime) -> State:
    return state(certificate.issued_at, certificate.valid_until, now, certificate.standing)


_NAMED = _certificate.alias("named")
_STANDING = (
    select(
        _NAMED.c.code.label("named"),
        _certificate.c.code,
        _certificate.c.standing,
        _certificate.c.issued_at,
        _certificate.c.valid_until,
        _certificate.c.ended_at,
        _certificate.c.reason,
    )
    .join(_certificate, _certificate.c.enrolment_id == _NAMED.c.enrolment_id)
    .where(_NAMED.c.code.in_(bindparam("codes", expanding=True)), _certificate.c.standing != "superseded")
)


def certified_now(codes: Iterable[str]) -> dict[str, Certified]:
    """Return what holds now of certificates, by their codes: of one that was replaced, what holds of its successor."""
    wanted = sorted(filter(None, set(codes)))
    if not wanted:
        return {}
    now = clock.now()
    return {
        row.named: Certified(code=row.code, state=_state(row, now), ended_at=row.ended_at, reason=row.reason)
        for row in run(_STANDING, {"codes": wanted})
    }
