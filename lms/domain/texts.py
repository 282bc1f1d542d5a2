"""Reading what a person typed: folding of words, and the numbers a reply may mean."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

MAX_REPLY = 2_000
MAX_ESSAY = 20_000

_QUOTES = dict.fromkeys(map(ord, "\"'`´«»‹›“”„‟‘’‚‛′″❛❜❝❞〝〞"))
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_DIGITS = re.compile(r"[+-]?(?=[.,]?\d)(\d*)(?:([.,])(\d*))?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:(?P<group>[.,])\d{3})(?:(?P=group)\d{3})*(?:(?!(?P=group))[.,]\d*)?")
_MINUS = str.maketrans({"−": "-", "‒": "-", "–": "-", "﹣": "-"})


def fold_answer(text: str) -> str:
    """Fold a typed answer: NFKC, case, ё as е, spaces to one, quotes and a final point removed."""
    folded = _fold_case(text).replace("ё", "е").translate(_QUOTES)
    return " ".join(folded.split()).rstrip(". ")


def _fold_case(text: str) -> str:
    # The order of Unicode's toNFKC_Casefold, without which folding twice is not folding once.
    decomposed = unicodedata.normalize("NFD", text).casefold()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", decomposed).casefold())


def clean_reply(text: str, limit: int = MAX_REPLY) -> str | None:
    """Return a reply without outer space and what cannot be stored; None when empty or over `limit` characters."""
    cleaned = _UNSTORABLE.sub("", text.replace("\r\n", "\n")).strip()
    return cleaned if cleaned and len(cleaned) <= limit else None


def read_numbers(text: str, unit: str = "") -> tuple[Fraction, ...]:
    """Return every number that the text may mean, the decimal reading first; empty when it is no number.

    Spaces between digits are ignored. One comma or point before exactly three last digits is read both as decimal
    and as grouping, unless only a zero stands before it.
    """
    written = _without_unit(unicodedata.normalize("NFKC", text).translate(_MINUS).strip(), unit)
    written = re.sub(r"(?<=[\d.,+-])\s+(?=[\d.,])", "", written)
    if len(written) > 40 or not written.isascii():
        return ()
    readings = []
    if match := _DIGITS.fullmatch(written):
        readings.append(_fraction(written.replace(",", ".")))
        if match[2] and len(match[3]) == 3 and match[1].strip("0"):
            readings.append(_fraction(written.replace(match[2], "")))
    elif match := _GROUPED.fullmatch(written):
        readings.append(_fraction(written.replace(match["group"], "").replace(",", ".")))
    return tuple(readings)


def _without_unit(text: str, unit: str) -> str:
    folded = unicodedata.normalize("NFKC", unit).strip().casefold()
    if folded and text.casefold().removesuffix(".").endswith(folded.removesuffix(".")):
        return text.removesuffix(".")[: -len(folded.removesuffix("."))].strip()
    return text


def _fraction(text: str) -> Fraction:
    return Fraction(text.rstrip(".") or "0")
