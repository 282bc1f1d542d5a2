"""Bytes that were stored for a certificate whose commit never came: a process that died in between left them behind.

Before the bytes are stored their digest is noted. Only what was so noted is ever removed, after a day, and only when
neither the register nor the journal names it: courses and whatever else lies in the storage are not looked at.
"""

from __future__ import annotations

import os
import time
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from lms.certificates import queries
from lms.certificates.queries.documents import find_document_by_digest
from lms.certificates.service import journal
from lms.infra import clock
from lms.infra.pause import paused
from lms.infra.site import site
from lms.infra.storage import storage

FOLDER = "stored"
"""Notes of what was stored, a file a day, in the data folder."""

AFTER = timedelta(days=1)


def store(code: str, content: bytes) -> str:
    """Note that the bytes of a certificate are being stored, store them, and return their digest."""
    folder = site().data_dir / FOLDER
    folder.mkdir(exist_ok=True, mode=0o750)
    note = f"{sha256(content).hexdigest()} {code}\n".encode()
    file = os.open(folder / f"{clock.now():%Y-%m-%d}", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(file, note)  # one write, so that the lines of two processes do not mix
    finally:
        os.close(file)
    return storage().put(content)


def sweep() -> int:
    """Remove what was stored more than a day ago and belongs to no certificate; return how many files that were."""
    if paused():
        return 0  # the journal may yet tell of it
    today = clock.now().date()
    count = 0
    for notes in _notes():
        if date.fromisoformat(notes.name) + AFTER < today:
            journal.hold()  # nobody takes a certificate back from the same bytes meanwhile
            count += sum(_forget(*line.split()) for line in notes.read_text().splitlines())
            notes.unlink()
    return count + storage().forget_unfinished(time.time() - AFTER.total_seconds())


def _notes() -> list[Path]:
    folder = site().data_dir / FOLDER
    return sorted(folder.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"))


def _forget(digest: str, code: str) -> bool:
    if not storage().path(digest).exists() or find_document_by_digest(digest) is not None:
        return False
    if any(digest in line.facts.values() for line in queries.list_entries(code)):
        return False
    storage().remove(digest)
    return True
