"""What administrators do to accounts; each tells who did it."""

from __future__ import annotations

import secrets
from datetime import datetime

from lms.accounts import queries
from lms.accounts.events import (
    AccountDisabled,
    AccountEnabled,
    AccountUnlocked,
    ExtraTimeSet,
    PasswordResetOrdered,
    RoleGranted,
    RoleRevoked,
)
from lms.accounts.models import RoleGrant
from lms.accounts.service.rows import administers, find_grant, get_account
from lms.accounts.service.sessions import forget_failures
from lms.domain.authority import ROLES, SITE
from lms.domain.errors import NotFound, Refused
from lms.infra import clock
from lms.infra.db import begin_write, db
from lms.infra.events import publish
from lms.infra.queue import enqueue

MOST_EXTRA_TIME = 300
"""Per cent."""


def unlock(account_id: int, *, actor: str) -> None:
    """Let somebody log in again at once."""
    account = get_account(account_id)
    forget_failures(account.email)
    publish(AccountUnlocked(account_id=account_id, subject_id=account.subject_id, at=clock.now(), actor=actor))


def order_reset(account_id: int, *, actor: str) -> None:
    """Send a link that sets a new password, at an administrator's wish."""
    account = get_account(account_id)
    enqueue("accounts.send_reset", account.email)
    note_reset_ordered(account_id, actor=actor)


def note_reset_ordered(account_id: int, *, actor: str | None) -> None:
    """Tell that somebody got hold of a link that sets a person's password."""
    account = get_account(account_id)
    publish(PasswordResetOrdered(account_id=account_id, subject_id=account.subject_id, at=clock.now(), actor=actor))


def disable(account_id: int, *, actor: str) -> None:
    """Let an account be used no longer, and end its sessions; Refused for the last administrator."""
    account = get_account(account_id)
    if administers(account) and queries.count_administrators() <= 1:
        raise Refused("last-administrator")
    account.active = False
    account.fs_uniquifier = secrets.token_hex(16)
    publish(AccountDisabled(account_id=account_id, subject_id=account.subject_id, at=clock.now(), actor=actor))


def enable(account_id: int, *, actor: str) -> None:
    """Let an account be used again."""
    account = get_account(account_id)
    account.active = True
    publish(AccountEnabled(account_id=account_id, subject_id=account.subject_id, at=clock.now(), actor=actor))


def grant_role(
    account_id: int,
    role: str,
    *,
    scope_kind: str = SITE,
    scope_id: str = "",
    until: datetime | None = None,
    actor: str | None,
) -> None:
    """Give a role within a scope; a role already held there gets the new date."""
    if role not in ROLES:
        raise Refused("unknown-role")
    account = get_account(account_id)
    held = find_grant(account_id, role, scope_kind, scope_id)
    if held is None:
        held = RoleGrant(account_id=account_id, role=role, scope_kind=scope_kind, scope_id=scope_id)
        db.session.add(held)
    held.until, held.granted_by, held.granted_at = until, actor, clock.now()
    db.session.flush()
    publish(
        RoleGranted(
            account_id=account_id,
            subject_id=account.subject_id,
            role=role,
            scope_kind=scope_kind,
            scope_id=scope_id,
            until=until,
            at=held.granted_at,
            actor=actor,
        )
    )


def revoke_role(account_id: int, role: str, *, scope_kind: str = SITE, scope_id: str = "", actor: str | None) -> None:
    """Take a role within a scope; NotFound when it is not held, Refused for the last administrator."""
    begin_write()
    account = get_account(account_id)
    held = find_grant(account_id, role, scope_kind, scope_id)
    if held is None:
        raise NotFound
    if role == "admin" and scope_kind == SITE and queries.count_administrators() <= 1:
        raise Refused("last-administrator")
    db.session.delete(held)
    db.session.flush()
    publish(
        RoleRevoked(
            account_id=account_id,
            subject_id=account.subject_id,
            role=role,
            scope_kind=scope_kind,
            scope_id=scope_id,
            at=clock.now(),
            actor=actor,
        )
    )


def set_extra_time(account_id: int, percent: int, *, actor: str) -> None:
    """Make every time limit longer by so many per cent for a person."""
    if not 0 <= percent <= MOST_EXTRA_TIME:
        raise Refused("out-of-range")
    account = get_account(account_id)
    account.extra_time = percent
    publish(
        ExtraTimeSet(account_id=account_id, subject_id=account.subject_id, percent=percent, at=clock.now(), actor=actor)
    )
