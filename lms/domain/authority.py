"""Who may do what: roles are sets of permissions, granted within a scope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

SITE = "site"
"""The scope that encloses every other."""

ROLES: dict[str, frozenset[str]] = {
    "learner": frozenset(),
    "trainer": frozenset(
        {
            "teach.view",
            "teach.learners",
            "teach.guides",
            "courses.import",
            "courses.publish",
            "courses.export",
            "certificates.propose",
        }
    ),
    "reviewer": frozenset({"teach.view", "teach.guides"}),
    "coordinator": frozenset(
        {"teach.view", "teach.learners", "accounts.confirm", "certificates.propose", "certificates.approve"}
    ),
    "admin": frozenset(
        {
            "teach.view",
            "teach.learners",
            "teach.guides",
            "courses.import",
            "courses.publish",
            "courses.export",
            "accounts.view",
            "accounts.manage",
            "accounts.confirm",
            "accounts.invite",
            "accounts.grant",
            "accounts.link",
            "mail.view",
            "jobs.view",
            "audit.view",
            "admin.view",
            "certificates.view",
            "certificates.revoke",
            "certificates.propose",
            "certificates.approve",
            "certificates.look",
        }
    ),
}
"""Permissions of each role; every member is a learner."""

PERMISSIONS = frozenset().union(*ROLES.values())


def roles_with(permission: str) -> frozenset[str]:
    """Return the roles that give a permission."""
    return frozenset(role for role, permissions in ROLES.items() if permission in permissions)


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A role somebody holds: for the whole site, one course or one museum, and perhaps until a date."""

    role: str
    scope_kind: str = SITE
    scope_id: str = ""
    until: datetime | None = None


def scopes(grants: Iterable[Grant], permission: str, kind: str, *, at: datetime) -> frozenset[str] | None:
    """Return the things of a kind for which the grants give the permission; None stands for the whole site."""
    held = [
        grant
        for grant in grants
        if permission in ROLES.get(grant.role, frozenset()) and not (grant.until is not None and grant.until <= at)
    ]
    if any(grant.scope_kind == SITE for grant in held):
        return None
    return frozenset(grant.scope_id for grant in held if grant.scope_kind == kind)


def allows(grants: Iterable[Grant], permission: str, *, at: datetime, scope: tuple[str, str] | None = None) -> bool:
    """Tell whether the grants give the permission, within the scope (kind, id) or, without one, anywhere."""
    for grant in grants:
        if grant.until is not None and grant.until <= at:
            continue
        if permission not in ROLES.get(grant.role, frozenset()):
            continue
        if scope is None or grant.scope_kind == SITE or (grant.scope_kind, grant.scope_id) == scope:
            return True
    return False
