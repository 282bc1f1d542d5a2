"""The keys that sign: made once, rotated by hand, listed for ever, so that what an old key signed can be checked."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lms.infra.signing.authority import make_authority, make_signer
from lms.infra.signing.folder import PUBLIC, KeyFolder, KeyProblem, PrivateKey, pem, state_of
from lms.infra.signing.multikey import multikey, read_multikey, verify
from lms.infra.signing.organisation import Brought, read_organisation

__all__ = ["NAMES", "Key", "KeyProblem", "Keyring", "PrivateKey", "multikey", "read_multikey", "verify"]

NAMES = ("credential", "pdf", "packages")
"""What there are separate keys for: Ed25519, an EC P-256 key with an X.509 certificate for PDF, Ed25519."""

LIST = "keyring.json"
AUTHORITY = "ca"


@dataclass(frozen=True, kw_only=True)
class Key:
    """What everybody may know of a key."""

    id: str
    name: str
    made_at: datetime
    retired_at: datetime | None = None
    revoked_from: datetime | None = None
    reason: str = ""
    multikey: str = ""
    certificate: bytes = b""
    fingerprint: str
    own: bool = True
    """Whether its private half lies in our folder; otherwise in the organisation's PKCS#12 file."""


class Keyring:
    """The keys in a folder, which a command beside a running site may change: it is read anew when it has changed.

    `organisation` is a PKCS#12 file and its password: PDF is then signed with what it holds.
    """

    def __init__(
        self, folder: Path, passphrase: str | None = None, organisation: tuple[Path, str] | None = None
    ) -> None:
        self._path = folder
        self._folder = KeyFolder(folder, passphrase)
        self._organisation = organisation
        self._read: tuple[object, tuple[Key, ...]] = (None, ())
        self._brought: tuple[object, Brought] | None = None
        self._reading = threading.Lock()

    def ensure(self, *, subject: str, host: str, at: datetime) -> list[str]:
        """Make the keys that are missing and return their ids; KeyProblem when that cannot be done.

        Two processes may start at once. A key from an organisation's file is taken into the list too, and one whose
        file is no longer named is retired.
        """
        if not self._missing():
            return []
        made = []
        with self._folder.alone():
            for name in self._missing():
                made.append(self._make(name, subject=subject, host=host, at=at).id)
        return made

    def keys(self) -> tuple[Key, ...]:
        """Return all keys ever made, the oldest first; KeyProblem when the list cannot be read."""
        with self._reading:
            state = state_of(self._path / LIST)
            if state is None:
                return ()
            if self._read[0] != state:
                self._read = (state, self._read_list())
            return self._read[1]

    def current(self, name: str) -> Key:
        """Return the key that signs now; KeyProblem when there is none."""
        if key := self._find_current(name):
            return key
        raise KeyProblem(f"there is no usable key '{name}' in {self._path}; run lms keys rotate {name}")

    def rotate(self, name: str, *, subject: str, host: str, at: datetime) -> Key:
        """Make a new key and retire the present one, whose private half is destroyed; return the new one."""
        with self._folder.alone():
            return self._make(name, subject=subject, host=host, at=at)

    def revoke(self, key_id: str, *, since: datetime, reason: str, at: datetime) -> None:
        """Say that a key was in wrong hands from a moment on; it signs nothing any more, nor has it a successor yet."""
        with self._folder.alone():
            key = self._get(key_id)
            revoked = replace(key, revoked_from=since, reason=reason, retired_at=key.retired_at or at)
            self._write_list(revoked if one.id == key_id else one for one in self.keys())
            self._folder.destroy(key.id)

    def sign(self, key_id: str, data: bytes) -> bytes:
        """Sign with an Ed25519 key; KeyProblem when it is retired or cannot be read."""
        secret = self.secret(key_id)
        if not isinstance(secret, Ed25519PrivateKey):
            raise KeyProblem(f"{key_id} signs PDF alone")
        return secret.sign(data)

    def secret(self, key_id: str) -> PrivateKey:
        """Return the private half of a key, for this package alone; KeyProblem when it is retired or unreadable."""
        key = self._get(key_id)
        if key.retired_at:
            raise KeyProblem(f"{key_id} is retired and signs nothing any more")
        if key.own:
            return self._folder.load(key_id)
        brought = self._bring()
        if brought.fingerprint != key.fingerprint:
            raise KeyProblem(f"the organisation's PKCS#12 file holds another certificate than {key_id}")
        return brought.secret

    def chain(self, key_id: str) -> tuple[bytes, ...]:
        """Return the certificates (DER) from the giver of a key's certificate up to its root."""
        if self._get(key_id).own:
            return tuple(self._folder.certificates(AUTHORITY))
        return tuple(self._folder.certificates(_chain(key_id)))

    def authorities(self) -> tuple[bytes, ...]:
        """Return the certificates (DER) that PDF signatures of all times lead to: our own and organisations' roots."""
        roots = self._folder.certificates(AUTHORITY)
        for key in self.keys():
            if not key.own:
                roots.append([key.certificate, *self._folder.certificates(_chain(key.id))][-1])
        return tuple(dict.fromkeys(roots))

    def export_public(self, folder: Path) -> list[Path]:
        """Write what is needed to check without us (keys.json, the authority, each certificate); return the files."""
        folder.mkdir(parents=True, exist_ok=True)
        files = {"keys.json": _json([{**_record(key), "pem": _public_pem(key)} for key in self.keys()])}
        if own := self._folder.certificates(AUTHORITY):
            files["ca.pem"] = pem(*own)
        for key in self.keys():
            if key.certificate:
                files[f"{key.id}.pem"] = pem(key.certificate, *(() if key.own else self.chain(key.id)))
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return [folder / name for name in files]

    def problem(self) -> str | None:
        """Say in one sentence what is wrong with the keys, None when all are there; certificates may have ended."""
        try:
            if open_one := self._folder.too_open():
                return f"{open_one} can be read by others; run chmod go= {open_one}"
            for name in NAMES:
                self.secret(self.current(name).id)
            if self.current("pdf").own:
                self._folder.load(AUTHORITY)
        except KeyProblem as problem:
            return str(problem)
        except OSError as error:
            return f"{error.filename} cannot be read: {error.strerror}"
        return None

    # Which keys there are.

    def _missing(self) -> list[str]:
        return [name for name in NAMES if self._find_current(name) is None]

    def _find_current(self, name: str) -> Key | None:
        keys = [key for key in self.keys() if key.name == name and key.retired_at is None]
        if name == "pdf":
            brought = self._bring().fingerprint if self._organisation else None
            keys = [key for key in keys if (key.own if brought is None else key.fingerprint == brought)]
        return keys[-1] if keys else None

    def _get(self, key_id: str) -> Key:
        for key in self.keys():
            if key.id == key_id:
                return key
        raise KeyProblem(f"there is no key '{key_id}' in {self._path}")

    # What changes them; the caller is alone.

    def _make(self, name: str, *, subject: str, host: str, at: datetime) -> Key:
        """Make a key; its files are on the disk before the list names it, and the old one's go after that."""
        if name not in NAMES:
            raise KeyProblem(f"there are no keys '{name}', only {', '.join(NAMES)}")
        before = self.keys()
        key_id = self._new_id(name)
        if name != "pdf":
            key = self._make_ed25519(key_id, name, at)
        elif self._organisation:
            key = self._take(key_id, at)
        else:
            key = self._make_signer(key_id, subject=subject, host=host, at=at)
        retired = [one for one in before if one.name == name and one.retired_at is None]
        self._write_list([*(replace(one, retired_at=at) if one in retired else one for one in before), key])
        for one in retired:
            self._folder.destroy(one.id)
        return key

    def _new_id(self, name: str) -> str:
        """Return the next id of which nothing is here: a lost list must not cost the files that it named."""
        first = 1 + sum(key.name == name for key in self.keys())
        return next(key_id for key_id in (f"{name}-{n}" for n in count(first)) if not self._folder.holds(key_id))

    def _make_ed25519(self, key_id: str, name: str, at: datetime) -> Key:
        secret = Ed25519PrivateKey.generate()
        self._folder.write_private(key_id, secret)
        public = secret.public_key().public_bytes_raw()
        fingerprint = hashlib.sha256(public).hexdigest()
        return Key(id=key_id, name=name, made_at=at, multikey=multikey(public), fingerprint=fingerprint)

    def _make_signer(self, key_id: str, *, subject: str, host: str, at: datetime) -> Key:
        if not self._folder.certificates(AUTHORITY):
            made = generate_private_key(SECP256R1())
            self._folder.write_private(AUTHORITY, made)
            root = make_authority(made, subject=subject, host=host, at=at)
            self._folder.write_certificates(AUTHORITY, root.public_bytes(Encoding.DER))
        authority = x509.load_der_x509_certificate(self._folder.certificates(AUTHORITY)[0])
        authority_key = self._folder.load(AUTHORITY)
        assert isinstance(authority_key, EllipticCurvePrivateKey)
        secret = generate_private_key(SECP256R1())
        certificate = make_signer(
            secret.public_key(), authority=authority, authority_key=authority_key, subject=subject, host=host, at=at
        )
        self._folder.write_private(key_id, secret)
        return self._certified(key_id, certificate.public_bytes(Encoding.DER), at)

    def _take(self, key_id: str, at: datetime) -> Key:
        brought = self._bring()
        before = [key for key in self.keys() if key.fingerprint == brought.fingerprint]
        if any(key.revoked_from for key in before):
            raise KeyProblem("the organisation's PKCS#12 file holds a certificate that was revoked: name a new one")
        if any(key.retired_at is None for key in before):
            raise KeyProblem("the organisation's PKCS#12 file holds the certificate that signs now: name a new one")
        self._folder.write_certificates(_chain(key_id), *brought.chain)
        return replace(self._certified(key_id, brought.certificate, at), own=False)

    def _certified(self, key_id: str, certificate: bytes, at: datetime) -> Key:
        self._folder.write_certificates(key_id, certificate)
        fingerprint = hashlib.sha256(certificate).hexdigest()
        return Key(id=key_id, name="pdf", made_at=at, certificate=certificate, fingerprint=fingerprint)

    # Files.

    def _write_list(self, keys: Iterable[Key]) -> None:
        self._folder.write(LIST, _json([_record(key) for key in keys]), PUBLIC)

    def _read_list(self) -> tuple[Key, ...]:
        try:
            return tuple(self._revive(record) for record in json.loads((self._path / LIST).read_bytes()))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise KeyProblem(f"{self._path / LIST} cannot be read: {error}") from error

    def _revive(self, record: dict[str, Any]) -> Key:
        moments = {name: _moment(record[name]) for name in ("retired_at", "revoked_from")}
        certificates = self._folder.certificates(record["id"])
        certificate = certificates[0] if certificates else b""
        made_at = datetime.fromisoformat(record["made_at"])
        key = Key(**{**record, **moments, "made_at": made_at, "certificate": certificate})
        if not key.multikey and hashlib.sha256(certificate).hexdigest() != key.fingerprint:
            raise ValueError(f"{key.id}.crt is missing or is not the certificate that was made")
        return key

    def _bring(self) -> Brought:
        """Return what the organisation's file holds, read once as long as it stays the same."""
        assert self._organisation
        path, password = self._organisation
        state = state_of(path)
        if self._brought is None or self._brought[0] != state:
            self._brought = (state, read_organisation(path, password))
        return self._brought[1]


def _public_pem(key: Key) -> str:
    if key.certificate:
        return pem(key.certificate).decode()
    public = Ed25519PublicKey.from_public_bytes(read_multikey(key.multikey))
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _chain(key_id: str) -> str:
    return f"{key_id}.chain"


def _record(key: Key) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "made_at": key.made_at.isoformat(),
        "retired_at": key.retired_at and key.retired_at.isoformat(),
        "revoked_from": key.revoked_from and key.revoked_from.isoformat(),
        "reason": key.reason,
        "multikey": key.multikey,
        "fingerprint": key.fingerprint,
        "own": key.own,
    }


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
