"""Ed25519 public keys as text: the Multikey of W3C Controlled Identifiers, section 2.2.2."""

from __future__ import annotations

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from lms.infra.signing.multibase import decode_base58, encode_base58

ED25519 = bytes.fromhex("ed01")
"""Stands before an Ed25519 public key in a Multikey (multicodec)."""

PUBLIC_LENGTH = 32


def verify(multikey: str, signature: bytes, data: bytes) -> bool:
    """Tell whether the Ed25519 key of a Multikey signed the data."""
    try:
        _public_key(multikey).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def multikey(public: bytes) -> str:
    """Return an Ed25519 public key of 32 bytes as a Multikey."""
    return encode_base58(ED25519 + public)


def read_multikey(text: str) -> bytes:
    """Return the 32 bytes of an Ed25519 Multikey; ValueError for any other text."""
    content = decode_base58(text)
    if not content.startswith(ED25519) or len(content) != len(ED25519) + PUBLIC_LENGTH:
        raise ValueError("this is no Multikey of Ed25519")
    return content.removeprefix(ED25519)


@lru_cache(maxsize=64)
def _public_key(text: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(read_multikey(text))
