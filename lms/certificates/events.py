"""What happened to certificates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class CertificateIssued:
    """A certificate was awarded; its file follows."""

    subject_id: str
    certificate_id: str
    code: str
    title: str
    language: str


@dataclass(frozen=True, kw_only=True)
class CertificateRevoked:
    """A certificate no longer counts, for a reason that everybody may read."""

    actor: str | None
    subject_id: str
    certificate_id: str
    code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CertificateReinstated:
    """A certificate counts again."""

    actor: str | None
    subject_id: str
    certificate_id: str
    code: str


@dataclass(frozen=True, kw_only=True)
class CertificateCorrected:
    """A certificate was replaced by one with the right name."""

    actor: str | None
    subject_id: str
    certificate_id: str
    code: str
    replaces: str


@dataclass(frozen=True, kw_only=True)
class KeyRotated:
    """A new key signs from now on."""

    actor: str | None
    key: str


@dataclass(frozen=True, kw_only=True)
class KeyRevoked:
    """A key was known to others from a moment on."""

    actor: str | None
    key: str
    since: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class LookChanged:
    """Certificates show another picture of the site at a place, or none: `digest` is empty."""

    actor: str | None
    place: str
    digest: str
