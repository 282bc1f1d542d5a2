"""The base of every form: CSRF, our catalogue, and what no field may hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import Field, FileField, SelectMultipleField, StringField
from wtforms.fields import MultipleFileField, PasswordField

from lms.infra import languages
from lms.infra.languages import gettext as _
from lms.infra.languages import lazy_gettext as _l

LONGEST = 10_000
UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
MANY = (SelectMultipleField, MultipleFileField)


SAID = (_l("Not a valid choice."), _l("Not a valid integer value."))
"""What WTForms itself says of our fields; every other validator is given its message."""


class Catalogue:
    """Our catalogue, which has more languages than WTForms' own."""

    def gettext(self, message: str) -> str:
        """Translate a validator's message."""
        return languages.gettext(message)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Translate a validator's message that depends on a number."""
        return languages.ngettext(singular, plural, n)


class Form(FlaskForm):
    """A form whose fields hold clean text once; what was typed is kept when it is refused."""

    class Meta(FlaskForm.Meta):
        """Messages come from our catalogue."""

        def get_translations(self, form: Any) -> Catalogue:
            """Return where messages are translated."""
            return Catalogue()

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, and what no field may hold; all faults are told at once."""
        valid = bool(super().validate(extra_validators))
        return clean(self) and valid


def clean(form: FlaskForm) -> bool:
    """Tell whether each field came once, in Unicode and within reason; say beside the field what is wrong."""
    fine = True
    for field in form:
        problem = _problem(field)
        if problem:
            field.errors = [*field.errors, problem]
            fine = False
        if isinstance(field, StringField) and field.data:
            field.data = UNSHOWABLE.sub("\ufffd", field.data)  # no page can carry them back to the reader
    return fine


def _problem(field: Field) -> str | None:
    if not isinstance(field, MANY) and len(request.form.getlist(field.name)) > 1:
        return _("This field came twice. Nothing is lost: look at it and send the form again.")
    if isinstance(field, FileField) or not isinstance(field, StringField):
        return None
    text = field.data or ""
    if len(text) > LONGEST:
        return _("This text is too long. Nothing is lost: shorten it and send the form again.")
    if not isinstance(field, PasswordField) and not is_clean(text):
        return _("This text holds characters that cannot be kept. Remove them and send the form again.")
    return None


def is_clean(text: str) -> bool:
    """Tell whether the text is free of control characters, broken Unicode and marks that turn the writing round."""
    return not any(
        c == "\ufffd" or (unicodedata.category(c) in {"Cc", "Cs", "Co", "Cn"} and c not in "\n\r\t") or c in BIDI
        for c in text
    )


BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def tidy(value: str | None) -> str | None:
    """Put a name or title into NFC without outer or repeated space (a WTForms filter)."""
    return " ".join(unicodedata.normalize("NFC", value).split()) if value else value


def lower(value: str | None) -> str | None:
    """Lower the case and trim (a WTForms filter for e-mail addresses)."""
    return value.strip().lower() if value else value


def choices(pairs: Sequence[tuple[str, str]], empty: str) -> list[tuple[str, str]]:
    """Return select choices that begin with an empty one."""
    return [("", empty), *pairs]


def without_control(text: str) -> str:
    """Return the text without control characters, which no search means and PostgreSQL refuses."""
    return "".join(c for c in text if unicodedata.category(c) != "Cc")
