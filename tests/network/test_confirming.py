"""A museum gives its word for a name: asked for, given, withdrawn, ended by what the person changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from lms.accounts import queries as accounts
from lms.accounts import service
from lms.domain.errors import NotFound, Refused
from lms.domain.names import spelling_mark
from lms.infra import mail
from lms.infra.db import db
from lms.infra.personal import gather
from lms.infra.queue import run_jobs
from lms.network.models import ConfirmationRequest, NameConfirmation
from lms.network.queries import people
from lms.network.service import confirming
from lms.ops.queries import list_audit
from tests.factories.people import MUSEUM, PASSWORD, Cast, Person, browser_of, make_person
from tests.pages import PageClient


@pytest.fixture
def harbour(app: Flask, cast: Cast) -> str:
    """Return the id of the museum of the learner and the colleague."""
    with app.app_context():
        place = accounts.find_workplace(cast.learner.subject_id)
        assert place is not None
        assert place.museum_id is not None
        return place.museum_id


@pytest.fixture
def curator(app: Flask, cast: Cast, harbour: str) -> Person:
    """Return the coordinator of that museum alone, who works there too."""
    with app.app_context():
        made = make_person(
            "ruben@example.org", "Ruben Asatryan", role="coordinator", scope=("museum", harbour), museum=MUSEUM
        )
        db.session.commit()
        return made


@pytest.fixture
def confirm(app: Flask, cast: Cast, harbour: str) -> Callable[..., str]:
    """Return what confirms a name as it stands."""

    def act(person: Person = cast.learner, actor: str = cast.coordinator.subject_id) -> str:
        with app.app_context():
            found = accounts.find_person(person.subject_id)
            assert found is not None
            mark = spelling_mark(found.name, found.name_latin)
            kept = confirming.confirm_name(person.subject_id, harbour, mark=mark, seen="document", actor=actor)
            db.session.commit()
            return kept

    return act


def rename(app: Flask, person: Person, name: str, latin: str = "") -> None:
    with app.app_context():
        service.change_profile(person.account_id, name=name, name_latin=latin, languages=("en",), timezone="UTC")
        db.session.commit()


def standing(app: Flask, person: Person) -> people.Confirmation | None:
    with app.app_context():
        return people.find_standing(person.subject_id)


def letters(app: Flask, purpose: str) -> list[Any]:
    with app.app_context():
        run_jobs()
        return [mail.get_mail(found.id) for found in mail.list_mail() if found.purpose == purpose]


def test_asked_by_one_button_and_confirmed_by_the_coordinator_of_the_museum(
    app: Flask, cast: Cast, curator: Person, harbour: str
) -> None:
    learner, office = cast.browser("learner"), browser_of(app, curator)
    page = learner.visit("/me/profile")
    assert "By your own word." in page.main
    page = learner.press("Ask my museum to confirm my name")
    assert f"you ask {MUSEUM} to confirm your name" in page.main
    assert "Ask my museum" not in page.main, "one request at a time"

    page = office.visit("/teach/")
    assert "1 asks to be confirmed" in page.main
    page = office.click("People of your museums")
    assert page.heading == MUSEUM, "the only museum is the page itself"
    assert "They ask you to confirm their names" in page.main
    page = office.click(cast.learner.name)
    assert "Confirm only whom you know" in office.press("Confirm this name", 422, seen="document").main
    page = office.press("Confirm this name", seen="document", known="y")
    assert "The name is confirmed." in page.text
    assert "They ask you" not in page.main

    page = learner.visit("/me/profile")
    assert f"{MUSEUM} confirmed this name" in page.main
    assert "If you change it, in either script, the confirmation" in page.main
    assert "its confirmation ends" in learner.visit("/me/workplace").main
    (letter,) = letters(app, "network.confirmed")
    assert letter.to_address == cast.learner.email
    assert MUSEUM in letter.text
    with app.app_context():
        line = next(line for line in list_audit() if line.kind == "name-confirmed")
    assert (line.actor, line.facts["subject_id"]) == (curator.subject_id, cast.learner.subject_id)
    assert cast.learner.name not in str(line.facts), "the log outlives the person"


def test_a_request_can_be_taken_back(app: Flask, cast: Cast) -> None:
    browser = cast.browser("learner")
    browser.visit("/me/profile")
    browser.press("Ask my museum to confirm my name")
    page = browser.press("Ask no longer")
    assert "Ask my museum to confirm my name" in page.main
    with app.app_context():
        assert people.count_asking(None) == 0


def test_without_a_museum_there_is_nobody_to_ask(app: Flask, cast: Cast) -> None:
    page = cast.browser("trainer").visit("/me/profile")
    assert "once you have told where you work" in page.main
    with app.app_context(), pytest.raises(Refused, match="no-museum"):
        confirming.ask(cast.trainer.subject_id)


def test_a_coordinator_sees_the_people_of_the_own_museum_alone(
    app: Flask, cast: Cast, curator: Person, harbour: str
) -> None:
    office = browser_of(app, curator)
    page = office.visit(f"/network/museums/{harbour}")
    assert cast.learner.name in page.main
    assert cast.stranger.name not in page.main
    with app.app_context():
        place = accounts.find_workplace(cast.stranger.subject_id)
    assert place is not None
    for address in (
        f"/network/museums/{place.museum_id}",
        f"/network/museums/{place.museum_id}/people/{cast.stranger.subject_id}",
        f"/network/museums/{harbour}/people/{cast.stranger.subject_id}",
        f"/network/museums/{'0' * 32}",
    ):
        assert office.get(address).status_code == 404
    answer = office.post(
        f"/network/museums/{place.museum_id}/people/{cast.stranger.subject_id}",
        data={"seen": "document", "known": "y", "mark": spelling_mark(cast.stranger.name, "")},
    )
    assert answer.status_code == 404
    assert standing(app, cast.stranger) is None


def test_people_are_searched_and_listed_page_by_page(
    app: Flask, cast: Cast, harbour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms.network.views.people.PEOPLE", 1)
    browser = cast.browser("coordinator")
    page = browser.visit(f"/network/museums/{harbour}")
    assert (cast.colleague.name in page.main, cast.learner.name in page.main) == (True, False)
    assert cast.learner.name in browser.click("Next").main
    assert cast.learner.name in browser.visit(f"/network/museums/{harbour}?q=lilit").main
    assert "Nobody of this museum" in browser.visit(f"/network/museums/{harbour}?q=nobody%00").main
    assert MUSEUM in browser.visit("/network/?q=harbour").main
    assert "No museum is found" in browser.visit("/network/?q=xylophone").main


def test_nobody_confirms_the_own_name(app: Flask, cast: Cast, curator: Person, harbour: str) -> None:
    office = browser_of(app, curator)
    address = f"/network/museums/{harbour}/people/{curator.subject_id}"
    assert "Nobody can confirm their own name" in office.visit(address).main
    assert "Confirm this name" not in (office.page.buttons() if office.page else {})
    data = {"seen": "document", "known": "y", "mark": spelling_mark(curator.name, "")}
    office.post(address, data=data)
    assert standing(app, curator) is None


def test_nobody_confirms_an_account_that_is_linked_to_the_own(
    app: Flask, cast: Cast, curator: Person, confirm: Callable[..., str]
) -> None:
    with app.app_context():
        service.link_accounts(curator.account_id, cast.learner.account_id, actor=curator.subject_id)
        db.session.commit()
    with pytest.raises(NotFound):
        confirm(cast.learner, actor=curator.subject_id)
    with pytest.raises(Refused, match="self"):
        confirm(curator, actor=curator.subject_id)


def test_who_links_an_account_that_was_confirmed_by_the_own_hand_loses_it(
    app: Flask, cast: Cast, curator: Person, confirm: Callable[..., str]
) -> None:
    confirm(cast.learner, actor=curator.subject_id)
    with app.app_context():
        service.link_accounts(cast.learner.account_id, curator.account_id, actor=curator.subject_id)
        db.session.commit()
        assert people.find_standing(cast.learner.subject_id) is None
        assert [one.ended_as for one in people.list_confirmations([cast.learner.subject_id])] == ["linked"]


def test_a_link_keeps_the_word_that_holds_for_the_name_of_both(
    app: Flask, cast: Cast, confirm: Callable[..., str]
) -> None:
    confirm(cast.learner)
    with app.app_context():
        service.link_accounts(cast.learner.account_id, cast.colleague.account_id, actor="x")
        db.session.commit()
    kept = standing(app, cast.learner)
    assert kept is not None
    assert kept.name == cast.learner.name


def test_a_link_ends_the_word_for_a_name_that_is_no_longer_used(
    app: Flask, cast: Cast, confirm: Callable[..., str]
) -> None:
    confirm(cast.learner)
    confirm(cast.colleague)
    with app.app_context():
        service.link_accounts(cast.colleague.account_id, cast.learner.account_id, actor="x")
        db.session.commit()
        given = people.list_confirmations([cast.colleague.subject_id])
    assert {(one.name, one.ended_as) for one in given} == {(cast.colleague.name, ""), (cast.learner.name, "linked")}


@pytest.mark.parametrize(("name", "latin"), [("Lilit Sargsian", ""), ("Lilit Sargsyan", "Lilit S.")])
def test_another_spelling_ends_it(app: Flask, cast: Cast, confirm: Callable[..., str], name: str, latin: str) -> None:
    confirm()
    rename(app, cast.learner, cast.learner.name)
    assert standing(app, cast.learner) is not None, "the profile was saved, and the name is the same"
    rename(app, cast.learner, name, latin)
    assert standing(app, cast.learner) is None
    assert letters(app, "network.withdrawn") == []
    rename(app, cast.learner, cast.learner.name)
    assert standing(app, cast.learner) is None, "what has ended does not come back by itself"


def test_another_museum_ends_it_and_another_position_does_not(
    app: Flask, cast: Cast, confirm: Callable[..., str]
) -> None:
    confirm()
    with app.app_context():
        service.state_affiliation(cast.learner.subject_id, museum=MUSEUM, country="AM", position="Director")
        db.session.commit()
    assert standing(app, cast.learner) is not None
    with app.app_context():
        service.state_affiliation(cast.learner.subject_id, museum="House of Crafts", country="AM", position="")
        db.session.commit()
    assert standing(app, cast.learner) is None


def test_who_moves_no_longer_asks_the_museum_that_was(app: Flask, cast: Cast, harbour: str) -> None:
    with app.app_context():
        confirming.ask(cast.learner.subject_id)
        confirming.ask(cast.learner.subject_id)
        assert people.count_asking({harbour}) == 1
        service.state_affiliation(cast.learner.subject_id, museum="House of Crafts", country="AM", position="")
        assert people.count_asking(None) == 0


def test_a_name_that_was_changed_meanwhile_is_not_confirmed(app: Flask, cast: Cast, harbour: str) -> None:
    browser = cast.browser("coordinator")
    browser.visit(f"/network/museums/{harbour}/people/{cast.learner.subject_id}")
    rename(app, cast.learner, "Lilit Sargsian")
    page = browser.press("Confirm this name", seen="staff-list", known="y")
    assert "the person has changed the name meanwhile" in page.text
    assert standing(app, cast.learner) is None


def test_a_name_from_before_the_policy_is_not_confirmed(
    app: Flask, cast: Cast, confirm: Callable[..., str], harbour: str
) -> None:
    with app.app_context():
        db.session.execute(db.text("UPDATE accounts_account SET name = 'Lilit Sаrgsyan' WHERE name = 'Lilit Sargsyan'"))
        db.session.commit()
    browser = cast.browser("coordinator")
    browser.visit(f"/network/museums/{harbour}/people/{cast.learner.subject_id}")
    page = browser.press("Confirm this name", seen="staff-list", known="y")
    assert "Letter 2 of “Sаrgsyan” is a Cyrillic letter" in page.text


def test_it_is_given_once(app: Flask, cast: Cast, confirm: Callable[..., str]) -> None:
    confirm()
    with pytest.raises(Refused, match="confirmed"):
        confirm()
    with app.app_context(), pytest.raises(Refused, match="confirmed"):
        confirming.ask(cast.learner.subject_id)


def test_it_is_withdrawn_with_a_reason_that_the_person_reads(
    app: Flask, cast: Cast, confirm: Callable[..., str], harbour: str
) -> None:
    confirm()
    browser = cast.browser("admin")
    browser.visit(f"/network/museums/{harbour}/people/{cast.learner.subject_id}")
    assert "Say why" in browser.press("Take the confirmation back", 422).main
    browser.press("Take the confirmation back", reason="The passport has Sargsian.")
    assert standing(app, cast.learner) is None
    (letter,) = letters(app, "network.withdrawn")
    assert "The passport has Sargsian." in letter.text
    assert "The passport has Sargsian." in cast.browser("learner").visit("/me/profile").main
    with app.app_context():
        line = next(line for line in list_audit() if line.kind == "name-confirmation-ended")
        assert (line.actor, line.facts["ended_as"]) == (cast.admin.subject_id, "withdrawn")
        assert "passport" not in str(line.facts)
        with pytest.raises(NotFound):
            confirming.withdraw(cast.learner.subject_id, harbour, reason="again", actor=cast.admin.subject_id)


def test_it_is_in_the_persons_download_and_goes_with_the_person(
    app: Flask, cast: Cast, confirm: Callable[..., str]
) -> None:
    confirm()
    with app.app_context():
        confirming.ask(cast.colleague.subject_id)
        mine = gather([cast.learner.subject_id])["name-confirmations"]
        assert [(one["name"], one["museum"]) for one in mine["given"]] == [(cast.learner.name, MUSEUM)]
        assert len(gather([cast.colleague.subject_id])["name-confirmations"]["asked"]) == 1
        db.session.commit()
    browser = cast.browser("learner")
    browser.visit("/me/delete")
    browser.press("Delete my account for good", password=PASSWORD)
    with app.app_context():
        service.erase_person(cast.colleague.account_id, actor=None)
        assert db.session.scalar(db.select(db.func.count()).select_from(NameConfirmation)) == 0
        assert db.session.scalar(db.select(db.func.count()).select_from(ConfirmationRequest)) == 0


def test_a_word_outlives_whoever_gave_it(app: Flask, cast: Cast, confirm: Callable[..., str], harbour: str) -> None:
    confirm()
    with app.app_context():
        service.erase_person(cast.coordinator.account_id, actor=None)
        db.session.commit()
    assert standing(app, cast.learner) is not None
    page = cast.browser("admin").visit(f"/network/museums/{harbour}/people/{cast.learner.subject_id}")
    assert "somebody whose account was deleted" in page.main


def test_an_address_that_is_not_confirmed_or_an_account_that_is_disabled_is_not_offered(
    app: Flask, cast: Cast, harbour: str
) -> None:
    with app.app_context():
        make_person("new@example.org", "Nune New", museum=MUSEUM, confirmed=False)
        service.disable(cast.colleague.account_id, actor="x")
        db.session.commit()
        assert [one.name for one in people.list_colleagues(harbour)] == [cast.learner.name]


def test_an_administrator_reads_which_museum_a_role_is_for(client: PageClient, cast: Cast, harbour: str) -> None:
    assert harbour in cast.browser("admin").visit(f"/network/museums/{harbour}").main
    assert harbour not in cast.browser("coordinator").visit(f"/network/museums/{harbour}").main
