"""Changing what holds of whatever has a code: the rules are those of certificates or those of transcripts."""

from __future__ import annotations

from lms.certificates.queries.documents import Document
from lms.certificates.queries.transcripts import TranscriptRow
from lms.certificates.service import lifecycle, transcripts
from lms.domain.errors import Refused


def revoke(row: Document, *, reason: str, actor: str | None) -> None:
    """Take it back; everybody may read why. Refused when it does not stand."""
    if isinstance(row, TranscriptRow):
        transcripts.revoke(row.id, reason=reason, actor=actor)
    else:
        lifecycle.revoke(row.id, reason=reason, actor=actor)


def reinstate(row: Document, *, actor: str | None) -> None:
    """Let it count again. Refused when it was not revoked."""
    if isinstance(row, TranscriptRow):
        transcripts.reinstate(row.id, actor=actor)
    else:
        lifecycle.reinstate(row.id, actor=actor)


def correct(row: Document, *, actor: str | None) -> str:
    """Put a certificate with the holder's present name in its place, and return its id.

    Refused for a transcript: its holder has a new one made whenever the name in the profile is another.
    """
    if isinstance(row, TranscriptRow):
        raise Refused("made-anew")
    return lifecycle.correct(row.id, actor=actor)
