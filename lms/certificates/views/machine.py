"""What programs ask for: who signs here, what was revoked, and the credential itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
from flask import Blueprint, Response

from lms.certificates import access
from lms.certificates.service import publishing, ring
from lms.certificates.views.verify import keep_private, not_guessed
from lms.domain.errors import NotFound
from lms.infra.storage import storage
from lms.web.guards import public
from lms.web.settings import settings

HOUR = int(timedelta(hours=1).total_seconds())
CREDENTIAL = "application/vc"


def add_to(blueprint: Blueprint) -> None:
    """Register the addresses."""
    blueprint.add_url_rule("/.well-known/did.json", "did", did)
    blueprint.add_url_rule("/status/<int(max=999999):number>", "status", status)
    blueprint.add_url_rule("/status/journal", "journal", journal)
    blueprint.add_url_rule("/certificates/<code>.json", "credential", credential)
    blueprint.add_url_rule("/verify/offline.html", "offline", offline)


@public
def did() -> Response:
    """Say who the site is, and with which keys it signs."""
    return _open(_json(ring.describe(), "application/did+json"))


@public
def status(number: int) -> Response:
    """Hand out a list of what was revoked."""
    return _open(_json(publishing.status_list(number), CREDENTIAL))


@public
def journal() -> Response:
    """Hand out the end of the journal, for whoever keeps it."""
    return _open(_json(publishing.journal_head(), "application/json"))


@public
@not_guessed
def credential(code: str) -> Response:
    """Hand out the signed credential of a certificate or transcript."""
    return keep_private(_json(credential_of(code), CREDENTIAL))


@public
def offline() -> Response:
    """Hand out the page that verifies without a network, with this site's keys and what was revoked by now."""
    response = Response(publishing.offline_verifier(), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="verify-{settings().host}.html"'
    response.headers["Cache-Control"] = f"public, max-age={HOUR}"
    return response


def credential_of(code: str) -> bytes:
    """Return the signed credential of a certificate or transcript; NotFound when there is none."""
    row = access.file_for_anybody(code)
    if row.award is None or row.credential_digest is None:
        raise NotFound("credential")
    try:
        return storage().get(row.credential_digest)
    except FileNotFoundError:
        raise NotFound("credential") from None


def _json(body: Any, kind: str) -> Response:
    return Response(body if isinstance(body, bytes) else orjson.dumps(body), content_type=kind)


def _open(response: Response) -> Response:
    """Let programs of any site read what everybody may."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = f"public, max-age={HOUR}"
    return response
