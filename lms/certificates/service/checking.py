"""Checking a file that somebody brings: what it shows by itself, and what the register says of it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import orjson

from lms.certificates.queries import list_entries
from lms.certificates.queries.documents import Document, find_document, find_document_by_digest
from lms.certificates.queries.transcripts import TranscriptRow, certified_now
from lms.certificates.service import ring
from lms.domain import codes, credential
from lms.domain.adoption import fold
from lms.domain.transcript import hold_now
from lms.infra.examiner import Believed, Findings, examiner
from lms.infra.keyring import keyring
from lms.infra.signing.keys import Key
from lms.infra.storage import storage

Mark = Literal["good", "bad", "may"]
"""Passed, failed, or not to be told of this kind of file."""

SPECIMEN = "SPEC1MENSPEC1MEN"
"""A code that spells what it is of; of the codes that are given at random none is so."""

Origin = Literal["original", "genuine", "specimen", "altered", "copy", "foreign", "unreadable"]


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What came of a file.

    `original`: byte for byte a file that was issued here. `genuine`: another form of the same credential, with our
    proof and the claims of the register. `specimen`: what everybody may try to forge, as it was made. `altered`: it
    bears our marks and was changed, or claims what the register does not.
    `copy`: neither signature nor credential, such as a print or a scan. `foreign`: signed by somebody else.
    """

    origin: Origin
    row: Document | None
    findings: Findings
    digest: str
    record: Mark
    file: Mark
    signature: Mark
    proof: Mark
    claims: Mark
    key: Mark
    key_stolen: bool = False

    @property
    def trusted(self) -> bool:
        """Tell whether the file stands for the certificate in the register."""
        return self.origin in {"original", "genuine"} and not self.key_stolen

    @property
    def of_specimen(self) -> bool:
        """Tell whether it names the specimen, which is in no register, whatever became of it since."""
        return self.record == "may"

    def plain(self) -> dict[str, str]:
        """Return each check by itself."""
        checks = ("record", "file", "signature", "proof", "claims", "key")
        return {"origin": self.origin, "sha256": self.digest, **{name: str(getattr(self, name)) for name in checks}}


def check_file(content: bytes, typed: str = "", *, patient: bool = False) -> Checked:
    """Check a file; a code that was typed beside it, or that its name bears, tells which certificate it should be.

    Who is patient waits where others are asked to come again.
    """
    digest = sha256(content).hexdigest()
    trust = believed()
    found = examiner().look(content, trust, patient=patient)
    row = find_document_by_digest(digest)
    if row is not None:
        return _original(row, found, digest)
    named = credential.code_of(found.credential) if found.credential else codes.read(typed) or ""
    row = find_document(named) if named else None
    if row is not None and found.signed and digest in fold(list_entries(row.code)).files:
        return _original(row, found, digest)  # made before a restore, and made again after it
    claims = row is not None and found.credential is not None and _same_claims(row, found)
    known = ring.find_method(found.method) if found.method else None
    if row is None and named == SPECIMEN and (found.credential is not None or found.signatures):
        return _specimen(found, known, digest)
    stolen = bool(known and known.revoked_from and row and row.issued_at >= known.revoked_from)
    whole = found.kind != "pdf"  # of a PDF only the file that was issued is whole; a credential stands for itself
    proven = found.proven and claims and not stolen
    origin: Origin
    if found.problem and found.credential is None and found.problem != "no-credential":
        origin = "unreadable"
    elif proven and whole:
        origin = "genuine"
    elif (
        known
        or found.signer in trust.signers
        or (row is not None and (found.credential is not None or found.signatures))
    ):
        origin = "altered"
    elif found.credential is not None or found.signatures:
        origin = "foreign"
    else:
        origin = "copy"
    return Checked(
        origin=origin,
        row=row,
        findings=found,
        digest=digest,
        record="good" if row else "bad",
        file="may" if whole and proven else "bad",
        signature=_mark(found.signed) if found.kind == "pdf" and found.signatures else "may",
        proof=_mark(found.proven) if found.credential is not None else "may",
        claims=_mark(claims) if found.credential is not None else "may",
        key="bad" if stolen else _mark(known is not None) if found.method else "may",
        key_stolen=stolen,
    )


def list_lost(checked: Checked) -> list[str]:
    """Return the codes of certificates that a transcript names and that counted when it was made, and do not now."""
    if not isinstance(checked.row, TranscriptRow) or not checked.trusted:
        return []
    said = checked.row.said
    held = hold_now(said, certified_now(course.certificate for course in said.courses))
    return [codes.spaced(one.course.certificate) for one in held if one.lost]


def _original(row: Document, found: Findings, digest: str) -> Checked:
    key = next((key for key in ring.every_key() if key.id == row.pdf_key), None)
    stolen = bool(key and key.revoked_from and row.issued_at >= key.revoked_from)
    return Checked(
        origin="original",
        row=row,
        findings=found,
        digest=digest,
        record="good",
        file="good",
        signature=_mark(found.signed) if found.kind == "pdf" and found.signatures else "may",
        proof=_mark(found.proven) if found.credential is not None else "may",
        claims=_mark(_same_claims(row, found)) if found.credential is not None else "may",
        key="bad" if stolen else _mark(key is not None) if row.pdf_key else "may",
        key_stolen=stolen,
    )


def _specimen(found: Findings, known: Key | None, digest: str) -> Checked:
    """Check a file that names the specimen: it stands in no register, so all hangs on signature and proof."""
    stolen = known is not None and known.revoked_from is not None
    whole = found.signed if found.kind == "pdf" else True
    unchanged = found.proven and whole and not stolen
    return Checked(
        origin="specimen" if unchanged else "altered",
        row=None,
        findings=found,
        digest=digest,
        record="may",
        file=_mark(unchanged),
        signature=_mark(found.signed) if found.kind == "pdf" else "may",
        proof=_mark(found.proven),
        claims=_mark(found.proven),
        key="bad" if stolen else _mark(known is not None),
        key_stolen=stolen,
    )


def believed() -> Believed:
    """Return whose signatures count here: every key that this site ever had."""
    mine = ring.issuer()
    keys = ring.every_key()
    return Believed(
        multikeys={mine.method(key.id): key.multikey for key in keys if key.name == "credential"},
        authorities=keyring().authorities(),
        signers=[key.fingerprint for key in keys if key.name == "pdf"],
    )


def _same_claims(row: Document, found: Findings) -> bool:
    """Compare with the credential that was issued, whatever the site is called or where it stands today."""
    if row.credential_digest is None or found.credential is None or row.award is None:
        return False
    try:
        issued = orjson.loads(storage().get(row.credential_digest))
    except FileNotFoundError:
        return False
    return credential.same_claims(found.credential, {k: v for k, v in issued.items() if k != "proof"})


def _mark(holds: bool) -> Mark:
    return "good" if holds else "bad"
