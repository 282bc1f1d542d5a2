"""The link that fills in a profile elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from lms.domain.profiles import linkedin

ISSUED = datetime(2026, 11, 14, tzinfo=UTC)


def test_the_link_says_all_that_the_form_asks_for() -> None:
    link = linkedin(
        title="Музей & школа",
        organisation="Museum Academy",
        issued=ISSUED,
        until=ISSUED.replace(year=2029, month=3),
        address="https://academy.example.org/verify/7K3M9XQ24TFAH6RW",
        code="7K3M-9XQ2-4TFA-H6RW",
    )
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "www.linkedin.com", "/profile/add")
    assert parse_qs(parts.query) == {
        "startTask": ["CERTIFICATION_NAME"],
        "name": ["Музей & школа"],
        "organizationName": ["Museum Academy"],
        "issueYear": ["2026"],
        "issueMonth": ["11"],
        "expirationYear": ["2029"],
        "expirationMonth": ["3"],
        "certUrl": ["https://academy.example.org/verify/7K3M9XQ24TFAH6RW"],
        "certId": ["7K3M-9XQ2-4TFA-H6RW"],
    }


def test_what_does_not_end_names_no_end() -> None:
    link = linkedin(title="x", organisation="y", issued=ISSUED, until=None, address="z", code="c")
    assert "expiration" not in link
