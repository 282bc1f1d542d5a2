"""A year of a demonstration, made on a new site by the services that people use."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.accounts.models import Account
from lms.accounts.service import create_account
from lms.app import PROJECTIONS, SETUP
from lms.certificates import jobs
from lms.certificates import queries as certificates
from lms.certificates.models import Certificate, Entry, IssuedTranscript, Proposal
from lms.certificates.queries import documents, transcripts
from lms.certificates.service import checking, journal, ring
from lms.config import Config
from lms.courses.queries import find_newest, list_published
from lms.courses.service import import_shipped
from lms.home.views.hints import hints_of
from lms.infra import clock, mail, pdf, queue
from lms.infra.db import Base, db
from lms.infra.queue import TryAgain, enqueue, muted, run_jobs, workflow_table
from lms.infra.storage import storage
from lms.learning.models import Enrolment, LearningRecord
from lms.network.models import ConfirmationRequest, Museum
from lms.ops.models import AuditEntry
from lms.ops.queries import list_jobs
from lms.ops.service import setup
from lms.quizzes.models import Attempt
from lms.quizzes.queries import list_attempts_of


@dataclass(frozen=True)
class Made:
    """A site on which a demonstration was made."""

    app: Flask
    said: list[str]


def make(app: Flask) -> list[str]:
    """Do what `lms init --demo` does, and return what it said."""
    said: list[str] = []
    config: Config = app.config["LMS"]
    setup.prepare(config, SETUP, demo=True, history=True, tell=said.append)
    db.session.commit()
    return said


@pytest.fixture
def made(real_app: Flask) -> Iterator[Made]:
    """Make the demonstration, as on a new site: there are no keys yet either."""
    config: Config = real_app.config["LMS"]
    shutil.rmtree(config.data_dir / "keys")
    with real_app.app_context():
        yield Made(real_app, make(real_app))
        db.session.rollback()


def count(model: type[Base], *where: object) -> int:
    """Count rows."""
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0  # type: ignore[arg-type]


def everything() -> dict[str, int]:
    """Count the rows of every table of ours, and the jobs."""
    counts = {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }
    return {**counts, "jobs": db.session.scalar(select(func.count()).select_from(workflow_table())) or 0}


@pytest.mark.slow
def test_a_year_is_there_and_everything_in_it_agrees(made: Made) -> None:
    assert any("year" in sentence for sentence in made.said)
    enrolments = db.session.scalars(select(Enrolment)).all()
    assert len({enrolment.subject_id for enrolment in enrolments}) == 60
    assert count(Museum) == 6
    assert len(set(db.session.scalars(select(Museum.country)))) == 5
    assert {enrolment.state for enrolment in enrolments} == {"active", "completed", "left"}
    assert count(Attempt, Attempt.passed.is_(True)) > 70
    assert count(Attempt, Attempt.passed.is_(False)) > 10
    assert count(Attempt, Attempt.by_time) == 1
    for enrolment in enrolments:
        for projection in PROJECTIONS:
            assert projection.compare(enrolment.subject_id, enrolment.course_id) == []
    standings = db.session.execute(select(Certificate.standing, func.count()).group_by(Certificate.standing)).all()
    assert dict(standings)["issued"] > 15
    assert dict(standings)["revoked"] == dict(standings)["superseded"] == 1
    assert count(IssuedTranscript) == 4
    assert sorted(db.session.scalars(select(Proposal.state))) == ["closed", "declined", "waiting"]
    assert count(ConfirmationRequest) == 3
    identities = {row.award.identity for row in certificates.list_all(limit=200) if row.award}
    assert identities == {"self-declared", "museum", "centre"}
    assert journal.check() is None
    assert count(Entry) == count(Certificate) + count(IssuedTranscript) + 2
    assert [row.slug for row in list_published() if (newest := find_newest(row.id)) and newest.ordinal == 2] == [
        "museums-go-digital"
    ]
    assert any(hints_of(list_attempts_of(enrolment.id)) for enrolment in enrolments)


@pytest.mark.slow
def test_what_is_told_happened_within_the_year_and_in_order(made: Made) -> None:
    now = clock.now()
    for query in (
        select(LearningRecord.at).order_by(LearningRecord.seq),
        select(AuditEntry.at).order_by(AuditEntry.id),
        select(Entry.at).order_by(Entry.seq),
    ):
        moments = list(db.session.scalars(query))
        assert moments == sorted(moments)
        assert now - timedelta(days=366) < moments[0] < now - timedelta(days=280)
        assert now - timedelta(days=30) < moments[-1] < now
    assert all(key.made_at < now - timedelta(days=360) for key in ring.every_key())
    assert all(account.confirmed_at or not account.last_login_at for account in db.session.scalars(select(Account)))


@pytest.mark.slow
def test_every_certificate_verifies_and_nobody_gets_mail(made: Made) -> None:
    jobs.make_waiting()
    assert {job.name for job in list_jobs(limit=500)} == {"certificates.make_past"}, "nobody else makes them, and tells"
    run_jobs()
    rows = [*certificates.list_all(limit=200), *transcripts.list_all(limit=200)]
    standing = [row for row in rows if row.standing != "superseded"]
    assert len(standing) > 20
    for row in standing:
        found = documents.find_document(row.code)
        assert found is not None and found.file_digest is not None, row.problem
        checked = checking.check_file(storage().get(found.file_digest), patient=True)
        assert (checked.origin, checked.trusted) == ("original", True), row.code
        assert found.made_at is not None and found.made_at - row.issued_at < timedelta(days=90)
    assert mail.list_mail() == []
    journal.write_out()
    config: Config = made.app.config["LMS"]
    assert journal.compare(journal.read_file(journal.path(config.data_dir))).agrees


@pytest.mark.slow
def test_without_the_libraries_the_files_wait_for_those_who_tell_nobody(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(pdf, "available", lambda: False)
        with pytest.raises(TryAgain):
            jobs.make_past(certificates.list_unmade()[0])


@pytest.mark.slow
def test_a_second_time_changes_nothing(made: Made) -> None:
    before = everything()
    assert make(made.app) == []
    assert everything() == before


@pytest.mark.slow
def test_a_site_that_was_prepared_before_gets_its_year_too(real_app: Flask) -> None:
    with real_app.app_context():
        import_shipped()
        db.session.commit()
        make(real_app)
        assert count(Certificate, Certificate.standing == "issued") > 15
        assert count(Proposal) == 0, "every edition gave certificates"
        certificate_id = certificates.list_unmade()[0]
        jobs.make_past(certificate_id)
        row = certificates.find_certificate(certificate_id)
        assert row is not None and row.file_digest is not None
        assert checking.check_file(storage().get(row.file_digest), patient=True).trusted
        assert mail.list_mail() == []
        db.session.rollback()


def test_no_invented_people_come_among_real_ones(real_app: Flask) -> None:
    with real_app.app_context():
        create_account(email="somebody@museum.example", password=None, name="Somebody Real")
        db.session.commit()
        assert make(real_app) == []
        assert count(Account) == 6, "the accounts that everybody may use, and the one that was there"
        db.session.rollback()


def test_the_clock_stands_where_a_demonstration_tells(app: Flask) -> None:
    moment = clock.now() - timedelta(days=100)
    with clock.at(moment):
        assert clock.now() == moment == clock.now()
        with clock.earlier(timedelta(days=1)):
            assert clock.now() > moment
    assert clock.now() - moment > timedelta(days=99)


def test_what_is_muted_is_not_enqueued(app: Flask) -> None:
    with app.app_context():
        with muted():
            assert enqueue("certificates.write_journal", key="told-of-the-past") == "told-of-the-past"
        assert queue.run_jobs() == []
        enqueue("certificates.write_journal", key="told-now")
        assert queue.run_jobs() == ["certificates.write_journal"]
