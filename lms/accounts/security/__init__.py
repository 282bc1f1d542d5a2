"""The one adapter to Flask-Security: how people register, log in, and are recognised by their session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask_login import COOKIE_NAME, current_user
from flask_login.utils import _user_context_processor
from flask_security import MailUtil, Security, SQLAlchemyUserDatastore, auth_required, signals
from flask_security.utils import logout_user
from jinja2 import Undefined
from sqlalchemy import select

from lms.accounts import emails, forms, queries, service
from lms.accounts.models import Account
from lms.accounts.security.decisions import (
    ChangeEmail,
    ChangePassword,
    Confirm,
    Forgot,
    Login,
    Outspoken,
    Register,
    Reset,
    Verify,
)
from lms.accounts.security.links import confirmation_link, link, reset_link
from lms.accounts.security.messages import MESSAGES, sends_mail
from lms.accounts.security.passwords import check_password, find_password_fault, hash_password, normal_address
from lms.accounts.security.viewer import find_viewer
from lms.config import Config
from lms.domain.names import fold_address
from lms.domain.passwords import SHORTEST
from lms.infra import clock, languages, mail
from lms.infra.db import db
from lms.web.guards import MEMBER, PUBLIC, Viewer
from lms.web.limits import Limits

__all__ = [
    "check_password",
    "confirmation_link",
    "find_password_fault",
    "hash_password",
    "init_app",
    "link",
    "load_viewer",
    "log_out",
    "normal_address",
    "recently",
    "reset_link",
    "sends_mail",
]

View = TypeVar("View", bound=Callable[..., Any])

FRESH = timedelta(minutes=30)
"""How long after typing the password delicate things may be done without typing it again."""

REMEMBER = timedelta(days=30)

# Log-ins are limited by account (see Login). What follows stops only a machine: two training rooms behind one
# address stay far below it.
SENDS_A_MINUTE = 1200

PERMISSIONS = {
    "security.login": PUBLIC,
    "security.logout": PUBLIC,
    "security.register": PUBLIC,
    "security.send_confirmation": PUBLIC,
    "security.confirm_email": PUBLIC,
    "security.forgot_password": PUBLIC,
    "security.reset_password": PUBLIC,
    "security.change_email_confirm": PUBLIC,
    "security.verify": MEMBER,
    "security.change_password": MEMBER,
    "security.change_email": MEMBER,
    "static": PUBLIC,
}
"""Permissions of views that are not ours."""

SETTINGS: dict[str, Any] = {
    "REGISTERABLE": True,
    "CONFIRMABLE": True,
    "RECOVERABLE": True,
    "CHANGEABLE": True,
    "CHANGE_EMAIL": True,
    "RETURN_GENERIC_RESPONSES": True,
    "USE_REGISTER_V2": True,
    "PASSWORD_CONFIRM_REQUIRED": False,
    "PASSWORD_LENGTH_MIN": SHORTEST,
    "PASSWORD_SCHEMES": ["argon2"],
    # No pepper from the secret key: whoever restores a backup under another key can still log in.
    "PASSWORD_SINGLE_HASH": {"argon2"},
    "PASSWORD_HASH_PASSLIB_OPTIONS": {
        "argon2__time_cost": 2,
        "argon2__memory_cost": 19456,
        "argon2__parallelism": 1,
    },
    "HASHING_SCHEMES": ["hex_sha256"],
    "DEPRECATED_HASHING_SCHEMES": [],
    "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
    "USER_IDENTITY_ATTRIBUTES": [{"email": {"mapper": normal_address, "case_insensitive": False}}],
    "INPUT_NORMALIZE_FORM": "NFC",
    "JOIN_USER_ROLES": False,
    "DATETIME_FACTORY": clock.now,
    "API_ENABLED_METHODS": ["session"],
    "FRESHNESS": FRESH,
    "FRESHNESS_GRACE_PERIOD": timedelta(minutes=15),
    "VERIFY_URL": "/log-in-again",
    "POST_LOGIN_VIEW": "/me/",
    "POST_LOGOUT_VIEW": "/",
    "POST_REGISTER_VIEW": "accounts.registered",
    "POST_CHANGE_VIEW": "accounts.profile",
    "POST_CHANGE_EMAIL_VIEW": "accounts.profile",
    "POST_VERIFY_VIEW": "accounts.profile",
    "LOGOUT_METHODS": ["POST"],
    # Our own letters go out on its signals, in the reader's language; only the change of address asks for one itself.
    "SEND_REGISTER_EMAIL": False,
    "SEND_PASSWORD_CHANGE_EMAIL": False,
    "SEND_PASSWORD_RESET_NOTICE_EMAIL": False,
    "EMAIL_PLAINTEXT": False,
    "EMAIL_HTML": False,
    "CLI_USERS_NAME": None,
    "CLI_ROLES_NAME": None,
    "STATIC_FOLDER": None,
}


def init_app(app: Flask, _config: Config) -> None:
    """Set Flask-Security up, with what it lets us decide decided."""
    for key, value in SETTINGS.items():
        app.config.setdefault(f"SECURITY_{key}", value)
    for key, message in MESSAGES.items():
        app.config[f"SECURITY_MSG_{key}"] = message
    app.config.setdefault("REMEMBER_COOKIE_DURATION", REMEMBER)
    security = Security(
        render_template=_renderer(app),
        mail_util_cls=Addresses,
        login_form=Login,
        verify_form=Verify,
        register_form=Register,
        forgot_password_form=Forgot,
        send_confirmation_form=Confirm,
        reset_password_form=Reset,
        change_password_form=ChangePassword,
        change_email_form=ChangeEmail,
    )
    security.init_app(app, Datastore(db, Account, None))
    security.want_json(lambda _request: False)
    security.context_processor(lambda: {"mails": sends_mail()})
    _translate(security)
    _lighten(app)
    _limit(app)
    _listen(app)
    app.extensions.setdefault("foreign_permissions", {}).update(PERMISSIONS)
    app.register_error_handler(service.AddressTaken, lambda _error: redirect(url_for("accounts.registered")))
    app.jinja_env.globals.update(country_name=forms.country_name)


def load_viewer() -> Viewer | None:
    """Return who is logged in, by the session or by the cookie that remembers; one query, none for strangers."""
    uniquifier = session.get("_user_id")
    if uniquifier is None:
        if current_app.config.get("REMEMBER_COOKIE_NAME", COOKIE_NAME) not in request.cookies:
            return None
        # Flask-Login reads the cookie and opens a session, which then serves the following requests.
        if not current_user.is_authenticated:
            return None
        uniquifier = current_user.fs_uniquifier
    return find_viewer(uniquifier)


def recently(view: View) -> View:
    """Open a view only to somebody who typed his password not long ago; others are asked for it first."""
    return cast(View, auth_required("session", within=lambda: FRESH, grace=lambda: timedelta(minutes=15))(view))


def log_out() -> None:
    """End this browser's session."""
    logout_user()


# What Flask-Security calls


class Datastore(SQLAlchemyUserDatastore):
    """Accounts as Flask-Security finds and makes them."""

    def commit(self) -> None:
        """Do nothing: the edge of the request commits."""

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Account | None:
        """Return the account with this one attribute."""
        return db.session.scalar(select(Account).filter_by(**kwargs))

    def create_user(self, **kwargs: Any) -> Account:
        """Make an account from the fields of the form."""
        return service.create_account(**kwargs)


class Addresses(MailUtil):
    """Addresses as we keep them, and the one letter that Flask-Security sends."""

    def normalize(self, email: str) -> str:
        """Return the address as it is kept."""
        return fold_address(super().normalize(email))

    def validate(self, email: str) -> str:
        """Return the address as it is kept; its exception says that it is none."""
        return fold_address(super().validate(email))

    def send_mail(self, template: str, subject: str, recipient: Any, *args: Any, **kwargs: Any) -> None:
        """Post the letter that asks for the new address to be confirmed."""
        person = queries.find_account(kwargs["user"].id)
        assert person is not None
        assert template == "security/email/change_email_instructions"
        mail.post(emails.new_address(person, recipient, link("security.change_email_confirm", token=kwargs["token"])))


# How it is set up


def _renderer(app: Flask) -> Callable[..., str]:
    """Return what renders Flask-Security's pages: its context is not complete enough for StrictUndefined."""
    lenient = app.jinja_env.overlay(undefined=Undefined)

    def render(name: str, **context: Any) -> str:
        if request.method == "POST":
            for form in context.values():
                if isinstance(form, Outspoken):
                    form.restore()
        app.update_template_context(context)
        return lenient.get_template(name).render(context)

    return render


def _translate(security: Security) -> None:
    """Let our catalogue speak first, and Flask-Security's own for what we did not put into our words."""
    library = security.i18n_domain.gettext

    def gettext(text: object, **values: object) -> str:
        asked = str(text)
        said = languages.gettext(asked)
        said = said if said != asked else str(library(asked))
        return said % values if values else said

    security.i18n_domain.gettext = gettext


def _lighten(app: Flask) -> None:
    """Take away what would load the account a second time for every page: principals and `current_user`."""
    app.before_request_funcs[None] = [
        function
        for function in app.before_request_funcs.get(None, [])
        if getattr(function, "__self__", None) is not app.extensions["security"].principal
    ]
    app.template_context_processors[None].remove(_user_context_processor)


def _limit(app: Flask) -> None:
    """Limit what one network address may send to the pages that cost an Argon2, and refuse JSON there."""
    limits = Limits()
    for name in ("login", "register", "forgot_password", "send_confirmation", "reset_password", "verify"):
        limits.guard(app, f"security.{name}", SENDS_A_MINUTE)

    @app.before_request
    def forms_only() -> None:
        if request.blueprint == "security" and request.is_json:
            abort(400)


def _listen(app: Flask) -> None:
    """Do our part when Flask-Security has done its."""

    def registered(_sender: Flask, user: Account, form_data: dict[str, Any], **_rest: Any) -> None:
        told = {key: form_data[key] for key in ("museum", "country", "position", "invitation")}
        session["registered"] = "ready" if service.complete_registration(user.id, **told) else "waits"

    def not_registered(_sender: Flask, form_data: dict[str, Any], **_rest: Any) -> None:
        # All that a stranger can see is as if the account had been made, a used-up invitation included.
        used = bool(form_data["invitation"]) and service.use_invitation(form_data["invitation"])
        session["registered"] = "ready" if used else "waits"
        service.enqueue_letter("accounts.tell_owner", form_data["email"])

    def confirmed(_sender: Flask, user: Account, **_rest: Any) -> None:
        service.note_confirmed(user.id, by="mail")

    def authenticated(_sender: Flask, user: Account, **_rest: Any) -> None:
        _renew_session()
        service.note_login(user.id)

    def password_changed(_sender: Flask, user: Account, **_rest: Any) -> None:
        service.note_password_changed(user.id)

    def password_reset(_sender: Flask, user: Account, **_rest: Any) -> None:
        service.confirm(user.id, by="mail")  # only the owner of the address can follow the link
        service.note_password_changed(user.id)

    def email_changed(_sender: Flask, user: Account, old_email: str, **_rest: Any) -> None:
        service.note_email_changed(user.id, old_email)

    for signal, receiver in (
        (signals.user_registered, registered),
        (signals.user_not_registered, not_registered),
        (signals.user_confirmed, confirmed),
        (signals.user_authenticated, authenticated),
        (signals.password_changed, password_changed),
        (signals.password_reset, password_reset),
        (signals.change_email_confirmed, email_changed),
    ):
        signal.connect(receiver, app, weak=False)


KEPT_IN_SESSION = frozenset(
    {"_user_id", "_fresh", "_id", "_remember", "_remember_seconds", "_permanent", "_flashes", "fs_cc", "fs_paa"}
)


def _renew_session() -> None:
    """Begin a new session at log-in: what a stranger's browser held, tokens included, is worth nothing in it."""
    for key in [key for key in session if key not in KEPT_IN_SESSION]:
        session.pop(key)
    g.pop("csrf_token", None)
