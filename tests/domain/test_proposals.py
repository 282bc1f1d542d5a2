"""Who may decide a proposal, and what stands in the way of a certificate."""

from __future__ import annotations

import pytest

from lms.domain.proposals import APPROVED, CLOSED, DECLINED, WITHDRAWN, find_obstacle, find_refusal


def test_a_second_person_may_decide() -> None:
    assert find_refusal("waiting", proposer="a", decider="b", learners={"c"}) is None


def test_nobody_decides_their_own() -> None:
    assert find_refusal("waiting", proposer="a", decider="a", learners={"c"}) == "own"


def test_nobody_decides_about_themselves() -> None:
    assert find_refusal("waiting", proposer="a", decider="c", learners={"b", "c"}) == "for-oneself"


@pytest.mark.parametrize("state", [APPROVED, DECLINED, WITHDRAWN, CLOSED])
def test_what_is_decided_stays_decided(state: str) -> None:
    assert find_refusal(state, proposer="a", decider="b", learners={"c"}) == "decided"


@pytest.mark.parametrize(
    ("facts", "obstacle"),
    [
        ({}, None),
        ({"erased": True, "code": "X"}, "erased"),
        ({"code": "X", "completed": False}, "issued-before"),
        ({"completed": False, "has_terms": False}, "not-completed"),
        ({"has_terms": False}, "gives-none"),
    ],
)
def test_the_first_obstacle_is_told(facts: dict[str, object], obstacle: str | None) -> None:
    known: dict[str, object] = {"erased": False, "completed": True, "code": None, "has_terms": True}
    assert find_obstacle(**{**known, **facts}) == obstacle  # type: ignore[arg-type]
