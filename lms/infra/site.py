"""What the site is called and where it is, for work outside a request."""

from __future__ import annotations

from flask import current_app

from lms.config import Config


def site() -> Config:
    """Return the settings of the running application."""
    settings: Config = current_app.config["LMS"]
    return settings
