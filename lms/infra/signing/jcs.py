"""Proofs over the bytes of a credential: eddsa-jcs-2022 (W3C Data Integrity EdDSA Cryptosuites 1.0, section 3.3).

What strangers send is checked with this suite alone: no context is read, no graph is built, every byte counts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import rfc8785

from lms.infra.signing.multibase import decode_base58, encode_base58
from lms.infra.signing.multikey import verify

SUITE = "eddsa-jcs-2022"
GRAPH_SUITE = "eddsa-rdfc-2022"
"""The suite of the other proof that a credential of ours has."""

DEEPEST = 64
MOST = 100_000
"""Values in a document that is looked at."""

SAFE = 2**53 - 1
"""The largest number without a fraction that every reader of JSON understands alike (RFC 7493, section 2.2)."""

FIELDS = {"type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"}
SIGNATURE_LENGTH = 64
CREATED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)

Sign = Callable[[bytes], bytes]


def canonical(document: object) -> bytes:
    """Return the one form of a JSON value (RFC 8785); ValueError for what has none."""
    return rfc8785.dumps(document)  # type: ignore[arg-type]  # it checks what it is given, value by value


def add_jcs_proof(document: Mapping[str, Any], *, sign: Sign, method: str, at: datetime) -> dict[str, Any]:
    """Return a document with one proof, by the key that `method` names."""
    unsecured = without_proof(document)
    return {**unsecured, "proof": make_jcs_proof(unsecured, sign=sign, method=method, at=at)}


def make_jcs_proof(unsecured: Mapping[str, Any], *, sign: Sign, method: str, at: datetime) -> dict[str, Any]:
    """Return the proof of a document that has none."""
    proof = options(SUITE, method=method, at=at)
    if "@context" in unsecured:
        proof["@context"] = unsecured["@context"]
    return {**proof, "proofValue": encode_base58(sign(_hash(proof) + _hash(dict(unsecured))))}


def options(suite: str, *, method: str, at: datetime) -> dict[str, Any]:
    """Return a proof without its value."""
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": suite,
        "created": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }


def without_proof(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a proof is about."""
    return {name: value for name, value in document.items() if name != "proof"}


def find_method(document: Mapping[str, Any]) -> str:
    """Return the key that a document's one proof of this suite names, '' when there is none; never raises."""
    proof = _find_proof(document)
    return str(proof["verificationMethod"]) if proof else ""


def check_jcs(document: Mapping[str, Any], multikey: str) -> bool:
    """Tell whether a key made the document's one proof of this suite, and every byte is as it was then; never raises.

    Beside it may stand the proof for wallets, alike in all but suite and value; its value is all that is not looked at.
    """
    proof = _find_proof(document)
    if proof is None or not _is_plain(document):
        return False
    unsecured = without_proof(document)
    if proof.get("@context") != unsecured.get("@context"):
        return False
    try:
        signature = decode_base58(proof["proofValue"])
        value = _hash({name: part for name, part in proof.items() if name != "proofValue"}) + _hash(unsecured)
    except (ValueError, RecursionError):
        return False
    return len(signature) == SIGNATURE_LENGTH and verify(multikey, signature, value)


def _find_proof(document: object) -> dict[str, Any] | None:
    """Return the proof of this suite when document and proofs have the shape of ours."""
    found = document.get("proof") if isinstance(document, dict) else None
    proofs: list[Any] = found if isinstance(found, list) else [found]
    if not 1 <= len(proofs) <= 2 or not all(_is_proof(proof) for proof in proofs):
        return None
    mine = [proof for proof in proofs if proof["cryptosuite"] == SUITE]
    others = [proof for proof in proofs if proof["cryptosuite"] == GRAPH_SUITE]
    if len(mine) != 1 or len(mine) + len(others) != len(proofs):
        return None
    proof: dict[str, Any] = mine[0]
    alike = {name: proof[name] for name in ("created", "verificationMethod")}
    if any("@context" in other or not alike.items() <= other.items() for other in others):
        return None
    return proof


def _is_proof(proof: object) -> bool:
    return (
        isinstance(proof, dict)
        and proof.keys() - {"@context"} == FIELDS
        and all(isinstance(proof[name], str) for name in FIELDS)
        and proof["type"] == "DataIntegrityProof"
        and proof["proofPurpose"] == "assertionMethod"
        and CREATED.fullmatch(proof["created"]) is not None
    )


def _is_plain(document: object) -> bool:
    """Tell whether a value is JSON of a sane size, without going down into it: its depth may be anything."""
    left: list[tuple[object, int]] = [(document, 1)]
    seen = 0
    while left:
        value, depth = left.pop()
        seen += 1
        if seen > MOST or depth > DEEPEST:
            return False
        if isinstance(value, dict):
            if not all(isinstance(name, str) for name in value) or seen + len(left) + len(value) > MOST:
                return False
            left.extend((part, depth + 1) for part in value.values())
        elif isinstance(value, list):
            if seen + len(left) + len(value) > MOST:
                return False
            left.extend((part, depth + 1) for part in value)
        elif not _is_scalar(value):
            return False
    return True


def _is_scalar(value: object) -> bool:
    if isinstance(value, int):
        return -SAFE <= value <= SAFE
    # A number with an exponent may have no fraction and still be beyond what readers tell apart.
    if isinstance(value, float):
        return -SAFE <= value <= SAFE
    return value is None or isinstance(value, str)


def _hash(value: object) -> bytes:
    return hashlib.sha256(canonical(value)).digest()
