"""`lms certificates adopt`: what the register lost comes back from its own files."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, update

from lms.accounts import service as accounts
from lms.accounts.models import Account
from lms.certificates import queries
from lms.certificates.models import Certificate
from lms.certificates.service import issuing, journal, lifecycle
from lms.certificates.service.adopting import Verdict
from lms.courses.models import Course
from lms.infra.db import db
from lms.infra.storage import storage
from lms.learning import service as learning
from lms.ops.models import AuditEntry
from lms.ops.service import health
from tests.certificates.conftest import Award
from tests.certificates.lost import Kept
from tests.factories.people import Cast
from tests.pages import PageClient

Command = Callable[..., Result]


@pytest.fixture
def kept(app: Flask, made: Award) -> Kept:
    return Kept(app, made)


def test_a_lost_certificate_comes_back_as_it_was(kept: Kept, client: PageClient, cast: Cast) -> None:
    before = kept.row
    kept.lose()
    assert client.get(f"/verify/{before.code}").status_code == 404
    assert kept.adopt() == Verdict(outcome="adopted", code=before.code)
    found = kept.found
    assert found is not None
    for name in (
        "code", "subject_id", "enrolment_id", "course_id", "standing", "issued_at", "valid_until", "language",
        "file_digest", "file_size", "ordinal", "credential_digest", "credential_key", "pdf_key", "problem",
    ):  # fmt: skip
        assert getattr(found, name) == getattr(before, name), name
    assert {name for name, value in found.facts.items() if value != before.facts[name]} <= {"museum"}
    assert found.made_at is not None
    assert before.made_at is not None
    assert abs(found.made_at - before.made_at) < timedelta(seconds=5)


def test_verifying_and_downloading_work_again(kept: Kept, client: PageClient, cast: Cast) -> None:
    kept.lose()
    kept.adopt()
    code = kept.row.code
    assert client.visit(f"/verify/{code}").heading.startswith("Valid")
    assert client.get(f"/certificates/{code}.pdf").data == kept.pdf
    assert client.get(f"/certificates/{code}.json").data == kept.json
    client.visit("/verify")
    page = client.press("Verify", file=(io.BytesIO(kept.pdf), "a.pdf"))
    assert "the file is as it was issued" in page.main
    assert "Download PDF" in cast.browser("learner").visit("/me/certificates").links()


def test_it_is_written_down_and_the_records_agree(kept: Kept, cast: Cast) -> None:
    kept.lose()
    kept.adopt()
    with kept.app.app_context():
        lines = queries.list_entries(kept.row.code)
        assert [line.kind for line in lines] == ["issued", "made", "adopted"]
        assert lines[-1].facts["file"] == kept.row.file_digest
        assert cast.learner.name not in str(lines[-1].facts)
        assert journal.check() is None
        assert db.session.scalar(select(AuditEntry.kind).order_by(AuditEntry.id.desc())) == "certificate-adopted"
        assert issuing.compare(cast.learner.subject_id, kept.row.course_id) == []
        assert learning.compare(cast.learner.subject_id, kept.row.course_id) == []


def test_nobody_gets_a_second_one_for_the_same_course(kept: Kept, cast: Cast, command: Command) -> None:
    kept.lose()
    kept.adopt()
    done = command("certificates", "issue", "--course", "keys", "--user", cast.learner.email)
    assert "has the certificate" in done.stderr


@pytest.mark.parametrize("form", ["json", "png"])
def test_the_credential_brings_it_back_and_the_pdf_follows(kept: Kept, client: PageClient, form: str) -> None:
    kept.lose()
    assert kept.adopt(getattr(kept, form)).outcome == "adopted"
    found = kept.found
    assert found is not None
    assert (found.credential_digest, found.file_digest) == (kept.row.credential_digest, kept.row.file_digest)
    assert client.get(f"/certificates/{kept.row.code}.pdf").status_code == 404
    assert kept.adopt() == Verdict(outcome="completed", code=kept.row.code, why="its bytes had been missing")
    assert client.get(f"/certificates/{kept.row.code}.pdf").data == kept.pdf


def test_without_a_journal_no_other_file_is_made_of_a_credential(kept: Kept, cast: Cast, client: PageClient) -> None:
    kept.lose(journal_too=True)
    assert "no journal tells of it" in kept.adopt(kept.json).why
    with kept.app.app_context():
        assert issuing.list_waiting() == []
        assert issuing.make_file(kept.found.id if kept.found else "") is None
    page = cast.browser("learner").visit("/me/certificates")
    assert "was taken back from its credential" in page.main
    assert client.visit(f"/verify/{kept.row.code}").heading.startswith("Valid")
    assert kept.adopt().why == "its file had been missing"
    assert kept.found is not None
    assert kept.found.file_digest == kept.row.file_digest


def test_without_a_journal_it_comes_back_by_what_the_file_says(kept: Kept, client: PageClient) -> None:
    kept.lose(journal_too=True)
    verdict = kept.adopt()
    assert (verdict.outcome, "no journal tells" in verdict.why) == ("adopted", True)
    found = kept.found
    assert found is not None
    assert found.award is not None
    assert found.award.version_digest == kept.row.award.version_digest  # type: ignore[union-attr]
    assert found.issued_at == kept.row.issued_at.replace(microsecond=0)
    with kept.app.app_context():
        assert journal.take_ordinal() == (kept.row.ordinal or 0) + 1, "the next one has a place of its own"


def test_a_revocation_in_the_journal_holds(kept: Kept, client: PageClient) -> None:
    kept.act(lifecycle.revoke, reason="Found out later")
    kept.lose()
    kept.adopt()
    page = client.visit(f"/verify/{kept.row.code}")
    assert page.heading.startswith("Revoked")
    assert "Found out later" in page.main


def test_a_corrected_one_comes_back_as_superseded(kept: Kept, client: PageClient, cast: Cast) -> None:
    with kept.app.app_context():
        db.session.get_one(Account, cast.learner.account_id).name = "Marta Right-Name"
        db.session.commit()
    kept.act(lifecycle.correct)
    kept.award.work()
    fresh = kept.award.row
    kept.lose()
    kept.adopt()
    assert kept.found is not None
    assert (kept.found.standing, kept.found.replaced_by) == ("superseded", fresh.code)
    assert kept.award.row.code == fresh.code, "the one that took its place still stands"


def test_without_a_journal_the_successor_tells_that_it_is_superseded(kept: Kept, cast: Cast) -> None:
    with kept.app.app_context():
        db.session.get_one(Account, cast.learner.account_id).name = "Marta Right-Name"
        db.session.commit()
    kept.act(lifecycle.correct)
    kept.lose(journal_too=True)
    kept.adopt()
    assert kept.found is not None
    assert kept.found.standing == "superseded"


def test_an_erased_holder_stays_erased(kept: Kept, client: PageClient, cast: Cast) -> None:
    with kept.app.app_context():
        accounts.erase_person(cast.learner.account_id, actor=None)
        db.session.commit()
    kept.award.work()
    kept.lose()
    verdict = kept.adopt()
    assert (verdict.outcome, "without the name" in verdict.why) == ("adopted", True)
    page = client.visit(f"/verify/{kept.row.code}")
    assert page.heading.startswith("Valid")
    assert cast.learner.name not in page.html
    with kept.app.app_context():
        assert not storage().path(kept.row.file_digest or "").exists()
        assert not storage().path(kept.row.credential_digest or "").exists()
    assert kept.adopt().outcome == "known"
    assert kept.found is not None
    assert kept.found.award is None


def test_a_holder_who_is_gone_is_not_needed_and_may_come_back(kept: Kept, cast: Cast, client: PageClient) -> None:
    address = cast.learner.email
    change_address(kept, cast, "elsewhere@example.org")
    kept.lose()
    kept.adopt()
    assert kept.found is not None
    assert (kept.found.subject_id, kept.found.enrolment_id) == ("", None)
    assert client.visit(f"/verify/{kept.row.code}").heading.startswith("Valid")
    change_address(kept, cast, address)
    assert kept.adopt().why == "its holder had been missing"
    assert kept.found.subject_id == kept.row.subject_id


def test_an_address_that_nobody_confirmed_claims_nothing(kept: Kept, cast: Cast) -> None:
    with kept.app.app_context():
        db.session.execute(update(Account).where(Account.id == cast.learner.account_id).values(confirmed_at=None))
        db.session.commit()
    kept.lose()
    kept.adopt()
    assert kept.found is not None
    assert kept.found.subject_id == ""


def change_address(kept: Kept, cast: Cast, address: str) -> None:
    with kept.app.app_context():
        db.session.execute(update(Account).where(Account.id == cast.learner.account_id).values(email=address))
        db.session.commit()


def test_one_without_a_holder_can_be_reissued_and_revoked(kept: Kept, cast: Cast) -> None:
    change_address(kept, cast, "elsewhere@example.org")
    kept.lose()
    kept.adopt()
    assert kept.found is not None
    with kept.app.app_context():
        fresh = lifecycle.reissue(kept.found.id, actor=None)
        db.session.commit()
        assert queries.find_certificate(fresh) is not None
    kept.award.work()
    with kept.app.app_context():
        made = queries.find_certificate(fresh)
        assert made is not None
        assert made.made
        lifecycle.revoke(fresh, reason="A test", actor=None)


def test_a_course_that_is_gone_is_not_needed(kept: Kept, client: PageClient) -> None:
    with kept.app.app_context():
        db.session.execute(update(Course).values(slug="renamed"))
        db.session.commit()
    kept.lose()
    kept.adopt()
    assert kept.found is not None
    assert kept.found.award is not None
    assert (kept.found.course_id, kept.found.award.modules) == ("", kept.row.award.modules)  # type: ignore[union-attr]
    assert client.visit(f"/verify/{kept.row.code}").heading.startswith("Valid")


def test_what_the_register_has_is_known_and_stays_as_it_is(kept: Kept) -> None:
    for content in (kept.pdf, kept.json, kept.png):
        assert kept.adopt(content) == Verdict(outcome="known", code=kept.row.code)
    assert kept.found == kept.row


def test_a_file_that_only_lost_its_bytes_gets_them_back(kept: Kept, client: PageClient) -> None:
    with kept.app.app_context():
        storage().remove(kept.row.file_digest or "")
    assert kept.adopt().why == "its bytes had been missing"
    assert client.get(f"/certificates/{kept.row.code}.pdf").data == kept.pdf


def test_one_whose_file_the_backup_did_not_have_yet_gets_the_file_that_was_made(kept: Kept) -> None:
    with kept.app.app_context():
        unmade = ("file_digest", "file_size", "made_at", "credential_digest", "credential_key", "pdf_key")
        db.session.execute(update(Certificate).values(dict.fromkeys(unmade)))
        db.session.commit()
    assert kept.adopt().why == "its file had been missing"
    assert kept.found is not None
    assert replace(kept.found, made_at=kept.row.made_at) == kept.row


def test_the_doctor_tells_what_stands_in_the_journal_alone(kept: Kept) -> None:
    config = kept.app.config["LMS"]
    with kept.app.app_context():
        assert health.check_journal(config).state == "ok"
    kept.lose()
    with kept.app.app_context():
        finding = health.check_journal(config)
    assert (finding.state, "alone: 1;" in finding.detail) == ("warning", True)


def test_reconcile_names_what_stands_in_the_journal_alone(kept: Kept, command: Command, tmp_path: Path) -> None:
    kept.lose()
    with kept.app.app_context():
        lines = [line.written() for line in queries.each_entry()]
    (tmp_path / "kept.jsonl").write_text("\n".join(lines))
    done = command("certificates", "reconcile", str(tmp_path / "kept.jsonl"))
    assert f"{kept.row.code_spaced} stands in the journal alone" in done.stderr


def test_reconcile_takes_back_what_is_still_in_storage(kept: Kept, command: Command, tmp_path: Path) -> None:
    """What a restore of the database alone comes to."""
    with kept.app.app_context():
        lines = [line.written() for line in queries.each_entry()]
    kept.lose(journal_too=True)
    with kept.app.app_context():
        storage().put(kept.pdf)
    (tmp_path / "kept.jsonl").write_text("\n".join(lines))
    done = command("certificates", "reconcile", str(tmp_path / "kept.jsonl"))
    assert (done.exit_code, "in the journal alone" in done.stderr) == (0, False)
    assert kept.found is not None
    assert (kept.found.code, kept.found.file_digest) == (kept.row.code, kept.row.file_digest)


def test_an_erasure_that_only_the_journal_knows_is_taken_over(
    kept: Kept, command: Command, tmp_path: Path, cast: Cast
) -> None:
    with kept.app.app_context():
        savepoint = db.session.begin_nested()
        issuing.erase_holder(cast.learner.subject_id)
        lines = [line.written() for line in queries.each_entry()]
        savepoint.rollback()
        db.session.commit()
    (tmp_path / "kept.jsonl").write_text("\n".join(lines))
    assert command("certificates", "reconcile", str(tmp_path / "kept.jsonl")).exit_code == 0
    assert kept.found is not None
    assert kept.found.award is None
    with kept.app.app_context():
        assert not storage().path(kept.row.file_digest or "").exists()


def test_a_pdf_that_the_journal_tells_of_is_an_original_though_another_was_made_since(
    kept: Kept, client: PageClient
) -> None:
    """After a restore of a backup in which the file was not made yet, the worker makes another."""
    with kept.app.app_context():
        unmade = ("file_digest", "file_size", "made_at", "credential_digest", "credential_key", "pdf_key")
        db.session.execute(update(Certificate).values(dict.fromkeys(unmade)))
        assert issuing.make_file(kept.row.id)
        db.session.commit()
    assert kept.found is not None
    assert kept.found.file_digest != kept.row.file_digest
    client.visit("/verify")
    page = client.press("Verify", file=(io.BytesIO(kept.pdf), "a.pdf"))
    assert "the file is as it was issued" in page.main
    assert kept.adopt() == Verdict(outcome="known", code=kept.row.code, why="its file was made again since")
