"""What is done to accounts. Passwords arrive here hashed; letters are enqueued, never sent."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from lms.accounts import queries
from lms.accounts.events import (
    AccountConfirmed,
    AccountDisabled,
    AccountEnabled,
    AccountErased,
    AccountLocked,
    AccountRegistered,
    AccountUnlocked,
    AffiliationStated,
    ConfirmationResent,
    EmailChanged,
    ExtraTimeSet,
    InvitationMade,
    InvitationWithdrawn,
    NameChanged,
    PasswordChanged,
    PasswordResetOrdered,
    RoleGranted,
    RoleRevoked,
    SubjectsLinked,
)
from lms.accounts.models import Account, Affiliation, Invitation, LoginFailure, RoleGrant, Subject
from lms.domain.authority import ROLES, SITE
from lms.domain.errors import NotFound, Refused
from lms.domain.names import fold_address, tidy
from lms.domain.passwords import PAUSE, WINDOW
from lms.infra import clock, mail
from lms.infra.db import begin_write, db
from lms.infra.events import publish
from lms.infra.queue import enqueue

CONSENT = "2026-1"
"""Which version of the privacy page people agree to."""

MOST_EXTRA_TIME = 300
LETTER_PAUSE = 300
"""Seconds in which a second wish for the same letter to the same address brings no second letter."""

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MOST_USES = 500
LONGEST_INVITATION = timedelta(days=366)


class AddressTaken(Refused):
    """Somebody else has an account with this address."""

    def __init__(self) -> None:
        super().__init__("address-taken")


# Registration and confirmation


def create_account(
    *,
    email: str,
    password: str | None,
    name: str,
    name_latin: str = "",
    languages: Sequence[str] = (),
    timezone: str = "UTC",
    consented: bool = False,
    actor: str | None = None,
) -> Account:
    """Make an account and its subject; AddressTaken when there is one with this address."""
    begin_write()
    now = clock.now()
    subject = Subject(id=clock.new_id(), created_at=now)
    subject.canonical_id = subject.id
    account = Account(
        subject=subject,
        email=fold_address(email),
        password=password,
        active=True,
        fs_uniquifier=secrets.token_hex(16),
        create_datetime=now,
        name=tidy(name),
        name_latin=tidy(name_latin),
        folded=queries.searchable(name, name_latin, email),
        languages=list(languages),
        timezone=timezone,
        consent_at=now if consented else None,
        consent_version=CONSENT if consented else "",
    )
    try:
        with db.session.begin_nested():
            db.session.add(account)
    except IntegrityError as error:
        raise AddressTaken from error
    publish(AccountRegistered(account_id=account.id, subject_id=subject.id, at=now, actor=actor))
    return account


def complete_registration(account_id: int, *, museum: str, country: str, position: str, invitation: str) -> bool:
    """Keep where a new person works and confirm him by a code, or enqueue the letter; tell whether he is confirmed."""
    account = _account(account_id)
    state_affiliation(account.subject_id, museum=museum, country=country, position=position)
    if invitation and use_invitation(invitation):
        confirm(account_id, by="invitation")
        return True
    enqueue_letter("accounts.send_confirmation", account.email)
    return False


def confirm(account_id: int, *, by: str, actor: str | None = None) -> None:
    """Mark the address as the person's; does nothing when it is already."""
    account = _account(account_id)
    if account.confirmed_at is None:
        account.confirmed_at = clock.now()
        note_confirmed(account_id, by=by, actor=actor)


def note_confirmed(account_id: int, *, by: str, actor: str | None = None) -> None:
    """Tell that an account was confirmed."""
    account = _account(account_id)
    publish(
        AccountConfirmed(
            account_id=account_id, subject_id=account.subject_id, by=by, at=clock.now(), actor=actor
        )
    )


def resend_confirmation(account_id: int, *, actor: str) -> None:
    """Send the letter with the confirmation link again; Refused when it is not needed."""
    account = _account(account_id)
    if account.confirmed_at is not None:
        raise Refused("already-confirmed")
    enqueue("accounts.send_confirmation", account.email)
    publish(
        ConfirmationResent(account_id=account_id, subject_id=account.subject_id, at=clock.now(), actor=actor)
    )


def enqueue_letter(job: str, address: str) -> None:
    """Enqueue a letter that anybody may ask for: at most one in a while, and whether or not the address is known."""
    turn = int(time.time()) // LETTER_PAUSE
    enqueue(job, fold_address(address), key=f"{job}-{queries.digest_of(address)[:24]}-{turn}")


# Invitations


def create_invitation(*, uses: int, days: int, note: str, actor: str) -> str:
    """Make a code that confirms whoever registers with it, so often and so long; return it."""
    if not 1 <= uses <= MOST_USES or not 1 <= days <= LONGEST_INVITATION.days:
        raise Refused("out-of-range")
    now = clock.now()
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(10))
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


# Logging in


def note_login(account_id: int) -> None:
    """Keep when somebody logged in, and forget the failures before it."""
    account = _account(account_id)
    account.last_login_at = clock.now()
    forget_failures(account.email)


def record_login_failure(address: str) -> None:
    """Count a failed log-in; tell when it locks an address that has an account."""
    before = queries.find_lock(address)
    db.session.add(LoginFailure(address_digest=queries.digest_of(address), at=clock.now()))
    db.session.flush()
    if before is None and queries.find_lock(address) is not None and (person := queries.find_by_email(address)):
        publish(AccountLocked(account_id=person.account_id, subject_id=person.subject_id, at=clock.now()))


def forget_failures(address: str) -> None:
    """Forget the failed log-ins to an address."""
    db.session.execute(delete(LoginFailure).where(LoginFailure.address_digest == queries.digest_of(address)))


def forget_old_failures() -> None:
    """Forget failed log-ins that can no longer lock anything."""
    db.session.execute(delete(LoginFailure).where(LoginFailure.at < clock.now() - WINDOW - PAUSE))


def unlock(account_id: int, *, actor: str) -> None:
    """Let somebody log in again at once."""
    account = _account(account_id)
    forget_failures(account.email)
    publish(AccountUnlocked(account_id=account_id, subject_id=account.subject_id, at=clock.now(), actor=actor))


def note_password_changed(account_id: int) -> None:
    """Tell the person by letter that his password is new."""
    account = _account(account_id)
    forget_failures(account.email)
    enqueue("accounts.tell_password_changed", account_id)
    publish(PasswordChanged(account_id=account_id, subject_id=account.subject_id, at=clock.now()))


def order_reset(account_id: int, *, actor: str) -> None:
    """Send a link that sets a new password, at an administrator's wish."""
    account = _account(account_id)
    enqueue("accounts.send_reset", account.email)
    note_reset_ordered(account_id, actor=actor)


def note_reset_ordered(account_id: int, *, actor: str | None) -> None:
    """Tell that somebody got hold of a link that sets a person's password."""
    account = _account(account_id)
    publish(
        PasswordResetOrdered(account_id=account_id, subject_id=account.subject_id, at=clock.now(), actor=actor)
    )


def note_email_changed(account_id: int, old: str) -> None:
    """Tell the old address that it is no longer the account's."""
    account = _account(account_id)
    account.email = fold_address(account.email)
    account.folded = queries.searchable(account.name, account.name_latin, account.email)
    enqueue("accounts.tell_email_changed", account_id, old)
    publish(EmailChanged(account_id=account_id, subject_id=account.subject_id, at=clock.now()))


# The person's own facts


def change_profile(
    account_id: int, *, name: str, name_latin: str, languages: Sequence[str], timezone: str
) -> None:
    """Keep the name for certificates, the order of languages and the time zone."""
    account = _account(account_id)
    renamed = (account.name, account.name_latin) != (tidy(name), tidy(name_latin))
    account.name, account.name_latin = tidy(name), tidy(name_latin)
    account.folded = queries.searchable(account.name, account.name_latin, account.email)
    account.languages, account.timezone = list(languages), timezone
    if renamed:
        publish(NameChanged(account_id=account_id, subject_id=account.subject_id, at=clock.now()))


def state_affiliation(subject_id: str, *, museum: str, country: str, position: str) -> str | None:
    """Keep where a person works from now on, and return the statement's id; None when he says nothing."""
    if not (museum or country or position):
        return None
    row = Affiliation(
        id=clock.new_id(), subject_id=subject_id, country=country, position=tidy(position), since=clock.now()
    )
    db.session.add(row)
    db.session.flush()
    publish(
        AffiliationStated(
            affiliation_id=row.id, subject_id=subject_id, museum=tidy(museum), country=country, at=row.since
        )
    )
    return row.id


def set_museum(affiliation_id: str, museum_id: str) -> None:
    """Keep which museum a statement meant; the feature that knows museums found it out."""
    db.session.execute(update(Affiliation).where(Affiliation.id == affiliation_id).values(museum_id=museum_id))


def link_accounts(account_id: int, other_id: int, *, actor: str) -> None:
    """Make two accounts one person's: what the other learned counts with the first. Refused when they are already."""
    begin_write()
    kept, joining = _account(account_id), _account(other_id)
    canonical, other = kept.subject.canonical_id, joining.subject.canonical_id
    if canonical == other:
        raise Refused("already-linked")
    db.session.execute(update(Subject).where(Subject.canonical_id == other).values(canonical_id=canonical))
    db.session.expire_all()
    publish(SubjectsLinked(canonical=canonical, other=other, at=clock.now(), actor=actor))


def erase_person(account_id: int, *, actor: str | None) -> None:
    """Delete what identifies a person, over all linked accounts; Refused when nobody could administer any longer."""
    begin_write()
    canonical = _account(account_id).subject.canonical_id
    query = select(Account).join(Subject, Subject.id == Account.subject_id).where(Subject.canonical_id == canonical)
    accounts = db.session.scalars(query).all()
    administrators = [account for account in accounts if _administers(account)]
    if administrators and queries.count_administrators() <= len(administrators):
        raise Refused("last-administrator")
    for account in accounts:
        _erase(account, actor)


def _erase(account: Account, actor: str | None) -> None:
    now = clock.now()
    number, subject_id, address = account.id, account.subject_id, account.email
    db.session.execute(
        update(Affiliation).where(Affiliation.subject_id == subject_id).values(museum_id=None, position="")
    )
    account.subject.erased_at = now
    db.session.delete(account)
    db.session.flush()
    forget_failures(address)
    mail.forget_mail_to(address)
    publish(AccountErased(account_id=number, subject_id=subject_id, at=now, actor=actor))


# What administrators do


def disable(account_id: int, *, actor: str) -> None:
    """Let an account be used no longer, and end its sessions; Refused for the last administrator."""
    account = _account(account_id)
    if _administers(account) and queries.count_administrators() <= 1:
        raise Refused("last-administrator")
    account.active = False
    account.fs_uniquifier = secrets.token_hex(16)
    publish(AccountDisabled(account_id=account_id, subject_id=account.subject_id, at=clock.now(), actor=actor))


def enable(account_id: int, *, actor: str) -> None:
    """Let an account be used again."""
    account = _account(account_id)
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
    account = _account(account_id)
    held = _grant(account_id, role, scope_kind, scope_id)
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


def revoke_role(
    account_id: int, role: str, *, scope_kind: str = SITE, scope_id: str = "", actor: str | None
) -> None:
    """Take a role within a scope; NotFound when it is not held, Refused for the last administrator."""
    begin_write()
    account = _account(account_id)
    held = _grant(account_id, role, scope_kind, scope_id)
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
    account = _account(account_id)
    account.extra_time = percent
    publish(
        ExtraTimeSet(
            account_id=account_id, subject_id=account.subject_id, percent=percent, at=clock.now(), actor=actor
        )
    )


def _account(account_id: int) -> Account:
    found = db.session.get(Account, account_id)
    if found is None:
        raise NotFound
    return found


def _grant(account_id: int, role: str, scope_kind: str, scope_id: str) -> RoleGrant | None:
    return db.session.scalar(
        select(RoleGrant).where(
            RoleGrant.account_id == account_id,
            RoleGrant.role == role,
            RoleGrant.scope_kind == scope_kind,
            RoleGrant.scope_id == scope_id,
        )
    )


def _administers(account: Account) -> bool:
    return account.active and any(grant.role == "admin" and grant.scope_kind == SITE for grant in account.grants)
