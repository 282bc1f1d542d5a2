"""What study does when something happens to an account."""

from __future__ import annotations

from lms.accounts.events import SubjectsLinked
from lms.learning import service


def linked(event: SubjectsLinked) -> None:
    """Read the learning of two accounts of one person as one."""
    service.unify(event.canonical, event.other)
