"""Addresses and passwords: how they are normalised, chosen and tried."""

from __future__ import annotations

from flask import current_app
from flask_security import hash_password as _hash
from sqlalchemy import select
from wtforms import Field

from lms.accounts import queries, service
from lms.accounts.models import Account
from lms.domain.passwords import SHORTEST, password_fault
from lms.infra.db import db
from lms.infra.languages import gettext as _
from lms.web.transaction import after_refusal


def hash_password(password: str) -> str:
    """Return what is kept of a password."""
    return str(_hash(normal_password(password)))


def find_password_fault(password: str, *personal: str) -> str | None:
    """Say in words why a password cannot be chosen, None when it can; names and addresses are no passwords."""
    fault = password_fault(normal_password(password), *personal)
    if fault is None:
        return None
    return {
        "short": _("Choose a longer password: %(least)d characters or more.", least=SHORTEST),
        "long": _("A password has at most 128 characters."),
        "common": _("This password is among the first that somebody else would try. Choose another."),
        "personal": _("Your name or address is no password. Choose another."),
    }[fault]


def check_password(address: str, password: str, *, confirmed: bool = True) -> int | None:
    """Return the account that this address and password open, else None; failures are counted.

    With `confirmed=False` an account that still waits to be confirmed will do.
    """
    account = try_password(address, password)
    if account is None or not account.active or (confirmed and account.confirmed_at is None):
        return None
    return account.id


def try_password(address: str, password: str) -> Account | None:
    """Return the account that address and password belong to; a failure is counted after the rollback."""
    if queries.find_lock(address) is not None:
        return None
    account = find_account(address)
    if account is None or not account.password:
        _hash(password)  # takes as long as the look at a real one, so that the clock tells nothing either
    elif account.verify_and_update_password(normal_password(password)):
        return account
    after_refusal(lambda: service.record_login_failure(address))
    return None


def find_account(address: str) -> Account | None:
    """Return the row of the account with this address."""
    return db.session.scalar(select(Account).where(Account.email == (normal_address(address) or address)))


def normal_address(address: str) -> str | None:
    """Return an address as it is kept, None when it is none."""
    try:
        return str(current_app.extensions["security"].mail_util.normalize(address))
    except ValueError:
        return None


def normal_password(password: str) -> str:
    """Return a password in the form that is hashed, so that it may be typed on another keyboard."""
    return str(current_app.extensions["security"].password_util.normalize(password))


def accept_password(field: Field, *personal: str) -> bool:
    """Put a chosen password into its form; say beside the field when it cannot be chosen."""
    fault = find_password_fault(field.data, *personal)
    if fault is not None:
        say_beside(field, fault)
        return False
    field.data = normal_password(field.data)
    return True


def say_beside(field: Field, message: str) -> None:
    """Add a message to a field."""
    field.errors = [*field.errors, message]
