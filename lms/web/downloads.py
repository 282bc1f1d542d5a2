"""Long answers in pieces, and files from the disk: neither is ever held in memory as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from flask import Flask, Response, current_app, request, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable

Mark = TypeVar("Mark")


def stream(pieces: Iterable[bytes], *, mimetype: str, name: str) -> Response:
    """Send pieces as they come, as a file to keep."""
    response = Response(pieces, mimetype=mimetype)
    response.headers["Content-Disposition"] = attachment(name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def in_pieces(read: Callable[[Mark | None], tuple[bytes, Mark | None]]) -> Iterator[bytes]:
    """Yield piece after piece, each read with the place where the one before ended; None ends it.

    Between two pieces no connection to the database is held, however thin the line they go over.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def run() -> Iterator[bytes]:
        place: Mark | None = None
        while True:
            with app.app_context():
                piece, place = read(place)
            yield piece
            if place is None:
                return

    return run()


def from_disk(path: Path, *, mimetype: str, name: str, etag: str) -> Response:
    """Send a file that never changes under its etag; parts of it, and nothing to whoever has it, when asked so."""
    response = send_file(path, mimetype=mimetype, conditional=False, etag=False, max_age=None)
    response.set_etag(etag)
    response.headers["Content-Disposition"] = attachment(name)
    response.headers["Cache-Control"] = "private, no-cache"
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=path.stat().st_size)
    except RequestedRangeNotSatisfiable:
        response.close()
        raise
    return response


def attachment(name: str) -> str:
    """Return the header that names a file; letters beyond ASCII as RFC 6266 has them."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "'").replace("\\", "_")
    return f'attachment; filename="{plain}"' + ("" if plain == name else f"; filename*=UTF-8''{quote(name)}")
