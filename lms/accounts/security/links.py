"""Addresses of ours that stand in letters."""

from __future__ import annotations

from flask import current_app
from flask_security.confirmable import generate_confirmation_token
from flask_security.recoverable import generate_reset_password_token

from lms.accounts.models import Account
from lms.config import Config
from lms.infra.db import db


def link(endpoint: str, **values: str) -> str:
    """Return a full address of ours. It begins with the configured one: a request's Host header may be forged."""
    config: Config = current_app.config["LMS"]
    return config.base_url + current_app.url_map.bind(config.host).build(endpoint, values)


def confirmation_link(account_id: int) -> str:
    """Return the link by which a person confirms his address; it works for two days."""
    account = db.session.get_one(Account, account_id)
    return link("security.confirm_email", token=generate_confirmation_token(account))


def reset_link(account_id: int) -> str:
    """Return the link by which a person sets a new password; it works once, for one day."""
    account = db.session.get_one(Account, account_id)
    return link("security.reset_password", token=generate_reset_password_token(account))
