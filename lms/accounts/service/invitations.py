"""Codes that confirm whoever registers with them."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import update

from lms.accounts import queries
from lms.accounts.events import InvitationMade, InvitationWithdrawn
from lms.accounts.models import Invitation
from lms.domain.errors import NotFound, Refused
from lms.domain.names import tidy
from lms.infra import clock
from lms.infra.db import db
from lms.infra.events import publish

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MOST_USES = 500
LONGEST = timedelta(days=366)


def create_invitation(*, uses: int, days: int, note: str, actor: str) -> str:
    """Make a code that confirms whoever registers with it, so often and so long; return it."""
    if not 1 <= uses <= MOST_USES or not 1 <= days <= LONGEST.days:
        raise Refused("out-of-range")
    now = clock.now()
    code = "".join(secrets.choice(LETTERS) for _ in range(10))
    expires_at = now + timedelta(days=days)
    db.session.add(
        Invitation(
            code=code, note=tidy(note)[:200], uses_left=uses, expires_at=expires_at, created_by=actor, created_at=now
        )
    )
    publish(InvitationMade(code=code, uses=uses, expires_at=expires_at, at=now, actor=actor))
    return code


def withdraw_invitation(code: str, *, actor: str) -> None:
    """Let a code confirm nobody any longer; NotFound when there is none."""
    row = db.session.get(Invitation, code)
    if row is None:
        raise NotFound
    row.uses_left = 0
    publish(InvitationWithdrawn(code=code, at=clock.now(), actor=actor))


def use_invitation(code: str) -> bool:
    """Take one use of a code; False when none is left."""
    taken = db.session.execute(
        update(Invitation)
        .where(
            Invitation.code == queries.fold_code(code), Invitation.uses_left > 0, Invitation.expires_at > clock.now()
        )
        .values(uses_left=Invitation.uses_left - 1)
        .returning(Invitation.code)
    ).first()
    return taken is not None
