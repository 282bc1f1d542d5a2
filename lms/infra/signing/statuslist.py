"""The bits of a status list: one a credential, set when it is revoked (W3C Bitstring Status List 1.0, section 3)."""

from __future__ import annotations

import base64
import binascii
import re
import struct
import zlib
from collections.abc import Iterable

LENGTH = 131072
"""Bits of a list, the least that the standard allows: one credential hides among so many."""

SIZE = LENGTH // 8
HEADER = bytes.fromhex("1f8b08000000000002ff")
"""Of gzip: no time, no name, no machine, so that the same bits always give the same text."""

GZIP = zlib.MAX_WBITS | 16
LONGEST = 2 * SIZE
"""Characters that are read at most; bits that cannot be packed at all take fewer."""

BASE64URL = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


def encode(revoked: Iterable[int]) -> str:
    """Return a list with the bits at these indices set, as `encodedList` wants it; ValueError for one past the end."""
    bits = bytearray(SIZE)
    for index in revoked:
        place, mask = _locate(index)
        bits[place] |= mask
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(bits) + packer.flush()
    content = HEADER + packed + struct.pack("<II", zlib.crc32(bits), SIZE)
    return "u" + base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Return the bits of an `encodedList`; ValueError for what is none, and for one of any other length."""
    if not text.startswith("u") or len(text) > LONGEST or not BASE64URL.fullmatch(text, 1):
        raise ValueError("this is no status list")
    unpacker = zlib.decompressobj(GZIP)
    try:
        # One byte more than a list has: what is larger shows, and is never unpacked whole.
        bits = unpacker.decompress(base64.urlsafe_b64decode(text[1:] + "=" * (-(len(text) - 1) % 4)), SIZE + 1)
    except (zlib.error, binascii.Error) as error:
        raise ValueError("this is no status list") from error
    if len(bits) != SIZE or not unpacker.eof or unpacker.unused_data:
        raise ValueError(f"a status list has {LENGTH} bits")
    return bits


def is_set(bits: bytes, index: int) -> bool:
    """Tell whether the bit at an index is set; ValueError for an index beyond the end."""
    place, mask = _locate(index)
    return bool(bits[place] & mask)


def _locate(index: int) -> tuple[int, int]:
    """Return the byte and the mask of a bit; the first bit is the highest of the first byte."""
    if not 0 <= index < LENGTH:
        raise ValueError(f"a status list has no bit {index}")
    return index // 8, 0x80 >> index % 8
