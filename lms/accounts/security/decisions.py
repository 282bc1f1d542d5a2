"""What Flask-Security's forms decide: the same answer for known and unknown addresses, and the address first."""

from __future__ import annotations

from typing import Any

from flask import Response, after_this_request
from flask_login import current_user
from flask_security.utils import get_message, validate_redirect_url
from wtforms import Field

from lms.accounts import forms, queries, service
from lms.accounts.security.passwords import (
    accept_password,
    find_account,
    normal_address,
    normal_password,
    say_beside,
    try_password,
)
from lms.infra.languages import gettext as _
from lms.web.forms import Form


class Outspoken:
    """Keeps the messages of its fields when Flask-Security takes them off: ours betray nothing.

    Flask-Security empties the fields of a refused form, lest a message there tell which addresses are known.
    """

    def keep(self, valid: bool) -> bool:
        """Remember what is said, and return what was decided."""
        self.beside = {field.name: list(field.errors) for field in self}  # type: ignore[attr-defined]
        self.above = list(self.form_errors)  # type: ignore[attr-defined]
        return valid

    def restore(self) -> None:
        """Say it again, before the page is rendered."""
        for field in self:  # type: ignore[attr-defined]
            field.errors = self.beside.get(field.name, [])
        self.form_errors[:] = self.above  # type: ignore[attr-defined]

    beside: dict[str, list[str]]
    above: list[str]


class Login(Outspoken, forms.LoginShape):
    """Decides by the address first, before the costly look at the password."""

    unconfirmed = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.password.description = ""  # the template has a better place for the link
        if self.next.data and not validate_redirect_url(self.next.data):
            self.next.data = ""  # a link made by a stranger; the log-in itself is sound

    def validate(self, extra_validators: Any = None) -> bool:
        """Tell whether this is somebody who may come in."""
        if not Form.validate(self, extra_validators):
            return self.keep(False)
        account = try_password(self.email.data or "", self.password.data or "")
        if account is None:
            self.form_errors.append(get_message("GENERIC_AUTHN_FAILED")[0])
        elif not account.active:
            self.form_errors.append(get_message("DISABLED_ACCOUNT")[0])
        elif account.confirmed_at is None:
            self.form_errors.append(get_message("CONFIRMATION_REQUIRED")[0])
            self.unconfirmed = True
        self.user = account
        return self.keep(not self.form_errors)


class Verify(forms.VerifyShape):
    """The password once more, counted like a log-in."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Tell whether the password is the account's."""
        if not Form.validate(self, extra_validators):
            return False
        if try_password(self.user.email, self.password.data or "") is None:
            say_beside(self.password, get_message("INVALID_PASSWORD")[0])
            return False
        return True


class Register(forms.RegisterShape):
    """Somebody new; with a known address it goes on as if it were not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.next.data = ""
        self.offer()

    def validate(self, extra_validators: Any = None) -> bool:
        """Check everything and tell all faults at once."""
        valid = Form.validate(self, extra_validators)
        if not self.password.errors:
            personal = (self.email.data or "", self.name.data or "", self.name_latin.data or "")
            valid = accept_password(self.password, *personal) and valid
        if not self.email.errors:
            valid = _is_free(self) and valid
        if self.invitation.data and not self.invitation.errors and not queries.find_invitation(self.invitation.data):
            say_beside(self.invitation, _("This code does not hold. Look at it again, or leave the field empty."))
            valid = False
        return valid

    def to_dict(self, only_user: bool) -> dict[str, Any]:
        """Return what the account is made of, or all that was told."""
        told: dict[str, Any] = {
            "email": self.email.data,
            "password": self.password.data,
            "name": self.name.data,
            "name_latin": self.name_latin.data or "",
            "languages": self.languages,
            "timezone": self._timezone(),
            "consented": bool(self.consent.data),
        }
        if only_user:
            return told
        return told | {
            "museum": self.museum.data or "",
            "country": self.country.data or "",
            "position": self.position.data or "",
            "invitation": self.invitation.data or "",
        }

    def _timezone(self) -> str:
        """Return what the script found out, else the country's."""
        told = self.timezone.data or ""
        return told if forms.is_timezone(told) else forms.timezone_of(self.country.data or "")


class Forgot(Outspoken, forms.ForgotShape):
    """Enqueues the same job for every address, so that neither page nor pause tells whether it is known."""

    letter = "accounts.send_reset"

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the address and enqueue. Never valid: Flask-Security then does what it does for unknown addresses."""
        if Form.validate(self, extra_validators) and accept_address(self.email):
            after_this_request(self._enqueue)  # not now: the view goes on to Argon2, which no write lock waits for
        self.keep(False)
        # Fields are about to be emptied; what stands above the form tells Flask-Security that something is wrong.
        self.form_errors.extend(message for messages in self.beside.values() for message in messages)
        return False

    def _enqueue(self, response: Response) -> Response:
        service.enqueue_letter(self.letter, self.email.data or "")
        return response


class Confirm(Forgot, forms.ConfirmShape):
    """The same for the letter with the confirmation link."""

    letter = "accounts.send_confirmation"


class Reset(forms.ResetShape):
    """A new password by the link of a letter."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the new password."""
        return Form.validate(self, extra_validators) and accept_password(self.password, *_own(self.user))


class ChangePassword(forms.ChangePasswordShape):
    """A new password by the present one."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Check both."""
        if not Form.validate(self, extra_validators):
            return False
        if try_password(current_user.email, self.password.data or "") is None:
            say_beside(self.password, get_message("INVALID_PASSWORD")[0])
            return False
        if normal_password(self.password.data or "") == normal_password(self.new_password.data or ""):
            say_beside(self.new_password, get_message("PASSWORD_IS_THE_SAME")[0])
            return False
        return accept_password(self.new_password, *_own(current_user))


class ChangeEmail(forms.ChangeEmailShape):
    """A new address; one that somebody else has gets no letter, and the page says the same."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the address."""
        return Form.validate(self, extra_validators) and _is_free(self)


def accept_address(field: Field) -> bool:
    """Put an address into its kept form; say beside the field when it is none."""
    normal = normal_address(field.data or "")
    if normal is None:
        say_beside(field, get_message("INVALID_EMAIL_ADDRESS")[0])
        return False
    field.data = normal
    return True


def _is_free(form: Any) -> bool:
    if not accept_address(form.email):
        return False
    form.existing_email_user = find_account(form.email.data)
    if form.existing_email_user is not None:
        # Flask-Security takes this message off again and goes on as if the address were free.
        say_beside(form.email, get_message("EMAIL_ALREADY_ASSOCIATED")[0])
    return form.existing_email_user is None


def _own(account: Any) -> tuple[str, ...]:
    return (account.email, account.name, account.name_latin)
