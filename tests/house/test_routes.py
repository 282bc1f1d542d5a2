"""Every route: who may go there, how its address is written, and what its page looks like."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from lms.config import LANGUAGES
from lms.domain.authority import PERMISSIONS
from lms.web.guards import MEMBER, PUBLIC, permission_of
from tests.factories.people import Cast
from tests.pages import PageClient

THEIRS = re.compile(r"^/(tf-|wan-|us-|static)")
"""Addresses that Flask-Security and Flask chose, under the prefixes that contract allows them."""


def rules(app: Flask) -> list[Rule]:
    """Return all routes."""
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


def pages_without_arguments(app: Flask) -> list[str]:
    """Return the addresses that can be fetched as they stand."""
    return [rule.rule for rule in rules(app) if "GET" in (rule.methods or ()) and not rule.arguments]


def test_every_route_names_a_permission_that_exists(app: Flask) -> None:
    wrong = {
        f"{rule.rule} ({rule.endpoint})": permission_of(app, rule.endpoint)
        for rule in rules(app)
        if permission_of(app, rule.endpoint) not in PERMISSIONS | {PUBLIC, MEMBER}
    }
    assert not wrong


def test_every_address_is_in_kebab_case(app: Flask) -> None:
    wrong = []
    for rule in rules(app):
        fixed = re.sub(r"<[^>]+>", "", rule.rule)
        if not THEIRS.match(rule.rule) and not re.fullmatch(r"[a-z0-9/.-]*", fixed):
            wrong.append(rule.rule)
    assert not wrong


def test_no_address_of_ours_hides_one_that_an_author_chose(app: Flask) -> None:
    """A course or an item may be called by any word, that of a page of ours too."""
    words = {part for rule in rules(app) for part in rule.rule.split("/") if part.isalpha()}
    addresses = app.url_map.bind("localhost")
    hidden = [
        f"{stem}{word}{end}"
        for stem, end, endpoint in (("/learn/keys/", "", "learning.item"), ("/teach/", "/", "home.teach_course"))
        for word in words
        if addresses.match(f"{stem}{word}{end}", "GET")[0] != endpoint
    ]
    assert not hidden


def test_a_stranger_sees_no_page_that_is_not_public(app: Flask, client: PageClient) -> None:
    seen = []
    for rule in rules(app):
        if permission_of(app, rule.endpoint) == PUBLIC or "GET" not in (rule.methods or ()) or rule.arguments:
            continue
        response = client.get(rule.rule)
        if not (response.status_code == 302 and response.location.startswith("/login")) and response.status_code != 404:
            seen.append(f"{rule.rule} answers {response.status_code}")
    assert not seen


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize("who", ["stranger", "learner", "trainer", "coordinator", "reviewer", "admin"])
def test_every_page_is_sound_for_everybody(app: Flask, client: PageClient, cast: Cast, who: str) -> None:
    """The client looks at each page it fetches; nothing may answer with a fault of ours."""
    browser = client if who == "stranger" else cast.browser(who)
    for address in pages_without_arguments(app):
        response = browser.get(address)
        assert response.status_code < 500, f"{address}: {response.status_code}"


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_sound_in_every_language(app: Flask, cast: Cast, language: str) -> None:
    browser = cast.browser("admin")
    browser.set_cookie("lang", language)
    for address in pages_without_arguments(app):
        response = browser.get(address)
        if response.mimetype == "text/html" and response.status_code == 200:
            assert browser.page is not None
            assert browser.page.one("html").get("lang") == language


@pytest.mark.parametrize("address", ["/no-such-page", "/courses/no-such-course", "/certificates/NOSUCHCODE.pdf"])
def test_what_is_absent_is_a_page_that_says_so(client: PageClient, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert client.page is not None
    assert client.page.heading


def test_every_answer_carries_the_policy(app: Flask, client: PageClient) -> None:
    response = client.get("/")
    policy = response.headers["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy
    assert "'unsafe-eval'" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Referrer-Policy" in response.headers
