"""The pages of certificates: one's own, and the files."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request

from lms.certificates import access, queries
from lms.certificates import exchange as _exchange  # noqa: F401 - registers what a person may download
from lms.certificates.views import (
    course,
    forging,
    machine,
    matching,
    proposals,
    sharing,
    sittings,
    transcripts,
    verify,
)
from lms.certificates.views import packages as _packages  # noqa: F401 - registers what the page of a package says
from lms.certificates.views.verify import keep_private, not_guessed
from lms.domain.errors import NotFound
from lms.domain.keyset import read_mark, write_mark
from lms.domain.transcript import Transcript
from lms.infra import clock
from lms.infra.storage import storage
from lms.web.guards import member, public, require_viewer
from lms.web.pages import page

blueprint = Blueprint("certificates", __name__)

A_PAGE = 12

verify.add_to(blueprint)
transcripts.add_to(blueprint)
machine.add_to(blueprint)
sharing.add_to(blueprint)
matching.add_to(blueprint)
forging.add_to(blueprint)
sittings.add_to(blueprint)
course.add_to(blueprint)
proposals.add_to(blueprint)


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
    """Hand out the file of a certificate or transcript."""
    row = access.file_for_anybody(code)
    if row.award is None or row.file_digest is None:
        raise NotFound("certificate")
    response = make_response()
    response.set_etag(row.file_digest)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Type"] = "application/pdf"
    what = "transcript" if isinstance(row.award, Transcript) else row.award.course_slug
    name = f"{what}-{row.code_spaced}.pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    keep_private(response)
    response.make_conditional(request)
    if response.status_code != 304:
        try:
            response.set_data(storage().get(row.file_digest))
        except FileNotFoundError:
            raise NotFound("certificate") from None
    return response
