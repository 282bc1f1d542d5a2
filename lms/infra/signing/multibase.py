"""Bytes as text the way credentials write them: base58btc behind a 'z' (W3C Controlled Identifiers, section 2.4)."""

from __future__ import annotations

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
LONGEST = 200
"""Characters that are read at most: keys and signatures have some 90, and the work grows with the square."""


def encode_base58(content: bytes) -> str:
    """Return bytes as multibase text that begins with 'z'."""
    number, letters = int.from_bytes(content, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        letters = ALPHABET[rest] + letters
    zeros = len(content) - len(content.lstrip(b"\0"))
    return "z" + ALPHABET[0] * zeros + letters


def decode_base58(text: str) -> bytes:
    """Return the bytes of multibase text that begins with 'z'; ValueError for any other."""
    if not text.startswith("z") or len(text) > LONGEST:
        raise ValueError("this is no base58btc text")
    letters = text[1:]
    number = 0
    for letter in letters:
        if letter not in VALUES:
            raise ValueError("this is no base58btc text")
        number = number * 58 + VALUES[letter]
    zeros = len(letters) - len(letters.lstrip(ALPHABET[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
