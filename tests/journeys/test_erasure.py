"""Records stay and the person goes: the two live together, and everything can be folded again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from click.testing import Result
from flask import Flask
from sqlalchemy import Connection, inspect, text

from lms.infra.storage import storage
from tests.factories.courses import Shelf
from tests.factories.journey import Studying, link_in_mail, log_in, register, work
from tests.pages import PageClient

NAME = "Սիրանույշ Տեր-Պետրոսյան"
LATIN = "Siranush Ter-Petrosyan"
ADDRESS = "siranush@example.org"
PASSWORD = "quiet rooms and good light"
MUSEUM = "Museum of the Seven Bells"
TOLD = (NAME, LATIN, "Ter-Petrosyan", "siranush", "Keeper of the seventh bell")


def everything(tx: Connection) -> Iterator[tuple[str, str]]:
    """Yield every row of every table as text, with the name of its table."""
    for schema in inspect(tx).get_schema_names():
        if schema == "information_schema":
            continue
        for table in inspect(tx).get_table_names(schema=schema):
            for row in tx.execute(text(f'SELECT * FROM "{schema}"."{table}"')):
                # Bytes and JSON too: a name may stand in escapes.
                said = " ".join(
                    part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part) for part in row
                )
                yield table, said


def count_records(tx: Connection) -> int:
    return int(tx.execute(text("SELECT count(*) FROM learning_record")).scalar_one())


def finish(app: Flask, client: PageClient, course: Shelf, learner: Studying) -> Studying:
    """Register somebody new and let her finish the course; return her."""
    told = {"name_latin": LATIN, "museum": MUSEUM, "country": "AM", "position": "Keeper of the seventh bell"}
    register(client, ADDRESS, NAME, PASSWORD, **told)
    work(app)
    client.visit(link_in_mail(app, ADDRESS))
    log_in(client, ADDRESS, PASSWORD)
    siranush = Studying(client, course.slug, learner.course)
    siranush.enrol()
    siranush.finish()
    work(app)
    return siranush


def test_who_is_erased_stands_nowhere_and_what_was_learned_stays(
    app: Flask, tx: Connection, client: PageClient, course: Shelf, learner: Studying, command: Callable[..., Result]
) -> None:
    finish(app, client, course, learner)
    certificates = client.visit("/me/certificates")
    file = certificates.link("Download PDF")
    code = file.split("/")[-1].removesuffix(".pdf")
    assert client.get(file).status_code == 200
    before = count_records(tx)
    assert any(NAME in said for _table, said in everything(tx))

    client.visit("/me/delete")
    page = client.press("Delete my account for good", password=PASSWORD)
    assert "Nothing here names you any longer" in page.text
    work(app)

    for table, said in everything(tx):
        for word in TOLD:
            assert word.casefold() not in said.casefold(), f"{table} still says {word}: {said[:300]}"
    assert count_records(tx) == before
    assert client.get(file).status_code == 404, "the file names its holder"
    with app.app_context():
        left = tx.execute(text("SELECT file_digest FROM certificates_certificate")).scalar_one()
        assert left, "the digest stays, so that a copy somebody has can still be told from a forgery"
        assert not storage().path(left).is_file()
    assert NAME not in client.visit(f"/verify/{code}").text

    checked = command("learning", "rebuild", "--check")
    assert (checked.exit_code, checked.stdout) == (0, "")
    assert command("learning", "rebuild").exit_code == 0
    assert command("learning", "rebuild", "--check").exit_code == 0
    assert count_records(tx) == before, "folding writes no record"


def test_a_learner_who_was_erased_can_register_again_as_somebody_new(
    app: Flask, client: PageClient, course: Shelf, learner: Studying
) -> None:
    finish(app, client, course, learner)
    client.visit("/me/delete")
    client.press("Delete my account for good", password=PASSWORD)
    work(app)
    page = register(client, ADDRESS, NAME, PASSWORD, name_latin=LATIN)
    assert page.heading == "Nearly there"


def test_what_pages_read_can_be_thrown_away_and_folded_again(
    app: Flask, tx: Connection, learner: Studying, command: Callable[..., Result]
) -> None:
    learner.enrol()
    learner.finish()
    seen = learner.browser.visit(f"/learn/{learner.slug}/").main
    tx.execute(text("DELETE FROM learning_item_state"))
    tx.execute(text("UPDATE learning_enrolment SET done = 0, state = 'active', grade = NULL, completed_at = NULL"))
    tx.execute(text("UPDATE quizzes_attempt SET score = '0', passed = NULL"))
    found = command("learning", "rebuild", "--check")
    assert found.exit_code == 1
    assert "state" in found.stdout
    assert command("learning", "rebuild").exit_code == 0
    assert command("learning", "rebuild", "--check").exit_code == 0
    assert learner.browser.visit(f"/learn/{learner.slug}/").main == seen
