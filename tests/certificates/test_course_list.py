"""The certificates of a course, as its trainers list, search and filter them, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from lms.accounts import service as accounts
from lms.certificates import queries
from lms.certificates.views import course as view
from lms.infra import clock, pdf
from lms.infra.db import db
from tests.certificates.conftest import Award
from tests.factories.certificates import make_certificate
from tests.factories.people import Cast, make_person
from tests.factories.study import SLUG
from tests.pages import PageClient

LIST = f"/teach/courses/{SLUG}/certificates"
Make = Callable[..., queries.CertificateRow]


@pytest.fixture
def make(app: Flask, cast: Cast) -> Make:
    """Return a way to make certificates of the course about keys."""

    def one(name: str = "Marta Ilyina", **more: Any) -> queries.CertificateRow:
        with app.app_context():
            row = make_certificate(name, **more)
            db.session.commit()
        return row

    return one


@pytest.fixture
def trainer(cast: Cast) -> PageClient:
    return cast.browser("trainer")


def names(browser: PageClient, query: str = "") -> list[str]:
    """Return the holders in the table, in its order."""
    page = browser.visit(LIST + query)
    table = next(page.all("table"), None)
    return (
        [] if table is None else [(cell.text or "").strip() for cell in table.iter("th") if cell.get("scope") == "row"]
    )


def table_of(browser: PageClient, query: str = "") -> list[list[str]]:
    """Return the cells of the CSV, and look at how it begins."""
    answer = browser.get(f"{LIST}.csv{query}")
    assert answer.status_code == 200
    content = answer.get_data()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_certificate_is_listed_with_all_that_a_trainer_needs(make: Make, trainer: PageClient) -> None:
    row = make("Нино Ёлкина", museum="Museum of Bells", at=datetime(2026, 5, 3, 12, tzinfo=UTC))
    page = trainer.visit(LIST)
    for said in ("Нино Ёлкина", "Museum of Bells", "3 May 2026", "Valid", row.code_spaced, "PDF", "kB"):
        assert said in page.main
    assert page.link(row.code_spaced) == f"/verify/{row.code}"
    assert page.link("PDF of Нино Ёлкина") == f"/certificates/{row.code}.pdf"


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({}, "is being made"),
        ({"problem": "The fonts of the certificate have no 吴 (U+5434)."}, "our fonts lack a letter"),
    ],
)
def test_it_is_told_why_there_is_no_file(make: Make, trainer: PageClient, columns: Any, words: str) -> None:
    make(content=None, columns=columns)
    assert words in trainer.visit(LIST).main


def test_it_is_told_that_the_libraries_are_missing(
    make: Make, trainer: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(content=None)
    monkeypatch.setattr(pdf, "LIBRARIES", ("libnothing-of-the-kind.so.9",))
    assert "lacks the libraries" in trainer.visit(LIST).main


def test_the_holder_of_an_erased_one_is_not_named(app: Flask, made: Award, cast: Cast, trainer: PageClient) -> None:
    with app.app_context():
        accounts.erase_person(cast.learner.account_id, actor=None)
        db.session.commit()
    page = trainer.visit(LIST)
    assert cast.learner.name not in page.text
    assert made.row.code_spaced in page.main
    assert names(trainer, f"?q={cast.learner.name.split()[0]}") == []
    [head, line] = table_of(trainer)
    assert (line[0], line[2], line[11]) == ("erased", "", "erased, as its holder wished")
    assert head[0] == "Name"


@pytest.mark.parametrize(
    ("search", "holders"),
    [
        ("ёлкина", ["Нино Ёлкина"]),
        ("ЕЛКИНА нино", ["Нино Ёлкина"]),
        ("bells", ["Нино Ёлкина", "Ana Bell"]),
        ("sargsyan", ["Լիլիթ Սարգսյան"]),
        ("սարգսյան", ["Լիլիթ Սարգսյան"]),
        ("%", []),
        ("_", []),
        ("nobody", []),
    ],
)
def test_names_and_museums_are_searched_in_every_script(
    make: Make, trainer: PageClient, search: str, holders: list[str]
) -> None:
    make("Ana Bell", museum="House of Bells")
    make("Լիլիթ Սարգսյան", name_latin="Lilit Sargsyan", museum="City Museum")
    make("Нино Ёлкина", museum="Museum of Bells")
    page = trainer.visit(LIST)
    page = trainer.press("Search", q=search)
    assert sorted(names(trainer, f"?q={search.replace('%', '%25')}")) == sorted(holders)
    assert next(page.all("input", name="q")).get("value") == search, "what was typed stands there again"


def test_a_corrected_name_is_found_by_the_new_one_alone(app: Flask, award: Award, cast: Cast) -> None:
    with app.app_context():
        kept = db.session.get_one(queries.Certificate, award.row.id)
        kept.snapshot = {**kept.snapshot, "name": "Entirely Different"}
        db.session.commit()
    trainer = cast.browser("trainer")
    assert names(trainer, "?q=entirely") == ["Entirely Different"]
    assert names(trainer, f"?q={cast.learner.name.split()[0]}") == []


def test_the_list_is_narrowed_by_state(make: Make, trainer: PageClient) -> None:
    past = clock.now() - timedelta(days=1)
    make("Valid One")
    make("Ended One", columns={"valid_until": past})
    make("Revoked One", columns={"standing": "revoked"})
    make("Replaced One", columns={"standing": "superseded"})
    for state, holder in {
        "valid": "Valid One",
        "expired": "Ended One",
        "revoked": "Revoked One",
        "superseded": "Replaced One",
    }.items():
        assert names(trainer, f"?state={state}") == [holder]
        assert [line[0] for line in table_of(trainer, f"?state={state}")[1:]] == [holder]
    assert len(names(trainer, "?state=no-such-state")) == 4


def test_days_are_counted_whole_where_the_reader_is(make: Make, app: Flask, cast: Cast) -> None:
    with app.app_context():
        accounts.change_profile(
            cast.trainer.account_id, name=cast.trainer.name, name_latin="", languages=("en",), timezone="Asia/Yerevan"
        )
        db.session.commit()
    trainer = cast.browser("trainer")
    make("Before", at=datetime(2026, 5, 2, 19, 59, tzinfo=UTC))
    make("First", at=datetime(2026, 5, 2, 20, 0, tzinfo=UTC))
    make("Last", at=datetime(2026, 5, 4, 19, 59, tzinfo=UTC))
    make("After", at=datetime(2026, 5, 4, 20, 0, tzinfo=UTC))
    assert names(trainer, "?since=2026-05-03&until=2026-05-04") == ["Last", "First"]
    assert [line[6] for line in table_of(trainer, "?since=2026-05-03&until=2026-05-04")[1:]] == [
        "2026-05-03",
        "2026-05-04",
    ]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?since=yesterday", "A date was not understood"),
        ("?until=0001-01-01", "A date was not understood"),
        ("?since=2026-05-04&until=2026-05-03", "The first day is after the last"),
    ],
)
def test_days_that_cannot_be_meant_are_told_and_kept(make: Make, trainer: PageClient, query: str, words: str) -> None:
    make()
    page = trainer.visit(LIST + query)
    assert words in page.main


def test_the_list_goes_on_on_the_next_page_within_the_filter(
    make: Make, trainer: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "LINES", 2)
    moment = clock.now() - timedelta(days=1)
    for number in range(5):
        make(f"Anna {number}", at=moment)  # at the same moment: the key decides
    make("Boris", at=moment)
    seen, query = [], "?q=anna"
    for _ in range(3):
        seen += names(trainer, query)
        assert trainer.page is not None
        query = "?" + trainer.page.links().get("Older certificates", "?").partition("?")[2]
    assert sorted(seen) == [f"Anna {number}" for number in range(5)]


def test_the_csv_holds_every_line_whatever_the_length_of_a_page(
    make: Make, trainer: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = view.selected.list_onwards
    monkeypatch.setattr(view.selected, "list_onwards", lambda *given: real(*given, limit=2))  # several pieces
    moment = clock.now() - timedelta(days=1)
    for number in range(5):
        make(f"Anna {number}", at=moment)
    lines = table_of(trainer)
    assert sorted(line[0] for line in lines[1:]) == [f"Anna {number}" for number in range(5)]


def test_no_cell_of_the_csv_is_a_formula(make: Make, trainer: PageClient) -> None:
    make("-Ana", name_latin='=cmd|"/c calc"!A0', museum="@Museum\t")
    [_head, line] = table_of(trainer)
    assert line[:3] == ["'-Ana", '\'=cmd|"/c calc"!A0', "'@Museum\t"]


def test_the_csv_speaks_the_readers_language(make: Make, trainer: PageClient) -> None:
    make("Ana")
    trainer.set_cookie("lang", "ru")
    answer = trainer.get(f"{LIST}.csv")
    head = answer.get_data(as_text=True).splitlines()[0]
    assert (head.count(";"), head.count(",")) == (12, 0), "as programs there expect it"
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{SLUG}_')
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("who", ["learner", "stranger", "other_trainer", "reviewer"])
def test_whoever_may_not_see_learners_finds_nothing_there(make: Make, cast: Cast, who: str) -> None:
    make()
    browser = cast.browser(who)
    for address in (LIST, f"{LIST}.csv"):
        assert browser.get(address).status_code == 404
    assert browser.post(f"{LIST}/package").status_code == 404


def test_a_trainer_of_this_course_alone_sees_it(make: Make, app: Flask, cast: Cast) -> None:
    make()
    with app.app_context():
        person = make_person("keys@example.org", "Keeper", role="trainer", scope=("course", SLUG))
        db.session.commit()
    from_course = Cast(**{**vars(cast), "stranger": person, "_browsers": {}})
    assert from_course.browser("stranger").get(LIST).status_code == 200


def test_a_course_without_certificates_says_so(app: Flask, study: object, cast: Cast) -> None:
    page = cast.browser("trainer").visit(LIST)
    assert "Nobody has a certificate of this course yet" in page.main
    assert "Pack the files (ZIP)" not in page.buttons()


def test_a_page_asks_no_more_of_the_database_when_there_are_more(
    make: Make, trainer: PageClient, max_queries: Callable[[int], AbstractContextManager[list[str]]]
) -> None:
    for number in range(30):
        make(f"Anna {number}")
    with max_queries(16):
        trainer.visit(LIST)
