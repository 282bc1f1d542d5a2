"""What the processes of the site write to standard error, for a person or the journal to read."""

from __future__ import annotations

import logging
import sys

import structlog

STANDARD = "%(asctime)s [%(levelname)s] %(name)s: %(message)s"


def configure() -> None:
    """Write one line an event; a traceback shows code and never values, which may be somebody's password."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format=STANDARD)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
