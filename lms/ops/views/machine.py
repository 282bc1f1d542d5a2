"""What machines ask: does it live, is it ready, how much is there."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from lms.infra import mail
from lms.infra.storage import storage
from lms.ops import queries
from lms.ops.service import health
from lms.web import guards


def add_to(blueprint: Blueprint) -> None:
    """Register the addresses."""
    blueprint.add_url_rule("/healthz", "healthz", healthz)
    blueprint.add_url_rule("/readyz", "readyz", readyz)
    blueprint.add_url_rule("/metrics", "metrics", metrics)


@guards.public
def healthz() -> Response:
    """Say that the process lives."""
    return _text("alive\n")


@guards.public
def readyz() -> Response:
    """Say whether database, storage and keys answer; 503 names those that do not, and `lms doctor` says why."""
    missing = health.unready(current_app.config["LMS"], storage())
    if missing:
        for name, problem in missing.items():
            current_app.logger.error("not ready: %s %s", name, problem)
        return _text("".join(f"{name} does not answer\n" for name in missing), 503)
    return _text("ready\n")


@guards.public
def metrics() -> Response:
    """Write the counts of the site in the text format of Prometheus; the proxy keeps them from the world."""
    lines = [
        "# HELP vitrine_jobs Background jobs that are not done, by queue and status.",
        "# TYPE vitrine_jobs gauge",
        *(
            f'vitrine_jobs{{queue="{queue}",status="{status}"}} {count}'
            for (queue, status), count in sorted(queries.count_jobs().items())
        ),
    ]
    for name, what, count in (
        ("vitrine_jobs_waiting", "Jobs that wait for a worker.", queries.count_waiting_jobs()),
        ("vitrine_mails_waiting", "Messages that have not left.", mail.count_waiting()),
        ("vitrine_enrolments", "Enrolments, past ones too.", queries.count_enrolments()),
        ("vitrine_certificates", "Certificates issued.", queries.count_certificates()),
        ("vitrine_process_start_time_seconds", "When this process started.", health.STARTED),
    ):
        lines += [f"# HELP {name} {what}", f"# TYPE {name} gauge", f"{name} {count}"]
    return Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def _text(body: str, status: int = 200) -> Response:
    response = Response(body, status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
