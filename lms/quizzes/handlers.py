"""What quizzes do when something happens to an account."""

from __future__ import annotations

from lms.accounts.events import SubjectsLinked
from lms.quizzes import service


def linked(event: SubjectsLinked) -> None:
    """Put the attempts of a linked account under the enrolments of the person."""
    service.unify(event.canonical)
