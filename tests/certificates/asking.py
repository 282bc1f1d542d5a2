"""People who ask for transcripts, by the service and on the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from lms.certificates import queries
from lms.certificates.queries import transcripts as reads
from lms.certificates.queries.transcripts import TranscriptRow
from lms.certificates.service import checking, lifecycle, transcripts
from lms.certificates.service.checking import Checked
from lms.infra.db import db
from lms.infra.queue import run_jobs
from lms.infra.storage import storage
from tests.certificates.conftest import Award
from tests.factories.people import Cast

LANGUAGES = ("en",)
BUTTON = "Make a signed transcript"


class Wanted:
    """Somebody who asks for transcripts."""

    def __init__(self, app: Flask, subject_id: str) -> None:
        self.app, self.subject_id = app, subject_id

    def ask(self, *languages: str) -> TranscriptRow:
        """Ask for one, as the page does."""
        with self.app.app_context():
            code, _fresh = transcripts.issue(self.subject_id, languages or LANGUAGES)
            db.session.commit()
        return self.row(code)

    def row(self, code: str) -> TranscriptRow:
        """Return a transcript as it stands now."""
        with self.app.app_context():
            found = reads.find_by_code(code)
        assert found is not None
        return found

    def made(self) -> TranscriptRow:
        """Ask for one and have its file made."""
        row = self.ask()
        with self.app.app_context():
            run_jobs()
        assert self.row(row.code).made
        return self.row(row.code)


class Issued:
    """A transcript that the learner of the cast had made on the page."""

    def __init__(self, app: Flask, award: Award, cast: Cast) -> None:
        self.app, self.award, self.cast = app, award, cast
        cast.browser("learner").visit("/me/transcript")
        cast.browser("learner").press(BUTTON)
        award.work()
        with app.app_context():
            [row] = reads.list_by_subject(cast.learner.subject_id)
        self.code, self.id = row.code, row.id
        assert row.made

    @property
    def row(self) -> TranscriptRow:
        """Return it as it stands now."""
        with self.app.app_context():
            found = reads.find_by_code(self.code)
        assert found is not None
        return found

    def file(self, digest: str | None = None) -> bytes:
        """Return its bytes."""
        with self.app.app_context():
            return storage().get(digest or self.row.file_digest or "")

    def credential(self) -> bytes:
        """Return its credential's."""
        return self.file(self.row.credential_digest)

    def check(self, content: bytes, typed: str = "") -> Checked:
        """Check a file."""
        with self.app.app_context():
            return checking.check_file(content, typed)

    def change(self, work: Callable[..., object], **named: Any) -> None:
        """Change what holds of it."""
        with self.app.app_context():
            work(self.id, actor=None, **named)
            db.session.commit()

    def revoke_certificate(self, reason: str = "Somebody else sat the examination") -> None:
        """Take back the certificate that it names."""
        with self.app.app_context():
            lifecycle.revoke(self.award.row.id, reason=reason, actor=None)
            db.session.commit()


def kinds(app: Flask, code: str) -> list[str]:
    """Return what the journal says of a transcript."""
    with app.app_context():
        return [line.kind for line in queries.list_entries(code)]


def act(app: Flask, work: Callable[..., object], *arguments: object, **named: object) -> None:
    """Do something as a request would."""
    with app.app_context():
        work(*arguments, **named)
        db.session.commit()
