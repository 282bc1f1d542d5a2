"""What becomes of a transcript, and of what the site knows of its holder, after it was made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Connection, text

from lms.accounts import service as accounts
from lms.certificates import queries
from lms.certificates.queries import transcripts as reads
from lms.certificates.service import journal, publishing, ring, transcripts
from lms.domain.credential import place_of
from lms.domain.errors import Refused
from lms.infra import mail
from lms.infra.db import db
from lms.infra.pause import pause
from lms.infra.personal import gather
from lms.infra.queue import run_jobs
from lms.infra.signing.statuslist import decode, is_set
from lms.infra.storage import storage
from tests.certificates.asking import Wanted, act, kinds
from tests.certificates.conftest import Award
from tests.factories.people import Cast


@pytest.fixture
def wanted(app: Flask, award: Award) -> Wanted:
    """Return the learner of the cast, who has completed the course about keys."""
    return Wanted(app, award.study.subject_id)


def test_a_revoked_one_says_so_in_status_list_journal_and_letter(app: Flask, wanted: Wanted) -> None:
    row = wanted.made()
    act(app, transcripts.revoke, row.id, reason="Issued by mistake", actor=None)
    with app.app_context():
        run_jobs()
        bits = decode(publishing.status_list(1)["credentialSubject"]["encodedList"])
        assert is_set(bits, place_of(row.ordinal).index)
        letter = mail.list_mail()[0]
        assert letter.subject == "Your transcript was revoked"
        assert "Issued by mistake" in mail.get_mail(letter.id).text
        assert journal.check() is None
    assert kinds(app, row.code)[-1] == "revoked"
    act(app, transcripts.reinstate, row.id, actor=None)
    with app.app_context():
        bits = decode(publishing.status_list(1)["credentialSubject"]["encodedList"])
        assert not is_set(bits, place_of(row.ordinal).index)
    assert kinds(app, row.code)[-2:] == ["revoked", "reinstated"]


def test_what_was_revoked_is_not_given_again(app: Flask, wanted: Wanted) -> None:
    row = wanted.ask()
    act(app, transcripts.revoke, row.id, reason="Issued by mistake", actor=None)
    assert wanted.ask().code != row.code
    with app.app_context(), pytest.raises(Refused, match="standing"):
        transcripts.revoke(row.id, reason="twice", actor=None)


def test_a_revocation_that_only_the_journal_knows_is_taken_over(app: Flask, wanted: Wanted) -> None:
    """What a restore of a backup older than a revocation comes to."""
    row = wanted.made()
    with app.app_context():
        savepoint = db.session.begin_nested()
        transcripts.revoke(row.id, reason="Found out later", actor=None)
        kept = list(queries.each_entry())
        savepoint.rollback()
        db.session.expire_all()
        assert journal.compare(kept).missing
        pause(Path(app.config["LMS"].data_dir))
        assert [line.kind for line in journal.reconcile(kept)] == ["revoked"]
        journal.resume()
        assert journal.compare(kept).agrees
        db.session.commit()
    assert (wanted.row(row.code).standing, wanted.row(row.code).reason) == ("revoked", "Found out later")


def test_what_a_stolen_key_signed_is_replaced_by_one_that_says_the_same(
    app: Flask, wanted: Wanted, command: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = wanted.made()
    with app.app_context():
        stolen = tuple(replace(key, revoked_from=row.issued_at) for key in ring.every_key())
    monkeypatch.setattr(ring, "every_key", lambda: stolen)
    assert command("certificates", "reissue", "--key", row.pdf_key or "").exit_code == 0
    old = wanted.row(row.code)
    fresh = wanted.row(old.replaced_by or "")
    assert (old.standing, fresh.standing, fresh.replaces) == ("superseded", "issued", row.code)
    assert fresh.said == row.said
    assert kinds(app, row.code)[-1] == "superseded"


def test_who_is_erased_is_taken_out_and_code_courses_and_digest_stay(app: Flask, wanted: Wanted, cast: Cast) -> None:
    row = wanted.made()
    with app.app_context():
        accounts.erase_person(cast.learner.account_id, actor=None)
        db.session.commit()
        assert storage().path(row.file_digest or "").exists(), "the bytes go after the commit"
        run_jobs()
        assert not storage().path(row.file_digest or "").exists()
        assert not storage().path(row.credential_digest or "").exists()
    left = wanted.row(row.code)
    assert (left.award, left.code, left.file_digest, left.standing) == (None, row.code, row.file_digest, "issued")
    assert cast.learner.name not in str(left.facts)
    assert [course.title for course in left.said.courses] == [course.title for course in row.said.courses]
    assert left.facts_digest == ""
    assert kinds(app, row.code)[-1] == "erased"


def test_a_file_that_is_made_while_its_holder_is_erased_does_not_stay(
    app: Flask, wanted: Wanted, tx: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = wanted.ask()
    real = transcripts.transcript_paper.print_transcript

    def erase_meanwhile(*args: object, **kwargs: object) -> bytes:
        content = real(*args, **kwargs)  # type: ignore[arg-type]
        tx.execute(text("UPDATE certificates_transcript SET erased_at = '2026-01-01 00:00:00+00:00'"))
        return content

    monkeypatch.setattr(transcripts.transcript_paper, "print_transcript", erase_meanwhile)
    with app.app_context():
        kept = set(storage().digests())
        assert transcripts.make_file(row.id) is None
        assert set(storage().digests()) == kept


def test_transcripts_follow_a_linked_account(app: Flask, wanted: Wanted, cast: Cast) -> None:
    row = wanted.made()
    with app.app_context():
        accounts.link_accounts(cast.colleague.account_id, cast.learner.account_id, actor=cast.colleague.subject_id)
        db.session.commit()
        assert [one.id for one in reads.list_by_subject(cast.colleague.subject_id)] == [row.id]
    linked = Wanted(app, cast.colleague.subject_id).ask().said
    assert [course.certificate for course in linked.courses] == [row.said.courses[0].certificate]


def test_a_person_may_take_the_transcripts_along(app: Flask, wanted: Wanted, cast: Cast) -> None:
    row = wanted.made()
    with app.app_context():
        mine = gather([cast.learner.subject_id])["transcripts"]
    assert [(one["code"], one["facts"]["name"]) for one in mine] == [(row.code, cast.learner.name)]
