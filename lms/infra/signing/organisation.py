"""A key that an organisation brings in a PKCS#12 file, with the certificates up to a root of its own choice."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from lms.infra.signing.authority import order_chain
from lms.infra.signing.folder import KeyProblem, PrivateKey


@dataclass(frozen=True)
class Brought:
    """Hold what is in an organisation's PKCS#12 file."""

    secret: PrivateKey
    certificate: bytes
    chain: tuple[bytes, ...]
    fingerprint: str


def read_organisation(path: Path, password: str) -> Brought:
    """Return what a PKCS#12 file holds; KeyProblem when that is no key with its certificate."""
    try:
        secret, signer, others = pkcs12.load_key_and_certificates(path.read_bytes(), password.encode() or None)
    except OSError as error:
        raise KeyProblem(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise KeyProblem(f"{path} cannot be read: its password is another one, or it is no PKCS#12 file") from error
    if signer is None or not isinstance(secret, EllipticCurvePrivateKey | RSAPrivateKey):
        raise KeyProblem(f"{path} holds no RSA or EC key with its certificate")
    certificate = signer.public_bytes(Encoding.DER)
    return Brought(
        secret=secret,
        certificate=certificate,
        chain=tuple(one.public_bytes(Encoding.DER) for one in order_chain(signer, others)),
        fingerprint=hashlib.sha256(certificate).hexdigest(),
    )
