"""The facts of a certificate, for tests that need no course behind it."""

from __future__ import annotations

from typing import Any

from lms.domain.award import Award, Module

CODE = "7K3M9XQ24TFAH6RW"


def make_award(**changed: Any) -> Award:
    """Return an award, with some facts changed."""
    titles = ("How people learn", "Objects and questions", "Planning a programme")
    facts: dict[str, Any] = {
        "name": "Marta Ilyina",
        "name_latin": "",
        "museum": "Museum of the River Port",
        "title": "Certificate in museum education",
        "course_title": "The Museum as a Place of Learning",
        "course_number": "2026.3",
        "course_slug": "museum-learning",
        "edition": 2,
        "version_digest": "9f3c" * 16,
        "modules": titles,
        "rooms": tuple(Module(minutes=120, kinds=("lesson", "task", "quiz"), after=()) for _ in titles),
        "lessons": 3,
        "quizzes": 3,
        "tasks": 3,
        "hours": 6.0,
        "outcomes": ("Explain how people learn in a museum", "Lead a conversation about an object"),
        "show": ("hours", "outcomes", "score"),
        "grade_percent": 86,
        "pass_percent": 70,
        "signatories": (("Ilse Verhaegen", "for the council"),),
        "assessment": "quizzes-tasks",
        "identity": "self-declared",
        "language": "en",
        "issued_at": "2026-11-14T10:11:12.123456+00:00",
        "valid_until": "2029-11-14T23:59:59+00:00",
    }
    return Award(**{**facts, **changed})
