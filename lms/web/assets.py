"""Addresses of static files that change with their content, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from pathlib import Path


class Assets:
    """Static files below one folder; each is read once to learn its digest."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._urls: dict[str, str] = {}

    def url(self, path: str) -> str:
        """Return the address of a static file; FileNotFoundError when it is missing."""
        if path not in self._urls:
            digest = hashlib.sha256((self._root / path).read_bytes()).hexdigest()[:12]
            self._urls[path] = f"/static/{path}?v={digest}"
        return self._urls[path]
