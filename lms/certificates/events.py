"""What happened to certificates."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CertificateIssued:
    """A certificate was awarded; its file follows."""

    subject_id: str
    certificate_id: str
    code: str
    title: str
    language: str
