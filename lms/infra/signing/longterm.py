"""What a reader needs to believe a signature when its certificates have ended and their authorities are gone.

That nobody had revoked them when it was made is fetched from those who gave them, kept while it holds, and put into the
file together with the signature (PAdES-B-LT): nothing may be appended after it.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain as joined

from asn1crypto import crl, ocsp, x509
from pyhanko.sign.signers.pdf_signer import PreSignValidationStatus
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    PathBuildingError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath

from lms.infra.signing.asking import TimestampAuthority
from lms.infra.signing.revocation import Revocations, Unrooted, complete, describe, publishes

WITHOUT_END = timedelta(minutes=30)
"""How long an answer holds that does not say for how long."""

AHEAD = timedelta(minutes=1)
"""So much before its end an answer is used no more: the timestamp comes after it, by another clock."""

DAY = timedelta(days=1)
"""After which it is asked anew even if the answer would hold longer: by then somebody may have been revoked."""

PAUSE = timedelta(minutes=1)
"""After which those who did not answer are asked again: not once for each of a thousand certificates."""


Stampers = dict[bytes, tuple[x509.Certificate, tuple[x509.Certificate, ...]]]
"""By their bytes: the certificates that timestamps were signed with, and those that came beside each."""


class EvidenceProblem(Exception):
    """It cannot be shown now that the certificates hold; the message is one sentence for the administrator."""


class _Revoked(EvidenceProblem):
    """One of them does not hold: nothing that is kept counts any more."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is put in beside a signature, and for which of the timestamp authority's certificates."""

    info: PreSignValidationStatus
    stampers: Stampers
    until: datetime
    """When the first of the answers ends."""

    def covers(self, authority: TimestampAuthority) -> bool:
        """Tell whether it speaks of the certificate that the last timestamp came with."""
        return authority.stamper is not None and authority.stamper.dump() in self.stampers


@dataclass(frozen=True, kw_only=True)
class _Kept:
    evidence: Evidence | None
    again: datetime
    problem: str = ""


_kept: dict[tuple[bytes, str], _Kept] = {}
_lock = threading.Lock()


def gather(certificates: Sequence[x509.Certificate], authority: TimestampAuthority, *, at: datetime) -> Evidence:
    """Return what shows that a signer (the first, with its givers) and a timestamp authority hold now.

    It is fetched once and kept in memory. After a timestamp with a certificate that is not covered, ask again: both are
    covered then. Raises EvidenceProblem.
    """
    at = at.replace(microsecond=0)  # as moments stand in signatures; else one asks a second before another asked
    key = (hashlib.sha256(certificates[0].dump()).digest(), authority.url)
    with _lock:
        kept = _kept.get(key)
        old = kept.evidence if kept else None
        strange = old is not None and authority.stamper is not None and not old.covers(authority)
        if kept is None or strange or at >= kept.again:
            # Those that were covered before still are when there is one more, but not a day later: they may have ended.
            before = old.stampers if old and strange else {}
            kept = _kept[key] = _renew(certificates, authority, old, before, at)
        found = kept.evidence
        if found is None or at >= found.until or (authority.stamper is not None and not found.covers(authority)):
            raise EvidenceProblem(kept.problem or "what the authorities answer has ended already")
        return found


def _renew(
    certificates: Sequence[x509.Certificate],
    authority: TimestampAuthority,
    old: Evidence | None,
    stampers: Stampers,
    at: datetime,
) -> _Kept:
    """Ask everybody; when somebody is silent, what was answered before goes on to count until it ends."""
    try:
        fresh = asyncio.run(_collect(certificates, authority, dict(stampers), at))
    except _Revoked as problem:
        return _Kept(evidence=None, again=at + PAUSE, problem=str(problem))
    except EvidenceProblem as problem:
        return _Kept(evidence=old, again=at + PAUSE, problem=str(problem))
    return _Kept(evidence=fresh, again=min(at + DAY, fresh.until))


async def _collect(
    certificates: Sequence[x509.Certificate], authority: TimestampAuthority, stampers: Stampers, at: datetime
) -> Evidence:
    if not publishes(certificates[0]):
        raise EvidenceProblem(
            f"the certificate of {describe(certificates[0])} names no address where to ask whether it was revoked"
        )
    try:
        stamper = authority.stamper or await authority.try_out()
    except TimestampRequestError as error:
        raise EvidenceProblem(
            f"the timestamp authority {authority.url} did not answer as it should: {error}"
        ) from error
    stampers[stamper.dump()] = (stamper, authority.beside)
    revocations = Revocations()
    try:
        chains = [complete(certificates[0], certificates[1:])]
        chains += [complete(stamper, beside) for stamper, beside in stampers.values()]
    except Unrooted as problem:
        raise EvidenceProblem(str(problem)) from problem
    context = ValidationContext(
        trust_roots=[chain[-1] for chain in chains],
        other_certs=[one for chain in chains for one in chain],
        moment=at,
        allow_fetching=True,
        fetchers=revocations.fetchers,
        revocation_mode="hard-fail",  # what a certificate says can be asked has to be answered
        time_tolerance=AHEAD,
    )
    paths = [await _follow(chain, context, revocations, stamps=n > 0) for n, chain in enumerate(chains)]
    info = PreSignValidationStatus(
        signer_path=paths[0],
        validation_paths=paths,
        ts_validation_paths=paths[1:],
        ocsps_to_embed=revocations.ocsps,
        crls_to_embed=revocations.crls,
    )
    until = min(joined(_ends(revocations), (one.not_valid_after for chain in chains for one in chain)))
    return Evidence(info=info, stampers=stampers, until=until - AHEAD)


async def _follow(
    chain: list[x509.Certificate], context: ValidationContext, revocations: Revocations, *, stamps: bool
) -> ValidationPath:
    """Return the path from a root to a certificate, every one of which holds."""
    validator = CertificateValidator(chain[0], intermediate_certs=chain[1:], validation_context=context)
    try:
        path: ValidationPath = await validator.async_validate_usage(  # type: ignore[no-untyped-call]  # it says no types
            set(), {"time_stamping"} if stamps else None
        )
        return path
    except RevokedError as error:
        raise _Revoked(f"{describe(chain[0])} is not to be believed any more: {error}") from error
    except (PathBuildingError, ValidationError, ValueError) as error:
        why = "; ".join(revocations.problems) or str(error)
        raise EvidenceProblem(f"nobody says that the certificate of {describe(chain[0])} holds: {why}") from error


def _ends(revocations: Revocations) -> list[datetime]:
    """Return when each answer ends."""
    parts: list[ocsp.SingleResponse | crl.TbsCertList] = [one["tbs_cert_list"] for one in revocations.crls]
    for answer in revocations.ocsps:
        parts += answer.response_data["responses"]
    return [(part["next_update"].native or part["this_update"].native + WITHOUT_END).astimezone(UTC) for part in parts]
