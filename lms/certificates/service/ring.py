"""The keys that certificates are signed with: made once, changed now and then, and never forgotten."""

from __future__ import annotations

from datetime import datetime

from lms.certificates.events import KeyRevoked, KeyRotated
from lms.domain.credential import Issuer, did_document
from lms.infra import clock
from lms.infra.events import publish
from lms.infra.keyring import keyring
from lms.infra.signing.keys import Key
from lms.infra.site import site


def ensure() -> None:
    """Make the keys that are missing."""
    keyring().ensure(subject=site().site_name, host=site().host, at=clock.now())


def every_key() -> tuple[Key, ...]:
    """Return every key that ever signed here, the oldest first."""
    return keyring().keys()


def issuer() -> Issuer:
    """Return who issues here."""
    return Issuer(base_url=site().base_url, name=site().site_name)


def rotate(name: str, *, actor: str | None = None) -> Key:
    """Put a new key in place of a current one; what the old one signed stays valid."""
    fresh = keyring().rotate(name, subject=site().site_name, host=site().host, at=clock.now())
    publish(KeyRotated(actor=actor, key=fresh.id))
    return fresh


def revoke(key_id: str, *, since: datetime, reason: str, actor: str | None = None) -> None:
    """Declare that a key was known to others from a moment on; nothing that it signed since then is believed."""
    keyring().revoke(key_id, since=since, reason=reason, at=clock.now())
    publish(KeyRevoked(actor=actor, key=key_id, since=since, reason=reason))


def find_method(method: str) -> Key | None:
    """Return the key that a proof names, if it is one of this site's."""
    mine = issuer()
    return next((key for key in every_key() if key.multikey and mine.method(key.id) == method), None)


def describe() -> dict[str, object]:
    """Return the document by which programs find the keys of this site.

    A retired key stays in it for ever. A stolen one does not: whoever has it can write any date before the theft.
    """
    mine = [key for key in every_key() if key.multikey and key.name == "credential"]
    keys = {key.id: key.multikey for key in mine if key.revoked_from is None}
    return did_document(issuer(), keys)
