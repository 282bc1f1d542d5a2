"""Making the file of an award: the credential signed, the page set round it, the page signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

import orjson

from lms.certificates.queries import CertificateRow
from lms.certificates.service import look, paper, ring
from lms.domain import credential
from lms.infra import clock
from lms.infra.keyring import keyring
from lms.infra.signing.documents import DocumentProblem, sign_pdf
from lms.infra.signing.keys import KeyProblem
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
    try:
        key, pdf_key = keyring().current("credential"), keyring().current("pdf")
    except KeyProblem as problem:
        raise NoKey(str(problem)) from problem
    issuer = ring.issuer()
    signed = add_proofs(
        credential.build(row.award, code=row.code, issuer=issuer, place=credential.place_of(row.ordinal)),
        sign=partial(keyring().sign, key.id),
        method=issuer.method(key.id),
        at=datetime.fromisoformat(row.award.issued_at),
    )
    content = orjson.dumps(signed)
    page = paper.print_certificate(
        row.code,
        row.award,
        site=site().site_name,
        base_url=site().base_url,
        key=pdf_key.fingerprint,
        credential=content,
        pictures=look.rasters(row.award.pictures) if row.award.pictures else None,
    )
    try:
        signed_page = sign_pdf(
            page,
            keyring(),
            at=clock.now(),
            name=site().site_name,
            location=site().host,
            timestamp_url=site().timestamp_url,
        )
    except (DocumentProblem, KeyProblem) as problem:
        raise NoKey(str(problem)) from problem  # such as a timestamp authority that is silent: it is tried again
    return Made(pdf=signed_page, credential=content, credential_key=key.id, pdf_key=pdf_key.id)
