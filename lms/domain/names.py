"""Names of people and museums, and addresses: how they are kept, and what they may hold."""

from __future__ import annotations

import unicodedata

LONGEST = 80
"""Characters of a name that a certificate can carry."""

MARKS = 3
"""Combining marks that may follow one letter; more is ornament that prints over the line above."""


def tidy(text: str) -> str:
    """Return the text in NFC, without outer space and with single spaces inside."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def name_fault(name: str) -> str | None:
    """Say why a tidy name cannot stand on a certificate: 'empty', 'long', 'characters', 'letters'; None when it can."""
    if not name:
        return "empty"
    if len(name) > LONGEST:
        return "long"
    if not all(_printable(c) for c in name) or _stacked(name):
        return "characters"
    return None if any(c.isalpha() for c in name) else "letters"


def is_latin(name: str) -> bool:
    """Tell whether every letter of the name is Latin."""
    return all("LATIN" in unicodedata.name(c, "") for c in name if c.isalpha() and unicodedata.category(c) != "Lm")


def fold_address(address: str) -> str:
    """Return an e-mail address as it is kept and compared: NFC, without outer space, in lower case."""
    return unicodedata.normalize("NFC", address).strip().lower()


def fold_title(title: str) -> str:
    """Return the name of a museum as it is compared: letters and digits only, case and ё folded, single spaces."""
    folded = unicodedata.normalize("NFKC", title).casefold().replace("ё", "е").replace("եւ", "և")
    return " ".join("".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in folded).split())


POINTS = frozenset(" -‐‑–'’ʼ‘`.,·()«»“”„\"՛՜՝՞׳״")


def _printable(c: str) -> bool:
    """Letters, marks, digits and the points that names are written with."""
    return c in POINTS or unicodedata.category(c)[0] in "LMN"


def _stacked(name: str) -> bool:
    run = 0
    for c in unicodedata.normalize("NFD", name):
        run = run + 1 if unicodedata.category(c) == "Mn" else 0
        if run > MARKS:
            return True
    return False
