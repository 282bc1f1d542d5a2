"""Reading certificates, and the journal of what became of them.

It is long because each question is a statement that is built once, beside the function that asks it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from lms.accounts.models import Account, Affiliation, Subject
from lms.certificates.models import Certificate, Entry, FrozenName, IssuedTranscript, Picture
from lms.courses.models import Course, Version
from lms.domain.award import Award, State, state
from lms.domain.codes import spaced
from lms.domain.journal import ADOPTED, ERASED, ISSUED, Line
from lms.infra.db import db
from lms.learning.models import Enrolment
from lms.network.models import Museum


@dataclass(frozen=True, kw_only=True)
class CertificateRow:
    """A certificate as pages show it; `award` is None once the holder was erased."""

    id: str
    code: str
    subject_id: str
    enrolment_id: str | None
    """None of one that was taken back from its file and whose enrolment is gone."""
    course_id: str
    standing: str
    issued_at: datetime
    valid_until: datetime | None
    language: str
    award: Award | None
    facts: dict[str, object]
    file_digest: str | None
    file_size: int | None
    problem: str | None
    made_at: datetime | None
    ordinal: int | None
    credential_digest: str | None
    credential_key: str | None
    pdf_key: str | None
    ended_at: datetime | None
    reason: str
    replaced_by: str | None
    replaces: str | None

    @property
    def code_spaced(self) -> str:
        """Return the code in groups of four."""
        return spaced(self.code)

    @property
    def made(self) -> bool:
        """Tell whether the file is there to download."""
        return self.file_digest is not None and self.award is not None

    def state(self, now: datetime) -> State:
        """Tell what holds of it at a moment."""
        return state(self.issued_at, self.valid_until, now, self.standing)


_table = Certificate.__table__

# Built once, and read without the mapper: a code may be checked by many people at a time.
_COLUMNS = select(
    *(
        _table.c[name]
        for name in (
            "id",
            "code",
            "subject_id",
            "enrolment_id",
            "course_id",
            "standing",
            "issued_at",
            "valid_until",
            "language",
            "snapshot",
            "erased_at",
            "file_digest",
            "file_size",
            "problem",
            "made_at",
            "ordinal",
            "credential_digest",
            "credential_key",
            "pdf_key",
            "ended_at",
            "reason",
            "replaced_by",
            "replaces",
        )
    )
)
_BY_ID = _COLUMNS.where(_table.c.id == bindparam("id"))
_BY_CODE = _COLUMNS.where(_table.c.code == bindparam("code"))
_BY_DIGEST = _COLUMNS.where(
    (_table.c.file_digest == bindparam("digest")) | (_table.c.credential_digest == bindparam("digest"))
)
_BY_ENROLMENT = _COLUMNS.where(_table.c.enrolment_id == bindparam("enrolment"), _table.c.standing != "superseded")


def _row(row: Row[*tuple[Any, ...]]) -> CertificateRow:
    return CertificateRow(
        id=row.id,
        code=row.code,
        subject_id=row.subject_id,
        enrolment_id=row.enrolment_id,
        course_id=row.course_id,
        standing=row.standing,
        issued_at=row.issued_at,
        valid_until=row.valid_until,
        language=row.language,
        award=None if row.erased_at else Award.from_json(row.snapshot),
        facts=row.snapshot,
        file_digest=row.file_digest,
        file_size=row.file_size,
        problem=row.problem,
        made_at=row.made_at,
        ordinal=row.ordinal,
        credential_digest=row.credential_digest,
        credential_key=row.credential_key,
        pdf_key=row.pdf_key,
        ended_at=row.ended_at,
        reason=row.reason,
        replaced_by=row.replaced_by,
        replaces=row.replaces,
    )


_BY_SUBJECT = (
    _COLUMNS.where(Certificate.subject_id == bindparam("subject"))
    .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    .limit(bindparam("most"))
)
_BY_SUBJECT_BEFORE = _BY_SUBJECT.where(
    (Certificate.issued_at < bindparam("moment"))
    | ((Certificate.issued_at == bindparam("moment")) & (Certificate.id < bindparam("key")))
)


def find_certificate(certificate_id: str) -> CertificateRow | None:
    """Return the certificate with this id, if any."""
    row = db.session.connection().execute(_BY_ID, {"id": certificate_id}).first()
    return _row(row) if row else None


def find_by_code(code: str) -> CertificateRow | None:
    """Return the certificate with this code, if any."""
    row = db.session.connection().execute(_BY_CODE, {"code": code}).first()
    return _row(row) if row else None


def find_by_digest(digest: str) -> CertificateRow | None:
    """Return the certificate whose file or credential has this SHA-256, if any."""
    row = db.session.connection().execute(_BY_DIGEST, {"digest": digest}).first()
    return _row(row) if row else None


def find_by_enrolment(enrolment_id: str) -> CertificateRow | None:
    """Return the certificate that an enrolment led to, the one in place of those it replaced, if any."""
    row = db.session.connection().execute(_BY_ENROLMENT, {"enrolment": enrolment_id}).first()
    return _row(row) if row else None


def list_by_subject(
    subject_id: str, before: tuple[datetime, str] | None = None, limit: int = 24
) -> list[CertificateRow]:
    """Return a person's certificates, newest first, before a position (keyset)."""
    query, place = _BY_SUBJECT, {"subject": subject_id, "most": limit}
    if before:
        query, place = _BY_SUBJECT_BEFORE, {**place, "moment": before[0], "key": before[1]}
    return [_row(row) for row in db.session.connection().execute(query, place)]


_ALL = _COLUMNS.order_by(_table.c.issued_at.desc(), _table.c.id.desc()).limit(bindparam("most"))
_ALL_BEFORE = _ALL.where(
    (_table.c.issued_at < bindparam("moment"))
    | ((_table.c.issued_at == bindparam("moment")) & (_table.c.id < bindparam("key")))
)


def list_all(before: tuple[datetime, str] | None = None, limit: int = 50) -> list[CertificateRow]:
    """Return certificates of the whole site, newest first, before a position (keyset)."""
    query, place = _ALL, dict[str, object](most=limit)
    if before:
        query, place = _ALL_BEFORE, {**place, "moment": before[0], "key": before[1]}
    return [_row(row) for row in db.session.connection().execute(query, place)]


def list_entries(code: str) -> list[Line]:
    """Return what the journal says of one certificate, in order."""
    rows = db.session.scalars(select(Entry).where(Entry.code == code).order_by(Entry.seq))
    return [Line(seq=r.seq, at=r.at, kind=r.kind, code=r.code, facts=r.facts, digest=r.digest) for r in rows]


def list_unmade(limit: int = 200) -> list[str]:
    """Return the ids of certificates whose file waits, the oldest first; those that cannot be set come last."""
    query = (
        select(Certificate.id)
        .where(
            Certificate.file_digest.is_(None),
            Certificate.credential_digest.is_(None),  # one that was adopted by its credential has its file elsewhere
            Certificate.erased_at.is_(None),
            Certificate.standing != "superseded",
        )
        .order_by(Certificate.problem.is_not(None), Certificate.issued_at)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def list_with_problems(limit: int = 50) -> list[CertificateRow]:
    """Return certificates whose file cannot be made, newest first, for the administrator."""
    query = _COLUMNS.where(
        Certificate.problem.is_not(None), Certificate.erased_at.is_(None), Certificate.standing != "superseded"
    )
    return [_row(row) for row in db.session.execute(query.order_by(Certificate.issued_at.desc()).limit(limit))]


def each_of_course(course_id: str) -> Iterator[CertificateRow]:
    """Yield a course's certificates, the oldest first, in batches that do not grow with the course."""
    query = (
        _COLUMNS.where(Certificate.course_id == course_id).order_by(Certificate.issued_at, Certificate.id).limit(200)
    )
    batch = [_row(row) for row in db.session.execute(query)]
    while batch:
        yield from batch
        moment, key = batch[-1].issued_at, batch[-1].id
        after = query.where(
            (Certificate.issued_at > moment) | ((Certificate.issued_at == moment) & (Certificate.id > key))
        )
        batch = [_row(row) for row in db.session.execute(after)]


_EACH = _COLUMNS.where(_table.c.code > bindparam("after")).order_by(_table.c.code).limit(500)


def each_certificate() -> Iterator[CertificateRow]:
    """Yield every certificate in the order of the codes, in batches that do not grow with their number."""
    after = ""
    while rows := db.session.connection().execute(_EACH, {"after": after}).all():
        yield from (_row(row) for row in rows)
        after = rows[-1].code


def list_codes(subject_id: str, course_id: str) -> set[str]:
    """Return the codes of a person's certificates in a course."""
    query = select(Certificate.code).where(Certificate.subject_id == subject_id, Certificate.course_id == course_id)
    return set(db.session.scalars(query))


def list_own(subject_ids: list[str]) -> list[CertificateRow]:
    """Return every certificate of these subjects, the oldest first."""
    query = _COLUMNS.where(Certificate.subject_id.in_(subject_ids)).order_by(Certificate.issued_at, Certificate.id)
    return [_row(row) for row in db.session.execute(query)]


def find_museum(enrolment_id: str) -> str | None:
    """Return the museum where the learner worked when the enrolment began."""
    return db.session.scalar(
        select(Museum.name)
        .join(Affiliation, Affiliation.museum_id == Museum.id)
        .join(Enrolment, Enrolment.affiliation_id == Affiliation.id)
        .where(Enrolment.id == enrolment_id)
    )


def get_edition(version_id: str) -> tuple[str, int]:
    """Return the number of a version's course and which edition of it the version is."""
    row = db.session.execute(
        select(Course.year, Course.ordinal, Version.ordinal.label("edition"))
        .join(Version, Version.course_id == Course.id)
        .where(Version.id == version_id)
    ).one()
    return f"{row.year}.{row.ordinal}", row.edition


def find_completed(subject_id: str, course_id: str) -> Enrolment | None:
    """Return a person's enrolment in a course if it is completed."""
    query = select(Enrolment).where(
        Enrolment.subject_id == subject_id, Enrolment.course_id == course_id, Enrolment.completed_at.is_not(None)
    )
    return db.session.scalars(query).first()


def find_canonical(subject_id: str) -> str | None:
    """Return the subject under which a subject's learning is read."""
    return db.session.scalar(select(Subject.canonical_id).where(Subject.id == subject_id))


def each_entry(after: int = 0) -> Iterator[Line]:
    """Yield the entries of the journal beyond a number, in batches."""
    while batch := db.session.scalars(select(Entry).where(Entry.seq > after).order_by(Entry.seq).limit(500)).all():
        for row in batch:
            yield Line(seq=row.seq, at=row.at, kind=row.kind, code=row.code, facts=row.facts, digest=row.digest)
        after = batch[-1].seq


def find_head() -> Line | None:
    """Return the last entry of the journal, if any."""
    row = db.session.scalars(select(Entry).order_by(Entry.seq.desc()).limit(1)).first()
    if row is None:
        return None
    return Line(seq=row.seq, at=row.at, kind=row.kind, code=row.code, facts=row.facts, digest=row.digest)


def list_lost() -> list[str]:
    """Return the codes of certificates and transcripts that stand in the journal alone, the oldest first."""
    query = (
        select(Entry.code)
        .where(
            Entry.kind.in_((ISSUED, ADOPTED)),
            *(~select(kept.id).where(kept.code == Entry.code).exists() for kept in (Certificate, IssuedTranscript)),
        )
        .group_by(Entry.code)
        .order_by(func.min(Entry.seq))
    )
    return list(db.session.scalars(query))


def list_erased_untold() -> list[str]:
    """Return the codes of certificates and transcripts whose holder was erased and of which the journal tells less."""
    erased = select(Entry.code).where(Entry.kind == ERASED)
    told = select(Entry.code)
    return [
        code
        for kept in (Certificate, IssuedTranscript)
        for code in db.session.scalars(
            select(kept.code)
            .where(kept.erased_at.is_not(None), kept.code.not_in(erased), kept.code.in_(told))
            .order_by(kept.erased_at, kept.code)
        )
    ]


def find_by_ordinal(ordinal: int) -> str | None:
    """Return the code of the certificate or transcript with this number."""
    codes = (
        db.session.scalar(select(kept.code).where(kept.ordinal == ordinal)) for kept in (Certificate, IssuedTranscript)
    )
    return next(filter(None, codes), None)


def find_successor(code: str) -> tuple[str, datetime] | None:
    """Return the certificate that was issued in place of this one, and when."""
    query = select(Certificate.code, Certificate.issued_at).where(Certificate.replaces == code).limit(1)
    row = db.session.execute(query).first()
    return (row.code, row.issued_at) if row else None


def find_enrolment(subject_id: str, course_id: str) -> str | None:
    """Return a person's enrolment in a course that no certificate stands for yet."""
    query = select(Enrolment.id).where(
        Enrolment.subject_id == subject_id,
        Enrolment.course_id == course_id,
        ~select(Certificate.id)
        .where(Certificate.enrolment_id == Enrolment.id, Certificate.standing != "superseded")
        .exists(),
    )
    return db.session.scalar(query)


def find_digest(seq: int) -> str | None:
    """Return the digest of an entry of the journal."""
    return db.session.scalar(select(Entry.digest).where(Entry.seq == seq))


def find_frozen_name(enrolment_id: str) -> tuple[str, str] | None:
    """Return the name, in its own script and in Latin letters, that an enrolment's first graded attempt froze."""
    found = db.session.get(FrozenName, enrolment_id)
    return (found.name, found.name_latin) if found else None


def list_signed(key_id: str, since: datetime) -> list[str]:
    """Return the certificates that stand and were signed with a key from a moment on."""
    query = (
        select(Certificate.id)
        .where(
            (Certificate.credential_key == key_id) | (Certificate.pdf_key == key_id),
            Certificate.made_at >= since,
            Certificate.standing == "issued",
            Certificate.erased_at.is_(None),
        )
        .order_by(Certificate.issued_at, Certificate.id)
    )
    return list(db.session.scalars(query))


_NAMES = (
    select(Account.__table__.c.name, Account.__table__.c.name_latin)
    .join_from(Account.__table__, Subject.__table__)
    .where(Subject.__table__.c.canonical_id == bindparam("subject"))
    .order_by(Subject.__table__.c.id == Subject.__table__.c.canonical_id, Account.__table__.c.id)
)


def find_names(subject_id: str) -> tuple[str, str] | None:
    """Return the name of the person behind a subject, in its own script and in Latin letters."""
    rows = db.session.connection().execute(_NAMES, {"subject": subject_id}).all()
    return (rows[-1].name, rows[-1].name_latin) if rows else None


def find_email(subject_id: str) -> str | None:
    """Return the address of the person behind a subject."""
    query = (
        select(Account.email)
        .join(Subject, Subject.id == Account.subject_id)
        .where(Subject.canonical_id == subject_id)
        .order_by((Subject.id == Subject.canonical_id).desc(), Account.id)
        .limit(1)
    )
    return db.session.scalar(query)


def find_begun(enrolment_id: str) -> datetime | None:
    """Return when an enrolment began."""
    return db.session.scalar(select(Enrolment.enrolled_at).where(Enrolment.id == enrolment_id))


@dataclass(frozen=True, kw_only=True)
class PictureRow:
    """What the site shows on its certificates at a place."""

    place: str
    digest: str
    width: int
    height: int
    set_at: datetime


_PICTURES = select(*(Picture.__table__.c[name] for name in ("place", "digest", "width", "height", "set_at")))


def list_pictures() -> dict[str, PictureRow]:
    """Return what the site shows on its certificates, by its place: `site` is the logo, `seal` the seal."""
    return {row.place: PictureRow(**row._asdict()) for row in db.session.connection().execute(_PICTURES)}
