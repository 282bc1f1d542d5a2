"""What a person sees when something is not there, not allowed, too large or broken."""

from __future__ import annotations

import structlog
from flask import Flask, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from lms.domain.errors import NotFound
from lms.web.pages import page

PAGES = {400, 403, 404, 405, 409, 413, 429}

log = structlog.get_logger()


def init_app(app: Flask) -> None:
    """Register the error pages."""

    @app.errorhandler(NotFound)
    def absent(_error: NotFound) -> tuple[str, int]:
        return page("errors/404.html"), 404

    @app.errorhandler(CSRFError)
    def stale(_error: CSRFError) -> tuple[str, int]:
        return page("errors/400.html", stale=True), 400

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[str, int] | HTTPException:
        code = error.code or 500
        if code < 400:
            return error
        if code in {401, 403, 405}:
            # What one may not see looks like what is not there.
            return page("errors/404.html"), 405 if code == 405 else 404
        if code in PAGES:
            return page(f"errors/{code}.html"), code
        return page("errors/400.html" if code < 500 else "errors/500.html"), code

    @app.errorhandler(Exception)
    def broken(error: Exception) -> tuple[str, int]:
        log.error("request failed", path=request.path, method=request.method, exc_info=error)
        if app.config.get("PROPAGATE_EXCEPTIONS") or app.testing:
            raise error
        return page("errors/500.html"), 500
