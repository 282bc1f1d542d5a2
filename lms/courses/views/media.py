"""Media of courses, by digest: never another content at the same address, so browsers keep them for good."""

from __future__ import annotations

from flask import Blueprint, Response, request, send_file

from lms.courses import access
from lms.domain.errors import NotFound
from lms.domain.formats.layout import extension
from lms.infra.storage import storage
from lms.web.guards import public

YEAR = 365 * 24 * 3600
CACHE = f"public, max-age={YEAR}, immutable"

WRITTEN = {
    "svg": "image/svg+xml",
    "vtt": "text/vtt; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}
"""Kinds that are text: sent whole, so that they are compressed."""

KINDS = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "opus": "audio/ogg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "ogv": "video/ogg",
    "pdf": "application/pdf",
}

DRAWING = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
"""A drawing that is opened by itself runs nothing and fetches nothing."""

PLAYED = "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
"""What browsers build around a picture, a sound or a film that is opened by itself needs a little more."""


def add_to(blueprint: Blueprint) -> None:
    """Register the address."""
    blueprint.add_url_rule("/media/<digest>/<name>", "media", media)


@public
def media(digest: str, name: str) -> Response:
    """Send a file of a course."""
    kind = extension(access.served_for_anybody(digest, name))
    path = storage().path(digest)
    if (kind not in WRITTEN and kind not in KINDS) or not path.is_file():
        raise NotFound(digest)
    if kind in WRITTEN:
        response = Response(path.read_bytes(), content_type=WRITTEN[kind])
        response.set_etag(digest)
        response.make_conditional(request)
    else:
        # A PDF is a program to some browsers; it is kept on the reader's own disk, outside our origin.
        response = send_file(
            path, mimetype=KINDS[kind], etag=digest, as_attachment=kind == "pdf", download_name=name, max_age=YEAR
        )
    response.headers["Cache-Control"] = CACHE
    response.headers["Content-Security-Policy"] = PLAYED if kind in KINDS else DRAWING
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
