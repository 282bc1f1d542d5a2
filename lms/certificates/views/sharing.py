"""What a holder shows: one's own certificate with all that can be done with it, its badge, the picture of its link."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request

from lms.certificates import access
from lms.certificates.service import badges, verdict, words
from lms.certificates.views.machine import credential_of
from lms.certificates.views.verify import keep_private, not_guessed
from lms.domain import profiles
from lms.domain.credential import address_of
from lms.infra import clock
from lms.web import locale
from lms.web.guards import member, public, require_viewer
from lms.web.pages import page
from lms.web.settings import settings

SHORT = 300
"""Seconds for which the picture of a link may be kept: a certificate can be revoked at any moment."""


def add_to(blueprint: Blueprint) -> None:
    """Register the addresses."""
    blueprint.add_url_rule("/me/certificates/<code>", "own", own)
    blueprint.add_url_rule("/certificates/<code>.png", "badge", badge)
    blueprint.add_url_rule("/verify/<code>/preview.png", "preview", preview)


@member
def own(code: str) -> str:
    """Show a certificate to its holder: what to fetch, how to show it, what it proves."""
    row = access.certificate_for_holder(code, require_viewer().subject_id)
    award, lang, state = row.award, locale.current(), row.state(clock.now())
    assert award is not None
    address = address_of(settings().base_url, row.code)
    return page(
        "certificates/own.html",
        certificate=row,
        award=award,
        state=state,
        said=verdict.on_certificate(row, state, lang),
        issued=words.day(award.issued_at, lang),
        address=address,
        profile=profiles.linkedin(
            title=award.title,
            organisation=settings().site_name,
            issued=row.issued_at,
            until=row.valid_until,
            address=address,
            code=row.code_spaced,
        )
        if state in {"valid", "expired"}
        else "",
    )


@public
@not_guessed
def badge(code: str) -> Response:
    """Hand out the badge with the signed credential in it."""
    row = access.certificate_for_anybody(code)
    credential = credential_of(code)
    face = badges.face_of_badge(row, credential)
    response = _picture(f"{face.tag}-{row.credential_digest}", "private, no-cache")
    if "download" in request.args:
        response.headers["Content-Disposition"] = f'attachment; filename="badge-{row.code_spaced}.png"'
    if response.status_code != 304:
        response.set_data(badges.draw_badge(face, credential))
    return response


@public
@not_guessed
def preview(code: str) -> Response:
    """Hand out the picture of the link to a certificate, as it stands now."""
    row = access.certificate_for_anybody(code)
    face = badges.face_of_preview(row, row.state(clock.now()))
    response = _picture(face.tag, f"public, max-age={SHORT}")
    if response.status_code != 304:
        response.set_data(badges.draw_preview(face))
    return response


def _picture(tag: str, cached: str) -> Response:
    """Return the answer around a picture: 304 without it to whoever has it."""
    response = make_response()
    response.content_type = "image/png"
    response.set_etag(tag)
    response.headers["Cache-Control"] = cached
    keep_private(response)
    response.make_conditional(request)
    return response
