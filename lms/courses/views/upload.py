"""Uploading a package: checked before anything is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as Answer

from lms.courses import service
from lms.courses.forms import UploadForm
from lms.courses.service import Imported
from lms.courses.views import words
from lms.courses.views.teach import may
from lms.domain.errors import Refused
from lms.domain.faults import Fault
from lms.domain.formats.packages import MAX_PACKED, PackageRefused
from lms.infra.languages import gettext as _
from lms.web.guards import permission, require_viewer, viewer
from lms.web.pages import page

ENDPOINT = "upload"
LARGEST = MAX_PACKED + 1024 * 1024
"""Bytes of the whole form: the package and what a browser writes around it."""

UNPROCESSABLE = 422
ZIP = b"PK"

Shown = str | Answer | tuple[str, int]


def add_to(blueprint: Blueprint) -> None:
    """Register the page, and the one exception to how much a form may send."""
    blueprint.add_url_rule("/teach/upload", ENDPOINT, upload, methods=["GET", "POST"])
    # Runs before anything reads the form, and so before its size is judged.
    blueprint.url_value_preprocessor(_allow_size)


def _allow_size(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if endpoint != f"courses.{ENDPOINT}" or request.method != "POST":
        return
    who = viewer()
    if who is not None and who.can("courses.import"):
        request.max_content_length = LARGEST


@permission("courses.import")
def upload() -> Shown:
    """Take a package, check it, and keep it as a version when it has no faults."""
    form = UploadForm()
    if not form.validate_on_submit():
        return page("courses/teach_upload.html", form=form, refusal=None), UNPROCESSABLE if form.errors else 200
    file: FileStorage = form.package.data
    who = require_viewer()
    try:
        with _on_disk(file) as path:
            done = service.import_package(path, actor=who.subject_id, may=may(who, "courses.import"))
    except (PackageRefused, Refused) as refusal:
        return page("courses/teach_upload.html", form=form, refusal=_why(refusal)), UNPROCESSABLE
    if done.slug is None:
        return _report(form, file.filename or "", done), UNPROCESSABLE
    _tell(done)
    return redirect(url_for("courses.version", slug=done.slug, ordinal=done.ordinal))


def _report(form: UploadForm, name: str, done: Imported) -> str:
    return page(
        "courses/teach_report.html",
        form=form,
        name=name,
        faults=_rows(done.faults),
        warnings=_rows(done.warnings),
    )


def _rows(found: Iterable[Fault]) -> list[tuple[str, str, str | Markup]]:
    return [(f.severity, f"{f.path}:{f.line}", words.marked(f.message, words.CHECKERS)) for f in found]


@contextmanager
def _on_disk(file: FileStorage) -> Iterator[Path]:
    """Lend the package as a file; what is no zip at all is refused before it is copied."""
    if file.stream.read(len(ZIP)) != ZIP:
        raise PackageRefused("The file is no zip package.")
    file.stream.seek(0)
    with tempfile.TemporaryDirectory(prefix="vitrine-upload-") as folder:
        path = Path(folder, "package.zip")
        file.save(path)
        yield path


def _why(refusal: PackageRefused | Refused) -> str | Markup:
    if isinstance(refusal, Refused):
        return _("The course “%(slug)s” is not one that you may import.", slug=refusal.facts["slug"])
    return words.marked(str(refusal), words.CHECKERS)


def _tell(done: Imported) -> None:
    if done.known:
        flash(_("Exactly this version was here already. Nothing has changed."))
    else:
        flash(_("The package is imported. Learners see nothing of it before it is published."), "success")
