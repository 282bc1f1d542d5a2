"""How certificates look: the pictures of the site, and those of any award as the paper holds them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

import structlog

from lms.certificates import queries
from lms.certificates.events import LookChanged
from lms.certificates.models import Picture
from lms.certificates.service.setting import room_of
from lms.infra import clock
from lms.infra.db import begin_write, db
from lms.infra.events import publish
from lms.infra.rasters import NoPicture, Raster, measure
from lms.infra.storage import storage

Place = Literal["site", "seal"]
"""Where the site shows a picture of its own: the logo, and the seal where a course has none."""

PLACES: tuple[Place, ...] = ("site", "seal")

MOST = {"site": 8_000, "course": 8_000, "seal": 12_000, "signature": 6_000}
"""Bytes that a picture may add to a file: with all of them it stays as light as certificates are."""

log = structlog.get_logger()

_missed: set[str] = set()
"""Digests of pictures whose absence was told."""


def digests() -> dict[str, str]:
    """Return the SHA-256 of the site's pictures by their places."""
    return {place: row.digest for place, row in queries.list_pictures().items()}


def set_picture(place: Place, content: bytes, *, actor: str | None) -> None:
    """Show a picture on the certificates that are issued from now on; raises NoPicture."""
    width, height = measure(content)
    digest = storage().put(content)
    begin_write()
    row = db.session.get(Picture, place) or Picture(place=place)
    if row.digest == digest:
        return
    row.digest, row.width, row.height = digest, width, height
    row.set_at, row.set_by = clock.now(), actor
    db.session.add(row)
    db.session.flush()
    publish(LookChanged(actor=actor, place=place, digest=digest))


def clear_picture(place: Place, *, actor: str | None) -> bool:
    """Show no picture at a place from now on, and tell whether there was one.

    Its bytes stay: certificates that were issued with it name them.
    """
    begin_write()
    row = db.session.get(Picture, place)
    if row is None:
        return False
    db.session.delete(row)
    db.session.flush()
    publish(LookChanged(actor=actor, place=place, digest=""))
    return True


def rasters(pictures: Mapping[str, str]) -> dict[str, Raster]:
    """Return the pictures of an award, by their places; one that cannot be read is left out and told once."""
    found = {}
    for place, digest in pictures.items():
        try:
            found[place] = _raster(digest, place.partition("-")[0])
        except (OSError, NoPicture) as fault:
            if digest not in _missed:
                _missed.add(digest)
                log.warning("certificates are made without a picture", place=place, digest=digest, why=repr(fault))
    return found


@lru_cache(maxsize=32)
def _raster(digest: str, place: str) -> Raster:
    return Raster(storage().get(digest), f"{place}-{digest}", room=room_of(place), most=MOST[place])
