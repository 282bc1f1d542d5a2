"""Administration: what waits, people, mail, work, and a log of what was done."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms.accounts import queries
from lms.accounts.service import grant_role
from lms.infra import queue
from lms.infra.db import db
from lms.network.queries import find_museum
from lms.ops.models import AuditEntry
from tests.factories.people import MUSEUM, Cast, make_person

PAGES = ("/admin/", "/admin/users", "/admin/mail", "/admin/jobs", "/admin/audit", "/admin/invitations")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("who", ["learner", "trainer", "coordinator", "reviewer"])
def test_administration_is_for_administrators_alone(cast: Cast, path: str, who: str) -> None:
    assert cast.browser(who).get(path).status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_an_administrator_opens_every_page(cast: Cast, path: str) -> None:
    assert cast.browser("admin").get(path).status_code == 200


def kinds(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEntry.kind).order_by(AuditEntry.id)))


def test_confirming_somebody_is_done_and_written_down(cast: Cast, app: Flask) -> None:
    with app.app_context():
        person = make_person("new@example.org", "New Person", confirmed=False)
        db.session.commit()
    browser = cast.browser("admin")
    browser.visit(f"/admin/users/{person.account_id}")
    browser.press("Confirm")
    with app.app_context():
        found = queries.find_account(person.account_id)
    assert found is not None and found.confirmed
    assert kinds(app)[-1] == "account-confirmed"


def test_a_role_for_one_course_needs_the_course(cast: Cast) -> None:
    browser = cast.browser("admin")
    browser.visit(f"/admin/users/{cast.stranger.account_id}")
    page = browser.press("Give the role", role="trainer", scope_kind="course", scope_id="", status=422)
    assert "Say which course or museum" in page.main


def test_a_role_is_given_and_taken(cast: Cast, app: Flask) -> None:
    browser = cast.browser("admin")
    path = f"/admin/users/{cast.stranger.account_id}"
    browser.visit(path)
    browser.press("Give the role", role="trainer", scope_kind="course", scope_id="keys")
    page = browser.visit(path)
    assert "course keys" in page.main
    browser.press("Take the role trainer")
    assert "course keys" not in browser.visit(path).main
    assert kinds(app)[-2:] == ["role-granted", "role-revoked"]


def test_a_role_for_a_museum_names_it(cast: Cast, app: Flask) -> None:
    with app.app_context():
        museum = find_museum(MUSEUM, "AM")
        assert museum is not None
        grant_role(cast.stranger.account_id, "coordinator", scope_kind="museum", scope_id=museum, actor=None)
        db.session.commit()
    page = cast.browser("admin").visit(f"/admin/users/{cast.stranger.account_id}")
    assert f"museum {MUSEUM}" in page.main


def test_the_last_administrator_cannot_be_disabled(cast: Cast) -> None:
    browser = cast.browser("admin")
    browser.visit(f"/admin/users/{cast.admin.account_id}")
    browser.press("Disable")
    assert browser.get(f"/admin/users/{cast.admin.account_id}").status_code == 200


@pytest.mark.parametrize("percent", ["-1", "201", "half", ""])
def test_extra_time_out_of_range_is_told_beside_the_field(cast: Cast, percent: str) -> None:
    browser = cast.browser("admin")
    browser.visit(f"/admin/users/{cast.learner.account_id}")
    page = browser.press("Set", percent=percent, status=422)
    assert "Give a number from 0 to 200." in page.main


def test_work_that_failed_is_counted_where_the_administrator_begins(cast: Cast, app: Flask) -> None:
    assert "Background work that failedNone." in cast.browser("admin").visit("/admin/").main
    with app.app_context():
        queue.enqueue("ops.sweep_orders", key="it-failed")
        jobs = queue.workflow_table()
        db.session.execute(update(jobs).where(jobs.c.workflow_uuid == "it-failed").values(status="ERROR"))
        db.session.commit()
    assert "Background work that failed1 job" in cast.browser("admin").visit("/admin/").main


def test_linking_to_an_address_without_account_is_told(cast: Cast) -> None:
    browser = cast.browser("admin")
    browser.visit(f"/admin/users/{cast.learner.account_id}")
    page = browser.press("Link", email="nobody@example.org", status=422)
    assert "No other account has this address." in page.main
    assert 'value="nobody@example.org"' in page.html


def test_an_invitation_is_made_shown_and_ended(cast: Cast) -> None:
    browser = cast.browser("admin")
    browser.visit("/admin/invitations")
    browser.press("Make a code", uses="3", days="2", note="Training in May")
    page = browser.visit("/admin/invitations")
    assert "Training in May" in page.main
    code = next(name for name in page.buttons() if name.startswith("End the code"))
    browser.press(code)
    assert "Training in May" not in browser.visit("/admin/invitations").main


def test_the_audit_log_names_no_address(cast: Cast, app: Flask) -> None:
    browser = cast.browser("admin")
    browser.visit(f"/admin/users/{cast.learner.account_id}")
    browser.press("Set", percent="50")
    with app.app_context():
        entries = list(db.session.scalars(select(AuditEntry)))
    assert entries
    said = " ".join(str(entry.facts) for entry in entries)
    assert cast.learner.email not in said and cast.learner.name not in said
