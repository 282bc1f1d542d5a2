"""Proofs are those of the standard, to the byte; whatever is changed afterwards is found, whatever is sent.

It is long because the vectors of the standard stand in it, value by value.
"""

from __future__ import annotations

import base64
import copy
import gzip
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from lms.infra.signing import rdf, statuslist
from lms.infra.signing.keys import multikey
from lms.infra.signing.multibase import decode_base58
from lms.infra.signing.proofs import (
    CONTEXTS,
    PROOF,
    ContextProblem,
    add_jcs_proof,
    add_proofs,
    canonical,
    check_jcs,
    find_method,
)

AT = datetime(2026, 9, 14, 12, 0, 0, 999999, tzinfo=UTC)
METHOD = "did:web:academy.example.org#credential-1"
SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
MULTIKEY = multikey(SECRET.public_key().public_bytes_raw())

# The test vectors of W3C "Data Integrity EdDSA Cryptosuites v1.0", appendix A: keys, document and results.
VECTOR_PUBLIC = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
VECTOR_PRIVATE = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
VECTOR_METHOD = f"did:key:{VECTOR_PUBLIC}#{VECTOR_PUBLIC}"
VECTOR_AT = datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC)
VECTOR: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}
# The one context of the vectors that openbadgeslib does not bring.
EXAMPLES = {
    "https://www.w3.org/ns/credentials/examples/v2": {
        "@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}
    }
}
VECTOR_JCS_DOCUMENT = "59b7cb6251b8991add1ce0bc83107e3db9dbbab5bd2c28f687db1a03abc92f19"
VECTOR_JCS_VALUE = "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"
VECTOR_RDFC_DOCUMENT = "517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017"
VECTOR_RDFC_PROOF = "bea7b7acfbad0126b135104024a5f1733e705108f42d59668b05c0c50004c6b0"
VECTOR_RDFC_VALUE = "z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahKZme"


def badge() -> dict[str, Any]:
    return {
        "@context": list(CONTEXTS),
        "id": "https://academy.example.org/credentials/7H2K9XQ4M0B8TZ3V",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Certificate in preventive conservation",
        "issuer": {"id": "did:web:academy.example.org", "type": ["Profile"], "name": "Museum Academy"},
        "validFrom": "2026-09-14T10:00:00Z",
        "validUntil": "2031-09-14T10:00:00Z",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {"type": "IdentityObject", "hashed": False, "identityHash": "Ana Téstová", "identityType": "ext:name"}
            ],
            "creditsEarned": 6,
            "achievement": {
                "id": "https://academy.example.org/achievements/preventive-conservation/3",
                "type": ["Achievement"],
                "name": "Preventive conservation for small museums",
                "description": "Keep a collection safe with little money and a notebook.",
                "criteria": {"narrative": "Pass the final examination with at least 70 %."},
                "creditsAvailable": 6,
            },
        },
    }


@pytest.fixture(scope="module")
def signed() -> dict[str, Any]:
    return add_proofs(badge(), sign=SECRET.sign, method=METHOD, at=AT)


def vector_secret() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(decode_base58(VECTOR_PRIVATE)[2:])


def vector_signed() -> dict[str, Any]:
    return add_proofs(VECTOR, sign=vector_secret().sign, method=VECTOR_METHOD, at=VECTOR_AT, contexts=EXAMPLES)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_the_standard_s_vector_of_jcs_comes_out_exactly() -> None:
    assert sha256(canonical(VECTOR)) == VECTOR_JCS_DOCUMENT
    document = add_jcs_proof(VECTOR, sign=vector_secret().sign, method=VECTOR_METHOD, at=VECTOR_AT)
    assert document["proof"] == {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": "2023-02-24T23:36:38Z",
        "verificationMethod": VECTOR_METHOD,
        "proofPurpose": "assertionMethod",
        "@context": VECTOR["@context"],
        "proofValue": VECTOR_JCS_VALUE,
    }
    assert check_jcs(document, VECTOR_PUBLIC)


def test_the_standard_s_vector_of_rdfc_comes_out_exactly() -> None:
    assert sha256(rdf.canonical_graph(VECTOR, EXAMPLES)) == VECTOR_RDFC_DOCUMENT
    graph, jcs = vector_signed()["proof"]
    assert graph == {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2023-02-24T23:36:38Z",
        "verificationMethod": VECTOR_METHOD,
        "proofPurpose": "assertionMethod",
        "proofValue": VECTOR_RDFC_VALUE,
    }
    assert jcs["proofValue"] == VECTOR_JCS_VALUE


def test_the_graph_of_a_proof_is_the_one_that_pyld_finds() -> None:
    options = {name: value for name, value in vector_signed()["proof"][0].items() if name != "proofValue"}
    written = PROOF.format(**options).encode()
    assert sha256(written) == VECTOR_RDFC_PROOF
    assert written == rdf.canonical_graph({**options, "@context": VECTOR["@context"]}, EXAMPLES)
    assert written == rdf.canonical_graph({**options, "@context": list(CONTEXTS)})


def test_each_proof_holds_without_the_other(signed: dict[str, Any]) -> None:
    graph, jcs = signed["proof"]
    assert check_jcs(signed, MULTIKEY)
    assert check_jcs({**signed, "proof": jcs}, MULTIKEY)
    assert check_jcs({**signed, "proof": [jcs]}, MULTIKEY)
    assert not check_jcs({**signed, "proof": graph}, MULTIKEY)
    options = {name: value for name, value in graph.items() if name != "proofValue"}
    proof, document = PROOF.format(**options).encode(), rdf.canonical_graph(badge())
    value = hashlib.sha256(proof).digest() + hashlib.sha256(document).digest()
    SECRET.public_key().verify(decode_base58(graph["proofValue"]), value)


def test_the_same_facts_give_the_same_proofs(signed: dict[str, Any]) -> None:
    assert add_proofs(signed, sign=SECRET.sign, method=METHOD, at=AT) == signed
    assert signed["proof"][0]["created"] == "2026-09-14T12:00:00Z"


def test_a_credential_that_went_through_json_still_holds(signed: dict[str, Any]) -> None:
    assert check_jcs(json.loads(json.dumps(signed, indent=3)), MULTIKEY)
    assert find_method(json.loads(json.dumps(signed))) == METHOD


def change(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def do(document: dict[str, Any]) -> None:
        *parents, last = path.split("/")
        place: Any = document
        for part in parents:
            place = place[int(part) if isinstance(place, list) else part]
        if value is None:
            del place[last]
        elif isinstance(place, list):
            place.insert(int(last), value)
        else:
            place[last] = value

    return do


TAMPERED = {
    "a claim": change("credentialSubject/achievement/name", "Restoration of paintings"),
    "the hours": change("credentialSubject/creditsEarned", 60),
    "true for false": change("credentialSubject/identifier/0/hashed", True),
    "the name": change("credentialSubject/identifier/0/identityHash", "Ana Testova"),
    "no end": change("validUntil", None),
    "an unsigned term": change("note", "with distinction"),
    "a term in the depth": change("credentialSubject/note", "with distinction"),
    "an inline vocabulary": change("@context/3", {"@vocab": "https://example.org/#"}),
    "a context less": change("@context/0", "https://example.org/context"),
    "another purpose": change("proof/1/proofPurpose", "authentication"),
    "another moment": change("proof/1/created", "2026-09-14T12:00:01Z"),
    "another moment of the other proof": change("proof/0/created", "2026-09-14T12:00:01Z"),
    "another key": change("proof/1/verificationMethod", "did:web:academy.example.org#credential-2"),
    "another context of the proof": change("proof/1/@context", ["https://www.w3.org/ns/credentials/v2"]),
    "no context of the proof": change("proof/1/@context", None),
    "another suite": change("proof/1/cryptosuite", "eddsa-rdfc-2022"),
    "an unknown suite beside": change("proof/0/cryptosuite", "ecdsa-sd-2023"),
    "an end of the proof": change("proof/1/expires", "2099-01-01T00:00:00Z"),
    "no signature": change("proof/1/proofValue", None),
    "a signature of nothing": change("proof/1/proofValue", "z"),
    "a signature in other letters": change("proof/1/proofValue", "uAAAA"),
    "a foreign signature": change("proof/1/proofValue", VECTOR_JCS_VALUE),
    "no proof": change("proof", None),
    "a proof that is a word": change("proof", "yes"),
    "no proofs": change("proof", []),
    "a proof that is a number": change("proof/0", 1),
    "a third proof": change("proof/0", {}),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_whatever_is_changed_is_found(signed: dict[str, Any], name: str) -> None:
    document = copy.deepcopy(signed)
    TAMPERED[name](document)
    assert document != signed
    assert not check_jcs(document, MULTIKEY)


def test_two_proofs_of_the_same_suite_are_refused(signed: dict[str, Any]) -> None:
    jcs = signed["proof"][1]
    assert not check_jcs({**signed, "proof": [jcs, jcs]}, MULTIKEY)
    assert find_method({**signed, "proof": [jcs, jcs]}) == ""


def test_another_key_did_not_sign_it(signed: dict[str, Any]) -> None:
    assert not check_jcs(signed, VECTOR_PUBLIC)
    assert not check_jcs(signed, "")


def nested(kind: type[list[Any]] | type[dict[str, Any]], depth: int) -> Any:
    value: Any = 0
    for _ in range(depth):
        value = [value] if kind is list else {"a": value}
    return value


HOSTILE = {
    "lists in lists": nested(list, 50_000),
    "objects in objects": nested(dict, 50_000),
    "many values": [0] * 200_000,
    "a huge number": 10**4000,
    "a number beyond what is exact": 2**53,
    "such a number with a fraction": 1e300,
    "infinity": float("inf"),
    "no number": float("nan"),
    "half a letter": "\ud800",
    "bytes": b"bytes",
    "a set": {1},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_values_are_refused_without_an_error(signed: dict[str, Any], name: str) -> None:
    assert not check_jcs({**signed, "note": HOSTILE[name]}, MULTIKEY)
    assert not check_jcs({**signed, "proof": HOSTILE[name]}, MULTIKEY)
    assert find_method({**signed, "proof": HOSTILE[name]}) == ""


@pytest.mark.parametrize("name", [{1: "number"}, {"\ud800": "half a letter"}, {None: None}])
def test_hostile_names_are_refused_without_an_error(signed: dict[str, Any], name: dict[Any, Any]) -> None:
    assert not check_jcs({**signed, "note": name}, MULTIKEY)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(json_values)
def test_anything_can_be_asked_about(value: Any) -> None:
    assert not check_jcs(value, MULTIKEY)
    assert not check_jcs({"proof": value}, MULTIKEY)
    assert find_method({"proof": [value]}) == ""


def test_a_term_that_no_context_defines_is_not_signed() -> None:
    with pytest.raises(ValueError, match="no context defines distinction"):
        add_proofs({**badge(), "distinction": "yes"}, sign=SECRET.sign, method=METHOD, at=AT)


def test_a_context_that_is_not_pinned_is_not_fetched() -> None:
    context = [*CONTEXTS, "https://example.org/context"]
    with pytest.raises(ContextProblem, match=r"https://example\.org/context"):
        add_proofs({**badge(), "@context": context}, sign=SECRET.sign, method=METHOD, at=AT)


def test_a_changed_context_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = {url: (file, "0" * 64) for url, (file, _) in CONTEXTS.items()}
    monkeypatch.setattr(rdf, "CONTEXTS", changed)
    rdf.load_context.cache_clear()
    try:
        with pytest.raises(ContextProblem, match="is not the file that was pinned"):
            rdf.load_context(rdf.CREDENTIALS)
    finally:
        rdf.load_context.cache_clear()


@pytest.mark.parametrize("method", ["", "https://x", 'did:web:x> <y "', "did:web:x y"])
def test_a_method_that_would_break_the_graph_is_refused(method: str) -> None:
    with pytest.raises(ValueError, match="a DID URL names its key"):
        add_proofs(badge(), sign=SECRET.sign, method=method, at=AT)


def test_a_document_without_context_has_a_proof_too() -> None:
    document = add_jcs_proof({"a": 1}, sign=SECRET.sign, method=METHOD, at=AT)
    assert check_jcs(document, MULTIKEY)
    assert "@context" not in document["proof"]


# Status lists.


@given(st.sets(st.integers(min_value=0, max_value=statuslist.LENGTH - 1), max_size=50))
def test_the_bits_of_a_list_come_back_as_they_went(revoked: set[int]) -> None:
    text = statuslist.encode(revoked)
    bits = statuslist.decode(text)
    assert text == statuslist.encode(sorted(revoked))
    assert all(statuslist.is_set(bits, index) for index in revoked)
    assert sum(byte.bit_count() for byte in bits) == len(revoked)


def test_the_first_bit_is_the_highest_of_the_first_byte() -> None:
    assert statuslist.decode(statuslist.encode([0]))[0] == 0x80


def test_a_list_is_multibase_of_gzip() -> None:
    text = statuslist.encode([7])
    assert text.startswith("uH4sI")
    assert gzip.decompress(base64.urlsafe_b64decode(text[1:] + "==="))[0] == 1


def pack(bits: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(gzip.compress(bits)).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "u",
        "z123",
        "uH4sI",
        "u" + "A" * 100,
        "u=",
        pack(b""),
        pack(bytes(statuslist.SIZE - 1)),
        pack(bytes(50_000_000)),
        pack(bytes(statuslist.SIZE))[:-8],
        pack(bytes(statuslist.SIZE)) + pack(bytes(statuslist.SIZE))[1:],
        statuslist.encode([])[1:],
        "u" + "é" * 8,
    ],
    ids=range(13),
)
def test_what_is_no_list_of_this_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="status list"):
        statuslist.decode(text)


@pytest.mark.parametrize("index", [-1, statuslist.LENGTH])
def test_there_are_no_bits_beyond_the_end(index: int) -> None:
    with pytest.raises(ValueError, match="has no bit"):
        statuslist.encode([index])
    with pytest.raises(ValueError, match="has no bit"):
        statuslist.is_set(bytes(statuslist.SIZE), index)
