"""A certificate that the register forgets, and the files that its holder has of it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

from flask import Flask
from sqlalchemy import delete

from lms.certificates import queries
from lms.certificates.models import Certificate, Entry, Head
from lms.certificates.queries import CertificateRow
from lms.certificates.service import adopting
from lms.certificates.service.adopting import Verdict
from lms.infra.db import db
from lms.infra.storage import storage
from lms.learning.models import LearningRecord
from tests.certificates.conftest import Award


class Kept:
    """A certificate, and the files that its holder has of it."""

    def __init__(self, app: Flask, made: Award) -> None:
        self.app, self.award, self.row = app, made, made.row
        with app.app_context():
            self.pdf = storage().get(self.row.file_digest or "")
            self.json = storage().get(self.row.credential_digest or "")

    @property
    def png(self) -> bytes:
        """Return a badge with the credential baked in."""
        body = b"openbadgecredential\0\0\0\0\0" + self.json
        chunks = [(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)), (b"iTXt", body), (b"IEND", b"")]
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
            for name, data in chunks
        )

    def lose(self, *, journal_too: bool = False) -> None:
        """Let the register forget it, as a restore of an older backup does, with its bytes."""
        with self.app.app_context():
            db.session.execute(delete(Certificate).where(Certificate.code == self.row.code))
            db.session.execute(delete(LearningRecord).where(LearningRecord.kind == "certificate_issued"))
            if journal_too:
                db.session.execute(delete(Entry))
                db.session.execute(delete(Head))
            for digest in (self.row.file_digest, self.row.credential_digest):
                storage().remove(digest or "")
            db.session.commit()

    def adopt(self, content: bytes | None = None, *, dry: bool = False) -> Verdict:
        with self.app.app_context():
            verdict = adopting.adopt(content or self.pdf, dry=dry)
            db.session.commit()
        return verdict

    def act(self, work: Callable[..., object], **named: object) -> None:
        with self.app.app_context():
            work(self.row.id, actor=None, **named)
            db.session.commit()

    @property
    def found(self) -> CertificateRow | None:
        """Return what the register has now."""
        with self.app.app_context():
            return queries.find_by_code(self.row.code)
