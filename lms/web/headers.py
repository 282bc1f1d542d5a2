"""The headers that tell a browser what our pages may do."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g

from lms.config import Config

POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "font-src 'self'; media-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


def nonce() -> str:
    """Return this request's nonce for our scripts."""
    value: str = g.nonce
    return value


def init_app(app: Flask, config: Config) -> None:
    """Set a nonce before, and the headers after every request."""

    @app.before_request
    def choose() -> None:
        g.nonce = secrets.token_urlsafe(16)

    @app.after_request
    def protect(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", POLICY.format(nonce=g.get("nonce", "")))
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        headers.setdefault("Cache-Control", "private, no-cache")
        if config.secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response
