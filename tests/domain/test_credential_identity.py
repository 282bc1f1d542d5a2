"""What the credential says of identity and supervision: in terms that its contexts define, one sentence a level."""

from __future__ import annotations

from typing import Any

import pytest

from lms.domain import credential
from lms.domain import evidence as evidences
from lms.infra.signing.rdf import canonical_graph
from tests.factories.awards import CODE, make_award

ISSUER = credential.Issuer(base_url="https://learn.example.org", name="Vitrine")


def built(**facts: Any) -> dict[str, Any]:
    return credential.build(make_award(**facts), code=CODE, issuer=ISSUER, place=credential.place_of(7))


@pytest.mark.parametrize("identity", evidences.IDENTITIES)
def test_every_kind_is_in_the_graph_that_is_signed(identity: str) -> None:
    made = built(identity=identity, identified_by="Bell Centre")
    graph = canonical_graph(made).decode()
    evidence = made["evidence"][1]
    assert evidence["genre"] == evidences.IDENTIFICATION
    for said in (evidence["name"], evidence["description"], "Identification"):
        assert f'"{said}"' in graph
    assert ("Bell Centre" in graph) is (identity != "self-declared")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"assessment": "study"}, "The holder worked through the course; nothing was graded."),
        ({"assessment": "quizzes"}, "Quizzes graded by the site; nobody supervised them."),
        (
            {"assessment": "quizzes", "quizzes": 1, "supervised_by": "Bells"},
            "Quizzes graded by the site; the final one was supervised at Bells.",
        ),
        (
            {"supervised_by": "Bells"},
            "Quizzes graded by the site; the final one was supervised at Bells; nobody supervised the others; "
            "tasks in the holder's own museum as the holder reported them.",
        ),
    ],
)
def test_supervision_is_said_of_what_was_supervised(facts: dict[str, Any], said: str) -> None:
    assert built(**facts)["evidence"][0]["name"] == said


def test_another_identity_is_another_claim() -> None:
    issued = built(identity="museum", identified_by="Bells")
    assert credential.same_claims(issued, built(identity="museum", identified_by="Bells"))
    assert not credential.same_claims(built(identity="museum", identified_by="Whistles"), issued)
    assert not credential.same_claims(built(), issued)
