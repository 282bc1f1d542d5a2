"""The catalogues of the interface, and the language that the present work is done in.

Import `gettext as _` (or `lazy_gettext` where a text is named before a request exists). Placeholders are named:
`_("Hello %(name)s", name=…)`.
"""

from __future__ import annotations

import gettext as standard
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask_babel.speaklater import LazyString

from lms.config import PSEUDO

CATALOGUES = Path(__file__).resolve().parent.parent / "translations"
SOURCE = "en"
KEPT = re.compile(r"(%\(\w+\)[a-z]|%%|<[^>]+>|&\w+;|https?://\S+|\s--?\w[\w-]*)")
"""What a text holds that is not words: placeholders, tags, entities, addresses, options of commands."""
ACCENTS = str.maketrans("AEIOUYaeiouycnsz", "ÀÉÎÕÜÝàéîõüýçñšž")

chosen: ContextVar[Callable[[], str]] = ContextVar("language", default=lambda: SOURCE)
"""Tells the language of the present work; a request sets it to its reader's."""


@cache
def catalogue(code: str) -> standard.NullTranslations:
    """Return the catalogue of a language; English and unknown ones give back what they are asked."""
    if code == PSEUDO:
        return _Pseudo()
    path = CATALOGUES / code / "LC_MESSAGES" / "messages.po"
    if code == SOURCE or not path.exists():
        return standard.NullTranslations()
    with path.open("rb") as file:
        read = read_po(file, locale=code)
    compiled = io.BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return standard.GNUTranslations(compiled)


class _Pseudo(standard.NullTranslations):
    """English as long as German: a text that stays as it was does not go through gettext, and shows."""

    def gettext(self, message: str) -> str:
        return _longer(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return _longer(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return _longer(message)


def _longer(message: str) -> str:
    """Accent the letters, and repeat as many vowels as make the words 40 % longer."""
    parts = KEPT.split(message)
    for place in range(0, len(parts), 2):
        words = parts[place].translate(ACCENTS).split(" ")
        parts[place] = " ".join(word + word[-1] * round(0.4 * len(word)) if word.isalpha() else word for word in words)
    return f"⟦{''.join(parts)}⟧"


@contextmanager
def language(code: str) -> Iterator[None]:
    """Do the work inside in another language: a message to somebody else, a certificate."""
    token = chosen.set(lambda: code)
    try:
        yield
    finally:
        chosen.reset(token)


def gettext(message: str, **values: object) -> str:
    """Translate a text with named placeholders."""
    text = catalogue(chosen.get()()).gettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, num: int, **values: object) -> str:
    """Translate a text that depends on a number, given to it as `%(num)d`."""
    return catalogue(chosen.get()()).ngettext(singular, plural, num) % {"num": num, **values}


def pgettext(context: str, message: str, **values: object) -> str:
    """Translate a text that means different things in different places."""
    text = catalogue(chosen.get()()).pgettext(context, message)
    return text % values if values else text


def lazy_gettext(message: str, **values: object) -> LazyString:
    """Translate when the text is shown."""
    return LazyString(gettext, message, **values)
