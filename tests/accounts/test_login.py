"""Logging in and out, and what guessing gets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from lms.accounts import queries, service
from lms.accounts.security import passwords
from lms.domain.passwords import FAILURES, PAUSE
from lms.infra import clock
from lms.infra.db import db
from tests.factories.people import PASSWORD, Cast, make_person
from tests.pages import Page, PageClient


def log_in(browser: PageClient, email: str, password: str = PASSWORD, **more: str) -> Page:
    """Fill in the form."""
    browser.visit("/login")
    return browser.press("Log in", email=email, password=password, **more)


def test_logging_in_and_out(client: PageClient, cast: Cast) -> None:
    assert log_in(client, cast.learner.email).url == "/me/"
    client.press("Log out")
    assert client.get("/me/profile").status_code == 302


def test_logging_out_takes_a_post_with_its_token(client: PageClient, cast: Cast) -> None:
    log_in(client, cast.learner.email)
    assert client.get("/logout").status_code == 405
    assert client.open("/logout", method="POST", csrf=False).status_code == 400
    assert client.get("/me/profile").status_code == 200


def test_wrong_unknown_and_locked_look_alike(app: Flask, cast: Cast) -> None:
    def answer(email: str) -> str:
        page = log_in(app.test_client(), email, "not-the-password")
        assert "do not go together" in page.main
        return page.main

    wrong, unknown = answer(cast.learner.email), answer("nobody@example.org")
    with app.app_context():
        for _ in range(FAILURES):
            service.record_login_failure("locked@example.org")
        db.session.commit()
    assert wrong == unknown == answer("locked@example.org")


def test_missing_fields_are_told_beside_them(client: PageClient) -> None:
    page = log_in(client, "", "")
    assert "Type your e-mail address." in page.main
    assert "Type your password." in page.main
    assert "do not go together" not in page.main


@pytest.mark.parametrize("known", [True, False])
def test_ten_failures_lock_an_address_for_a_quarter_of_an_hour(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    email = cast.learner.email if known else "nobody@example.org"
    browser = app.test_client()
    for _ in range(FAILURES):
        log_in(browser, email, "not-the-password")
    with app.app_context():
        until = queries.find_lock(email.upper())
    assert until is not None
    assert "do not go together" in log_in(browser, email).main
    later = clock.now() + PAUSE + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    if known:
        assert log_in(browser, email).url == "/me/"


def test_a_locked_address_costs_no_look_at_the_password(
    app: Flask, client: PageClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        for _ in range(FAILURES):
            service.record_login_failure(cast.learner.email)
        db.session.commit()

    def costly(*_: Any) -> None:
        raise AssertionError("Argon2 for a locked address")

    monkeypatch.setattr(passwords, "_hash", costly)
    monkeypatch.setattr(passwords, "find_account", costly)
    assert "do not go together" in log_in(client, cast.learner.email).main


def test_an_unknown_address_costs_as_much_as_a_known_one(
    app: Flask, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = []
    monkeypatch.setattr(passwords, "_hash", hashed.append)
    log_in(client, "nobody@example.org", "some-password")
    assert hashed == ["some-password"]


def test_a_lock_of_one_address_leaves_the_others_behind_the_same_line_alone(
    app: Flask, client: PageClient, cast: Cast
) -> None:
    for _ in range(FAILURES + 1):
        log_in(client, cast.colleague.email, "not-the-password")
    assert log_in(client, cast.learner.email).url == "/me/"


def test_logging_in_forgets_the_failures_before(app: Flask, client: PageClient, cast: Cast) -> None:
    for _ in range(FAILURES - 1):
        log_in(client, cast.learner.email, "not-the-password")
    log_in(client, cast.learner.email)
    client.press("Log out")
    log_in(client, cast.learner.email, "not-the-password")
    assert log_in(client, cast.learner.email).url == "/me/"


def test_only_the_right_password_tells_that_an_account_waits_or_is_closed(app: Flask, cast: Cast) -> None:
    with app.app_context():
        make_person("waits@example.org", "Wanda Waits", confirmed=False)
        service.disable(cast.stranger.account_id, actor=cast.admin.subject_id)
        db.session.commit()
    assert "not confirmed yet" in log_in(app.test_client(), "waits@example.org").main
    assert "This account is closed" in log_in(app.test_client(), cast.stranger.email).main
    for email in ("waits@example.org", cast.stranger.email):
        page = log_in(app.test_client(), email, "not-the-password")
        assert "do not go together" in page.main
        assert "confirmed yet" not in page.main
        assert "closed" not in page.main


def test_a_closed_account_is_out_at_once(app: Flask, cast: Cast) -> None:
    browser = cast.browser("learner")
    assert browser.get("/me/profile").status_code == 200
    with app.app_context():
        service.disable(cast.learner.account_id, actor=cast.admin.subject_id)
        db.session.commit()
    assert browser.get("/me/profile").status_code == 302


@pytest.mark.parametrize(
    ("target", "arrives"),
    [
        ("/me/profile", "/me/profile"),
        ("https://evil.example/", "/me/"),
        ("//evil.example/", "/me/"),
        ("/\\evil.example", "/%5Cevil.example"),
        ("javascript:alert(1)", "/me/"),
    ],
)
def test_one_is_sent_back_to_our_own_pages_alone(client: PageClient, cast: Cast, target: str, arrives: str) -> None:
    client.get("/login", query_string={"next": target})
    response = client.post("/login", data={"email": cast.learner.email, "password": PASSWORD, "next": target})
    assert response.status_code == 302
    assert response.location == arrives


def test_logging_in_begins_a_new_session(client: PageClient, cast: Cast) -> None:
    client.visit("/login")
    with client.session_transaction() as session:
        session["registered"] = "ready"
        before = session["csrf_token"]
    client.press("Log in", email=cast.learner.email, password=PASSWORD)
    with client.session_transaction() as session:
        assert "registered" not in session
        assert session.get("csrf_token") != before


def test_staying_logged_in_outlives_the_session_but_not_a_new_password(
    app: Flask, client: PageClient, cast: Cast
) -> None:
    log_in(client, cast.learner.email, remember="y")
    cookie = client.get_cookie("remember_token")
    assert cookie is not None
    assert cookie.http_only
    returning = app.test_client()
    returning.set_cookie("remember_token", cookie.value)
    assert returning.get("/me/profile").status_code == 200
    client.visit("/change")
    client.press("Change password", password=PASSWORD, new_password="another-quiet-room")
    late = app.test_client()
    late.set_cookie("remember_token", cookie.value)
    assert late.get("/me/profile").status_code == 302
    assert returning.get("/me/profile").status_code == 302


def test_json_is_not_spoken_here(client: PageClient, cast: Cast) -> None:
    response = client.open(
        "/login",
        method="POST",
        csrf=False,
        json=[1],
        headers={"X-CSRFToken": client.token(), "Accept": "application/json"},
    )
    assert response.status_code == 400
    page = client.get("/login", headers={"Accept": "application/json"})
    assert page.mimetype == "text/html"


def test_recognising_somebody_takes_one_query(app: Flask, cast: Cast, max_queries: Any) -> None:
    browser = cast.browser("trainer")
    with max_queries(1):
        browser.get("/privacy")


def test_failures_are_forgotten_after_a_while(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        service.record_login_failure("nobody@example.org")
        later = clock.now() + timedelta(hours=1)
        monkeypatch.setattr(clock, "now", lambda: later)
        service.forget_old_failures()
        assert not list(db.session.scalars(db.select(service.sessions.LoginFailure)))
