"""The keys of the running site."""

from __future__ import annotations

from flask import current_app

from lms.infra.signing.keys import Keyring


def keyring() -> Keyring:
    """Return the keys of the running application."""
    kept: Keyring = current_app.extensions["keyring"]
    return kept
