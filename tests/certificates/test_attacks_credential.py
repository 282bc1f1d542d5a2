"""Attacks on the credential of a real certificate: each is mounted, sent to our own check, and refused.

`tests/verifiers` mounts the same against the verifiers of others.
"""

from __future__ import annotations

import copy
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask

from lms.certificates.models import Certificate
from lms.certificates.service import checking
from lms.certificates.service.checking import Checked
from lms.infra import clock
from lms.infra.db import db
from lms.infra.signing.jcs import add_jcs_proof
from lms.infra.signing.keys import multikey
from lms.infra.signing.proofs import add_proofs
from lms.infra.storage import storage
from tests.certificates.conftest import Award
from tests.factories.forgeries import poisoned_graph, renamed

Credential = dict[str, Any]


@pytest.fixture
def credential(app: Flask, award: Award) -> Credential:
    """Return the credential, as it was issued, of a certificate that ends."""
    end = datetime(2090, 1, 1, tzinfo=UTC)
    with app.app_context():
        certificate = db.session.get_one(Certificate, award.row.id)
        certificate.snapshot = {**certificate.snapshot, "valid_until": end.isoformat()}
        certificate.valid_until = end
        db.session.commit()
    award.work()
    with app.app_context():
        read: Credential = orjson.loads(storage().get(award.row.credential_digest or ""))
        return read


def check(app: Flask, credential: Credential | bytes) -> Checked:
    with app.app_context():
        return checking.check_file(credential if isinstance(credential, bytes) else json.dumps(credential).encode())


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value that is not made of others."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        return [place for key, part in pairs for place in places(part, (*path, key))]
    return [path]


def at(document: Any, path: tuple[Any, ...], change: Callable[[Any], Any]) -> Credential:
    """Return the document with one value changed."""
    edited: Credential = copy.deepcopy(document)
    place: Any = edited
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = change(place[path[-1]])
    return edited


def other(value: Any) -> Any:
    return (not value) if isinstance(value, bool) else value + 1 if isinstance(value, int | float) else f"{value}x"


def test_the_original_is_genuine(app: Flask, credential: Credential) -> None:
    assert check(app, credential).origin == "genuine"


def test_no_claim_can_be_edited(app: Flask, credential: Credential) -> None:
    claims = [path for path in places(credential) if path[0] != "proof"]
    assert len(claims) > 40
    for path in claims:
        checked = check(app, at(credential, path, other))
        assert not checked.trusted, path
        assert checked.origin in {"altered", "foreign"}, path


def test_no_member_can_be_left_out(app: Flask, credential: Credential) -> None:
    for name in credential:
        assert not check(app, {key: value for key, value in credential.items() if key != name}).trusted, name


SUBJECT = "credentialSubject"
EDITS: dict[str, Callable[[Credential], Credential]] = {
    "edit a claim": renamed,
    "add an unsigned term": lambda one: {**one, "honours": "with distinction"},
    "add an unsigned term in the depth": lambda one: {**one, SUBJECT: {**one[SUBJECT], "honours": "yes"}},
    "add an inline @vocab": lambda one: {**one, "@context": [*one["@context"], {"@vocab": "https://evil.example/#"}]},
    "hide a claim behind an inline context": lambda one: {
        **one, "@context": [*one["@context"], {"title": "https://schema.org/name"}], "title": "Doctor"
    },
    "remove validUntil": lambda one: {key: value for key, value in one.items() if key != "validUntil"},
    "remove credentialStatus": lambda one: {key: value for key, value in one.items() if key != "credentialStatus"},
    "add a validUntil": lambda one: {**one, "validUntil": "2199-01-01T00:00:00Z"},
    "back-date it": lambda one: {**one, "validFrom": "2001-01-01T00:00:00Z"},
    "proof of the graph alone": lambda one: {**renamed(one), "proof": one["proof"][0]},
    "no proof": lambda one: {**renamed(one), "proof": []},
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_no_edited_credential_is_believed(edit: str, app: Flask, credential: Credential) -> None:
    edited = EDITS[edit](credential)
    assert edited != credential
    checked = check(app, edited)
    assert not checked.trusted
    assert checked.proof == "bad"


def impostor() -> tuple[Ed25519PrivateKey, str]:
    key = Ed25519PrivateKey.generate()
    return key, multikey(key.public_key().public_bytes_raw())


def test_an_own_did_key_with_our_name_is_foreign(app: Flask, credential: Credential) -> None:
    key, name = impostor()
    forged = {**renamed(credential), "id": "https://evil.example/verify/0000000000000000"}
    forged["issuer"] = {**credential["issuer"], "id": f"did:key:{name}"}
    signed = add_proofs(forged, sign=key.sign, method=f"did:key:{name}#{name}", at=clock.now())
    checked = check(app, signed)
    assert (checked.origin, checked.key, checked.proof, checked.trusted) == ("foreign", "bad", "bad", False)


def test_an_own_key_under_the_name_of_ours_is_refused(app: Flask, credential: Credential) -> None:
    key, _name = impostor()
    for method in {proof["verificationMethod"] for proof in credential["proof"]}:
        checked = check(app, add_proofs(renamed(credential), sign=key.sign, method=method, at=clock.now()))
        assert (checked.origin, checked.proof, checked.trusted) == ("altered", "bad", False)


def test_what_our_key_signed_and_the_register_does_not_know_is_refused(app: Flask, credential: Credential) -> None:
    """Somebody had the key for a minute: the proof holds, and the register says another thing."""
    with app.app_context():
        ring = app.extensions["keyring"]
        key = ring.current("credential")
        method = credential["proof"][0]["verificationMethod"]
        signed = add_jcs_proof(
            {name: value for name, value in renamed(credential).items() if name != "proof"},
            sign=lambda data: ring.sign(key.id, data),
            method=method,
            at=clock.now(),
        )
    checked = check(app, signed)
    assert (checked.proof, checked.claims, checked.origin, checked.trusted) == ("good", "bad", "altered", False)


# What shall cost us much.


POISONED = {
    "blank nodes that name each other": lambda one: {**one, "related": poisoned_graph()},
    "in the place of a claim": lambda one: {**one, SUBJECT: {**one[SUBJECT], "related": poisoned_graph(12)}},
    "contexts without end": lambda one: {**one, "@context": [*one["@context"], *[{"a": "b:c"}] * 5000]},
    "a context to be fetched": lambda one: {**one, "@context": [*one["@context"], "https://127.0.0.1/slow"]},
    "depth": lambda one: b'{"a":' * 10_000,
    "values without end": lambda one: {**one, "more": [0] * 100_000},
}


@pytest.mark.parametrize("kind", POISONED)
def test_a_poisoned_graph_costs_nothing_and_proves_nothing(kind: str, app: Flask, credential: Credential) -> None:
    check(app, credential)  # the process that looks is running
    poisoned = POISONED[kind](credential)
    begun = time.process_time()
    started = time.monotonic()
    checked = check(app, poisoned)
    assert not checked.trusted
    assert time.process_time() - begun < 0.5
    assert time.monotonic() - started < 2


def test_the_process_that_looks_at_uploads_cannot_canonicalise_a_graph() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, lms.infra.examiner; print('pyld' in str(sorted(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.strip() == "False"


def test_nothing_is_fetched_to_check_a_file(
    app: Flask, credential: Credential, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that no context and no DID can be swapped on the network: keys and contexts are those that are here."""
    check(app, credential)  # the process that looks is running: it is spoken to by pipes

    def closed(*_: object, **__: object) -> None:
        raise AssertionError("somebody was asked")

    monkeypatch.setattr(socket, "getaddrinfo", closed)
    monkeypatch.setattr(socket.socket, "connect", closed)
    assert check(app, credential).origin == "genuine"
    assert not check(app, POISONED["a context to be fetched"](credential)).trusted
