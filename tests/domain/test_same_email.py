"""Whether an address is the one that an award knows of, by its salted hash."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lms.domain.credential import hash_email, same_email
from tests.factories.awards import make_award


@given(st.emails(), st.text(max_size=20))
def test_an_address_is_known_again_by_its_hash(email: str, salt: str) -> None:
    award = make_award(email_hash=hash_email(email, salt), email_salt=salt)
    assert same_email(award, f" {email.upper().lower()} ") is True
    assert same_email(award, f"x{email}") is False


def test_without_a_hash_there_is_no_answer() -> None:
    assert same_email(make_award(), "ana@example.org") is None
    assert same_email(make_award(), "") is None
