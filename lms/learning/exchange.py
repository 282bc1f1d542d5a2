"""What study knows of a person, for their own download."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lms.infra.personal import personal_data
from lms.learning import queries


@personal_data("learning")
def own_records(subject_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return every record of a person, in the order they were written."""
    return [
        {"kind": r.kind, "at": r.at.isoformat(), "course": r.course_id, "body": r.body}
        for r in queries.list_own_records(subject_ids)
    ]
