"""Certificate codes: 16 Crockford base-32 characters, 80 random bits."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
BYTES = 10
_AS_MEANT = str.maketrans("OILАВЕЗКМНОРСТУХ", "011ABE3KMH0PCTYX")
"""Letters taken for figures, and Cyrillic letters that look like ours, as typed from a paper."""
_DROPPED = str.maketrans("", "", " -_.\u00a0\u00ad\u200b\u2010\u2011\u2012\u2013\u2014\u2212")


def encode(random: bytes) -> str:
    """Return the code of BYTES random bytes."""
    number = int.from_bytes(random[:BYTES], "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(75, -1, -5))


def read(text: str) -> str | None:
    """Return the code that was meant, whatever the case, hyphens and look-alike letters; None when it is none."""
    code = text.strip().translate(_DROPPED).upper().translate(_AS_MEANT)
    return code if len(code) == LENGTH and all(c in ALPHABET for c in code) else None


def tidy(text: str) -> str:
    """Return what can stand in an address of something that may not be a code: letters and figures, not too many."""
    return "".join(c for c in text.upper() if c.isascii() and c.isalnum())[:32]


def spaced(code: str) -> str:
    """Return a code in groups of four, for people."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))
