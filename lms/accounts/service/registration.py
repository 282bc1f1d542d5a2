"""How accounts come into being and are confirmed. Passwords arrive here hashed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError

from lms.accounts import queries
from lms.accounts.events import AccountConfirmed, AccountRegistered, ConfirmationResent
from lms.accounts.models import Account, Subject
from lms.accounts.service.invitations import use_invitation
from lms.accounts.service.letters import enqueue_letter
from lms.accounts.service.person import state_affiliation
from lms.accounts.service.rows import fit_names, get_account
from lms.domain.errors import Refused
from lms.domain.names import fold_address
from lms.infra import clock
from lms.infra.db import begin_write, db
from lms.infra.events import publish
from lms.infra.queue import enqueue

CONSENT = "2026-1"
"""Which version of the privacy page people agree to."""


class AddressTaken(Refused):
    """Somebody else has an account with this address."""

    def __init__(self) -> None:
        super().__init__("address-taken")


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
    """Make an account and its subject; AddressTaken when there is one with this address, Refused for a bad name."""
    name, name_latin = fit_names(name, name_latin)
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
        name=name,
        name_latin=name_latin,
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
    account = get_account(account_id)
    state_affiliation(account.subject_id, museum=museum, country=country, position=position)
    if invitation and use_invitation(invitation):
        confirm(account_id, by="invitation")
        return True
    enqueue_letter("accounts.send_confirmation", account.email)
    return False


def confirm(account_id: int, *, by: str, actor: str | None = None) -> None:
    """Mark the address as the person's; does nothing when it is already."""
    account = get_account(account_id)
    if account.confirmed_at is None:
        account.confirmed_at = clock.now()
        note_confirmed(account_id, by=by, actor=actor)


def note_confirmed(account_id: int, *, by: str, actor: str | None = None) -> None:
    """Tell that an account was confirmed."""
    account = get_account(account_id)
    publish(AccountConfirmed(account_id=account_id, subject_id=account.subject_id, by=by, at=clock.now(), actor=actor))


def resend_confirmation(account_id: int, *, actor: str) -> None:
    """Send the letter with the confirmation link again; Refused when it is not needed."""
    account = get_account(account_id)
    if account.confirmed_at is not None:
        raise Refused("already-confirmed")
    enqueue("accounts.send_confirmation", account.email)
    publish(ConfirmationResent(account_id=account_id, subject_id=account.subject_id, at=clock.now(), actor=actor))
