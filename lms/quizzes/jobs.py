"""What quizzes do by themselves."""

from __future__ import annotations

from lms.infra.queue import periodic
from lms.quizzes import service


@periodic("quizzes.close_overdue", every=60)
def close_overdue() -> None:
    """Close timed attempts that nobody came back to."""
    service.close_overdue()
