"""The check that anybody may make: by the code, or with the file."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response, make_response, redirect, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as Answer

from lms.certificates import access, queries
from lms.certificates.queries import CertificateRow
from lms.certificates.queries.documents import Document
from lms.certificates.queries.transcripts import TranscriptRow
from lms.certificates.service import checking, verdict, words
from lms.certificates.service.checking import SPECIMEN, Checked
from lms.certificates.views import forging, transcripts
from lms.domain import codes
from lms.domain.errors import NotFound
from lms.infra import clock
from lms.infra.examiner import LARGEST
from lms.infra.languages import gettext as _
from lms.infra.storage import storage
from lms.web import locale
from lms.web.guards import public
from lms.web.limits import Limits
from lms.web.pages import page

MISSES = 60
"""Wrong codes that one address may ask for in a minute: a class may mistype, a machine may not guess."""

FORMS = ("text/html", "application/vc", "application/ld+json", "application/json", "application/pdf")
"""What a certificate can be had as at its address."""

NAMES = ("name", "name_latin")

SENDS = 30
"""Files that one address may send in a minute; each takes up to a second and a half of a process."""

AGAIN = 10
"""Seconds after which somebody may try again to whom a busy site said no."""

not_guessed = Limits().misses("certificates", MISSES)
not_flooded = Limits().sends("certificates.files", SENDS)


def add_to(blueprint: Blueprint) -> None:
    """Register the pages."""
    blueprint.add_url_rule("/verify", "verify_form", ask, methods=["GET", "POST"])
    # Runs before anything reads the form, and so before its size is judged.
    blueprint.url_value_preprocessor(_allow_size)
    blueprint.add_url_rule("/<any(VERIFY, Verify):_shouted>/<code>", "verify", by_code)
    blueprint.add_url_rule("/verify/<code>", "verify", by_code)


def _allow_size(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if endpoint == "certificates.verify_form" and request.method == "POST":
        request.max_content_length = LARGEST + 1024 * 1024


@public
@not_flooded
def ask() -> Answer | str:
    """Ask for a code or a file; go to the page about the one, check the other."""
    file: FileStorage | None = request.files.get("file")
    typed = request.values.get("code", "")
    forged = "forge" in request.form
    if file and file.filename:
        return _by_file(file.read(LARGEST + 1), typed or (file.filename or "").rpartition(".")[0][-19:], forged)
    if forged:
        return forging.forge_page(fault=_("Choose the file that you have changed, then try again."))
    if request.method == "GET" and "code" not in request.args:
        return page("certificates/verify_form.html", fault="")
    code = codes.read(typed) or codes.tidy(typed)
    if not code:
        fault = _("Type the code that stands on the certificate, or choose its file.")
        return page("certificates/verify_form.html", fault=fault)
    return redirect(url_for("certificates.verify", code=code))


@public
@not_guessed
def by_code(code: str, _shouted: str = "") -> Response:
    """Say what holds of a certificate and what it claims; the QR code asks in capital letters.

    Programs get the credential, its state in JSON, or the file, as they ask.
    """
    wanted = request.accept_mimetypes.best_match(FORMS, "text/html") if request.accept_mimetypes else "text/html"
    if codes.read(code) == SPECIMEN:
        return _unseen(make_response(redirect(url_for("certificates.forge"))))
    try:
        row = access.document_for_anybody(code)
    except NotFound:
        return nothing()
    files = row.standing != "superseded"
    if wanted == "application/pdf" and row.made and files:
        return _unseen(make_response(redirect(url_for("certificates.pdf", code=row.code))))
    if wanted in {"application/vc", "application/ld+json"} and row.credential_digest and row.award and files:
        return _unseen(Response(storage().get(row.credential_digest), content_type="application/vc"))
    if wanted not in {"text/html", "application/pdf"}:
        return _unseen(Response(orjson.dumps(_summary(row)), content_type="application/json"))
    return about(row)


def about(row: Document, *, file: Checked | None = None, matched: object = None) -> Response:
    """Return the page about a certificate or transcript, with what came of its file or of comparing an address."""
    if isinstance(row, TranscriptRow):
        said = transcripts.claims(row, file)
        return _unseen(make_response(page("certificates/transcript_verify.html", **said, file=file, matched=matched)))
    return _unseen(make_response(page("certificates/verify.html", **_claims(row, file), file=file, matched=matched)))


def nothing() -> Response:
    """Say that there is no such certificate: one answer to all codes that nobody was given, and to what is no code."""
    return _unseen(make_response(page("certificates/unknown.html", said=verdict.on_nothing()), 404))


def _by_file(content: bytes, typed: str, forged: bool) -> Response:
    checked = checking.check_file(content, typed)
    if checked.row and checked.trusted:
        return about(checked.row, file=checked)
    now = words.moment(clock.now(), locale.current())
    if forged:
        response = _unseen(make_response(forging.forge_page(checked, now)))
    else:
        said = verdict.on_file(checked)
        response = _unseen(make_response(page("certificates/file.html", checked=checked, said=said, now=now)))
    if checked.findings.problem == "busy":
        response.status_code, response.headers["Retry-After"] = 503, str(AGAIN)
    return response


def _summary(row: Document) -> dict[str, Any]:
    if isinstance(row, TranscriptRow):
        return transcripts.summary(row)
    now = clock.now()
    return {
        "code": row.code,
        "state": row.state(now),
        "checked_at": now.isoformat(timespec="seconds"),
        "issued_at": row.issued_at.isoformat(),
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "reason": row.reason or None,
        "replaced_by": row.replaced_by if row.standing == "superseded" else None,
        "file_sha256": row.file_digest,
        "claims": {
            key: getattr(row.award, key) if key not in NAMES or row.standing != "superseded" else None
            for key in (
                *("name", "name_latin", "title", "course_title", "hours", "outcomes", "edition", "language"),
                *("assessment", "supervised_by", "identity", "identified_by"),
            )
        }
        if row.award
        else None,
    }


def _claims(row: CertificateRow, file: Checked | None) -> dict[str, object]:
    now = clock.now()
    lang = locale.current()
    award = row.award
    state = row.state(now)
    return {
        "certificate": row,
        "award": award,
        # A name that was corrected is not told any more.
        "named": award.name if award and state != "superseded" else "",
        "state": state,
        "said": verdict.on_certificate(row, state, lang, whole=file is not None),
        "checked": words.moment(now, lang),
        "issued": words.day(row.issued_at.isoformat(), lang),
        "until": words.day(row.valid_until.isoformat(), lang) if row.valid_until else "",
        "ended": words.day(row.ended_at.isoformat(), lang) if row.ended_at else "",
        "signed": words.moment(row.made_at, lang) if row.made_at else "",
        "original": queries.find_by_code(row.replaces) if row.replaces else None,
        "grade": words.percent(award.grade_percent, lang)
        if award and award.grade_percent is not None and "score" in award.show
        else "",
        "assessment": words.assessment_of(award, lang) if award else (),
        "identity": words.identity_of(award) if award else "",
    }


def _unseen(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Accept")
    return keep_private(response)


def keep_private(response: Response) -> Response:
    """Keep a page about a person out of search engines and of other sites' logs."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
