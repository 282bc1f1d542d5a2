"""One transaction a request, committed at the edge; refusals that must be kept are recorded after the rollback."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, g

from lms.infra.db import db


def after_refusal(record: Callable[[], None]) -> None:
    """Run `record` after the refused request was rolled back, in a transaction of its own."""
    g.setdefault("refusals", []).append(record)


def init_app(app: Flask) -> None:
    """Commit below status 400, roll back otherwise. Register this first, so that it runs last."""

    @app.after_request
    def edge(response: Response) -> Response:
        if response.status_code < 400:
            db.session.commit()
        else:
            db.session.rollback()
        records: list[Callable[[], None]] = g.pop("refusals", [])
        for record in records:
            record()
        if records:
            db.session.commit()
        return response

    @app.teardown_request
    def abandon(_error: BaseException | None) -> None:
        db.session.rollback()
