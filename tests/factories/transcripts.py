"""The facts of a transcript, for tests that need no study behind it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from lms.domain.codes import BYTES, encode
from lms.domain.transcript import Learned, Transcript, make_transcript

AT = datetime(2026, 11, 14, 10, 11, 12, 123456, tzinfo=UTC)
TITLES = (
    "The Museum as a Place of Learning",
    "Running a Museum",
    "Preventive Conservation for Small Museums with Little Money and a Notebook",
    "Labels that People Read",
    "Музей и его посетители: как провести разговор о предмете",
    "A Quiet Store",
)


def learned(n: int = 0, **changed: Any) -> Learned:
    """Return the n-th course of somebody who learns a lot; every fifth is under way and gave no certificate yet."""
    done = n % 5 != 4
    begun = AT - timedelta(days=40 * (n + 1))
    facts: dict[str, Any] = {
        "title": TITLES[n % len(TITLES)],
        "language": "ru" if n % len(TITLES) == 4 else "en",
        "number": f"2026.{n + 1}",
        "slug": f"course-{n}",
        "edition": n % 3 + 1,
        "hours": 6.0 + n % 4 / 2,
        "begun_at": begun.isoformat(),
        "completed_at": (begun + timedelta(days=21)).isoformat() if done else "",
        "percent": 100 if done else 45,
        "grade_percent": 86 if done and n % 2 == 0 else None,
        "certificate": encode(n.to_bytes(2, "big") * (BYTES // 2)) if done else "",
        "certified": "valid" if done else "",
        "ordinal": n if done else None,
        "name": "",
    }
    return Learned(**{**facts, **changed})


def transcript(count: int = 3, **changed: Any) -> Transcript:
    """Return a transcript of so many courses, with some facts changed."""
    facts: dict[str, Any] = {
        "name": "Marta Ilyina",
        "name_latin": "",
        "museum": "Museum of the River Port",
        "title": "Transcript of learning",
        "language": "en",
        "at": AT,
        "email_hash": "sha256$" + "ab" * 32,
        "email_salt": "0123456789abcdef",
    }
    courses = changed.pop("courses", None) or [learned(n) for n in range(count)]
    return make_transcript(courses, **{**facts, **changed})
