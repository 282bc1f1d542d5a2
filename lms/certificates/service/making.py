"""Making the file of an award: the credential signed, the page set round it, the page signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import orjson

from lms.certificates.queries import CertificateRow
from lms.certificates.service import look, paper, ring
from lms.domain import credential
from lms.infra import clock
from lms.infra.keyring import keyring
from lms.infra.signing.documents import DocumentProblem, sign_pdf
from lms.infra.signing.keys import Key, KeyProblem
from lms.infra.signing.proofs import add_proofs
from lms.infra.site import site


class NoKey(Exception):
    """It cannot be signed now; the award waits and is tried again."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """What was made of an award, and with which keys."""

    pdf: bytes
    credential: bytes
    credential_key: str
    pdf_key: str


def make(row: CertificateRow) -> Made:
    """Return the signed file and the signed credential of an award; up to the signature the same bytes each time.

    Raises NoKey, paper.Unprintable, or pdf.Unavailable when the libraries are not there.
    """
    assert row.award is not None
    assert row.ordinal is not None
    key, pdf_key = signing_keys()
    unsigned = credential.build(row.award, code=row.code, issuer=ring.issuer(), place=credential.place_of(row.ordinal))
    content = prove(unsigned, key, at=datetime.fromisoformat(row.award.issued_at))
    page = paper.print_certificate(
        row.code,
        row.award,
        site=site().site_name,
        base_url=site().base_url,
        key=pdf_key.fingerprint,
        credential=content,
        pictures=look.rasters(row.award.pictures) if row.award.pictures else None,
    )
    return Made(
        pdf=sign(page, until=row.award.holds_until), credential=content, credential_key=key.id, pdf_key=pdf_key.id
    )


def signing_keys() -> tuple[Key, Key]:
    """Return the present keys for credentials and for PDF files; NoKey when there are none."""
    try:
        return keyring().current("credential"), keyring().current("pdf")
    except KeyProblem as problem:
        raise NoKey(str(problem)) from problem


def prove(unsigned: Mapping[str, Any], key: Key, *, at: datetime) -> bytes:
    """Return a credential with both proofs, as bytes."""
    signed = add_proofs(unsigned, sign=partial(keyring().sign, key.id), method=ring.issuer().method(key.id), at=at)
    return orjson.dumps(signed)


def sign(page: bytes, *, until: datetime | None = None) -> bytes:
    """Return a PDF with the site's signature, for a paper that holds until then; NoKey when it cannot be signed now."""
    try:
        return sign_pdf(
            page,
            keyring(),
            at=clock.now(),
            name=site().site_name,
            location=site().host,
            timestamp_url=site().timestamp_url,
            long_term=site().long_term,
            until=until,
        )
    except (DocumentProblem, KeyProblem) as problem:
        raise NoKey(str(problem)) from problem  # such as a timestamp authority that is silent: it is tried again
