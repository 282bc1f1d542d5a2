"""Log-ins that succeed and fail, and what ends them."""

from __future__ import annotations

from sqlalchemy import delete

from lms.accounts import queries
from lms.accounts.events import AccountLocked, EmailChanged, PasswordChanged
from lms.accounts.models import LoginFailure
from lms.accounts.service.rows import get_account
from lms.domain.names import fold_address
from lms.domain.passwords import PAUSE, WINDOW
from lms.infra import clock
from lms.infra.db import db
from lms.infra.events import publish
from lms.infra.queue import enqueue


def note_login(account_id: int) -> None:
    """Keep when somebody logged in, and forget the failures before it."""
    account = get_account(account_id)
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


def note_password_changed(account_id: int) -> None:
    """Tell the person by letter that his password is new."""
    account = get_account(account_id)
    forget_failures(account.email)
    enqueue("accounts.tell_password_changed", account_id)
    publish(PasswordChanged(account_id=account_id, subject_id=account.subject_id, at=clock.now()))


def note_email_changed(account_id: int, old: str) -> None:
    """Tell the old address that it is no longer the account's."""
    account = get_account(account_id)
    account.email = fold_address(account.email)
    account.folded = queries.searchable(account.name, account.name_latin, account.email)
    enqueue("accounts.tell_email_changed", account_id, old)
    publish(EmailChanged(account_id=account_id, subject_id=account.subject_id, at=clock.now()))
