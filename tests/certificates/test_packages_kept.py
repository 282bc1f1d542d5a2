"""Who may have a package of certificates, and when it goes: after seven days, at a wish, with whoever is erased."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts import service as accounts
from lms.certificates.service import packing
from lms.infra import clock, orders, queue
from lms.infra.db import db
from lms.ops.models import AuditEntry
from tests.certificates.conftest import Award, Make
from tests.factories.certificates import PDF
from tests.factories.packages import fetch, get, lines, order, state, work
from tests.factories.people import Cast
from tests.factories.study import SLUG
from tests.pages import PageClient


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
