"""The size of PNG, JPEG and WebP pictures, read from their first bytes, and which of them can be printed."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Literal

Size = tuple[int, int]

Fault = Literal["kind", "large", "broken"]

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
JPEG_END = b"\xff\xd9"

LARGEST_FILE = 4_000_000
LARGEST_SIDE = 10_000
MOST_PIXELS = 25_000_000
"""Bytes and pixels of a picture that is printed: a good photograph, and no more than fits into memory."""

FAULTS: dict[Fault, str] = {
    "kind": "is no PNG or JPEG picture",
    "large": f"is too large: {LARGEST_FILE // 1_000_000} MB, {LARGEST_SIDE:,} pixels a side and "
    f"{MOST_PIXELS // 1_000_000} million pixels are the most",
    "broken": "is cut off or damaged: save it anew",
}
"""What is wrong with a picture, as the checker and commands say it."""


def find_fault(content: bytes) -> Fault | None:
    """Tell why a picture cannot be printed, as far as that is seen without decoding it."""
    if len(content) > LARGEST_FILE:
        return "large"
    if not content.startswith((PNG, JPEG)):
        return "kind"
    size = picture_size(content)
    whole = all(_chunks(content)) if content.startswith(PNG) else JPEG_END in content
    if size is None or 0 in size or not whole:
        return "broken"
    return "large" if max(size) > LARGEST_SIDE or size[0] * size[1] > MOST_PIXELS else None


def _chunks(png: bytes) -> Iterator[bool]:
    """Tell of each part of a PNG file, up to the last, whether it is there as it was written (ISO/IEC 15948, 5.3)."""
    at, kind = len(PNG), b""
    while kind != b"IEND":
        size, kind = struct.unpack(">I4s", png[at : at + 8]) if at + 12 <= len(png) else (0, b"IEND")
        at += size + 12
        yield at <= len(png) and zlib.crc32(png[at - size - 8 : at - 4]) == int.from_bytes(png[at - 4 : at], "big")


def picture_size(content: bytes) -> Size | None:
    """Return width and height in pixels; None when the bytes are none of the three formats."""
    if content.startswith(PNG) and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if content.startswith(JPEG):
        return _jpeg(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _webp(content)
    return None


def _jpeg(content: bytes) -> Size | None:
    """Walk the segments up to the first frame header (ISO/IEC 10918-1, B.2.2)."""
    at = 2
    while at + 9 < len(content):
        if content[at] != 0xFF:
            return None
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        else:
            at += 2 + int(struct.unpack(">H", content[at + 2 : at + 4])[0])
    return None


def _webp(content: bytes) -> Size | None:
    """Read the first chunk of the container (RFC 9649)."""
    kind = content[12:16]
    if kind == b"VP8X" and len(content) >= 30:
        return int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
    if kind == b"VP8L" and len(content) >= 25:
        bits = int.from_bytes(content[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and len(content) >= 30:
        width, height = struct.unpack("<HH", content[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None
