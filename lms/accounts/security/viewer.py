"""Who is logged in, read from the database at the beginning of a request."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from lms.accounts.models import Account, RoleGrant, Subject
from lms.domain.authority import Grant
from lms.infra.db import db
from lms.web.guards import Viewer

_account, _subject, _grant = Account.__table__, Subject.__table__, RoleGrant.__table__

# Built once, and read without the mapper: every request of somebody logged in begins with it.
_VIEWER = (
    select(
        _account.c.id,
        _subject.c.canonical_id,
        _account.c.name,
        _account.c.email,
        _account.c.languages,
        _account.c.timezone,
        _grant.c.role,
        _grant.c.scope_kind,
        _grant.c.scope_id,
        _grant.c.until,
    )
    .select_from(_account.join(_subject).outerjoin(_grant, _grant.c.account_id == _account.c.id))
    .where(_account.c.fs_uniquifier == bindparam("uniquifier"), _account.c.active)
    .order_by(_grant.c.id)
)


def find_viewer(uniquifier: str) -> Viewer | None:
    """Return the person whose session names this, if the account may be used; one query."""
    rows = db.session.connection().execute(_VIEWER, {"uniquifier": uniquifier}).all()
    if not rows:
        return None
    account_id, subject_id, name, email, languages, timezone = rows[0][:6]
    return Viewer(
        account_id=account_id,
        subject_id=subject_id,
        name=name,
        email=email,
        languages=tuple(languages or ()),
        timezone=timezone,
        grants=tuple(
            Grant(role=role, scope_kind=scope_kind, scope_id=scope_id, until=until)
            for *_, role, scope_kind, scope_id, until in rows
            if role is not None
        ),
    )
