"""`lms users …`."""

from __future__ import annotations

from click.testing import CliRunner, Result
from flask import Flask

from lms.accounts import queries
from lms.accounts.cli import users
from tests.accounts.test_login import log_in
from tests.factories.people import Cast
from tests.pages import PageClient


def run(app: Flask, *words: str, typed: str = "") -> Result:
    """Run a command inside the application."""
    with app.app_context():
        return CliRunner().invoke(users, list(words), input=typed)


def test_an_account_is_made_confirmed_with_its_roles(app: Flask, client: PageClient) -> None:
    words = ("create", "Nora@Example.org", "--name", "Nora Quist", "--role", "trainer", "--role", "reviewer")
    result = run(app, *words, "--password-stdin", typed="a-quiet-room-2026\n")
    assert result.exit_code == 0, result.output
    with app.app_context():
        person = queries.find_by_email("nora@example.org")
        assert person is not None
        assert person.confirmed
        assert [role.role for role in queries.list_roles(person.account_id)] == ["trainer", "reviewer"]
    assert log_in(client, "nora@example.org", "a-quiet-room-2026").url == "/me/"


def test_without_a_password_the_link_that_sets_one_is_printed(app: Flask, client: PageClient) -> None:
    result = run(app, "create", "nora@example.org", "--name", "Nora Quist")
    assert result.exit_code == 0
    assert result.stdout.startswith("http://localhost/reset/")
    client.visit(result.stdout.strip().removeprefix("http://localhost"))
    client.press("Keep this password", password="a-quiet-room-2026")
    assert log_in(client, "nora@example.org", "a-quiet-room-2026").url == "/me/"


def test_what_cannot_be_is_refused_in_one_sentence(app: Flask, cast: Cast) -> None:
    refusals = [
        run(app, "create", cast.learner.email, "--name", "Twin"),
        run(app, "create", "no address", "--name", "Nora"),
        run(app, "create", "nora@example.org", "--name", "♥"),
        run(app, "create", "nora@example.org", "--name", "Nora", "--password-stdin", typed="short\n"),
        run(app, "confirm", "nobody@example.org"),
    ]
    for refusal in refusals:
        assert refusal.exit_code == 1
        assert refusal.stderr.count("\n") == 1
    assert run(app, "create", "nora@example.org", "--name", "Nora", "--role", "emperor").exit_code == 2


def test_a_name_with_letters_of_two_scripts_is_refused_and_the_letter_named(app: Flask) -> None:
    own = run(app, "create", "nora@example.org", "--name", "Nоra Quist")
    assert (own.exit_code, own.stderr) == (
        1,
        "The name cannot stand on a certificate. Letter 2 of “Nоra” is a Cyrillic letter, “о”, among Latin ones.\n",
    )
    latin = run(app, "create", "nora@example.org", "--name", "Нора", "--name-latin", "Nora\u200b")
    assert "Character 5 of “Nora” cannot be seen (U+200B)." in latin.stderr
    with app.app_context():
        assert queries.find_by_email("nora@example.org") is None


def test_a_role_is_given_and_a_link_printed(app: Flask, cast: Cast) -> None:
    assert run(app, "grant", cast.learner.email, "coordinator").exit_code == 0
    assert "/reset/" in run(app, "reset-link", cast.learner.email).stdout
    with app.app_context():
        assert [role.role for role in queries.list_roles(cast.learner.account_id)] == ["coordinator"]
