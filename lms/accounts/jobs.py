"""Background jobs of accounts. Those that take an address do nothing for one that nobody has."""

from __future__ import annotations

from lms.accounts import emails, queries, security, service
from lms.infra import mail
from lms.infra.queue import job, periodic

DAY = 24 * 3600


@job("accounts.send_confirmation")
def send_confirmation(address: str) -> None:
    """Send the confirmation link to somebody who still needs it."""
    person = queries.find_by_email(address)
    if person is not None and person.active and not person.confirmed:
        mail.post(emails.confirmation(person, security.confirmation_link(person.account_id)))


@job("accounts.send_reset")
def send_reset(address: str) -> None:
    """Send the link that sets a new password; it also confirms the address, since only its owner can follow it."""
    person = queries.find_by_email(address)
    if person is not None and person.active:
        mail.post(emails.reset(person, security.reset_link(person.account_id)))


@job("accounts.tell_owner")
def tell_owner(address: str) -> None:
    """Tell the owner of an address that somebody tried to register with it."""
    person = queries.find_by_email(address)
    if person is None or not person.active:
        return
    if person.confirmed:
        mail.post(
            emails.already_registered(person, security.link("security.login"), security.reset_link(person.account_id))
        )
    else:
        mail.post(emails.confirmation(person, security.confirmation_link(person.account_id)))


@job("accounts.tell_password_changed")
def tell_password_changed(account_id: int) -> None:
    """Tell a person that his password is new."""
    person = queries.find_account(account_id)
    if person is not None:
        mail.post(emails.password_changed(person, security.link("security.forgot_password")))


@job("accounts.tell_email_changed")
def tell_email_changed(account_id: int, old: str) -> None:
    """Tell the old address that the account has a new one."""
    person = queries.find_account(account_id)
    if person is not None and old != person.email:
        mail.post(emails.address_changed(person, to=old))


@periodic("accounts.forget_failures", every=DAY)
def forget_failures() -> None:
    """Forget failed log-ins that no longer count."""
    service.forget_old_failures()
