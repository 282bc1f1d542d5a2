"""The pages of certificates: one's own, the file, and the check that anybody may make."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from lms.certificates import access, queries
from lms.certificates import exchange as _exchange  # noqa: F401 - registers what a person may download
from lms.certificates.queries import CertificateRow
from lms.certificates.service import words
from lms.domain import codes
from lms.domain.errors import NotFound
from lms.domain.keyset import read_mark, write_mark
from lms.infra import clock
from lms.infra.languages import gettext as _
from lms.infra.storage import storage
from lms.web import locale
from lms.web.guards import member, public, require_viewer
from lms.web.limits import Limits
from lms.web.pages import page

blueprint = Blueprint("certificates", __name__)

A_PAGE = 12

MISSES = 60
"""Wrong codes that one address may ask for in a minute: a class may mistype, a machine may not guess."""

not_guessed = Limits().misses("certificates", MISSES)


@blueprint.get("/me/certificates")
@member
def mine() -> str:
    """List one's own certificates, newest first."""
    mark = read_mark(request.args.get("before", ""))
    rows = queries.list_by_subject(require_viewer().subject_id, before=mark, limit=A_PAGE + 1)
    last = rows[A_PAGE - 1] if rows[A_PAGE:] else None
    return page(
        "certificates/mine.html",
        certificates=rows[:A_PAGE],
        more=write_mark(last.issued_at, last.id) if last else None,
        now=clock.now(),
    )


@blueprint.get("/certificates/<code>.pdf")
@public
@not_guessed
def pdf(code: str) -> Response:
    """Hand out the file of a certificate."""
    row = access.certificate_for_anybody(code)
    if row.award is None or row.file_digest is None:
        raise NotFound("certificate")
    response = make_response()
    response.set_etag(row.file_digest)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Type"] = "application/pdf"
    name = f"{row.award.course_slug}-{row.code_spaced}.pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    _keep_private(response)
    response.make_conditional(request)
    if response.status_code != 304:
        try:
            response.set_data(storage().get(row.file_digest))
        except FileNotFoundError:
            raise NotFound("certificate") from None
    return response


@blueprint.get("/verify")
@public
def verify_form() -> Answer | str:
    """Ask for a code, and go to the page about it."""
    typed = request.args.get("code")
    if typed is None:
        return page("certificates/verify_form.html", typed="", fault="")
    code = codes.read(typed) or codes.tidy(typed)
    if not code:
        return page("certificates/verify_form.html", typed="", fault=_("Type the code that stands on the certificate."))
    return redirect(url_for("certificates.verify", code=code))


@blueprint.get("/<any(VERIFY, Verify):_shouted>/<code>")
@blueprint.get("/verify/<code>")
@public
@not_guessed
def verify(code: str, _shouted: str = "") -> Response:
    """Say what holds of a certificate and what it claims; the QR code asks in capital letters."""
    try:
        row = access.certificate_for_anybody(code)
    except NotFound:
        return _unseen(make_response(page("certificates/unknown.html"), 404))
    return _unseen(make_response(page("certificates/verify.html", **_claims(row))))


def _claims(row: CertificateRow) -> dict[str, object]:
    now = clock.now()
    lang = locale.current()
    award = row.award
    return {
        "certificate": row,
        "award": award,
        "state": row.state(now),
        "checked": words.moment(now, lang),
        "issued": words.day(row.issued_at.isoformat(), lang),
        "until": words.day(row.valid_until.isoformat(), lang) if row.valid_until else "",
        "grade": words.percent(award.grade_percent, lang)
        if award and award.grade_percent is not None and "score" in award.show
        else "",
        "assessment": words.assessment_of(award, lang) if award else (),
        "identity": words.identity_of(award) if award else "",
    }


def _unseen(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return _keep_private(response)


def _keep_private(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
