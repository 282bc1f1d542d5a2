"""Letters: a template in two parts, written in the recipient's language, inside or outside a request."""

from __future__ import annotations

from types import SimpleNamespace

from flask import current_app

from lms.config import Config
from lms.infra.languages import language
from lms.infra.mail import Message


def write_letter(template: str, *, to: str, subject: str, purpose: str, code: str, **context: object) -> Message:
    """Return the letter `<template>.html` and `<template>.txt`; the subject is in the recipient's language already."""
    config: Config = current_app.config["LMS"]
    # Not render_template: its context belongs to whoever asks, and a letter is read by somebody else.
    context["site"] = SimpleNamespace(name=config.site_name, locale=code, demo=current_app.extensions["is_demo"]())
    with language(code):
        html, text = (
            current_app.jinja_env.get_template(f"{template}.{kind}").render(context) for kind in ("html", "txt")
        )
    return Message(to=to, subject=subject, text=text.strip() + "\n", html=html, purpose=purpose, language=code)
