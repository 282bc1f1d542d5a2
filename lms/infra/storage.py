"""Bytes kept by their SHA-256 in the data folder: written once, never changed."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from flask import current_app


class Storage:
    """A folder of files named by the SHA-256 of what they hold."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, digest: str) -> Path:
        """Return where the bytes with this digest stand, there or not."""
        return self.root / digest[:2] / digest

    def put(self, content: bytes) -> str:
        """Keep the bytes durably and return their digest; they are on the disk before this returns."""
        digest = hashlib.sha256(content).hexdigest()
        target = self.path(digest)
        if target.exists():
            return digest
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix="new-", delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(file.name, target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the bytes; FileNotFoundError when they are not here."""
        return self.path(digest).read_bytes()

    def remove(self, digest: str) -> None:
        """Forget the bytes, if they are here."""
        self.path(digest).unlink(missing_ok=True)

    def forget_unfinished(self, before: float) -> int:
        """Remove what was being written when a process died before a moment (seconds since 1970); return how many."""
        count = 0
        for file in self.root.glob("[0-9a-f][0-9a-f]/new-*"):
            try:
                if file.stat().st_mtime < before:
                    file.unlink()
                    count += 1
            except FileNotFoundError:  # it has its name by now
                continue
        return count

    def digests(self) -> Iterator[str]:
        """Yield the digest of everything kept."""
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            for file in sorted(folder.iterdir()):
                if not file.name.startswith("new-"):
                    yield file.name


def storage() -> Storage:
    """Return the storage of the running application."""
    kept: Storage = current_app.extensions["storage"]
    return kept
