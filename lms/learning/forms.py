"""The shape of what study pages send."""

from __future__ import annotations

from lms.web.forms import Form


class Act(Form):
    """A button: nothing but its CSRF token."""
