"""Somebody new makes an account."""

from __future__ import annotations

import pytest
from flask import Flask

from lms.accounts import queries, service
from lms.infra.db import db
from lms.network.queries import museum_name
from tests.accounts.conftest import GOOD, Letters, link_in
from tests.factories.people import Cast
from tests.pages import PageClient


def test_from_the_form_to_the_first_login(app: Flask, client: PageClient, letters: Letters) -> None:
    client.visit("/register")
    done = client.press("Create account", **GOOD)
    assert done.url == "/register/done"
    assert "administrator confirms" in done.main
    (letter,) = letters()
    assert (letter.to_address, letter.language) == ("marta@example.org", "en")
    confirmed = client.visit(link_in(letter))
    assert "Your address is confirmed" in confirmed.text
    client.press("Log in", email="Marta@Example.ORG", password=GOOD["password"])
    assert client.visit("/me/profile").heading == "Your profile"


def test_what_was_told_is_kept(app: Flask, client: PageClient) -> None:
    client.visit("/register")
    client.press("Create account", **GOOD, language_1="ru", language_2="en", language_3="ru")
    with app.app_context():
        person = queries.find_by_email("marta@example.org")
        assert person is not None
        assert (person.name, person.name_latin) == ("Марта Ильина", "Marta Ilyina")
        assert person.languages == ("ru", "en")
        assert person.timezone == "Europe/Chisinau", "the country has one time zone, and no script told another"
        assert not person.confirmed
        place = queries.find_workplace(person.canonical_id)
        assert place is not None
        assert (museum_name(place.museum_id), place.country, place.position) == ("Музей порта", "MD", "Curator")


def test_a_name_in_latin_letters_needs_no_second_one(app: Flask, client: PageClient) -> None:
    client.visit("/register")
    done = client.press(
        "Create account", email="ana@example.org", password=GOOD["password"], name="Ana Pop", consent="y"
    )
    assert done.url == "/register/done"


def test_all_faults_are_told_at_once_beside_the_fields_and_what_was_typed_stays(client: PageClient) -> None:
    client.visit("/register")
    page = client.press("Create account", name="Марта", email="no address", password="short", museum="Музей")
    for message in (
        "Write your name in Latin letters too",
        "This is no e-mail address",
        "Choose a longer password: 8 characters",
        "Choose the country of the museum too",
        "Without this consent",
    ):
        assert message in page.main
    assert page.one(id="name").get("value") == "Марта"
    assert page.one(id="email").get("value") == "no address"
    assert page.one(id="museum").get("value") == "Музей"
    assert page.one(id="password").get("value") in (None, "")
    assert page.one(id="name_latin").get("aria-invalid") == "true"
    assert "Марта" in page.main, "the preview of the certificate shows the name without any script"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "A" * 81, "room for 80 characters"),
        ("name", "12345", "A name has letters in it"),
        ("name", "Ana\u202eevil", "characters that cannot be"),
        ("name", "Ana ♥", "Character 1 of “♥” does not stand in names"),
        ("name", "Ana\u200bMaria", "Character 4 of “AnaMaria” cannot be seen (U+200B)"),
        ("name", "Mаrta", "Letter 2 of “Mаrta” is a Cyrillic letter, “а”, among Latin ones"),
        ("name", "Marta Ильина", "Write the whole name in one script"),
        ("name", "A\u0301\u0301\u0301\u0301na", "a mark that cannot be set there"),
        ("name_latin", "Mаrta", "Letter 2 of “Mаrta” is a Cyrillic letter"),
        ("museum", "Mu\u200bseum", "Character 3 of “Museum” cannot be seen"),
        ("name_latin", "Марта", "These are not Latin letters"),
        ("position", "x" * 121, "too long"),
        ("museum", "x" * 201, "too long"),
        ("email", "a" * 250 + "@example.org", "too long"),
        ("email", "\x00@example.org", "characters that cannot be"),
        ("password", "x" * 129, "at most 128 characters"),
        ("password", "password123", "among the first"),
        ("password", "marta@example.org", "no password"),
        ("country", "XX", "Not a valid choice"),
        ("language_1", "tlh", "Not a valid choice"),
        ("invitation", "NO-SUCH-CODE", "This code does not hold"),
    ],
)
def test_a_bad_entry_brings_the_form_again(
    app: Flask, client: PageClient, field: str, value: str, message: str
) -> None:
    client.visit("/register")
    page = client.press("Create account", **{**GOOD, field: value})
    assert page.heading == "Create account"
    assert message in page.main
    with app.app_context():
        assert queries.find_by_email(GOOD["email"]) is None


def test_a_field_that_comes_twice_brings_the_form_again(client: PageClient) -> None:
    client.visit("/register")
    page = client.press("Create account", **{**GOOD, "name": ["Ana Pop", "Ion Pop"]})
    assert "This field came twice" in page.main


def test_bytes_that_are_no_text_bring_the_form_again(client: PageClient) -> None:
    client.visit("/register")
    token = client.token()
    body = f"csrf_token={token}&email=ana@example.org&password=a-quiet-room-2026&consent=y&name=Ana%FF%FE"
    response = client.open(
        "/register", method="POST", data=body.encode(), content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 200
    assert "characters that cannot be" in response.get_data(as_text=True)


def test_a_known_address_gets_the_same_page_and_its_owner_a_letter(
    app: Flask, client: PageClient, cast: Cast, letters: Letters
) -> None:
    client.visit("/register")
    new = client.press("Create account", **GOOD)
    known = app.test_client()
    known.visit("/register")
    page = known.press("Create account", **{**GOOD, "email": cast.learner.email})
    assert (page.url, page.main) == (new.url, new.main)
    (letter,) = [letter for letter in letters() if letter.to_address == cast.learner.email]
    assert letter.purpose == "accounts.already-registered"
    with app.app_context():
        person = queries.find_by_email(cast.learner.email)
        assert person is not None
        assert person.name == cast.learner.name


def test_a_known_address_does_not_hide_other_faults(client: PageClient, cast: Cast) -> None:
    client.visit("/register")
    page = client.press("Create account", **{**GOOD, "email": cast.learner.email, "password": "short"})
    assert "Choose a longer password" in page.main
    assert "cannot be used" not in page.main


def test_an_invitation_confirms_at_once_and_is_used_up(
    app: Flask, client: PageClient, cast: Cast, letters: Letters
) -> None:
    with app.app_context():
        code = service.create_invitation(uses=1, days=1, note="Training room", actor=cast.admin.subject_id)
        db.session.commit()
    client.visit("/register")
    page = client.press("Create account", **GOOD, invitation=f"{code[:5]}-{code[5:]}".lower())
    assert page.heading == "Your account is ready"
    assert not letters()
    client.visit("/login")
    assert client.press("Log in", email=GOOD["email"], password=GOOD["password"]).url == "/me/"
    second = app.test_client()
    second.visit("/register")
    page = second.press("Create account", **{**GOOD, "email": "ion@example.com"}, invitation=code)
    assert "This code does not hold" in page.main


def test_a_code_that_comes_later_confirms_too(app: Flask, client: PageClient, cast: Cast) -> None:
    client.visit("/register")
    client.press("Create account", **GOOD)
    with app.app_context():
        code = service.create_invitation(uses=1, days=1, note="", actor=cast.admin.subject_id)
        db.session.commit()
    client.click("I have a code")
    wrong = client.press("Confirm", 422, email=GOOD["email"], password="not-the-password", invitation=code)
    assert "do not go together" in wrong.main
    client.press("Confirm", email=GOOD["email"], password=GOOD["password"], invitation=code)
    client.visit("/login")
    assert client.press("Log in", email=GOOD["email"], password=GOOD["password"]).url == "/me/"


def test_the_confirmation_letter_can_be_had_again_but_not_at_will(client: PageClient, letters: Letters) -> None:
    client.visit("/register")
    client.press("Create account", **GOOD)
    client.visit("/confirm")
    page = client.press("Send the letter again", email=GOOD["email"])
    assert "If marta@example.org has an account here" in page.text
    assert len(letters()) == 1, "twice within five minutes is one letter"


def test_a_confirmation_link_works_once_and_a_forged_one_never(client: PageClient, letters: Letters) -> None:
    client.visit("/register")
    client.press("Create account", **GOOD)
    link = link_in(letters()[0])
    client.visit(link)
    assert "confirmed already" in client.visit(link).text
    assert "This link does not hold" in client.visit("/confirm/forged").text


def test_whoever_is_logged_in_does_not_register(cast: Cast) -> None:
    response = cast.browser("learner").get("/register")
    assert response.status_code == 302
    assert response.location == "/me/"


def test_links_in_letters_do_not_follow_a_forged_host(client: PageClient, letters: Letters) -> None:
    client.visit("/register")
    client.post("/register", data=GOOD, headers={"Host": "evil.example"})
    assert all("evil.example" not in letter.text for letter in letters())
