"""Names of people and museums, and addresses: how they are kept, and what they may hold."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from lms.domain.scripts import is_hidden, is_of_names, letter_like, plain_form, script_of

LONGEST = 80
"""Characters of a name that a certificate can carry."""

MARKS = 3
"""Combining marks that may follow one letter; more is ornament that prints over the line above."""

POINTS = frozenset(" -‐‑–'’ʼ‘`.,·()«»“”„\"՛՜՝՞׳״")
DIGITS = frozenset("0123456789")
_NUMERAL = re.compile("(?=[IVX])X{0,3}(IX|IV|V?I{0,3})")

Kind = Literal["empty", "long", "letters", "script", "scripts", "latin", "hidden", "variant", "mark", "sign"]


@dataclass(frozen=True, kw_only=True)
class NameFault:
    """Why a name cannot stand on a certificate, and where.

    `empty`; `long`; `letters`: there is none; `script`: a letter of another script in a word; `scripts`: a word in
    another script than the rest; `latin`: a letter that is not Latin where Latin ones are asked for;
    `hidden`: cannot be seen; `variant`: a special form of what `instead` says;
    `mark`: without a letter, or one too many; `sign`: names are not written with it.
    """

    kind: Kind
    word: str = ""
    place: int = 0
    """Which character of the word, counted from 1; marks count with their letter."""
    character: str = ""
    script: str = ""
    """The script of the character or the word, as `scripts.script_of` calls it."""
    among: str = ""
    """The script of what stands round it."""
    instead: str = ""


def tidy(text: str) -> str:
    """Return the text in NFC, without outer space and with single spaces inside."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def name_fault(name: str) -> NameFault | None:
    """Say why a tidy name cannot stand on a certificate, None when it can.

    A name is written in one script, so that no letter passes for another that looks the same; only a number such as
    IV may stand behind it. Its Latin form stands beside it, in a field of its own.
    """
    if not name:
        return NameFault(kind="empty")
    if len(name) > LONGEST:
        return NameFault(kind="long")
    if found := hidden_fault(name) or next(_strange(name), None):
        return found
    if not any(c.isalpha() for c in name):
        return NameFault(kind="letters")
    return _mixture(name)


def latin_fault(name: str) -> NameFault | None:
    """Say why a tidy name cannot stand on a certificate as the Latin form of another."""
    if found := name_fault(name):
        return found
    for word in name.split():
        for at, c in enumerate(word):
            if script_of(c) not in {"", "LATIN"}:
                return _at("latin", word, at, script=script_of(c), among="LATIN")
    return None


def hidden_fault(text: str) -> NameFault | None:
    """Say which character of a name of any kind cannot be seen, or turns the direction of what follows."""
    for word in text.split():
        for at, c in enumerate(word):
            if is_hidden(c):
                return _at("hidden", word, at)
    return None


def is_latin(name: str) -> bool:
    """Tell whether every letter of the name is Latin."""
    return all(script_of(c) in {"", "LATIN"} for c in name)


def spelling_mark(name: str, name_latin: str) -> str:
    """Return a short mark of a spelling: a form carries it, so that what was looked at is what is kept."""
    return hashlib.sha256(f"{name}\n{name_latin}".encode()).hexdigest()[:16]


def fold_address(address: str) -> str:
    """Return an e-mail address as it is kept and compared: NFC, without outer space, in lower case."""
    return unicodedata.normalize("NFC", address).strip().lower()


def fold_title(title: str) -> str:
    """Return the name of a museum as it is compared: letters and digits only, case and ё folded, single spaces."""
    folded = unicodedata.normalize("NFKC", title).casefold().replace("ё", "е").replace("եւ", "և")
    return " ".join("".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in folded).split())


def _strange(name: str) -> Iterator[NameFault]:
    """Yield the characters that names are not written with."""
    for word in name.split():
        for at, c in enumerate(word):
            if c in POINTS or c in DIGITS:
                continue
            plain = plain_form(c)
            if plain != c and all(d in POINTS or d in DIGITS or letter_like(d) for d in plain):
                yield _at("variant", word, at, instead=plain)
            elif not is_of_names(c):
                yield _at("mark" if unicodedata.category(c)[0] == "M" else "sign", word, at)
        loose = _loose_mark(word)
        if loose is not None:
            yield _at("mark", word, loose)


def _loose_mark(word: str) -> int | None:
    """Return where a mark stands that has no letter before it, or too many marks, or the same one twice."""
    run = 0
    for at, c in enumerate(word):
        marks = [d for d in unicodedata.normalize("NFD", c) if unicodedata.category(d)[0] == "M"]
        is_mark = unicodedata.category(c)[0] == "M"
        if is_mark and (at == 0 or not letter_like(word[at - 1])):
            return at
        run = run + len(marks) if is_mark else len(marks)
        before = unicodedata.normalize("NFD", word[:at])[-1:]
        if run > MARKS or (is_mark and before == marks[0]) or any(a == b for a, b in pairwise(marks)):
            return at
    return None


def _mixture(name: str) -> NameFault | None:
    """Return the first letter, or the first word, in another script than the rest."""
    words = name.split()
    all_letters = Counter(script_of(c) for c in name if script_of(c))
    if len(all_letters) < 2:
        return None
    numeral = len(words) - 1 if len(words) > 1 and _NUMERAL.fullmatch(words[-1]) else None
    whole = Counter(script_of(c) for word in words[:numeral] for c in word if script_of(c))
    main = whole.most_common(1)[0][0]
    for word in words[:numeral]:
        found = Counter(script_of(c) for c in word if script_of(c))
        own = max(found, key=lambda script: (found[script], script == main), default=main)
        for at, c in enumerate(word):
            if script_of(c) not in {"", own}:
                return _at("script", word, at, script=script_of(c), among=own)
        if own != main:
            return NameFault(kind="scripts", word=word, script=own, among=main)
    return None


def _at(kind: Kind, word: str, at: int, script: str = "", among: str = "", instead: str = "") -> NameFault:
    """Return a fault of the character at a place; the word is told without what nobody can see."""
    seen = [c for c in word[:at] if not is_hidden(c) and unicodedata.category(c)[0] != "M"]
    return NameFault(
        kind=kind,
        word="".join(c for c in word if not is_hidden(c)),
        place=len(seen) + (unicodedata.category(word[at])[0] != "M" or not seen),
        character=word[at],
        script=script,
        among=among,
        instead=instead,
    )
