"""How long what is signed today will be believed: what the doctor tells of the certificate that signs PDF files."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from cryptography import x509

from lms.infra.signing.authority import LONGEST_PAPER
from lms.infra.signing.documents import DocumentProblem, lasts, try_out
from lms.infra.signing.keys import KeyProblem, Keyring

SOON = timedelta(days=60)
"""So long before its certificate ends an organisation is told: a new one takes weeks."""

RENEW = "name a new PKCS#12 file in LMS_PDF_KEY"

Outlook = tuple[Literal["ok", "warning", "fault"], str]


def look_ahead(keyring: Keyring, *, at: datetime, timestamp_url: str | None, long_term: bool | None) -> Outlook:
    """Say how signing stands and what is to be done; whoever is asked when a certificate is signed is asked now."""
    try:
        key = keyring.current("pdf")
        lasting = lasts(keyring, timestamp_url=timestamp_url, long_term=long_term)
    except KeyProblem as problem:
        return "fault", str(problem)
    read = x509.load_der_x509_certificate(key.certificate)
    starts, ends = read.not_valid_before_utc, read.not_valid_after_utc
    named = f"the certificate of {key.id}"
    mend = "run lms keys rotate pdf" if key.own else RENEW
    if at < starts:
        return "fault", f"{named} holds from {starts:%Y-%m-%d} on: certificates wait; {mend}."
    if at > ends:
        return "fault", f"{named} ended on {ends:%Y-%m-%d}: certificates wait; {mend}."
    if timestamp_url:
        try:
            try_out(keyring, at=at, timestamp_url=timestamp_url, long_term=long_term)
        except DocumentProblem as problem:
            return "fault", f"certificates wait and are tried again every ten minutes: {problem}."
    if at > ends - (LONGEST_PAPER if key.own else SOON):
        return "warning", f"{named} ends on {ends:%Y-%m-%d}; {mend}."
    if not key.own and not timestamp_url:
        return "warning", (
            f"{named} ends on {ends:%Y-%m-%d}, and readers then doubt what it signed; set LMS_TIMESTAMP_URL."
        )
    how = ", for the long term" if lasting else ", with timestamps" if timestamp_url else ""
    return "ok", f"{key.id} until {ends:%Y-%m-%d}{how}"
