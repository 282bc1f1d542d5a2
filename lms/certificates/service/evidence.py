"""Whether a file without a record can be believed: by its signature and proof, by its keys, and by the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

import orjson

from lms.certificates import queries
from lms.certificates.service import ring
from lms.domain import adoption
from lms.domain.adoption import Claims, Told, Unfit
from lms.infra.examiner import Findings
from lms.infra.signing.keys import Key

Outcome = Literal["adopted", "completed", "known", "contradicts", "refused"]


class No(Exception):
    """The file is not taken back; the outcome and the reason."""

    def __init__(self, outcome: Outcome, why: str) -> None:
        super().__init__(why)
        self.outcome: Outcome = outcome


@dataclass(frozen=True, kw_only=True)
class Proven:
    """A file whose signature and proof hold, and what it and the journal say."""

    claims: Claims
    told: Told
    holder: str | None
    digest: str
    content: bytes | None
    """The PDF; None when the file is another form of the credential."""
    credential: bytes
    credential_key: str
    pdf_key: str | None

    @property
    def credential_digest(self) -> str:
        """Return the SHA-256 of the credential."""
        return sha256(self.credential).hexdigest()


_PROBLEMS = {
    "empty": "it is empty",
    "too-large": "it, or something in it, is too large",
    "too-long": "looking at it took too long",
    "too-many-objects": "it has more parts than a certificate has",
    "busy": "other files are being looked at; try again",
    "encrypted": "it is locked with a password",
    "too-deep": "it is nested too deep",
    "ambiguous": "it carries more than one credential",
}


def read(found: Findings) -> Claims:
    """Return what a file says whose signature and proof are by keys of this site; No for any other."""
    if found.kind == "pdf" and found.signatures and not found.signed:
        raise No("refused", "its signature is not ours, or does not cover the whole file")
    if found.kind == "pdf" and not found.signed and not found.problem:
        raise No("refused", "it is not signed")
    if found.problem or found.credential is None:
        raise No("refused", _PROBLEMS.get(found.problem, "no credential can be read from it"))
    if not found.proven:
        raise No("refused", "the proof of its credential is not by a key of this site, or does not hold")
    try:
        return adoption.read_claims(found.credential)
    except Unfit as unfit:
        raise No("refused", str(unfit)) from unfit


def prove(content: bytes, found: Findings, claims: Claims, holder: str | None) -> Proven:
    """Compare a file with what is known of keys and with the journal; No when it must not be believed."""
    told = adoption.fold(queries.list_entries(claims.code))
    keys = [ring.find_method(found.method)]
    if found.kind == "pdf":
        keys.append(next((key for key in ring.every_key() if key.fingerprint == found.signer), None))
    for key in keys:
        if key is None:
            raise No("refused", "a key signed it that this site never had")
        _look_for_theft(key, claims, told)
    digest = sha256(content).hexdigest()
    if fact := told.differs(claims):
        raise No("contradicts", f"the journal tells another '{fact}' of it")
    if found.kind == "pdf" and told.files and digest not in told.files:
        raise No("contradicts", "the journal tells of another file of this certificate")
    credential = orjson.dumps(found.credential)  # as it was issued, whatever was done to its spaces
    if told.credentials and sha256(credential).hexdigest() not in told.credentials:
        raise No("contradicts", "the journal tells of another credential of this certificate")
    credential_key, *pdf_key = (key.id for key in keys if key)
    return Proven(
        claims=claims,
        told=told,
        holder=None if told.erased_at else holder,
        digest=digest,
        content=content if found.kind == "pdf" else None,
        credential=credential,
        credential_key=credential_key,
        pdf_key=pdf_key[0] if pdf_key else None,
    )


def _look_for_theft(key: Key, claims: Claims, told: Told) -> None:
    """Refuse what a thief may have signed: since the theft, or before it by a date that nobody else wrote down."""
    if key.revoked_from is None:
        return
    if datetime.fromisoformat(claims.award.issued_at) >= key.revoked_from:
        raise No("refused", f"the key {key.id} was stolen before it was issued")
    if told.issued is None:
        raise No("refused", f"the key {key.id} was stolen later, and no journal shows that it was issued before")
