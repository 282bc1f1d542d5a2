"""What certificates and transcripts know of a person, for their own download."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lms.certificates import queries
from lms.certificates.queries import sittings, transcripts
from lms.infra.personal import personal_data


@personal_data("certificates")
def own_certificates(subject_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return a person's certificates with all that they say."""
    return [
        {
            "code": row.code,
            "standing": row.standing,
            "issued_at": row.issued_at.isoformat(),
            "valid_until": row.valid_until.isoformat() if row.valid_until else None,
            "file_sha256": row.file_digest,
            "facts": row.facts,
        }
        for row in queries.list_own(list(subject_ids))
    ]


@personal_data("supervised-sittings")
def own_sittings(subject_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return where a person's papers were seen, and the name that they bore."""
    return sittings.list_presences(subject_ids)


@personal_data("transcripts")
def own_transcripts(subject_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return a person's transcripts with all that they say."""
    return [
        {
            "code": row.code,
            "standing": row.standing,
            "issued_at": row.issued_at.isoformat(),
            "file_sha256": row.file_digest,
            "facts": row.facts,
        }
        for row in transcripts.list_own(list(subject_ids))
    ]
