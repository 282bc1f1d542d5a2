"""Which script a letter belongs to, and which characters no name is written with.

A small part of Unicode's Technical Standard 39 (Unicode Security Mechanisms), as far as names of people need it.
"""

from __future__ import annotations

import unicodedata
from functools import cache

EAST_ASIAN = "EAST ASIAN"
"""Han, kana and hangul are written together: "highly restrictive" of UTS 39, section 5.2, counts them as one."""

_TOGETHER = dict.fromkeys(("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO"), EAST_ASIAN)

HIDDEN = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0x2800, 0x2800), (0x3164, 0x3164), (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
"""Ranges of characters that leave no mark on paper (Unicode's Default_Ignorable_Code_Point, with their like)."""

PHONETIC = (
    (0x01C0, 0x01C3), (0x0250, 0x02AF), (0x1C80, 0x1C8F), (0x1D00, 0x1DBF), (0x2C60, 0x2C7F), (0x2DE0, 0x2DFF),
    (0xA640, 0xA69F), (0xA720, 0xA7FF), (0xAB30, 0xAB6F),
)  # fmt: skip
"""Ranges of letters of phonetics and palaeography: ɑ, ɡ and ꞌ pass for a, g and an apostrophe."""

OF_NAMES = frozenset("əɔɛɓɖɗɣɵʉʊʋʒɲ")
"""Letters in those ranges that living languages write names with, the Azerbaijani ə among them."""

MODIFIERS = frozenset("ʻʼʹʺʾʿ々ー")
"""Letters without a body of their own that names are written with: Oʻktam, Olʹga, ʿUmar, 佐々木."""

WHOLE = frozenset("և")
"""Letters that Unicode takes for two, and people for one."""


@cache
def script_of(letter: str) -> str:
    """Return the script of a letter, by the first word of its name in Unicode; '' for what every script shares."""
    name = unicodedata.name(letter, "")
    word = name.partition(" ")[0]
    if word in {"", "COMBINING", "MODIFIER"} or letter in "ー々" or not letter_like(letter):
        return ""
    return _TOGETHER.get(word, word)


@cache
def letter_like(c: str) -> bool:
    """Tell whether a character is a letter or a mark on one."""
    return unicodedata.category(c)[0] in "LM"


@cache
def is_hidden(c: str) -> bool:
    """Tell whether a character cannot be seen: format and control characters, fillers, turners of direction."""
    return unicodedata.category(c) in {"Cc", "Cf", "Cs"} or _within(c, HIDDEN)


@cache
def plain_form(c: str) -> str:
    """Return what a variant of a letter stands for: a fullwidth A, a mathematical one, a ligature; else itself."""
    return c if c in WHOLE else unicodedata.normalize("NFKC", c)


@cache
def is_of_names(c: str) -> bool:
    """Tell whether names are written with a letter or a mark: not with those of phonetics, nor with strokes and rings.

    A stroke through a letter is a letter of its own where a language has it (ø, ł, ħ).
    """
    kind = unicodedata.category(c)
    if kind == "Lm":
        return c in MODIFIERS
    if kind == "Me" or unicodedata.combining(c) == 1:
        return False
    return kind[0] in "LM" and (c in OF_NAMES or not _within(c, PHONETIC))


def _within(c: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(c) <= last for first, last in ranges)
