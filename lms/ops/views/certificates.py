"""Certificates as an administrator looks after them: what was issued, what was taken back, and the keys."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.security import recently
from lms.certificates import queries
from lms.certificates.queries import transcripts
from lms.certificates.queries.documents import Document, find_document
from lms.certificates.queries.transcripts import TranscriptRow
from lms.certificates.service import standing
from lms.domain import codes
from lms.domain.errors import NotFound, Refused
from lms.domain.keyset import read_mark, write_mark
from lms.infra import clock
from lms.infra.keyring import keyring
from lms.infra.languages import gettext as _
from lms.infra.pause import paused
from lms.ops.forms import ReasonForm
from lms.web.forms import without_control
from lms.web.guards import permission, require_viewer
from lms.web.pages import page

LINES = 50


def add_to(blueprint: Blueprint) -> None:
    """Register the pages."""
    blueprint.add_url_rule("/admin/certificates", "admin_certificates", certificates)
    blueprint.add_url_rule("/admin/certificates/<code>", "admin_certificate", certificate)
    for word, view in (("revoke", revoke), ("reinstate", reinstate), ("correct", correct)):
        address = f"/admin/certificates/<code>/{word}"
        blueprint.add_url_rule(address, f"admin_certificate_{word}", view, methods=["POST"])


@permission("certificates.view")
def certificates() -> str | Response:
    """List certificates, newest first; a code that is searched leads to its own page."""
    search = without_control(request.args.get("q", ""))[:64]
    if search and (code := codes.read(search)) and find_document(code):
        return redirect(url_for("ops.admin_certificate", code=code))
    mark = read_mark(request.args.get("after", ""))
    kind = "transcripts" if request.args.get("kind") == "transcripts" else ""
    list_all = transcripts.list_all if kind else queries.list_all
    found: Sequence[Document] = list_all(before=mark, limit=LINES + 1)
    last = found[LINES - 1] if len(found) > LINES else None
    return page(
        "ops/admin/certificates.html",
        certificates=found[:LINES],
        kind=kind,
        problems=[*queries.list_with_problems(), *transcripts.list_with_problems()],
        keys=keyring().keys(),
        paused=paused(),
        search=search,
        now=clock.now(),
        more=write_mark(last.issued_at, last.id) if last else None,
    )


@permission("certificates.view")
def certificate(code: str) -> str:
    """Show one certificate, what became of it, and what can be done."""
    return _page(_row(code), ReasonForm(formdata=None))


@permission("certificates.revoke")
@recently
def revoke(code: str) -> Response | tuple[str, int]:
    """Take back a certificate, for a reason that everybody may read."""
    row, form = _row(code), ReasonForm()
    if not form.validate_on_submit():
        return _page(row, form), 422
    return _done(
        row,
        lambda: standing.revoke(row, reason=form.reason.data or "", actor=require_viewer().subject_id),
        _("The certificate is revoked. Its holder is told, and whoever verifies it reads the reason."),
    )


@permission("certificates.revoke")
@recently
def reinstate(code: str) -> Response:
    """Let a revoked certificate count again."""
    row = _row(code)
    return _done(
        row,
        lambda: standing.reinstate(row, actor=require_viewer().subject_id),
        _("The certificate counts again."),
    )


@permission("certificates.revoke")
@recently
def correct(code: str) -> Response:
    """Replace a certificate by one with the holder's present name."""
    row = _row(code)
    return _done(
        row,
        lambda: standing.correct(row, actor=require_viewer().subject_id),
        _("A new certificate takes its place. Its file is made now; the holder is told."),
    )


def _done(row: Document, act: object, words: str) -> Response:
    assert callable(act)
    try:
        act()
    except Refused as no:
        flash(
            {
                "standing": _("Nothing was changed: somebody else has changed this certificate meanwhile."),
                "paused": _(
                    "Nothing was changed: the site waits after a restore until its journal is reconciled. "
                    "Run “lms certificates reconcile” on the server, then do it again."
                ),
                "same-name": _("Nothing was changed: the certificate bears the name in the holder’s profile already."),
                "nobody-to-name": _("Nothing was changed: the holder has had the account erased."),
                "made-anew": _("Nothing was changed: the holder of a transcript makes a new one."),
            }[no.reason]
        )
    else:
        flash(words, "success")
    return redirect(url_for("ops.admin_certificate", code=row.code))


def _row(code: str) -> Document:
    read = codes.read(code)
    row = find_document(read) if read else None
    if row is None:
        raise NotFound(code)
    return row


def _page(row: Document, form: ReasonForm) -> str:
    return page(
        "ops/admin/certificate.html",
        certificate=row,
        state=row.state(clock.now()),
        history=queries.list_entries(row.code),
        transcript=isinstance(row, TranscriptRow),
        form=form,
    )
