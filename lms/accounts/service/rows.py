"""The rows that the services of accounts work on."""

from __future__ import annotations

from sqlalchemy import select

from lms.accounts.models import Account, RoleGrant
from lms.domain.authority import SITE
from lms.domain.errors import NotFound, Refused
from lms.domain.names import latin_fault, name_fault, tidy
from lms.infra.db import db


def get_account(account_id: int) -> Account:
    """Return the row of an account; NotFound when there is none."""
    found = db.session.get(Account, account_id)
    if found is None:
        raise NotFound
    return found


def find_grant(account_id: int, role: str, scope_kind: str, scope_id: str) -> RoleGrant | None:
    """Return the row of a role that is held within a scope."""
    return db.session.scalar(
        select(RoleGrant).where(
            RoleGrant.account_id == account_id,
            RoleGrant.role == role,
            RoleGrant.scope_kind == scope_kind,
            RoleGrant.scope_id == scope_id,
        )
    )


def administers(account: Account) -> bool:
    """Tell whether somebody may use the account and administer the whole site."""
    return account.active and any(grant.role == "admin" and grant.scope_kind == SITE for grant in account.grants)


def fit_names(name: str, name_latin: str) -> tuple[str, str]:
    """Return a name and its Latin form as they are kept; Refused when one cannot stand on a certificate."""
    own, latin = tidy(name), tidy(name_latin)
    if fault := name_fault(own) or (latin_fault(latin) if latin else None):
        raise Refused("name", fault=fault)
    return own, latin
