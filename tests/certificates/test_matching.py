"""Whether an address is the holder's: answered without telling it, and not often enough to go through a list."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Connection, inspect, text

from lms.accounts import service as accounts
from lms.certificates.views import matching
from lms.infra import clock
from lms.infra.db import db
from tests.certificates.conftest import Award
from tests.certificates.test_pages import UNKNOWN, change, main_of, status_of
from tests.factories.people import Cast
from tests.pages import PageClient

OTHER = "somebody.else@example.org"


def ask(client: PageClient, code: str, email: str, status: int = 200) -> str:
    """Type an address on the page of a certificate and return what the page says of it."""
    client.visit(f"/verify/{code}")
    page = client.press("Compare", status, email=email)
    assert status_of(page).startswith("Valid"), "the verdict stays first"
    return page.main.split("Does this e-mail match?")[1].split("Check another")[0]


@pytest.mark.parametrize("written", ["{}", " {} ", "{}".upper()])
def test_the_holders_address_matches_however_it_is_written(
    made: Award, client: PageClient, cast: Cast, written: str
) -> None:
    address = cast.learner.email.upper() if written.isupper() else cast.learner.email
    said = ask(client, made.row.code, written.lower().format(address))
    assert "Yes, it matches." in said
    assert cast.learner.email not in (client.page.html if client.page else ""), "nobody reads it over a shoulder"


def test_another_address_does_not_and_the_right_one_is_not_told(made: Award, client: PageClient, cast: Cast) -> None:
    said = ask(client, made.row.code, OTHER)
    assert "No, it does not match." in said
    assert client.page is not None
    assert cast.learner.email not in client.page.html
    assert client.page.one(id="email").get("value") == OTHER, "what was typed can be mended"


@pytest.mark.parametrize("typed", ["", "   ", "lilit", "@example.org", "lilit@", "a b@example.org", "a@" + "b" * 300])
def test_what_is_no_address_is_said_beside_the_field(made: Award, client: PageClient, typed: str) -> None:
    said = ask(client, made.row.code, typed)
    assert "Type a whole address" in said
    assert client.page is not None
    assert client.page.one(id="email").get("aria-invalid") == "true"


def test_what_was_typed_is_kept_nowhere(
    made: Award, client: PageClient, tx: Connection, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        ask(client, made.row.code, OTHER)
    response = client.post(f"/verify/{made.row.code}", data={"email": OTHER})
    assert response.headers["Cache-Control"] == "no-store"
    assert OTHER not in caplog.text + "".join(capfd.readouterr())
    for table in inspect(tx).get_table_names():
        rows = tx.execute(text(f'SELECT * FROM "{table}"')).all()
        assert not [row for row in rows if "somebody.else" in str(row)], table
    with client.session_transaction() as session:
        assert OTHER not in str(dict(session))


def test_an_erased_holder_has_nothing_to_compare_with(app: Flask, made: Award, client: PageClient, cast: Cast) -> None:
    code = made.row.code
    with app.app_context():
        accounts.erase_person(cast.learner.account_id, actor=None)
        db.session.commit()
    page = client.visit(f"/verify/{code}")
    assert "The holder has had name and address erased." in page.main
    assert "Compare" not in page.buttons()
    answer = client.post(f"/verify/{code}", data={"email": cast.learner.email})
    assert "matches." not in answer.get_data(as_text=True)


def test_a_certificate_without_an_address_says_so(app: Flask, made: Award, client: PageClient) -> None:
    change(app, snapshot={**made.row.facts, "email_hash": "", "email_salt": ""})
    page = client.visit(f"/verify/{made.row.code}")
    assert "made before addresses were noted" in page.main
    answer = client.post(f"/verify/{made.row.code}", data={"email": OTHER}).get_data(as_text=True)
    assert "made before addresses were noted" in answer
    assert "match." not in answer


def test_codes_that_nobody_has_are_answered_alike(client: PageClient) -> None:
    answers = [client.post(f"/verify/{code}", data={"email": OTHER}) for code in (UNKNOWN, "no-code", "ж" * 16)]
    asked = client.get(f"/verify/{UNKNOWN}")
    assert {answer.status_code for answer in answers} == {404}
    assert {main_of(answer) for answer in answers} == {main_of(asked)}


def test_another_site_cannot_ask(made: Award, client: PageClient) -> None:
    assert client.post(f"/verify/{made.row.code}", data={"email": OTHER}, csrf=False).status_code == 400


@pytest.fixture
def limited(app: Flask) -> Iterator[None]:
    """Count what other tests do not."""
    app.config["RATELIMIT_ENABLED"] = True
    yield
    app.config["RATELIMIT_ENABLED"] = False


def test_nobody_goes_through_a_list(made: Award, client: PageClient, cast: Cast, limited: None) -> None:
    path = f"/verify/{made.row.code}"
    here = {"REMOTE_ADDR": f"10.7.1.{clock.now().microsecond % 250}"}

    def post(email: str, **where: object) -> tuple[int, str]:
        answer = client.post(path, data={"email": email}, environ_base=where or here)
        return answer.status_code, answer.get_data(as_text=True)

    assert [post(f"a{n}@example.org")[0] for n in range(matching.TRIES)] == [200] * matching.TRIES
    status, said = post(cast.learner.email)
    assert (status, "asked too often" in said, "it matches" in said) == (429, True, False)
    assert post(cast.learner.email, REMOTE_ADDR="10.7.2.1")[0] == 200, "others may still ask"
    assert client.get(path, environ_base=here).status_code == 200, "the certificate can still be verified"
    # Many network addresses together do not get through a list either.
    statuses = [
        post(f"b{n}@example.org", REMOTE_ADDR=f"10.8.{n // 200}.{n % 200}")[0] for n in range(matching.TRIES_OF_ALL)
    ]
    assert statuses[-1] == 429
    assert statuses.count(200) == matching.TRIES_OF_ALL - matching.TRIES - 1
