"""What verifiers that others wrote say of our credentials, with no network but what the site itself publishes.

Three of them: openbadgeslib, @digitalbazaar/vc with each suite by itself, and @digitalcredentials/verifier-core. Each
must accept a good one, in each language, and refuse one that was changed anywhere or revoked.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from openbadgeslib.ob3.ldp import OB3LdpVerifier, verify_data_integrity_proof
from openbadgeslib.ob3.verifier import OB3VerificationError

from lms.certificates.service import publishing, ring
from lms.domain.credential import SCHEMA
from lms.infra import clock
from lms.infra.keyring import keyring
from lms.infra.signing.keys import multikey
from lms.infra.signing.proofs import add_proofs
from tests.factories.study import at
from tests.verifiers.conftest import BASE, DID, NAMES, RUSSIAN, Desk, Issued, ask_node

Credential = dict[str, Any]
Documents = Mapping[str, Any]
Verdict = Callable[[Mapping[str, Credential], Documents], dict[str, bool]]
STATUS, IDENTITY = f"{BASE}/status/1", f"{BASE}/.well-known/did.json"
PROVEN = {"valid_signature": True, "expiration": True, "revocation_status": True, "registered_issuer": False}
"""What verifier-core logs of a good one; no registry of issuers is asked, so none knows us."""


@dataclass(frozen=True)
class Answers:
    """What a script answered, and the addresses that it wanted and did not get."""

    cases: dict[str, Any]
    asked: list[str]
    refused: list[str]


def ask(script: str, cases: Mapping[str, Credential], documents: Documents) -> Answers:
    return Answers(**ask_node(script, {"documents": documents, "cases": cases}))


def accepts_bazaar(suite: str) -> Verdict:
    def accepts(cases: Mapping[str, Credential], documents: Documents) -> dict[str, bool]:
        found = {name: one[suite] for name, one in ask("bazaar.mjs", cases, documents).cases.items()}
        return {
            name: one["verified"] and one["proofs"] == [True] and one["bits"] == [False] for name, one in found.items()
        }

    return accepts


def accepts_core(cases: Mapping[str, Credential], documents: Documents) -> dict[str, bool]:
    found = ask("core.mjs", cases, documents).cases
    return {name: one["log"] == PROVEN and not one["errors"] for name, one in found.items()}


def accepts_openbadgeslib(cases: Mapping[str, Credential], documents: Documents) -> dict[str, bool]:
    return {name: openbadgeslib_fault(one, documents) == "" for name, one in cases.items()}


def openbadgeslib_fault(credential: Credential, documents: Documents) -> str:
    """Return what the library finds wrong; the list's own proof is checked too, which it only does of a JWT."""

    def download(url: str) -> bytes:
        if url not in documents:
            raise OSError(f"there is no network: {url}")
        return orjson.dumps(documents[url])

    try:
        verifier = OB3LdpVerifier.for_issuer_did(DID)
        verifier.verify(copy.deepcopy(credential), check_status=True, download=download, verify_status_list=False)
        method = documents[STATUS]["proof"][0]["verificationMethod"]
        verify_data_integrity_proof(documents[STATUS], verifier._resolve_vm(method, download))
    except OB3VerificationError as error:
        return str(error)
    return ""


VERIFIERS: dict[str, Verdict] = {
    "openbadgeslib": accepts_openbadgeslib,
    "@digitalbazaar/vc, eddsa-rdfc-2022": accepts_bazaar("rdfc"),
    "@digitalbazaar/vc, eddsa-jcs-2022": accepts_bazaar("jcs"),
    "@digitalcredentials/verifier-core": accepts_core,
}


@pytest.fixture(params=VERIFIERS)
def accepts(request: pytest.FixtureRequest) -> Verdict:
    """Return a verifier: by name of a credential, whether it is accepted as valid and not revoked."""
    return VERIFIERS[request.param]


def test_each_accepts_a_good_one_in_each_language_and_script(
    desk: Desk, papers: Mapping[str, Issued], accepts: Verdict
) -> None:
    cases = {language: one.credential for language, one in papers.items()}
    cases |= {script: desk.issue(name=name, name_latin="").credential for script, name in NAMES.items()}
    assert accepts(cases, desk.published()) == dict.fromkeys(cases, True)


def test_each_refuses_a_revoked_one(desk: Desk, accepts: Verdict) -> None:
    cases = {"en": desk.issue(), "ru": desk.issue(**RUSSIAN)}
    before = accepts({name: one.credential for name, one in cases.items()}, desk.published())
    for one in cases.values():
        desk.revoke(one)
    after = accepts({name: one.credential for name, one in cases.items()}, desk.published())
    assert (before, after) == (dict.fromkeys(cases, True), dict.fromkeys(cases, False))


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every single value."""
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = False
    for key, part in inner:
        found = True
        yield from leaves(part, (*path, key))
    if not found:
        yield path


def tampered(credential: Credential) -> dict[str, Credential]:
    """Return the credential with each of its values changed, each member left out, and members added."""
    cases = {}
    for path in leaves({key: value for key, value in credential.items() if key != "proof"}):
        changed = copy.deepcopy(credential)
        place: Any = changed
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = other(place[path[-1]])
        cases["/".join(map(str, path))] = changed
    for key in credential:
        cases[f"without {key}"] = {name: value for name, value in credential.items() if name != key}
    subject = credential["credentialSubject"]
    cases["an unsigned term"] = {**credential, "honours": "with distinction"}
    cases["an unsigned term in the depth"] = {**credential, "credentialSubject": {**subject, "honours": "yes"}}
    cases["an inline vocabulary"] = {
        **credential, "@context": [*credential["@context"], {"@vocab": "https://example.org/#"}], "honours": "yes"
    }  # fmt: skip
    cases["a later end"] = {**credential, "validUntil": "2199-01-01T00:00:00Z"}
    return cases


def other(value: Any) -> Any:
    """Return a value of the same kind that is not this one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str) and value[:4].isdigit() and value.endswith("Z"):
        return f"{int(value[:4]) - 1}{value[4:]}"
    return f"{value}x"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_each_refuses_it_changed_anywhere(
    desk: Desk, papers: Mapping[str, Issued], accepts: Verdict, language: str
) -> None:
    credential = papers[language].credential
    cases = tampered(credential)
    assert len(cases) > 60
    assert {"name", "credentialSubject/identifier/0/identityHash", "credentialSubject/result/0/value"} <= set(cases)
    verdicts = accepts({"good": credential, **cases}, desk.published())
    assert [name for name, accepted in verdicts.items() if accepted] == ["good"]


def test_each_refuses_somebody_elses_key_under_our_name(
    desk: Desk, papers: Mapping[str, Issued], accepts: Verdict
) -> None:
    good, mine = papers["en"].credential, Ed25519PrivateKey.generate()
    name = multikey(mine.public_key().public_bytes_raw())
    named = good["proof"][0]["verificationMethod"]
    forged = {
        "own did:key": add_proofs(good, sign=mine.sign, method=f"did:key:{name}#{name}", at=clock.now()),
        "our key's name": add_proofs(good, sign=mine.sign, method=named, at=clock.now()),
        "a key that we have not": add_proofs(good, sign=mine.sign, method=f"{DID}#credential-99", at=clock.now()),
    }
    verdicts = accepts({"good": good, **forged}, desk.published())
    assert verdicts == {"good": True, **dict.fromkeys(forged, False)}


def test_own_did_key_is_a_good_credential_of_nobody(papers: Mapping[str, Issued], desk: Desk) -> None:
    """With the issuer changed too, a verifier that is not told whom to trust accepts it: the DID is what counts."""
    mine = Ed25519PrivateKey.generate()
    name = multikey(mine.public_key().public_bytes_raw())
    stranger = {**papers["en"].credential, "issuer": {**papers["en"].credential["issuer"], "id": f"did:key:{name}"}}
    del stranger["credentialStatus"]
    signed = add_proofs(stranger, sign=mine.sign, method=f"did:key:{name}#{name}", at=clock.now())
    found = ask("bazaar.mjs", {"stranger": signed}, desk.published()).cases["stranger"]
    assert [found[suite]["verified"] for suite in ("rdfc", "jcs")] == [True, True]
    assert "anchored" in openbadgeslib_fault(signed, desk.published())


def test_each_refuses_it_with_the_issuers_document_swapped_on_the_network(
    desk: Desk, papers: Mapping[str, Issued], accepts: Verdict
) -> None:
    good, documents = papers["en"].credential, desk.published()
    swapped = copy.deepcopy(documents[IDENTITY])
    for method in swapped["verificationMethod"]:
        method["publicKeyMultibase"] = multikey(Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    assert accepts({"good": good}, {**documents, IDENTITY: swapped}) == {"good": False}


def test_a_context_swapped_on_the_network_breaks_the_proof_over_the_graph(
    desk: Desk, papers: Mapping[str, Issued]
) -> None:
    """The one over the bytes, which our own check uses, reads no context at all."""
    documents, badges = desk.published(), "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
    swapped = json.loads(json.dumps(documents[badges]).replace("ob/vocab.html#Achievement", "ob/vocab.html#Profile"))
    assert swapped != documents[badges]
    cases = {"en": papers["en"].credential}
    assert accepts_bazaar("rdfc")(cases, {**documents, badges: swapped}) == {"en": False}
    assert accepts_bazaar("jcs")(cases, {**documents, badges: swapped}) == {"en": True}


def test_a_rotated_key_takes_nothing_away(desk: Desk, accepts: Verdict) -> None:
    old = desk.issue().credential
    desk.rotate("credential")
    new = desk.issue(**RUSSIAN).credential
    methods = [one["proof"][0]["verificationMethod"] for one in (old, new)]
    assert methods[0] != methods[1]
    assert accepts({"old": old, "new": new}, desk.published()) == {"old": True, "new": True}


def test_no_old_or_changed_status_list_brings_a_revoked_one_back(desk: Desk, accepts: Verdict) -> None:
    issued = desk.issue()
    with pytest.MonkeyPatch.context() as patch, at(clock.now() - publishing.HOLDS - timedelta(hours=2), patch):
        old = publishing_of(desk)
    fresh = publishing_of(desk)
    desk.revoke(issued)
    documents, cases = desk.published(), {"revoked": issued.credential}
    mended = copy.deepcopy(documents[STATUS])
    mended["credentialSubject"]["encodedList"] = fresh["credentialSubject"]["encodedList"]
    for listed in (old, mended):
        assert accepts(cases, {**documents, STATUS: listed}) == {"revoked": False}
    # For its week a list that was signed before is believed by whoever gets no newer one: that is what its dates say.
    assert accepts(cases, {**documents, STATUS: fresh}) == {"revoked": True}


def publishing_of(desk: Desk) -> Any:
    with desk.app.app_context():
        return json.loads(json.dumps(publishing.status_list(1)))


def test_revoked_is_read_from_the_bit_and_not_from_the_word_verified(desk: Desk) -> None:
    """What vc-bitstring-status-list calls `verified` is the list, not the certificate."""
    issued = desk.issue()
    desk.revoke(issued)
    found = ask("bazaar.mjs", {"revoked": issued.credential}, desk.published()).cases["revoked"]
    for suite in ("rdfc", "jcs"):
        assert (found[suite]["verified"], found[suite]["statusVerified"], found[suite]["bits"]) == (True, True, [True])


def test_verifier_core_names_the_revocation(desk: Desk) -> None:
    issued = desk.issue()
    desk.revoke(issued)
    found = ask("core.mjs", {"revoked": issued.credential}, desk.published()).cases["revoked"]
    assert found["log"] == {**PROVEN, "revocation_status": False}


def test_nothing_but_what_the_site_publishes_is_asked_for(desk: Desk, papers: Mapping[str, Issued]) -> None:
    cases = {"en": papers["en"].credential}
    bazaar, core = (ask(script, cases, desk.published()) for script in ("bazaar.mjs", "core.mjs"))
    assert {STATUS, IDENTITY} <= set(bazaar.asked) <= set(desk.published())
    assert bazaar.refused == []
    assert set(core.asked) == {STATUS, IDENTITY, SCHEMA}
    assert core.refused == [SCHEMA], "it would fetch the schema, and makes nothing of going without"


@pytest.mark.parametrize("missing", [STATUS, IDENTITY])
def test_without_the_sites_documents_nothing_is_accepted(
    desk: Desk, papers: Mapping[str, Issued], accepts: Verdict, missing: str
) -> None:
    documents = {url: one for url, one in desk.published().items() if url != missing}
    assert accepts({"en": papers["en"].credential}, documents) == {"en": False}


def test_a_stolen_key_is_believed_by_nobody(desk: Desk, accepts: Verdict) -> None:
    """A thief can write any date; some of these verifiers look neither at dates of keys nor at what they may do."""
    desk.rotate("credential")  # a key that nothing else here was signed with
    issued = desk.issue()
    with desk.app.app_context():
        key = keyring().current("credential")
        secret, method = keyring().secret(key.id), ring.issuer().method(key.id)
    named = {**issued.credential, "id": f"{BASE}/verify/{'0' * 16}"}
    forged = add_proofs(named, sign=secret.sign, method=method, at=clock.now() - timedelta(days=300))
    assert accepts({"forged": forged}, desk.published()) == {"forged": True}, "until it is known to be stolen"
    desk.rotate("credential")
    with desk.app.app_context():
        ring.revoke(key.id, since=clock.now() - timedelta(days=1), reason="The disk was stolen")
    fresh = desk.issue().credential
    assert accepts({"forged": forged, "fresh": fresh}, desk.published()) == {"forged": False, "fresh": True}
