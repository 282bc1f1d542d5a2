"""Forgotten and changed passwords, and a changed address."""

from __future__ import annotations

import time

import pytest
from flask import Flask

from lms.accounts import queries, service
from lms.domain.passwords import FAILURES
from lms.infra.db import db
from tests.accounts.conftest import Letters, link_in
from tests.accounts.test_login import log_in
from tests.factories.people import PASSWORD, Cast, make_person
from tests.pages import PageClient

NEW = "another-quiet-room"


def test_a_forgotten_password_is_set_anew_by_letter(
    app: Flask, client: PageClient, cast: Cast, letters: Letters
) -> None:
    client.visit("/reset")
    client.press("Send the link", email=cast.learner.email)
    (letter,) = letters()
    client.visit(link_in(letter))
    page = client.press("Keep this password", password=NEW)
    assert "Your password is changed" in page.text
    assert log_in(client, cast.learner.email, NEW).url == "/me/"
    assert cast.browser("learner").get("/me/profile").status_code == 302, "the old session has ended"
    assert letters()[0].purpose == "accounts.password-changed"
    client.press("Log out")
    assert "was used already" in client.visit(link_in(letter)).text


def test_known_and_unknown_addresses_get_the_same_page(app: Flask, cast: Cast, letters: Letters) -> None:
    def ask(email: str) -> str:
        browser = app.test_client()
        browser.visit("/reset")
        return browser.press("Send the link", email=email).text.replace(email, "…")

    assert ask(cast.learner.email) == ask("nobody@example.org")
    assert [letter.to_address for letter in letters()] == [cast.learner.email]


def test_an_address_that_is_none_is_told_beside_the_field(client: PageClient) -> None:
    client.visit("/reset")
    page = client.press("Send the link", email="not an address")
    assert "This is no e-mail address" in page.main
    assert page.one(id="email").get("value") == "not an address"
    assert "has an account" not in page.text


def test_many_wishes_bring_one_letter(client: PageClient, cast: Cast, letters: Letters) -> None:
    for _ in range(3):
        client.visit("/reset")
        client.press("Send the link", email=cast.learner.email)
    assert len(letters()) == 1


def test_a_new_password_unlocks_and_confirms(app: Flask, client: PageClient, letters: Letters) -> None:
    with app.app_context():
        make_person("waits@example.org", "Wanda Waits", confirmed=False)
        for _ in range(FAILURES):
            service.record_login_failure("waits@example.org")
        db.session.commit()
    client.visit("/reset")
    client.press("Send the link", email="waits@example.org")
    client.visit(link_in(letters()[0]))
    client.press("Keep this password", password=NEW)
    assert log_in(client, "waits@example.org", NEW).url == "/me/"


def test_a_weak_new_password_brings_the_form_again(client: PageClient, cast: Cast, letters: Letters) -> None:
    client.visit("/reset")
    client.press("Send the link", email=cast.learner.email)
    client.visit(link_in(letters()[0]))
    assert "Choose a longer password" in client.press("Keep this password", password="short").main


def test_changing_the_password_needs_the_present_one(app: Flask, cast: Cast) -> None:
    browser = cast.browser("learner")
    browser.visit("/change")
    assert "not your password" in browser.press("Change password", password="guess-guess", new_password=NEW).main
    assert "Choose another" in browser.press("Change password", password=PASSWORD, new_password=PASSWORD).main
    page = browser.press("Change password", password=PASSWORD, new_password=NEW)
    assert "Other devices are logged out" in page.text
    assert page.url == "/me/profile", "this browser stays logged in"


def test_a_new_address_holds_after_its_owner_said_so(
    app: Flask, client: PageClient, cast: Cast, letters: Letters
) -> None:
    browser = cast.browser("learner")
    browser.visit("/change-email")
    browser.press("Send the letter", email="Lilit.New@Example.org")
    (letter,) = letters()
    assert letter.to_address == "lilit.new@example.org"
    browser.visit(link_in(letter))
    with app.app_context():
        assert queries.find_by_email(cast.learner.email) is None
        assert queries.find_by_email("lilit.new@example.org") is not None
    assert {cast.learner.email} == {found.to_address for found in letters()[:1]}, "the old address is told"


def test_an_address_of_somebody_else_cannot_be_taken_and_is_not_told(cast: Cast, letters: Letters) -> None:
    browser = cast.browser("learner")
    browser.visit("/change-email")
    taken = browser.press("Send the letter", email=cast.stranger.email).text
    browser.visit("/change-email")
    free = browser.press("Send the letter", email="free@example.org").text
    assert taken.replace(cast.stranger.email, "…") == free.replace("free@example.org", "…")
    assert [letter.to_address for letter in letters()] == ["free@example.org"]


def test_delicate_pages_ask_for_the_password_when_it_was_typed_long_ago(cast: Cast) -> None:
    browser = cast.browser("learner")
    with browser.session_transaction() as session:
        session["fs_paa"] = time.time() - 3600
    for path in ("/change-email", "/me/delete", "/me/link", "/me/data"):
        assert browser.get(path).location.startswith("/log-in-again?next=")
    page = browser.visit("/me/link")
    assert page.heading == "Is it still you?"
    assert "not your password" in browser.press("Continue", password="guess-guess").main
    browser.visit("/me/link")
    assert browser.press("Continue", password=PASSWORD).url == "/me/link"


def test_guessing_at_the_password_of_an_open_session_is_counted_too(app: Flask, cast: Cast) -> None:
    browser = cast.browser("learner")
    for _ in range(FAILURES):
        browser.visit("/log-in-again")
        browser.press("Continue", password="guess-guess")
    with app.app_context():
        assert queries.find_lock(cast.learner.email) is not None


@pytest.mark.parametrize(
    "password",
    ["тихая комната 2026", "\x00\x01\x02 not for keyboards", "ab-" * 42, "ﬁne-ligature-ﬀ", " lead and trail "],
)
def test_a_password_may_be_anything_that_can_be_typed_again(
    client: PageClient, cast: Cast, letters: Letters, password: str
) -> None:
    client.visit("/reset")
    client.press("Send the link", email=cast.learner.email)
    client.visit(link_in(letters()[0]))
    assert "Your password is changed" in client.press("Keep this password", password=password).text
    assert log_in(client, cast.learner.email, password).url == "/me/"
