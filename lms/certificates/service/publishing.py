"""What the site publishes for programs: the list of what was revoked, signed and dated."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from lms.certificates import queries
from lms.certificates.queries import documents
from lms.certificates.service import offline, ring
from lms.domain import credential, journal
from lms.domain.credential import LIST_LENGTH, SPECIMEN_ORDINAL
from lms.domain.errors import NotFound
from lms.infra import clock
from lms.infra.keyring import keyring
from lms.infra.signing import jcs, statuslist
from lms.infra.signing.proofs import add_proofs
from lms.infra.site import site

HOLDS = timedelta(days=7)
"""How long a list may be taken for the state of things; who replays an older one is found out."""


def status_list(number: int) -> dict[str, Any]:
    """Return a status list as a signed credential; NotFound beyond those in use. List 0 has the specimen in it."""
    last = documents.last_ordinal()
    if number < 0 or number > max(1, (last or 0) // LIST_LENGTH + 1):
        raise NotFound("status-list")
    first = (number - 1) * LIST_LENGTH
    ended = documents.list_ended_places(first, first + LIST_LENGTH) if number else [SPECIMEN_ORDINAL]
    # A list that is asked for twice in one hour is the same list.
    at = clock.now().replace(minute=0, second=0, microsecond=0)
    encoded = statuslist.encode(credential.place_of(ordinal).index for ordinal in ended)
    issuer, key = ring.issuer(), keyring().current("credential")
    # Both proofs, as a certificate has them: most verifiers of others check only the one over the graph.
    return add_proofs(
        credential.status_list(issuer, number, encoded, at=at, until=at + HOLDS),
        sign=partial(keyring().sign, key.id),
        method=issuer.method(key.id),
        at=at,
    )


def status_lists() -> list[dict[str, Any]]:
    """Return every list in use."""
    count = max(1, (documents.last_ordinal() or 0) // LIST_LENGTH + 1)
    return [status_list(number) for number in range(1, count + 1)]


def journal_head() -> dict[str, Any]:
    """Return the end of the journal, signed: who keeps it can tell later whether anything before it was changed."""
    issuer, key = ring.issuer(), keyring().current("credential")
    head = queries.find_head()
    said = {
        "id": f"{issuer.base_url}/status/journal",
        "issuer": issuer.did,
        "entries": head.seq if head else 0,
        "digest": head.digest if head else journal.START,
        "at": head.at.isoformat() if head else None,
    }
    return jcs.add_jcs_proof(said, sign=partial(keyring().sign, key.id), method=issuer.method(key.id), at=clock.now())


def offline_verifier() -> bytes:
    """Return the page that verifies from a USB stick, dated now."""
    issuer = ring.issuer()
    keys = [
        {"id": issuer.method(key.id), "multikey": key.multikey, "revoked_from": key.revoked_from}
        for key in ring.every_key()
        if key.name == "credential"
    ]
    return offline.build(
        issuer=issuer.did, name=site().site_name, keys=keys, status_lists=status_lists(), made_at=clock.now()
    )
