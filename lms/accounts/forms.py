"""The shape of what people tell about themselves. Flask-Security's forms keep their field names."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from flask_security.change_email import ChangeEmailForm
from flask_security.forms import (
    ChangePasswordForm,
    ForgotPasswordForm,
    LoginForm,
    RegisterFormV2,
    ResetPasswordForm,
    SendConfirmationForm,
    VerifyForm,
)
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, SelectField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, ValidationError

from lms.config import PSEUDO
from lms.domain.names import fold_address, hidden_fault, is_latin, latin_fault, name_fault, tidy
from lms.infra.languages import SOURCE
from lms.infra.languages import gettext as _
from lms.infra.languages import lazy_gettext as _l
from lms.infra.spelling import explain
from lms.web import locale
from lms.web.forms import Form

LONGEST_ADDRESS = 254
LONGEST_MUSEUM = 200
LONGEST_POSITION = 120
LONGEST_PASSWORD = 128

NO_COUNTRIES = frozenset(["AC", "CP", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"])
"""Codes that babel names and ISO 3166-1 does not."""


@cache
def countries(code: str) -> tuple[tuple[str, str], ...]:
    """Return the countries of ISO 3166-1 by their names in a language."""
    names = Locale.parse(code).territories
    chosen = [(key, name) for key, name in names.items() if len(key) == 2 and key.isalpha() and key not in NO_COUNTRIES]
    return tuple(sorted(chosen, key=lambda pair: _alphabetical(pair[1])))


def country_name(key: str, code: str) -> str:
    """Return the name of a country in a language, its code when it has none there."""
    return str(Locale.parse(code).territories.get(key, key))


@cache
def timezones(code: str) -> tuple[tuple[str, str], ...]:
    """Return the time zones by their city and country in a language."""
    language, known = Locale.parse(code), available_timezones()
    found = []
    for zone, territory in get_global("zone_territories").items():
        if territory in language.territories and len(territory) == 2 and zone in known:
            city = language.time_zones.get(zone, {}).get("city") or zone.rsplit("/", 1)[-1].replace("_", " ")
            found.append((zone, f"{city} ({language.territories[territory]})"))
    return (("UTC", "UTC"), *sorted(found, key=lambda pair: _alphabetical(pair[1])))


def is_timezone(zone: str) -> bool:
    """Tell whether a time zone is one that can be chosen."""
    return any(zone == offered for offered, _city in timezones(SOURCE))


def timezone_of(country: str) -> str:
    """Return the time zone of a country that has only one, else UTC."""
    zones = get_global("territory_zones").get(country, [])
    return zones[0] if len(zones) == 1 else "UTC"


def _alphabetical(name: str) -> str:
    return name.casefold().replace("ё", "е")


def _tidied(text: str | None) -> str | None:
    return tidy(text) if text else text


def _folded(text: str | None) -> str | None:
    return fold_address(text) if text else text


def needed(message: str) -> InputRequired:
    """Return a validator for a field that may not be left empty."""
    return InputRequired(message)


def own_name(_form: Form, field: StringField) -> None:
    """Refuse what cannot stand on a certificate, and name the letter."""
    if fault := name_fault(field.data or ""):
        raise ValidationError(explain(fault))


def latin_name(form: Form, field: StringField) -> None:
    """Ask for Latin letters when the own script is another."""
    name = form["name"].data or ""
    if field.data:
        if fault := latin_fault(field.data):
            raise ValidationError(explain(fault) if fault.kind != "latin" else _("These are not Latin letters."))
    elif name and not is_latin(name):
        raise ValidationError(_("Write your name in Latin letters too, for readers abroad."))


def seen_name(_form: Form, field: StringField) -> None:
    """Refuse characters that nobody can see: two museums would look the same."""
    if fault := hidden_fault(field.data or ""):
        raise ValidationError(explain(fault))


class Names:
    """The name as it stands on certificates."""

    name = StringField(
        _l("Your name, as it should stand on certificates"),
        filters=[_tidied],
        validators=[needed(_l("Tell us your name.")), own_name],
    )
    name_latin = StringField(_l("The same name in Latin letters"), filters=[_tidied], validators=[latin_name])


class Languages:
    """The languages that somebody reads, best first."""

    language_1 = SelectField(_l("First language"), default=locale.current)
    language_2 = SelectField(_l("Second language"), default="")
    language_3 = SelectField(_l("Third language"), default="")

    def offer_languages(self) -> None:
        """Fill the selects."""
        known = [(code, name) for code, name in locale.NATIVE_NAMES.items() if code != PSEUDO]
        self.language_1.choices = known
        self.language_2.choices = self.language_3.choices = [("", _("none")), *known]

    def show_languages(self, languages: tuple[str, ...]) -> None:
        """Choose what is kept."""
        for select, code in zip((self.language_1, self.language_2, self.language_3), languages, strict=False):
            select.data = code

    @property
    def languages(self) -> tuple[str, ...]:
        """Return what was chosen, each once."""
        chosen = (self.language_1.data, self.language_2.data, self.language_3.data)
        return tuple(dict.fromkeys(code for code in chosen if code))


class Workplace:
    """Where somebody works."""

    museum = StringField(
        _l("Museum or institution"),
        filters=[_tidied],
        validators=[Length(max=LONGEST_MUSEUM, message=_l("This name is too long.")), seen_name],
    )
    country = SelectField(_l("Country"), default="")
    position = StringField(
        _l("Position"),
        filters=[_tidied],
        validators=[Length(max=LONGEST_POSITION, message=_l("This text is too long."))],
    )

    def offer_countries(self) -> None:
        """Fill the select."""
        self.country.choices = [("", _("Choose a country")), *countries(locale.current())]

    def validate_museum(self, field: StringField) -> None:
        """Ask for the country of a museum: two countries may each have one of this name."""
        if field.data and not self.country.data:
            raise ValidationError(_("Choose the country of the museum too."))


def _address(label: str) -> EmailField:
    return EmailField(
        label,
        filters=[_folded],
        validators=[
            needed(_l("Type your e-mail address.")),
            Length(max=LONGEST_ADDRESS, message=_l("This address is too long.")),
        ],
    )


def _password(label: str, missing: str) -> PasswordField:
    return PasswordField(
        label,
        validators=[
            needed(missing),
            Length(max=LONGEST_PASSWORD, message=_l("A password has at most 128 characters.")),
        ],
    )


def _code(*validators: InputRequired) -> StringField:
    return StringField(
        _l("Invitation code"), validators=[*validators, Length(max=40, message=_l("This code is too long."))]
    )


# Flask-Security's forms, with our words. What they decide is decided in accounts/security.py.


class LoginShape(LoginForm, Form):
    """Ask who it is."""

    email = _address(_l("Email"))
    password = _password(_l("Password"), _l("Type your password."))
    remember = BooleanField(_l("Stay logged in on this computer for 30 days"))
    submit = SubmitField(_l("Log in"))


class VerifyShape(VerifyForm, Form):
    """Ask whether it is still the same person."""

    password = _password(_l("Password"), _l("Type your password."))
    submit = SubmitField(_l("Continue"))


class RegisterShape(RegisterFormV2, Names, Languages, Workplace, Form):
    """Ask who is new."""

    email = _address(_l("Email"))
    password = _password(_l("Password"), _l("Choose a password."))
    timezone = HiddenField()
    invitation = _code()
    consent = BooleanField(
        _l("I agree that my data are kept as that page says"),
        validators=[needed(_l("Without this consent we cannot keep an account for you."))],
    )
    submit = SubmitField(_l("Create account"))

    def offer(self) -> None:
        """Fill the selects."""
        self.offer_languages()
        self.offer_countries()


class ForgotShape(ForgotPasswordForm, Form):
    """Ask where the link shall go."""

    email = _address(_l("Email"))
    submit = SubmitField(_l("Send the link"))


class ConfirmShape(SendConfirmationForm, Form):
    """Ask where the letter shall go once more."""

    email = _address(_l("Email"))
    submit = SubmitField(_l("Send the letter again"))


class ResetShape(ResetPasswordForm, Form):
    """Ask for a new password."""

    password = _password(_l("New password"), _l("Choose a password."))
    password_confirm = None
    submit = SubmitField(_l("Keep this password"))


class ChangePasswordShape(ChangePasswordForm, Form):
    """Ask for a new password, and for the present one."""

    password = _password(_l("Present password"), _l("Type the password you have now."))
    new_password = _password(_l("New password"), _l("Choose a password."))
    new_password_confirm = None
    submit = SubmitField(_l("Change password"))


class ChangeEmailShape(ChangeEmailForm, Form):
    """Ask for a new address."""

    email = _address(_l("New e-mail address"))
    submit = SubmitField(_l("Send the letter"))


# Our own forms


class InvitationForm(Form):
    """Ask for the code that confirms an account, and whose account it is."""

    email = _address(_l("Email"))
    password = _password(_l("Password"), _l("Type your password."))
    invitation = _code(needed(_l("Type the code.")))
    submit = SubmitField(_l("Confirm"))


class ProfileForm(Names, Languages, Form):
    """What somebody may change about himself."""

    timezone = SelectField(_l("Time zone"))
    submit = SubmitField(_l("Save"))

    def offer(self) -> None:
        """Fill the selects."""
        self.offer_languages()
        self.timezone.choices = list(timezones(locale.current()))


class WorkplaceForm(Workplace, Form):
    """Where somebody works from now on."""

    submit = SubmitField(_l("Save"))

    def offer(self) -> None:
        """Fill the select."""
        self.offer_countries()


class LinkForm(Form):
    """The person's other account."""

    email = _address(_l("Email of the other account"))
    password = _password(_l("Password of the other account"), _l("Type the password of the other account."))
    submit = SubmitField(_l("Link the accounts"))


class DeleteForm(Form):
    """The last word."""

    password = _password(_l("Password"), _l("Type your password."))
    submit = SubmitField(_l("Delete my account for good"))
