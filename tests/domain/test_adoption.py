"""What a credential tells of a certificate whose record was lost, and what the journal does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.domain import journal
from lms.domain.adoption import Told, Unfit, fold, read_claims
from lms.domain.award import Award
from lms.domain.credential import LIST_LENGTH, Issuer, Place, build, ordinal_of, place_of
from lms.domain.journal import Line
from tests.factories.awards import CODE, make_award

ISSUER = Issuer(base_url="https://academy.example.org", name="Museum Academy")
AT = datetime(2026, 11, 14, 10, 11, 12, tzinfo=UTC)


def credential(award: Award | None = None, ordinal: int = 4712) -> dict[str, Any]:
    return build(award or make_award(), code=CODE, issuer=ISSUER, place=place_of(ordinal))


@given(st.integers(min_value=0, max_value=5 * LIST_LENGTH))
def test_a_place_tells_the_number_that_it_came_from(ordinal: int) -> None:
    assert ordinal_of(place_of(ordinal)) == ordinal


@pytest.mark.parametrize("place", [Place(number=0, index=1), Place(number=1, index=-1), Place(number=1, index=1 << 17)])
def test_a_place_that_no_list_has_is_no_number(place: Place) -> None:
    with pytest.raises(ValueError, match="no list has"):
        ordinal_of(place)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"name_latin": "Marta Ilina"},
        {"outcomes": ()},
        {"modules": ("One; and the same",), "pass_percent": None},
        {"grade_percent": None},
        {"show": ("hours",)},
        {"valid_until": None, "begun_at": "2026-09-01T08:00:00+00:00"},
        {"assessment": "study", "pass_percent": None, "grade_percent": None},
        {"email_hash": "sha256$" + "a" * 64, "email_salt": "0123456789abcdef"},
    ],
)
def test_what_is_read_makes_the_same_credential_again(changed: dict[str, Any]) -> None:
    original = credential(make_award(**changed))
    claims = read_claims(original)
    assert (claims.code, claims.ordinal, claims.issuer) == (CODE, 4712, ISSUER)
    assert build(claims.award, code=claims.code, issuer=claims.issuer, place=place_of(claims.ordinal)) == original


def change(path: str, value: object) -> dict[str, Any]:
    found = credential()
    *parts, last = path.split(".")
    inner: Any = found
    for part in parts:
        inner = inner[int(part)] if part.isdigit() else inner[part]
    inner[last] = value
    return found


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("type", ["VerifiableCredential", "BitstringStatusListCredential"]),
        ("id", "https://elsewhere.example.org/verify/" + CODE),
        ("id", "https://academy.example.org/verify/no-code"),
        ("id", 7),
        ("issuer.id", "did:web:elsewhere.example.org"),
        ("issuer", "did:web:academy.example.org"),
        ("credentialStatus.statusListCredential", "https://elsewhere.example.org/status/1"),
        ("credentialStatus.statusListIndex", "131072"),
        ("credentialStatus.statusListIndex", "much"),
        ("credentialStatus.statusPurpose", "suspension"),
        ("credentialSubject", []),
        ("credentialSubject.identifier", []),
        ("credentialSubject.achievement.achievementType", "LearningProgram"),
        ("credentialSubject.achievement.id", "https://academy.example.org/courses/a"),
        ("credentialSubject.achievement.criteria.narrative", "Anything"),
        ("credentialSubject.achievement.creditsAvailable", "many"),
        ("evidence", []),
        ("validFrom", "yesterday"),
    ],
)
def test_what_is_no_credential_of_a_certificate_is_unfit(path: str, value: object) -> None:
    with pytest.raises(Unfit):
        read_claims(change(path, value))


def test_a_status_list_by_the_same_key_is_unfit() -> None:
    with pytest.raises(Unfit):
        read_claims({"type": ["VerifiableCredential", "BitstringStatusListCredential"]})


def line(kind: str, days: int = 0, **facts: Any) -> Line:
    return Line(seq=1, at=AT + timedelta(days=days), kind=kind, code=CODE, facts=facts, digest="")


def test_the_journal_tells_what_became_of_it() -> None:
    told = fold([
        line(journal.ISSUED, ordinal=7, replaces="A" * 16),
        line(journal.MADE, file="f" * 64, credential="c" * 64),
        line(journal.REVOKED, 1, reason="A mistake"),
        line(journal.REINSTATED, 2),
        line(journal.SUPERSEDED, 3, by="B" * 16),
    ])  # fmt: skip
    assert (told.standing, told.ended_at, told.replaced_by) == ("superseded", AT + timedelta(days=3), "B" * 16)
    assert (told.replaces, told.files, told.made_at, told.reason) == ("A" * 16, {"f" * 64}, AT, "")
    assert told.issued is not None
    assert told.issued["ordinal"] == 7


def test_a_journal_that_knows_nothing_tells_nothing() -> None:
    assert fold([]) == Told()


def test_revoked_and_erased_are_told_together() -> None:
    told = fold([line(journal.ISSUED), line(journal.REVOKED, 1, reason="x"), line(journal.ERASED, 2)])
    assert (told.standing, told.reason, told.erased_at) == ("revoked", "x", AT + timedelta(days=2))


def test_what_was_taken_back_once_counts_as_issued() -> None:
    told = fold([line(journal.ADOPTED, ordinal=7, file="f" * 64, credential="c" * 64)])
    assert told.issued is not None
    assert told.files == {"f" * 64}


@pytest.mark.parametrize(
    ("facts", "fact"),
    [
        ({"ordinal": 4712, "edition": 2, "issued_at": "2026-11-14T10:11:12.123456+00:00"}, ""),
        ({"ordinal": 4713}, "ordinal"),
        ({"edition": 1}, "edition"),
        ({"issued_at": "2026-11-13T10:11:12+00:00"}, "issued_at"),
        ({"valid_until": None}, "valid_until"),
        ({"course": "another"}, "course"),
    ],
)
def test_what_differs_from_the_journal_is_named(facts: dict[str, Any], fact: str) -> None:
    assert replace(Told(), issued=facts).differs(read_claims(credential())) == fact
