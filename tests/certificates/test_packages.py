"""Files of a course's certificates in one package: who may have it, what is in it, and when it goes."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.accounts import service as accounts
from lms.certificates import jobs, queries
from lms.certificates.service import packing
from lms.infra import clock, orders, queue
from lms.infra.db import db
from lms.infra.queue import run_jobs
from lms.infra.storage import storage
from lms.ops.models import AuditEntry
from tests.certificates.conftest import Award
from tests.factories.certificates import PDF, make_certificate
from tests.factories.people import Cast
from tests.factories.study import SLUG
from tests.pages import Page, PageClient

LIST = f"/teach/courses/{SLUG}/certificates"
SCRIPTS = {
    "Ștefan Țurcan": "Stefan-Turcan",
    "Нино Ёлкина": "Nino-Elkina",
    "Լիլիթ Սարգսյան": "Lilit-Sargsyan",
    "ნინო ბერიძე": "Nino-Beridze",
    "Aysel Məmmədova": "Aysel-Memmedova",
    "Ελένη Παπαδοπούλου": "Eleni-Papadopoulou",
}
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


@pytest.fixture(autouse=True)
def swept(app: Flask) -> Iterator[None]:
    """Leave no package behind: the folder outlives what a test writes into the database."""
    yield
    for path in (app.config["LMS"].data_dir / "orders").glob("*"):
        path.unlink()


def work(app: Flask) -> list[str]:
    with app.app_context():
        return run_jobs()


def order(browser: PageClient, query: str = "") -> Page:
    """Order a package of what the list shows, and return the page of the work."""
    browser.visit(LIST + query)
    return browser.press("Pack the files (ZIP)")


def get(browser: PageClient, address: str, **headers: str) -> TestResponse:
    """Fetch an address to its end."""
    with browser.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()}) as answer:
        answer.get_data()
        return answer


def fetch(browser: PageClient, page: Page) -> zipfile.ZipFile:
    """Download a package that is ready."""
    answer = get(browser, browser.visit(page.url).link("Download the file"))
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    package = zipfile.ZipFile(io.BytesIO(answer.get_data()))
    assert package.testzip() is None
    return package


def lines(package: zipfile.ZipFile) -> list[dict[str, str]]:
    """Return the list that lies in a package."""
    text = package.read("certificates.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def state(app: Flask, page: Page) -> str:
    with app.app_context():
        row = orders.find_order(page.url.rsplit("/", 1)[1])
    assert row is not None
    return row.state


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


def test_only_its_requester_and_administrators_have_a_package(make: Make, app: Flask, cast: Cast) -> None:
    make()
    page = order(cast.browser("trainer"))
    work(app)
    for who in ("learner", "other_trainer", "coordinator", "reviewer"):
        for address in (page.url, f"{page.url}/file"):
            assert cast.browser(who).get(address).status_code == 404
        for act in ("cancel", "discard"):
            assert cast.browser(who).post(f"{page.url}/{act}").status_code == 404
    assert get(cast.browser("admin"), f"{page.url}/file").status_code == 200


def test_who_may_no_longer_see_learners_may_no_longer_have_the_package(make: Make, app: Flask, cast: Cast) -> None:
    make()
    page = order(cast.browser("trainer"))
    work(app)
    with app.app_context():
        accounts.revoke_role(cast.trainer.account_id, "trainer", actor=None)
        db.session.commit()
    assert get(cast.browser("trainer"), f"{page.url}/file").status_code == 404


def test_a_linked_account_of_the_requester_has_it_too(make: Make, app: Flask, cast: Cast) -> None:
    make()
    page = order(cast.browser("trainer"))
    work(app)
    with app.app_context():
        accounts.link_accounts(cast.coordinator.account_id, cast.trainer.account_id, actor=cast.admin.subject_id)
        db.session.commit()
    assert get(cast.browser("coordinator"), f"{page.url}/file").status_code == 200


def test_parts_of_a_package_come_when_they_are_asked_for(make: Make, app: Flask, trainer: PageClient) -> None:
    make()
    page = order(trainer)
    work(app)
    whole = get(trainer, f"{page.url}/file")
    content, etag = whole.get_data(), whole.headers["ETag"]
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert int(whole.headers["Content-Length"]) == len(content)
    part = get(trainer, f"{page.url}/file", Range="bytes=100-199", If_Range=etag)
    assert (part.status_code, part.get_data()) == (206, content[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(content)}"
    assert get(trainer, f"{page.url}/file", If_None_Match=etag).status_code == 304
    assert get(trainer, f"{page.url}/file", Range="bytes=99999999-").status_code == 416


def test_a_package_that_is_not_there_leads_to_its_page(make: Make, app: Flask, trainer: PageClient) -> None:
    make()
    page = order(trainer)
    answer = trainer.get(f"{page.url}/file")
    assert (answer.status_code, answer.location) == (302, page.url)


def test_a_package_is_deleted_at_its_requesters_wish_or_after_seven_days(
    make: Make, app: Flask, trainer: PageClient
) -> None:
    make()
    page = order(trainer)
    work(app)
    trainer.visit(page.url)
    trainer.press("Delete the file")
    assert state(app, page) == "over"
    second = order(trainer)
    work(app)
    with app.app_context():
        orders.sweep(clock.now() + timedelta(days=8))
    assert "Files are kept for seven days" in trainer.visit(second.url).main
    work(app)
    assert not list((app.config["LMS"].data_dir / "orders").iterdir())


def test_an_erasure_takes_away_the_packages_that_the_person_is_in(
    made: Award, make: Make, app: Flask, cast: Cast
) -> None:
    trainer = cast.browser("trainer")
    make("Somebody Else", content=PDF)
    with_her = order(trainer)
    without = order(trainer, "?q=somebody")
    work(app)
    with app.app_context():
        accounts.erase_person(cast.learner.account_id, actor=None)
        db.session.commit()
    page = trainer.visit(with_her.url)
    assert "Somebody who was in it has had the account erased" in page.main
    assert trainer.get(f"{with_her.url}/file").status_code == 302, "at once, before any work in the background"
    work(app)
    assert state(app, without) == "done"
    assert [path.name for path in (app.config["LMS"].data_dir / "orders").iterdir()] == [without.url.rsplit("/", 1)[1]]
    again = order(trainer)
    work(app)
    package = fetch(trainer, again)
    assert all(cast.learner.name.split()[0] not in file for file in package.namelist())
    assert [line["Name"] for line in lines(package)].count("erased") == 1


def test_an_erasure_while_a_package_is_made_takes_it_away_too(
    made: Award, app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = order(cast.browser("trainer"), f"?q={cast.learner.name.split()[0]}")
    real = packing._Package._put

    def put(package: Any, *given: Any) -> Any:
        done = real(package, *given)
        accounts.erase_person(cast.learner.account_id, actor=None)
        db.session.commit()
        return done

    monkeypatch.setattr(packing._Package, "_put", put)
    work(app)
    assert state(app, page) == "withdrawn"
    assert not list((app.config["LMS"].data_dir / "orders").iterdir())
    with app.app_context():
        row = orders.find_order(page.url.rsplit("/", 1)[1])
        assert row is not None and row.private == {}, "what was searched for was the name"


def test_an_erasure_that_could_not_yet_see_the_package_finds_it_after_its_commit(
    made: Award, app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notes of the package and the erasure were committed in the same moment, each unseen by the other."""
    page = order(cast.browser("trainer"))
    work(app)
    with app.app_context(), monkeypatch.context() as blind:
        blind.setattr(packing.selected, "list_packages", lambda _subjects: [])
        accounts.erase_person(cast.learner.account_id, actor=None)
        db.session.commit()
    assert state(app, page) == "done"
    work(app)
    assert state(app, page) == "withdrawn"
    work(app)
    assert not list((app.config["LMS"].data_dir / "orders").iterdir())


def test_who_is_erased_loses_the_packages_they_ordered(make: Make, app: Flask, cast: Cast) -> None:
    make()
    page = order(cast.browser("trainer"))
    work(app)
    with app.app_context():
        accounts.erase_person(cast.trainer.account_id, actor=None)
        db.session.commit()
    work(app)
    assert state(app, page) == "withdrawn"


def test_an_order_stands_in_the_audit_log(make: Make, app: Flask, cast: Cast) -> None:
    make()
    page = order(cast.browser("trainer"), "?q=marta")
    order(cast.browser("trainer"), "?q=marta")
    with app.app_context():
        entries = list(db.session.scalars(select(AuditEntry).where(AuditEntry.kind == "package-ordered")))
    assert [(entry.actor, entry.facts) for entry in entries] == [
        (cast.trainer.subject_id, {"course": SLUG, "order_id": page.url.rsplit("/", 1)[1]})
    ]


def test_work_that_failed_says_what_to_do(
    make: Make, app: Flask, trainer: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    make()
    page = order(trainer)
    monkeypatch.setattr(packing._Package, "add", lambda *_given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        work(app)
    said = trainer.visit(page.url).main
    assert "This could not be done." in said
    assert "order the package again" in said


def test_the_work_is_tried_once_by_the_queue() -> None:
    """Whoever ordered it is told at once, and orders it again; it does not come back hours later."""
    assert queue.JOBS[packing.KIND].attempts == 1
