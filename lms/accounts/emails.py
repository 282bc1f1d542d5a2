"""The letters of accounts, each in its reader's language."""

from __future__ import annotations

from typing import Protocol

from flask import current_app

from lms.config import Config
from lms.infra.languages import gettext as _
from lms.infra.languages import language
from lms.infra.mail import Message
from lms.web.letters import write_letter


class Person(Protocol):
    """Who a letter is to."""

    @property
    def name(self) -> str:
        """Return the name."""

    @property
    def email(self) -> str:
        """Return the address."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages, best first."""


def confirmation(person: Person, link: str) -> Message:
    """Ask a new person to show that the address is his."""
    with language(language_of(person)):
        subject = _("Confirm your address")
    return _write("confirmation", person, subject, link=link)


def already_registered(person: Person, login: str, link: str) -> Message:
    """Tell the owner of an address that somebody tried to register with it."""
    with language(language_of(person)):
        subject = _("You have an account already")
    return _write("already-registered", person, subject, login=login, link=link)


def reset(person: Person, link: str) -> Message:
    """Bring the link that sets a new password."""
    with language(language_of(person)):
        subject = _("Set a new password")
    return _write("reset", person, subject, link=link)


def password_changed(person: Person, link: str) -> Message:
    """Tell that the password is new."""
    with language(language_of(person)):
        subject = _("Your password is new")
    return _write("password-changed", person, subject, link=link)


def new_address(person: Person, to: str, link: str) -> Message:
    """Ask a person to show that the new address is his."""
    with language(language_of(person)):
        subject = _("Confirm your new address")
    return _write("new-address", person, subject, to=to, link=link)


def address_changed(person: Person, to: str) -> Message:
    """Tell the old address that it is no longer the account's."""
    with language(language_of(person)):
        subject = _("Your account has a new address")
    return _write("address-changed", person, subject, to=to)


def language_of(person: Person) -> str:
    """Return the first of the person's languages that the interface speaks."""
    config: Config = current_app.config["LMS"]
    return next((code for code in person.languages if code in config.languages), config.languages[0])


def _write(name: str, person: Person, subject: str, to: str | None = None, **context: object) -> Message:
    return write_letter(
        f"accounts/email/{name}",
        to=to or person.email,
        subject=subject,
        purpose=f"accounts.{name}",
        code=language_of(person),
        person=person,
        **context,
    )
