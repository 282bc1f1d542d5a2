"""What Flask-Security says, in our words and by our catalogue."""

from __future__ import annotations

from flask import current_app
from flask_babel.speaklater import LazyString

from lms.infra.languages import gettext as _
from lms.infra.languages import lazy_gettext as _l


def _answered() -> str:
    if sends_mail():
        return _(
            "If %(email)s has an account here, a letter is on its way. Look into the folder for unwanted mail too."
        )
    return _(
        "If %(email)s has an account here, a letter to it is written. This site sends no mail: ask an administrator, "
        "who sees the letter."
    )


def _wrote() -> str:
    if sends_mail():
        return _("We wrote to %(email)s. Follow the link in the letter; until then nothing changes.")
    return _(
        "A letter to %(email)s is written. This site sends no mail: ask an administrator, who sees the letter. "
        "Until you follow its link nothing changes."
    )


def sends_mail() -> bool:
    """Tell whether letters leave the site; without a mail server an administrator reads them."""
    return current_app.config["LMS"].mail_url is not None


MESSAGES: dict[str, tuple[LazyString, str]] = {
    "ALREADY_CONFIRMED": (_l("This address is confirmed already. You can log in."), "info"),
    "API_ERROR": (_l("This link does not hold. Ask for a new one."), "error"),
    "CHANGE_EMAIL_CONFIRMED": (_l("Your new address holds from now on."), "success"),
    "CHANGE_EMAIL_EXPIRED": (_l("This link has run out. Ask for a new one."), "error"),
    "CHANGE_EMAIL_SENT": (LazyString(_wrote), "success"),
    "CONFIRMATION_EXPIRED": (_l("This link has run out. Ask for a new one."), "error"),
    "CONFIRMATION_REQUEST": (LazyString(_answered), "info"),
    "CONFIRMATION_REQUIRED": (_l("Your password is right, but your address is not confirmed yet."), "error"),
    "CONFIRM_REGISTRATION": (_l("Your account is written down."), "success"),
    "DISABLED_ACCOUNT": (_l("This account is closed. An administrator can open it again."), "error"),
    "EMAIL_ALREADY_ASSOCIATED": (_l("This address cannot be used."), "error"),
    "EMAIL_CONFIRMED": (_l("Your address is confirmed. Log in to begin."), "success"),
    "EMAIL_NOT_PROVIDED": (_l("Type your e-mail address."), "error"),
    "FORGOT_PASSWORD": (_l("Forgotten?"), "info"),
    "GENERIC_AUTHN_FAILED": (
        _l("That e-mail and password do not go together. After ten failures an address rests for fifteen minutes."),
        "error",
    ),
    "GENERIC_RECOVERY": (LazyString(_answered), "info"),
    "INVALID_CONFIRMATION_TOKEN": (_l("This link does not hold. Ask for a new one."), "error"),
    "INVALID_EMAIL_ADDRESS": (_l("This is no e-mail address. Look for a slip of the finger."), "error"),
    "INVALID_INPUT": (_l("This entry does not fit the field."), "error"),
    "INVALID_PASSWORD": (_l("This is not your password."), "error"),
    "INVALID_REDIRECT": (_l("That link leads away from this site, so it was left out."), "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (_l("This link does not hold, or was used already. Ask for a new one."), "error"),
    "LOGIN": (_l("Log in to see this page."), "info"),
    "PASSWORD_CHANGE": (_l("Your password is changed. Other devices are logged out."), "success"),
    "PASSWORD_IS_THE_SAME": (_l("This is the password you have. Choose another."), "error"),
    "PASSWORD_NOT_PROVIDED": (_l("Type your password."), "error"),
    "PASSWORD_RESET": (_l("Your password is changed."), "success"),
    "PASSWORD_RESET_EXPIRED": (_l("This link has run out. Ask for a new one."), "error"),
    "PASSWORD_RESET_NO_LOGIN": (_l("Your password is changed. Log in with it."), "success"),
    "PASSWORD_RESET_REQUEST": (LazyString(_answered), "info"),
    "REAUTHENTICATION_REQUIRED": (_l("Type your password once more: what follows is delicate."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (_l("Thank you, it is you."), "info"),
    "REFRESH": (_l("Type your password once more: what follows is delicate."), "info"),
    "UNAUTHENTICATED": (_l("Log in to see this page."), "info"),
    "UNAUTHORIZED": (_l("This page is not for you."), "error"),
    "USER_DOES_NOT_EXIST": (_l("That e-mail and password do not go together."), "error"),
}
"""By Flask-Security's own names; those of features that are off are left as they are."""
