"""What the operator is shown: jobs, and the counts of /metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from lms.certificates.models import Certificate
from lms.infra.db import db
from lms.infra.queue import WAITING, workflow_table
from lms.learning.models import Enrolment
from lms.ops.models import AuditEntry


@dataclass(frozen=True, kw_only=True)
class JobSummary:
    """A line in the list of jobs."""

    key: str
    name: str
    queue: str
    status: str
    created_at: datetime
    updated_at: datetime


def list_jobs(after: tuple[int, str] | None = None, limit: int = 50, *, unfinished: bool = False) -> list[JobSummary]:
    """Return jobs, newest first, that come after this moment (milliseconds since 1970) and key."""
    jobs = workflow_table()
    query = (
        select(
            jobs.c.workflow_uuid, jobs.c.name, jobs.c.queue_name, jobs.c.status, jobs.c.created_at, jobs.c.updated_at
        )
        .order_by(jobs.c.created_at.desc(), jobs.c.workflow_uuid.desc())
        .limit(limit)
    )
    if unfinished:
        query = query.where(jobs.c.status != "SUCCESS")
    if after is not None:
        moment, key = after
        query = query.where(
            (jobs.c.created_at < moment) | ((jobs.c.created_at == moment) & (jobs.c.workflow_uuid < key))
        )
    return [
        JobSummary(
            key=key,
            name=name,
            queue=queue or "",
            status=status.lower(),
            created_at=_moment(created),
            updated_at=_moment(updated),
        )
        for key, name, queue, status, created, updated in db.session.execute(query)
    ]


@dataclass(frozen=True, kw_only=True)
class AuditLine:
    """A line of the audit log."""

    id: int
    at: datetime
    actor: str | None
    kind: str
    facts: dict[str, object]


def list_audit(before: int | None = None, limit: int = 50) -> list[AuditLine]:
    """Return the audit log, newest first, below an id."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return [
        AuditLine(id=row.id, at=row.at, actor=row.actor, kind=row.kind, facts=row.facts)
        for row in db.session.scalars(query)
    ]


def count_jobs() -> dict[tuple[str, str], int]:
    """Count the jobs that wait, run or failed, by queue and status."""
    jobs = workflow_table()
    query = (
        select(jobs.c.queue_name, jobs.c.status, func.count())
        .where(jobs.c.status != "SUCCESS")
        .group_by(jobs.c.queue_name, jobs.c.status)
    )
    return {(queue or "", status.lower()): count for queue, status, count in db.session.execute(query)}


def count_enrolments() -> int:
    """Count the enrolments of all learners, past ones too."""
    return db.session.scalar(select(func.count()).select_from(Enrolment)) or 0


def count_certificates() -> int:
    """Count the certificates that were issued."""
    return db.session.scalar(select(func.count()).select_from(Certificate)) or 0


def count_waiting_jobs() -> int:
    """Count the jobs that wait for a worker or for their next attempt."""
    jobs = workflow_table()
    return db.session.scalar(select(func.count()).where(jobs.c.status.in_(WAITING))) or 0


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
