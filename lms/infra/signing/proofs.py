"""The proofs of a credential: one over its graph, which wallets ask for, and one over its bytes, which we check.

A file of its own from jcs.py, which has all that checking takes: PyLD takes half a second to import.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lms.infra.signing.jcs import (
    GRAPH_SUITE,
    SUITE,
    Sign,
    add_jcs_proof,
    canonical,
    check_jcs,
    find_method,
    make_jcs_proof,
    options,
    without_proof,
)
from lms.infra.signing.multibase import encode_base58
from lms.infra.signing.rdf import CONTEXTS, CREDENTIALS, ContextProblem, canonical_graph

__all__ = [
    "CONTEXTS",
    "SUITE",
    "ContextProblem",
    "add_jcs_proof",
    "add_proofs",
    "canonical",
    "check_jcs",
    "find_method",
]

PROOF = """\
_:c14n0 <http://purl.org/dc/terms/created> "{created}"^^<http://www.w3.org/2001/XMLSchema#dateTime> .
_:c14n0 <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/security#{type}> .
_:c14n0 <https://w3id.org/security#cryptosuite> "{cryptosuite}"^^<https://w3id.org/security#cryptosuiteString> .
_:c14n0 <https://w3id.org/security#proofPurpose> <https://w3id.org/security#{proofPurpose}> .
_:c14n0 <https://w3id.org/security#verificationMethod> <{verificationMethod}> .
"""
"""The graph of a proof's options: always these five lines, so PyLD need not find them anew. A test compares."""

IRI = re.compile(r"did:[!#$%&'()*+,\-./0-9:;=?@A-Z_a-z~]+", re.ASCII)


def add_proofs(
    credential: Mapping[str, Any],
    *,
    sign: Sign,
    method: str,
    at: datetime,
    contexts: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return a credential with both proofs, each of which can be checked without the other.

    `method` names the key as a DID URL; `contexts` are contexts beside the pinned ones. Raises ValueError for a
    credential with a term that no context defines, and ContextProblem for a context that is not pinned.
    """
    unsecured = without_proof(credential)
    if next(iter(unsecured.get("@context", ())), None) != CREDENTIALS or not IRI.fullmatch(method):
        raise ValueError("a credential begins with the context of credentials, and a DID URL names its key")
    graph = options(GRAPH_SUITE, method=method, at=at)
    value = _hash(PROOF.format(**graph).encode()) + _hash(canonical_graph(unsecured, contexts))
    graph["proofValue"] = encode_base58(sign(value))
    return {**unsecured, "proof": [graph, make_jcs_proof(unsecured, sign=sign, method=method, at=at)]}


def _hash(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
