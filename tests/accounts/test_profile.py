"""What people change, link, take along and delete."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from flask import Flask

from lms.accounts import events, queries, service
from lms.accounts.models import Account, Affiliation, Subject
from lms.domain.errors import Refused
from lms.infra import mail
from lms.infra.db import db
from lms.infra.personal import PARTS
from lms.network.queries import museum_name
from tests.accounts.test_login import log_in
from tests.factories.people import PASSWORD, Cast
from tests.pages import PageClient


def listen(app: Flask, kind: type) -> list[Any]:
    """Return a list in which events of a kind will stand."""
    heard: list[Any] = []
    table = app.extensions["events"]
    table[kind] = (*table.get(kind, ()), heard.append)
    return heard


def test_the_profile_is_changed_and_kept(app: Flask, cast: Cast) -> None:
    renamed = listen(app, events.NameChanged)
    browser = cast.browser("learner")
    browser.visit("/me/profile")
    changes = {"name": "Լիլիթ  Սարգսյան", "name_latin": "Lilit Sargsyan", "timezone": "Asia/Yerevan"}
    page = browser.press("Save", **changes, language_1="hy", language_2="ru", language_3="en")
    assert "Saved." in page.text
    with app.app_context():
        person = queries.find_account(cast.learner.account_id)
        assert person is not None
        assert (person.name, person.languages, person.timezone) == (
            "Լիլիթ Սարգսյան",
            ("hy", "ru", "en"),
            "Asia/Yerevan",
        )
        assert [found.account_id for found in queries.list_people("սարգսյան")] == [person.account_id]
    assert [event.subject_id for event in renamed] == [cast.learner.subject_id]


def test_a_bad_profile_changes_nothing(app: Flask, cast: Cast) -> None:
    browser = cast.browser("learner")
    browser.visit("/me/profile")
    page = browser.press("Save", 422, name="", timezone="Mars/Olympus")
    assert "Tell us your name." in page.main
    assert "Not a valid choice" in page.main
    with app.app_context():
        person = queries.find_account(cast.learner.account_id)
        assert person is not None
        assert person.name == cast.learner.name


def test_a_name_of_two_scripts_is_refused_with_the_letter_and_kept_in_the_field(app: Flask, cast: Cast) -> None:
    browser = cast.browser("learner")
    browser.visit("/me/profile")
    page = browser.press("Save", 422, name="Lilit Sаrgsyan")
    assert "Letter 2 of “Sаrgsyan” is a Cyrillic letter, “а”, among Latin ones." in page.main
    assert page.one(id="name").get("value") == "Lilit Sаrgsyan"
    with app.app_context(), pytest.raises(Refused, match="name"):
        service.change_profile(
            cast.learner.account_id, name="Lilit Sаrgsyan", name_latin="", languages=("en",), timezone="UTC"
        )


def test_a_new_workplace_is_a_new_dated_statement(app: Flask, cast: Cast) -> None:
    browser = cast.browser("learner")
    browser.visit("/me/workplace")
    browser.press("Save", museum="Дом ремёсел", country="BY", position="Guide")
    with app.app_context():
        now, before = queries.list_workplaces(cast.learner.subject_id)
        assert (museum_name(now.museum_id), now.country, now.position) == ("Дом ремёсел", "BY", "Guide")
        assert (before.country, before.position) == ("AM", "Curator")
        assert now.since > before.since


def test_two_accounts_of_one_person_are_linked_by_both_passwords(app: Flask, cast: Cast) -> None:
    linked = listen(app, events.SubjectsLinked)
    browser = cast.browser("learner")
    browser.visit("/me/link")
    wrong = browser.press("Link the accounts", 422, email=cast.stranger.email, password="guess-guess")
    assert "do not go together" in wrong.main
    page = browser.press("Link the accounts", email=cast.stranger.email, password=PASSWORD)
    assert f"Linked to this account: {cast.stranger.email}" in page.main
    assert [(event.canonical, event.other) for event in linked] == [(cast.learner.subject_id, cast.stranger.subject_id)]
    browser.visit("/me/link")
    again = browser.press("Link the accounts", 422, email=cast.stranger.email, password=PASSWORD)
    assert "linked already" in again.main
    with app.app_context():
        person = queries.find_person(cast.stranger.subject_id)
        assert person is not None
        assert person.account_id == cast.learner.account_id
        assert queries.names_of([cast.learner.subject_id]) == {cast.learner.subject_id: cast.learner.name}


def test_a_chain_of_links_ends_in_one_person(app: Flask, cast: Cast) -> None:
    with app.app_context():
        service.link_accounts(cast.colleague.account_id, cast.stranger.account_id, actor="x")
        service.link_accounts(cast.learner.account_id, cast.colleague.account_id, actor="x")
        assert {person.canonical_id for person in queries.list_accounts_of(cast.learner.subject_id)} == {
            cast.learner.subject_id
        }
        assert len(queries.list_accounts_of(cast.learner.subject_id)) == 3


def test_the_viewer_is_the_person_not_the_account(app: Flask, cast: Cast) -> None:
    with app.app_context():
        service.link_accounts(cast.learner.account_id, cast.stranger.account_id, actor="x")
        db.session.commit()
    page = cast.browser("stranger").visit("/me/profile")
    assert cast.learner.email in page.main


def test_one_may_take_everything_along(app: Flask, cast: Cast) -> None:
    response = cast.browser("learner").get("/me/data")
    assert response.mimetype == "application/json"
    assert "attachment" in response.headers["Content-Disposition"]
    known = orjson.loads(response.data)
    assert set(known["sections"]) == set(PARTS)
    (account,) = known["sections"]["accounts"]
    assert account["email"] == cast.learner.email
    assert "City Museum of Harbour Town" in known["sections"]["museums"].values()
    assert b"argon2" not in response.data


def test_deleting_takes_the_password_and_leaves_a_subject_without_a_person(
    app: Flask, client: PageClient, cast: Cast
) -> None:
    erased = listen(app, events.AccountErased)
    browser = cast.browser("learner")
    with app.app_context():
        mail.post(mail.Message(to=cast.learner.email, subject="x", text="x", purpose="x", language="en"))
        db.session.commit()
    browser.visit("/me/delete")
    assert "not your password" in browser.press("Delete my account for good", 422, password="guess-guess").main
    assert "Nothing here names you" in browser.press("Delete my account for good", password=PASSWORD).text
    assert browser.get("/me/profile").status_code == 302
    assert "do not go together" in log_in(client, cast.learner.email).main
    assert [event.subject_id for event in erased] == [cast.learner.subject_id]
    with app.app_context():
        assert db.session.get(Account, cast.learner.account_id) is None
        subject = db.session.get_one(Subject, cast.learner.subject_id)
        assert subject.erased_at is not None
        (place,) = db.session.scalars(db.select(Affiliation).where(Affiliation.subject_id == subject.id))
        assert (place.museum_id, place.position, place.country) == (None, "", "AM")
        assert not [line for line in mail.list_mail() if line.to_address == cast.learner.email]
        assert queries.find_person(cast.learner.subject_id) is None


def test_deleting_deletes_the_whole_person(app: Flask, cast: Cast) -> None:
    with app.app_context():
        service.link_accounts(cast.learner.account_id, cast.stranger.account_id, actor="x")
        service.erase_person(cast.stranger.account_id, actor="x")
        for person in (cast.learner, cast.stranger):
            assert queries.find_by_email(person.email) is None


def test_the_last_administrator_stays(cast: Cast) -> None:
    browser = cast.browser("admin")
    browser.visit("/me/delete")
    page = browser.press("Delete my account for good", 422, password=PASSWORD)
    assert "You are the last administrator" in page.main
