"""Addresses of static files that change with their content, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, Response, request

KEEP = "public, max-age=31536000, immutable"
TEXT = ("text/css", "text/javascript", "application/javascript", "image/svg+xml", "text/plain")


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


def init_app(app: Flask) -> None:
    """Let browsers keep files whose address names their content; after Compress, which passes over file streams."""

    @app.after_request
    def hand_over(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code == 200:
            if "v" in request.args:
                response.headers["Cache-Control"] = KEEP
            if response.mimetype in TEXT:
                response.direct_passthrough = False
                response.set_data(response.get_data())
        return response
