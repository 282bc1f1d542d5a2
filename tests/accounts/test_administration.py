"""What administrators do to accounts, and that each deed is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from lms.accounts import events, queries, security, service
from lms.accounts.events import RoleGranted
from lms.domain.errors import NotFound, Refused
from lms.domain.passwords import FAILURES
from lms.infra import clock, mail, queue
from lms.infra.db import db
from tests.accounts.test_profile import listen
from tests.factories.people import Cast, make_person


def test_people_are_listed_by_name_page_by_page_and_searched_in_any_case(app: Flask, cast: Cast) -> None:
    with app.app_context():
        first = queries.list_people(limit=3)
        rest = queries.list_people(after=(first[-1].name, first[-1].account_id))
        names = [person.name for person in (*first, *rest)]
        assert names == sorted(names)
        assert len(names) == 8
        assert [person.email for person in queries.list_people("ИВАНОВА")] == [cast.other_trainer.email]
        assert [person.email for person in queries.list_people("lilit@example.org")] == [cast.learner.email]
        assert queries.list_people("100%") == []


def test_closing_and_opening_an_account(app: Flask, cast: Cast) -> None:
    closed = listen(app, events.AccountDisabled)
    with app.app_context():
        service.disable(cast.learner.account_id, actor=cast.admin.subject_id)
        assert [(event.subject_id, event.actor) for event in closed] == [
            (cast.learner.subject_id, cast.admin.subject_id)
        ]
        service.enable(cast.learner.account_id, actor=cast.admin.subject_id)
        person = queries.find_account(cast.learner.account_id)
        assert person is not None
        assert person.active


def test_nobody_closes_the_last_administrator(app: Flask, cast: Cast) -> None:
    with app.app_context():
        with pytest.raises(Refused):
            service.disable(cast.admin.account_id, actor="x")
        with pytest.raises(Refused):
            service.revoke_role(cast.admin.account_id, "admin", actor="x")
        service.grant_role(cast.learner.account_id, "admin", actor="x")
        service.revoke_role(cast.admin.account_id, "admin", actor="x")


def test_roles_are_given_within_a_scope_and_taken_again(app: Flask, cast: Cast) -> None:
    given = listen(app, RoleGranted)
    with app.app_context():
        until = clock.now() + timedelta(days=1)
        for _ in range(2):
            service.grant_role(
                cast.learner.account_id, "trainer", scope_kind="course", scope_id="c1", until=until, actor="x"
            )
        (held,) = queries.list_roles(cast.learner.account_id)
        assert (held.role, held.scope_kind, held.scope_id, held.until) == ("trainer", "course", "c1", until)
        with pytest.raises(NotFound):
            service.revoke_role(cast.learner.account_id, "trainer", actor="x")
        service.revoke_role(cast.learner.account_id, "trainer", scope_kind="course", scope_id="c1", actor="x")
        assert queries.list_roles(cast.learner.account_id) == []
        with pytest.raises(Refused):
            service.grant_role(cast.learner.account_id, "emperor", actor="x")
    assert len(given) == 2


def test_an_administrator_confirms_sends_again_unlocks_and_resets(app: Flask, cast: Cast) -> None:
    with app.app_context():
        waits = make_person("waits@example.org", "Wanda Waits", confirmed=False)
        assert [person.email for person in queries.list_unconfirmed()] == [waits.email]
        service.resend_confirmation(waits.account_id, actor="x")
        service.order_reset(waits.account_id, actor="x")
        queue.run_jobs()
        assert {line.purpose for line in mail.list_mail()} == {"accounts.confirmation", "accounts.reset"}
        service.confirm(waits.account_id, by="administrator", actor="x")
        with pytest.raises(Refused):
            service.resend_confirmation(waits.account_id, actor="x")
        for _ in range(FAILURES):
            service.record_login_failure(waits.email)
        service.unlock(waits.account_id, actor="x")
        assert queries.find_lock(waits.email) is None
        assert security.reset_link(waits.account_id).startswith("http://localhost/reset/")


def test_extra_time_is_the_persons(app: Flask, cast: Cast) -> None:
    with app.app_context():
        service.set_extra_time(cast.learner.account_id, 50, actor="x")
        assert queries.extra_time_of(cast.learner.subject_id) == 50
        for wrong in (-1, 301):
            with pytest.raises(Refused):
                service.set_extra_time(cast.learner.account_id, wrong, actor="x")


def test_invitations_are_counted_and_can_be_withdrawn(app: Flask, cast: Cast) -> None:
    with app.app_context():
        code = service.create_invitation(uses=2, days=7, note="Room 3", actor=cast.admin.subject_id)
        assert service.use_invitation(code)
        (left,) = queries.list_invitations()
        assert (left.uses_left, left.note) == (1, "Room 3")
        service.withdraw_invitation(code, actor="x")
        assert not service.use_invitation(code)
        assert queries.list_invitations() == []
        with pytest.raises(Refused):
            service.create_invitation(uses=0, days=7, note="", actor="x")


def test_an_invitation_ends_with_its_time(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        code = service.create_invitation(uses=2, days=1, note="", actor=cast.admin.subject_id)
        later = clock.now() + timedelta(days=2)
        monkeypatch.setattr(clock, "now", lambda: later)
        assert not service.use_invitation(code)
        assert queries.find_invitation(code) is None


def test_two_accounts_cannot_share_an_address(app: Flask, cast: Cast) -> None:
    with app.app_context():
        with pytest.raises(service.AddressTaken):
            service.create_account(email=cast.learner.email.upper(), password=None, name="Twin")
        db.session.rollback()


def test_a_lock_is_told_once_and_only_of_known_addresses(app: Flask, cast: Cast) -> None:
    told = listen(app, events.AccountLocked)
    with app.app_context():
        for _ in range(FAILURES + 2):
            service.record_login_failure(cast.learner.email)
            service.record_login_failure("nobody@example.org")
    assert [event.subject_id for event in told] == [cast.learner.subject_id]
