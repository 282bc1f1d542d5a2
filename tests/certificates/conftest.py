"""What the tests of certificates share: somebody who has finished the course about keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from lms.certificates import queries
from lms.certificates.queries import CertificateRow
from lms.certificates.service import journal
from lms.command import lms
from lms.infra.db import db
from lms.infra.queue import run_jobs
from tests.factories.people import Cast
from tests.factories.proposals import Class, completed
from tests.factories.study import Study


@dataclass(frozen=True)
class Award:
    """A certificate that was awarded through study."""

    app: Flask
    study: Study
    enrolment_id: str

    @property
    def row(self) -> CertificateRow:
        """Return the certificate as it stands now."""
        with self.app.app_context():
            found = queries.find_by_enrolment(self.enrolment_id)
        assert found is not None
        return found

    def work(self) -> list[str]:
        """Do the background work."""
        with self.app.app_context():
            return run_jobs()


@pytest.fixture(autouse=True)
def fresh_journal(app: Flask) -> None:
    """Forget the file of the journal: what was written of the test before was undone."""
    journal.path(app.config["LMS"].data_dir).unlink(missing_ok=True)


@pytest.fixture
def study(app: Flask, cast: Cast) -> Study:
    """Return the learner of the cast in the course about keys, enrolled."""
    with app.app_context():
        mine = Study(cast.learner.subject_id)
        mine.enrol()
        db.session.commit()
    return mine


@pytest.fixture
def award(app: Flask, study: Study) -> Award:
    """Return the certificate of the learner of the cast; its file is not made yet."""
    with app.app_context():
        study.finish()
        enrolment_id = study.enrol()
        db.session.commit()
    return Award(app, study, enrolment_id)


@pytest.fixture
def made(award: Award) -> Award:
    """Return the certificate with its file."""
    award.work()
    assert award.row.made
    return award


@pytest.fixture
def in_app(app: Flask, tx: object) -> Iterator[None]:
    """Work inside the application, as a service does."""
    with app.app_context():
        yield


@pytest.fixture
def command(app: Flask) -> Callable[..., Result]:
    """Return a way to run a command of `lms` on this application."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(lms, arguments, obj=lambda: app)

    return run


@pytest.fixture
def group(app: Flask, cast: Cast) -> Class:
    """Return two who completed the course before it gave certificates."""
    with app.app_context():
        completed(cast.learner, cast.colleague)
        db.session.commit()
    return Class(app, cast, (cast.learner, cast.colleague))
