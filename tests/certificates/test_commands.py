"""`lms certificates`: for those who completed before there was a certificate, and for taking files along."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete

from lms.accounts import service as accounts
from lms.certificates.models import Certificate
from lms.infra.db import db
from lms.learning.models import LearningRecord
from tests.certificates.conftest import Award
from tests.factories.people import Cast
from tests.factories.study import SLUG, Study

Command = Callable[..., Result]


def test_who_completed_and_has_none_gets_one(app: Flask, award: Award, cast: Cast, command: Command) -> None:
    award.work()
    with app.app_context():
        db.session.execute(delete(Certificate))
        db.session.execute(delete(LearningRecord).where(LearningRecord.kind == "certificate_issued"))
        db.session.commit()
    done = command("certificates", "issue", "--course", SLUG, "--user", cast.learner.email)
    assert (done.exit_code, done.stdout.strip()) == (0, award.row.code_spaced)
    assert award.work() == ["certificates.make", "mail.send"]
    assert award.row.made


def test_nobody_gets_a_second_one(award: Award, cast: Cast, command: Command) -> None:
    done = command("certificates", "issue", "--course", SLUG, "--user", cast.learner.email)
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"has the certificate {award.row.code} already" in done.stderr


@pytest.mark.parametrize(
    ("slug", "who", "words"),
    [
        (SLUG, "learner", "has not completed"),
        (SLUG, "stranger", "has not completed"),
        ("no-such-course", "learner", "There is no course"),
        (SLUG, None, "Nobody has the address"),
    ],
)
def test_who_may_not_have_one_is_told_why(
    study: Study, cast: Cast, command: Command, slug: str, who: str | None, words: str
) -> None:
    email = getattr(cast, who).email if who else "nobody@example.org"
    done = command("certificates", "issue", "--course", slug, "--user", email)
    assert (done.exit_code, done.stdout) == (1, "")
    assert words in done.stderr


def test_the_files_of_a_course_come_in_one_archive(
    made: Award, app: Flask, cast: Cast, command: Command, tmp_path: Path
) -> None:
    with app.app_context():
        other = Study(cast.stranger.subject_id)
        other.enrol()
        other.finish()
        db.session.commit()
    target = tmp_path / "all.zip"
    done = command("certificates", "export", "--course", SLUG, str(target))
    assert (done.exit_code, done.stderr.strip()) == (0, "1 certificates written, 1 left out.")
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"{made.row.code_spaced}.pdf", "certificates.csv"]
        assert archive.read(archive.namelist()[0]).startswith(b"%PDF")
        rows = list(csv.DictReader(io.StringIO(archive.read("certificates.csv").decode())))
    assert {row["code"]: row["file"] for row in rows}[made.row.code_spaced] == f"{made.row.code_spaced}.pdf"
    assert [row["state"] for row in rows] == ["valid", "valid"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.zip"]


def test_the_same_certificates_give_the_same_archive(made: Award, command: Command, tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        assert command("certificates", "export", "--course", SLUG, str(tmp_path / name)).exit_code == 0
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_an_erased_holder_s_file_is_left_out(
    made: Award, app: Flask, cast: Cast, command: Command, tmp_path: Path
) -> None:
    with app.app_context():
        accounts.erase_person(cast.learner.account_id, actor=None)
        db.session.commit()
    made.work()
    done = command("certificates", "export", "--course", SLUG, str(tmp_path / "a.zip"))
    assert done.stderr.strip() == "0 certificates written, 1 left out."


def test_an_archive_that_cannot_be_written_is_told(made: Award, command: Command, tmp_path: Path) -> None:
    done = command("certificates", "export", "--course", SLUG, str(tmp_path / "no" / "a.zip"))
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr
    assert command("certificates", "export", "--course", "none", str(tmp_path / "a.zip")).exit_code == 1
