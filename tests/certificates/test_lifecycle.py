"""What becomes of a certificate after it was issued, and the journal that tells of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from lms.accounts.models import Account
from lms.certificates import queries
from lms.certificates.service import issuing, journal, lifecycle, publishing
from lms.domain.credential import place_of
from lms.domain.errors import Refused
from lms.infra import clock, mail
from lms.infra.db import db
from lms.infra.pause import pause, paused
from lms.infra.queue import run_jobs
from lms.infra.signing.statuslist import decode, is_set
from lms.infra.storage import storage
from tests.certificates.conftest import Award
from tests.factories.people import Cast
from tests.factories.study import Study
from tests.pages import PageClient

Act = Callable[..., object]


def act(app: Flask, work: Act, *arguments: object, **named: object) -> object:
    """Do something as a request would."""
    with app.app_context():
        done = work(*arguments, **named)
        db.session.commit()
        return done


def kinds(app: Flask, code: str) -> list[str]:
    """Return what the journal says of a certificate."""
    with app.app_context():
        return [line.kind for line in queries.list_entries(code)]


def test_issue_and_file_stand_in_the_journal(app: Flask, made: Award) -> None:
    assert kinds(app, made.row.code) == ["issued", "made"]
    with app.app_context():
        assert journal.check() is None


def test_a_revoked_certificate_says_so_everywhere(app: Flask, made: Award, client: PageClient, cast: Cast) -> None:
    row = made.row
    act(app, lifecycle.revoke, row.id, reason="Somebody else sat the examination.", actor=None)
    made.work()
    page = client.visit(f"/verify/{row.code}")
    assert page.heading.startswith("Revoked")
    assert "Somebody else sat the examination." in page.main
    with app.app_context():
        bits = decode(publishing.status_list(1)["credentialSubject"]["encodedList"])
        assert is_set(bits, place_of(row.ordinal or 0).index)
        assert mail.list_mail()[0].subject == "Your certificate was revoked: Certificate in keeping keys"
    assert kinds(app, row.code)[-1] == "revoked"


def test_what_was_revoked_can_be_reinstated(app: Flask, made: Award, client: PageClient) -> None:
    row = made.row
    act(app, lifecycle.revoke, row.id, reason="A mistake", actor=None)
    act(app, lifecycle.reinstate, row.id, actor=None)
    assert client.visit(f"/verify/{row.code}").heading.startswith("Valid")
    assert kinds(app, row.code)[-2:] == ["revoked", "reinstated"]


def test_what_does_not_stand_is_not_revoked_twice(app: Flask, made: Award) -> None:
    act(app, lifecycle.revoke, made.row.id, reason="once", actor=None)
    with pytest.raises(Refused):
        act(app, lifecycle.revoke, made.row.id, reason="twice", actor=None)


def test_a_wrong_name_is_mended_by_a_new_certificate(app: Flask, made: Award, client: PageClient, cast: Cast) -> None:
    old = made.row
    with app.app_context():
        db.session.get_one(Account, cast.learner.account_id).name = "Marta Right-Name"
        db.session.commit()
    act(app, lifecycle.correct, old.id, actor=None)
    made.work()
    fresh = made.row
    assert (fresh.code != old.code, fresh.replaces, fresh.award and fresh.award.name) == (
        True,
        old.code,
        "Marta Right-Name",
    )
    page = client.visit(f"/verify/{old.code}")
    assert page.heading.startswith("Superseded")
    assert page.link("See the certificate that took its place") == f"/verify/{fresh.code}"
    assert kinds(app, old.code) == ["issued", "made", "superseded"]
    assert kinds(app, fresh.code) == ["issued", "made"]


def test_what_was_replaced_tells_the_old_name_to_nobody(
    app: Flask, made: Award, client: PageClient, cast: Cast
) -> None:
    old = made.row
    assert old.award is not None
    files = [f"/certificates/{old.code}.{kind}" for kind in ("pdf", "json", "png")]
    assert [client.get(path).status_code for path in files] == [200, 200, 200]
    with app.app_context():
        db.session.get_one(Account, cast.learner.account_id).name = "Marta Right-Name"
        db.session.commit()
    act(app, lifecycle.correct, old.id, actor=None)
    made.work()
    assert [client.get(path).status_code for path in files] == [404, 404, 404]
    for kind in ("text/html", "application/vc", "application/json", "application/pdf"):
        answer = client.get(f"/verify/{old.code}", headers={"Accept": kind})
        assert answer.status_code == 200
        assert old.award.name not in answer.text
    holder = cast.browser("learner")
    assert f'"/certificates/{old.code}' not in holder.get("/me/certificates").text
    assert f'"/certificates/{made.row.code}.pdf"' in holder.get("/me/certificates").text


def test_the_same_name_is_nothing_to_mend(app: Flask, made: Award) -> None:
    with pytest.raises(Refused):
        act(app, lifecycle.correct, made.row.id, actor=None)


def test_the_first_graded_attempt_freezes_the_name(app: Flask, award: Award, cast: Cast) -> None:
    with app.app_context():
        assert queries.find_frozen_name(award.enrolment_id) == (cast.learner.name, award.row.award.name_latin)  # type: ignore[union-attr]


def test_a_holder_is_reminded_once_before_the_end(app: Flask, made: Award) -> None:
    with app.app_context():
        certificate = db.session.get_one(queries.Certificate, made.row.id)
        certificate.valid_until = clock.now() + timedelta(days=20)
        db.session.commit()
        assert lifecycle.note_ending(clock.now()) == [made.row.id]
        assert lifecycle.note_ending(clock.now()) == []


def test_the_file_of_the_journal_grows_and_follows_the_chain(app: Flask, made: Award) -> None:
    with app.app_context():
        written = journal.write_out()
        file = journal.path(Path(app.config["LMS"].data_dir))
        assert written >= 2
        assert journal.write_out() == 0
        lines = journal.read_file(file)
        assert [line.code for line in lines][-2:] == [made.row.code, made.row.code]


def test_a_torn_end_of_the_file_is_written_again(app: Flask, made: Award) -> None:
    with app.app_context():
        journal.write_out()
        file = journal.path(Path(app.config["LMS"].data_dir))
        whole = file.read_bytes()
        file.write_bytes(whole[:-10])
        journal.write_out()
        assert file.read_bytes() == whole


def test_a_changed_line_of_a_kept_journal_is_found(app: Flask, made: Award, tmp_path: Path) -> None:
    with app.app_context():
        lines = [line.written() for line in queries.each_entry()]
    file = tmp_path / "kept.jsonl"
    file.write_text("\n".join(lines).replace(made.row.code, "0" * 16, 1))
    with pytest.raises(ValueError, match="its entry 1 does not follow"):
        journal.read_file(file)


def test_a_revocation_that_only_the_journal_knows_is_taken_over(app: Flask, made: Award) -> None:
    """What a restore of a backup older than a revocation comes to."""
    row = made.row
    with app.app_context():
        savepoint = db.session.begin_nested()
        lifecycle.revoke(row.id, reason="Found out later", actor=None)
        kept = list(queries.each_entry())
        savepoint.rollback()
        db.session.expire_all()
        assert queries.find_by_code(row.code).standing == "issued"  # type: ignore[union-attr]
        pause(Path(app.config["LMS"].data_dir))
        assert [line.kind for line in journal.reconcile(kept)] == ["revoked"]
        journal.resume()
        found = queries.find_by_code(row.code)
        assert found is not None
        assert (found.standing, found.reason) == ("revoked", "Found out later")
        assert not paused()
        assert journal.check() is None


def test_no_file_is_made_while_the_site_pauses(app: Flask, award: Award) -> None:
    with app.app_context():
        pause(Path(app.config["LMS"].data_dir))
        try:
            assert issuing.make_file(award.row.id) is None
        finally:
            journal.go_on()


def test_what_is_earned_while_the_site_waits_is_awarded_when_the_journals_agree(
    app: Flask, study: Study, cast: Cast
) -> None:
    """A number given now might be that of a certificate which only the kept journal knows."""
    with app.app_context():
        pause(Path(app.config["LMS"].data_dir))
        try:
            study.finish()
            db.session.commit()
            assert queries.find_by_enrolment(study.enrol()) is None
            assert journal.compare([]).agrees
        finally:
            journal.resume()
        assert "certificates.award" in run_jobs()
        found = queries.find_by_enrolment(study.enrol())
        assert found is not None
        assert found.made


def test_nothing_changes_its_standing_while_the_site_waits(app: Flask, made: Award, cast: Cast) -> None:
    with app.app_context():
        pause(Path(app.config["LMS"].data_dir))
    try:
        browser = cast.browser("admin")
        browser.visit(f"/admin/certificates/{made.row.code}")
        page = browser.press("Revoke", reason="A mistake of the office")
        assert "waits after a restore" in page.text
        assert made.row.standing == "issued"
    finally:
        with app.app_context():
            journal.resume()
            db.session.commit()


def test_whoever_is_erased_while_the_site_waits_stays_erased(app: Flask, made: Award, cast: Cast) -> None:
    with app.app_context():
        pause(Path(app.config["LMS"].data_dir))
        issuing.erase_holder(cast.learner.subject_id)
        db.session.commit()
        assert kinds(app, made.row.code)[-1] == "made"
        journal.resume()
        db.session.commit()
    assert kinds(app, made.row.code)[-1] == "erased"


def test_an_administrator_revokes_and_reinstates_on_the_page(made: Award, cast: Cast) -> None:
    browser = cast.browser("admin")
    page = browser.visit("/admin/certificates")
    assert made.row.code_spaced in page.main
    browser.click(made.row.code_spaced)
    page = browser.press("Revoke", 422, reason="")
    assert "Say why" in page.main
    page = browser.press("Revoke", reason="A mistake of the office")
    assert "A mistake of the office" in page.main
    assert "Valid" in browser.press("Reinstate").main


def test_commands_revoke_list_keys_and_verify(
    app: Flask, made: Award, command: Callable[..., Result], tmp_path: Path
) -> None:
    with app.app_context():
        content = file_of(made)
    file = tmp_path / "c.pdf"
    file.write_bytes(content)
    assert command("certificates", "verify", str(file)).exit_code == 0
    assert command("certificates", "revoke", made.row.code_spaced, "--reason", "Test").exit_code == 0
    answer = command("certificates", "verify", str(file))
    assert (answer.exit_code, "revoked" in answer.output) == (1, True)
    assert command("certificates", "revoke", "0000-0000-0000-0000", "--reason", "x").exit_code == 1
    assert "credential-1" in command("keys", "list").output
    assert command("certificates", "verify", str(tmp_path / "absent.pdf")).exit_code == 2


def file_of(made: Award) -> bytes:
    """Return the file of a certificate."""

    return storage().get(made.row.file_digest or "")
