"""The settings of the running application."""

from __future__ import annotations

from flask import current_app

from lms.config import Config


def settings() -> Config:
    """Return the settings of the running application."""
    config: Config = current_app.config["LMS"]
    return config
