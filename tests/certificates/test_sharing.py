"""A certificate as its holder sees it, and what stands beside a link to it elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from lms.infra import clock
from tests.certificates.conftest import Award
from tests.certificates.test_pages import UNKNOWN, change, status_of
from tests.factories.people import Cast
from tests.pages import Page, PageClient


def meta(page: Page) -> dict[str, str]:
    """Return what the head of a page says to networks."""
    return {
        element.get("property") or element.get("name") or "": element.get("content", "") for element in page.all("meta")
    }


def test_the_holder_comes_to_one_certificate_from_the_list(made: Award, cast: Cast) -> None:
    browser, code = cast.browser("learner"), made.row.code
    browser.visit("/me/certificates")
    page = browser.click("Link and badge")
    assert page.url == f"/me/certificates/{code}"
    assert page.heading == "Certificate in keeping keys"
    assert page.link("Download PDF") == f"/certificates/{code}.pdf"
    assert page.link("Download the badge (PNG)") == f"/certificates/{code}.png?download=1"
    assert page.link("Credential (JSON)") == f"/certificates/{code}.json"
    field = page.one("input", id="link")
    assert (field.get("value"), field.get("readonly")) == (f"http://localhost/verify/{code}", "")
    assert [image.get("src") for image in page.all("img")] == [
        f"/verify/{code}/preview.png",
        f"/certificates/{code}.png",
    ]
    for said in (cast.learner.name, made.row.code_spaced, "It does not prove", "How somebody verifies it"):
        assert said in page.main, said
    assert len([link for link in page.all("a") if "btn--main" in (link.get("class") or "")]) == 1


def test_nobody_else_finds_it(made: Award, cast: Cast, client: PageClient) -> None:
    address = f"/me/certificates/{made.row.code}"
    for who in ("colleague", "stranger", "trainer", "coordinator", "admin"):
        assert cast.browser(who).get(address).status_code == 404, who
    assert "/login" in client.get(address).location
    assert cast.browser("learner").get(f"/me/certificates/{UNKNOWN}").status_code == 404
    assert cast.browser("learner").get(f"/me/certificates/{made.row.code_spaced.lower()}").status_code == 200


def test_the_link_for_a_profile_says_all_and_nothing_is_loaded_from_there(made: Award, cast: Cast) -> None:
    page = cast.browser("learner").visit(f"/me/certificates/{made.row.code}")
    link = page.link("Add it to your LinkedIn profile")
    said = {name: value for name, (value,) in parse_qs(urlsplit(link).query).items()}
    now = clock.now()
    assert said["name"] == "Certificate in keeping keys"
    assert said["certUrl"] == f"http://localhost/verify/{made.row.code}"
    assert said["certId"] == made.row.code_spaced
    assert (said["issueYear"], said["issueMonth"]) == (str(now.year), str(now.month))
    element = next(one for one in page.all("a") if one.get("href") == link)
    assert set((element.get("rel") or "").split()) >= {"noopener", "noreferrer"}
    loaded = [
        one.get("src") or one.get("href") or "" for tag in ("img", "script", "link", "iframe") for one in page.all(tag)
    ]
    assert all(address.startswith("/") for address in loaded)


@pytest.mark.parametrize(
    ("values", "words", "profile"),
    [
        ({"standing": "revoked", "reason": "A mistake"}, "Revoked", False),
        ({"standing": "superseded"}, "Superseded", False),
        ({"valid_until": datetime(2020, 1, 1, tzinfo=UTC)}, "Expired", True),
    ],
)
def test_the_holder_is_told_what_whoever_verifies_it_is_told(
    app: Flask, made: Award, cast: Cast, values: dict[str, object], words: str, profile: bool
) -> None:
    code = made.row.code
    change(app, **values)
    page = cast.browser("learner").visit(f"/me/certificates/{code}")
    assert words in page.main
    assert ("Add it to your LinkedIn profile" in page.links()) == profile


def test_before_the_file_is_made_there_is_nothing_to_download_and_the_link_works(award: Award, cast: Cast) -> None:
    page = cast.browser("learner").visit(f"/me/certificates/{award.row.code}")
    assert "The file is being made" in page.main
    assert "Download PDF" not in page.links()
    assert "Badge and credential" not in page.main
    assert page.one("input", id="link").get("value", "").endswith(award.row.code)


def test_networks_are_told_what_the_link_leads_to(made: Award, client: PageClient, cast: Cast) -> None:
    said = meta(client.visit(f"/verify/{made.row.code}"))
    address = f"http://localhost/verify/{made.row.code}"
    assert said["og:title"] == "Certificate in keeping keys"
    assert said["og:url"] == address
    assert said["og:image"] == f"{address}/preview.png"
    assert (said["og:image:width"], said["og:image:height"]) == ("1200", "630")
    assert cast.learner.name in said["og:description"]
    assert said["twitter:card"] == "summary_large_image"
    assert said["robots"] == "noindex"
    assert client.get(urlsplit(said["og:image"]).path).content_type == "image/png"


@pytest.mark.parametrize(
    ("values", "begins"),
    [
        ({"standing": "revoked", "reason": "A mistake"}, "Revoked"),
        ({"standing": "superseded"}, "Superseded"),
        ({"valid_until": datetime(2020, 1, 1, tzinfo=UTC)}, "Expired"),
    ],
)
def test_networks_are_not_told_to_boast_of_what_does_not_count(
    app: Flask, made: Award, client: PageClient, cast: Cast, values: dict[str, object], begins: str
) -> None:
    code = made.row.code
    change(app, **values)
    said = meta(client.visit(f"/verify/{code}"))
    assert said["og:title"].startswith(begins)
    assert cast.learner.name not in " ".join(said.values())


def test_a_name_with_marks_in_it_stays_text_in_the_head(app: Flask, made: Award, client: PageClient) -> None:
    change(app, snapshot={**made.row.facts, "name": '"><script>alert(1)</script>'})
    said = meta(client.visit(f"/verify/{made.row.code}"))
    assert '"><script>alert(1)</script>' in said["og:description"]


def test_nothing_is_told_to_networks_of_a_code_that_nobody_has(client: PageClient) -> None:
    assert not [name for name in meta(client.visit(f"/verify/{UNKNOWN}", 404)) if name.startswith("og:")]


def test_the_verdict_says_in_three_lines_what_who_and_what_to_do(made: Award, client: PageClient, cast: Cast) -> None:
    page = client.visit(f"/verify/{made.row.code}")
    lines = ["".join(part.itertext()).strip() for part in page.one(role="status").iter() if part.tag in ("h1", "p")]
    assert lines[0] == "Valid certificate"
    assert lines[1].startswith(f"Issued to {cast.learner.name} on ")
    assert "Certificate in keeping keys" in lines[1]
    assert lines[2].startswith("You may rely on")
    order = [page.main.index(part) for part in ("Valid certificate", "What we checked", "Hours of study")]
    assert order == sorted(order), "the verdict, then the checks, then the claims"


def test_a_corrected_name_is_not_told_any_more(app: Flask, made: Award, client: PageClient, cast: Cast) -> None:
    code = made.row.code
    change(app, standing="superseded")
    page = client.visit(f"/verify/{code}")
    assert status_of(page).startswith("Superseded")
    assert cast.learner.name not in page.html
    claims = client.get(f"/verify/{code}", headers={"Accept": "application/json"}).get_json()["claims"]
    assert (claims["name"], claims["title"]) == (None, "Certificate in keeping keys")
