"""Files of a course's certificates in one package: what is in it, and how the work goes on."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from lms.certificates import jobs
from lms.certificates.service import packing
from lms.infra import clock, orders
from lms.infra.db import db
from lms.infra.storage import storage
from tests.certificates.conftest import Award, Make
from tests.factories.certificates import PDF
from tests.factories.packages import fetch, lines, order, state, work
from tests.factories.people import Cast
from tests.factories.study import SLUG
from tests.pages import PageClient

SCRIPTS = {
    "Ștefan Țurcan": "Stefan-Turcan",
    "Нино Ёлкина": "Nino-Elkina",
    "Լիլիթ Սարգսյան": "Lilit-Sargsyan",
    "ნინო ბერიძე": "Nino-Beridze",
    "Aysel Məmmədova": "Aysel-Memmedova",
    "Ελένη Παπαδοπούλου": "Eleni-Papadopoulou",
}


def test_a_package_holds_the_files_under_latin_names_and_a_list(make: Make, app: Flask, trainer: PageClient) -> None:
    rows = {name: make(name, content=PDF + name.encode()) for name in SCRIPTS}
    page = order(trainer)
    assert "It is about to begin." in page.main
    assert "certificates.pack" in work(app)
    package = fetch(trainer, page)
    expected = {f"{SCRIPTS[name]}_{SLUG}_{row.code_spaced}.pdf": row for name, row in rows.items()}
    assert set(package.namelist()) == {*expected, "certificates.csv"}
    for file, row in expected.items():
        assert package.read(file) == PDF + row.award.name.encode()  # type: ignore[union-attr]
    told = {line["File"]: line for line in lines(package)}
    assert set(told) == set(expected)
    assert {told[file]["Name"] for file in expected} == set(SCRIPTS)
    assert all(told[file]["SHA-256 of the file"] == row.file_digest for file, row in expected.items())


def test_no_two_files_are_called_alike_on_windows(make: Make, app: Flask, trainer: PageClient) -> None:
    for name in ("Ana Bell", "ANA BELL", "Ána Bell", "CON", "con", "吴", "Ana. "):
        make(name)
    page = order(trainer)
    work(app)
    package = fetch(trainer, page)
    files = package.namelist()
    assert len({file.lower() for file in files}) == len(files) == 8
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+", file) for file in files)


def test_what_does_not_count_any_more_lies_apart(make: Make, app: Flask, trainer: PageClient) -> None:
    make("Valid One")
    make("Ended One", columns={"valid_until": clock.now() - timedelta(days=1)})
    make("Revoked One", columns={"standing": "revoked"})
    make("Replaced One", columns={"standing": "superseded"})
    page = order(trainer)
    work(app)
    found = {file.split("_")[0] for file in fetch(trainer, page).namelist()}
    assert found == {
        "Valid-One",
        "expired/Ended-One",
        "revoked/Revoked-One",
        "superseded/Replaced-One",
        "certificates.csv",
    }


def test_a_package_follows_the_filter(make: Make, app: Flask, trainer: PageClient) -> None:
    for name in ("Anna One", "Anna Two", "Boris"):
        make(name)
    make("Anna Old", at=clock.now() - timedelta(days=400))
    since = (clock.now() - timedelta(days=7)).date().isoformat()
    page = order(trainer, f"?q=anna&since={since}")
    work(app)
    assert {line["Name"] for line in lines(fetch(trainer, page))} == {"Anna One", "Anna Two"}
    assert "The package follows the filter" in trainer.visit(page.url).main


def test_the_list_in_a_package_holds_no_formula(make: Make, app: Flask, trainer: PageClient) -> None:
    make("-Ana", museum='=HYPERLINK("http://x.example")')
    page = order(trainer)
    work(app)
    [line] = lines(fetch(trainer, page))
    assert (line["Name"], line["Museum"]) == ("'-Ana", '\'=HYPERLINK("http://x.example")')


def test_files_that_are_missing_are_named_with_the_reason(
    make: Make, app: Flask, trainer: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "PATIENCE", timedelta())
    make("Whole One")
    make("Late One", content=None)
    make("Odd 吴", content=None, columns={"problem": "The fonts of the certificate have no 吴 (U+5434)."})
    gone = make("Lost One", content=b"%PDF lost")
    with app.app_context():
        storage().remove(gone.file_digest or "")
    page = order(trainer)
    work(app)
    page = trainer.visit(page.url)
    assert "1 certificate is in the file." in page.main
    for words in ("Late One", "still being made", "Odd 吴", "our fonts lack a letter", "Lost One", "from a backup"):
        assert words in page.main
    told = {line["Name"]: line["File"] for line in lines(fetch(trainer, page))}
    assert told["Late One"] == "is still being made"
    assert told["Lost One"].startswith("is not where it should be")


def test_files_that_are_being_made_are_waited_for(
    award: Award, app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = cast.browser("trainer")
    page = order(trainer)
    with app.app_context():
        order_id = page.url.rsplit("/", 1)[1]
        orders.perform(order_id, packing.pack)
        db.session.commit()
    shown = trainer.visit(page.url)
    assert "1 file is still being made. The package waits for it" in shown.main
    work(app)
    assert award.row.made
    with app.app_context():
        jobs.pack(order_id)
    [line] = lines(fetch(trainer, page))
    assert line["Name"] == cast.learner.name


def test_nobody_waits_for_files_that_cannot_be_made(
    make: Make, app: Flask, trainer: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing.pdf, "LIBRARIES", ("libnothing-of-the-kind.so.9",))
    make("Late One", content=None)
    make("Whole One")
    page = order(trainer)
    work(app)
    assert state(app, page) == "done"


def test_the_work_tells_how_far_it_is(
    make: Make, app: Flask, trainer: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "PIECE", 2)
    for number in range(5):
        make(f"Anna {number}")
    page = order(trainer)
    told: list[str] = []
    real = orders.Doing.tell

    def tell(doing: orders.Doing, done: int, total: int) -> None:
        real(doing, done, total)
        told.append(trainer.visit(page.url).main)

    monkeypatch.setattr(orders.Doing, "tell", tell)
    work(app)
    assert [re.search(r"\d of \d certificates", said)[0] for said in told[1:]] == [  # type: ignore[index]
        "2 of 5 certificates",
        "4 of 5 certificates",
        "5 of 5 certificates",
    ]
    assert "Stop the work" in told[1]


def test_the_work_can_be_stopped(make: Make, app: Flask, trainer: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "PIECE", 1)
    for number in range(3):
        make(f"Anna {number}")
    page = order(trainer)
    real = packing._Package.add

    def add(package: Any, *given: Any) -> None:
        real(package, *given)
        trainer.visit(page.url)
        trainer.press("Stop the work")

    monkeypatch.setattr(packing._Package, "add", add)
    work(app)
    assert state(app, page) == "cancelled"
    assert "Stopped." in trainer.visit(page.url).main
    assert not list((app.config["LMS"].data_dir / "orders").iterdir())


def test_the_same_package_is_not_made_twice_at_a_time(make: Make, app: Flask, trainer: PageClient) -> None:
    make()
    assert order(trainer).url == order(trainer).url
    assert work(app).count("certificates.pack") == 1


def test_too_many_packages_are_refused_kindly_and_the_filter_is_kept(make: Make, trainer: PageClient) -> None:
    make("Anna")
    for state_ in ("", "?state=valid", "?q=anna"):
        order(trainer, state_)
    page = order(trainer, "?q=ann&state=valid")
    assert "You have 3 packages under way already" in page.text
    assert next(page.all("input", name="q")).get("value") == "ann"
