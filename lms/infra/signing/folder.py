"""The folder that keys lie in: written whole or not at all, by one process at a time, private halves for us alone."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

PRIVATE, PUBLIC = 0o600, 0o644
TOO_OPEN = 0o077
"""Bits that the modes of private files and of their folder must not have."""

PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey | RSAPrivateKey


class KeyProblem(Exception):
    """A key cannot be had or used; the message is one sentence for the administrator."""


class KeyFolder:
    """A folder of keys: `<id>.pem` is the private half (PKCS#8), `<id>.crt` the certificate."""

    def __init__(self, path: Path, passphrase: str | None) -> None:
        self.path = path
        self._passphrase = passphrase.encode() if passphrase else None
        self._loaded: dict[str, tuple[object, PrivateKey]] = {}

    def certificates(self, name: str) -> list[bytes]:
        """Return the certificates (DER) of a file, none when it is not there."""
        return read_certificates(self.path / f"{name}.crt")

    def write_certificates(self, name: str, *certificates: bytes) -> None:
        """Write certificates (DER), none too."""
        self.write(f"{name}.crt", pem(*certificates), PUBLIC)

    def private(self, key_id: str) -> Path:
        """Return where the private half of a key stands, there or not."""
        return self.path / f"{key_id}.pem"

    def holds(self, key_id: str) -> bool:
        """Tell whether there is anything of a key with this id, listed or not."""
        return self.private(key_id).exists() or bool(self.certificates(key_id))

    def destroy(self, key_id: str) -> None:
        """Forget the private half of a key, if it is here."""
        self._loaded.pop(key_id, None)
        self.private(key_id).unlink(missing_ok=True)

    def load(self, key_id: str) -> PrivateKey:
        """Return a private key, read once as long as its file stays the same."""
        path = self.private(key_id)
        state = state_of(path)
        kept = self._loaded.get(key_id)
        if kept and kept[0] == state:
            return kept[1]
        try:
            secret = serialization.load_pem_private_key(path.read_bytes(), self._passphrase)
        except OSError as error:
            raise KeyProblem(f"{path} cannot be read: {error.strerror}") from error
        except TypeError as error:
            why = (
                "is not encrypted, but a passphrase is set" if self._passphrase else "is encrypted: set the passphrase"
            )
            raise KeyProblem(f"{path} {why}") from error
        except ValueError as error:
            why = "the passphrase is another one, or the file is damaged" if self._passphrase else "it is damaged"
            raise KeyProblem(f"{path} cannot be read: {why}") from error
        if not isinstance(secret, PrivateKey):
            raise KeyProblem(f"{path} holds a key of another kind")
        self._loaded[key_id] = (state, secret)
        return secret

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let one process at a time change the keys; KeyProblem when the folder cannot be written."""
        try:
            self.path.mkdir(parents=True, mode=0o700, exist_ok=True)
            with open(os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, PRIVATE), "rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise KeyProblem(f"{error.filename or self.path} cannot be written: {error.strerror}") from error

    def write(self, name: str, content: bytes, mode: int) -> None:
        """Write a file whole or not at all; it is on the disk before this returns."""
        with tempfile.NamedTemporaryFile(dir=self.path, prefix="new-", delete=False) as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(file.name, self.path / name)
        folder = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def write_private(self, key_id: str, secret: PrivateKey) -> None:
        """Write the private half of a key, encrypted when there is a passphrase."""
        encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if self._passphrase:
            encryption = serialization.BestAvailableEncryption(self._passphrase)
        content = secret.private_bytes(Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
        self.write(self.private(key_id).name, content, PRIVATE)

    def too_open(self) -> Path | None:
        """Return the first file that others can read, or the folder when they can look into it."""
        private = sorted(self.path.glob("*.pem"))
        return next((path for path in [self.path, *private] if path.stat().st_mode & TOO_OPEN), None)


def read_certificates(path: Path) -> list[bytes]:
    """Return the certificates of a PEM file as DER, none when it is not there or empty."""
    with suppress(FileNotFoundError):
        if content := path.read_bytes().strip():
            return [one.public_bytes(Encoding.DER) for one in x509.load_pem_x509_certificates(content)]
    return []


def pem(*certificates: bytes) -> bytes:
    """Return certificates (DER) as PEM, one after the other."""
    return b"".join(x509.load_der_x509_certificate(one).public_bytes(Encoding.PEM) for one in certificates)


def state_of(path: Path) -> object:
    """Return what changes whenever a file does, None when it is not there; KeyProblem when nobody may look."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeyProblem(f"{path} cannot be read: {error.strerror}") from error
    return found.st_ino, found.st_mtime_ns, found.st_size
