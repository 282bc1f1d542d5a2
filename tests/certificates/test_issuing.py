"""An award is made once, in the commit that completes the course, and never follows what changes later."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Connection, text, update

from lms.accounts import service as accounts
from lms.accounts.models import Account
from lms.certificates import queries
from lms.certificates.models import Certificate
from lms.certificates.service import issuing, lifecycle
from lms.domain import progress
from lms.domain.errors import Refused
from lms.infra import mail, pdf
from lms.infra.db import db
from lms.infra.personal import gather
from lms.infra.storage import storage
from lms.learning import service as learning
from lms.learning.queries import list_records
from lms.learning.service import compare
from tests.certificates.conftest import Award
from tests.factories.courses import files_of, publish_course
from tests.factories.people import MUSEUM, Cast, make_person
from tests.factories.study import EXAM, SLUG, Study


def test_completing_the_course_awards_the_certificate(award: Award, cast: Cast) -> None:
    row = award.row
    assert row.award is not None
    assert (row.award.name, row.award.title) == (cast.learner.name, "Certificate in keeping keys")
    assert (row.award.grade_percent, row.award.museum) == (100, MUSEUM)
    assert not row.made, "the learner does not wait for the file"


def test_nobody_gets_one_before_the_course_is_complete(app: Flask, study: Study) -> None:
    with app.app_context():
        study.take(EXAM)
        assert queries.find_by_enrolment(study.enrol()) is None


def test_completing_again_awards_nothing_more(app: Flask, award: Award) -> None:
    with app.app_context():
        award.study.take(EXAM)
        learning.leave(award.study.subject_id, award.study.course_id)
        award.study.enrol()
        award.study.finish()
        db.session.commit()
        assert len(queries.list_by_subject(award.study.subject_id)) == 1
        records = list_records(award.study.subject_id, award.study.course_id)
        assert [r.kind for r in records].count(progress.CERTIFIED) == 1


def test_the_file_is_made_once_and_told_by_one_letter(app: Flask, award: Award, cast: Cast) -> None:
    assert "certificates.make" in award.work()
    first = award.row
    with app.app_context():
        assert issuing.make_file(first.id) is None
        db.session.commit()
        letters = [letter for letter in mail.list_mail() if letter.purpose == "certificates.made"]
        assert [letter.to_address for letter in letters] == [cast.learner.email]
        written = mail.get_mail(letters[0].id)
        assert f"/certificates/{first.code}.pdf" in written.text
        assert first.code_spaced in (written.html or "")
        assert storage().get(first.file_digest or "").startswith(b"%PDF")
    assert award.row == first


def test_the_letter_is_in_the_language_of_its_reader(app: Flask, award: Award, cast: Cast) -> None:
    with app.app_context():
        db.session.execute(
            update(Account).where(Account.subject_id == cast.learner.subject_id).values(languages=["ka", "ru"])
        )
        db.session.commit()
    award.work()
    with app.app_context():
        letter = next(found for found in mail.list_mail() if found.purpose == "certificates.made")
        assert mail.get_mail(letter.id).language == "ru"


def test_a_rename_changes_no_certificate(app: Flask, award: Award, cast: Cast) -> None:
    with app.app_context():
        accounts.change_profile(
            cast.learner.account_id, name="Another Name", name_latin="", languages=("en",), timezone="UTC"
        )
        db.session.commit()
    award.work()
    assert award.row.award is not None
    assert award.row.award.name == cast.learner.name


def test_a_new_version_of_the_course_changes_no_certificate(app: Flask, award: Award) -> None:
    before = award.row.award
    with app.app_context():
        text_of = files_of(SLUG)["course.yaml"].decode().replace("Certificate in keeping keys", "Another title")
        publish_course(SLUG, files_of(SLUG, **{"course.yaml": text_of}))
        db.session.commit()
    award.work()
    assert award.row.award == before


def test_the_museum_is_that_of_the_enrolment(app: Flask, cast: Cast) -> None:
    with app.app_context():
        first = accounts.state_affiliation(
            cast.stranger.subject_id, museum="Museum of Bells", country="MD", position="Keeper"
        )
        mine = Study(cast.stranger.subject_id)
        enrolment_id = learning.enrol(mine.subject_id, mine.course_id, mine.version_id, first)
        accounts.state_affiliation(cast.stranger.subject_id, museum="Museum of Clocks", country="MD", position="")
        mine.finish()
        row = queries.find_by_enrolment(enrolment_id)
        assert row is not None
        assert row.award is not None
        assert row.award.museum == "Museum of Bells"


def test_a_certificate_comes_in_a_language_that_the_course_has(app: Flask, cast: Cast) -> None:
    with app.app_context():
        db.session.execute(
            update(Account).where(Account.subject_id == cast.colleague.subject_id).values(languages=["hy", "ka"])
        )
        mine = Study(cast.colleague.subject_id)
        enrolment_id = mine.enrol()
        mine.finish()
        row = queries.find_by_enrolment(enrolment_id)
        assert row is not None
        assert row.language == "en"


def test_a_course_without_terms_awards_nothing(app: Flask, cast: Cast) -> None:
    with app.app_context():
        lines = files_of(SLUG)["course.yaml"].decode().split("certificate:")[0]
        publish_course(SLUG, files_of(SLUG, **{"course.yaml": lines}))
        mine = Study(cast.learner.subject_id)
        enrolment_id = mine.enrol()
        mine.finish()
        assert queries.find_by_enrolment(enrolment_id) is None
        with pytest.raises(Refused, match="gives-none"):
            issuing.issue_by_hand(mine.subject_id, mine.course_id)


def test_the_projections_of_study_still_agree(app: Flask, award: Award) -> None:
    with app.app_context():
        assert compare(award.study.subject_id, award.study.course_id) == []
        assert issuing.compare(award.study.subject_id, award.study.course_id) == []


def test_a_record_without_certificate_and_the_reverse_are_told(app: Flask, award: Award) -> None:
    with app.app_context():
        code = award.row.code
        db.session.execute(update(Certificate).values(code="0" * 16))
        told = issuing.compare(award.study.subject_id, award.study.course_id)
        assert told == [f"certificate {code} is recorded and not there", f"certificate {'0' * 16} is not recorded"]


def test_without_the_libraries_the_award_waits_and_is_made_when_they_come(
    app: Flask, award: Award, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setattr(pdf, "LIBRARIES", ("libnothing-of-the-kind.so.9",))
        award.work()
        assert not award.row.made
        with app.app_context():
            assert "libnothing-of-the-kind.so.9" in (pdf.find_problem() or "")
            assert "apt-get install libpango-1.0-0" in (pdf.find_problem() or "")
            assert issuing.list_waiting() == []
    with app.app_context():
        assert issuing.list_waiting() == [award.row.id]
        assert issuing.make_file(award.row.id) is not None
        db.session.commit()
    assert award.row.made


def test_a_letter_without_a_glyph_is_told_to_the_administrator(app: Flask, cast: Cast) -> None:
    with app.app_context():
        odd = make_person("wu@example.org", "吴")
        mine = Study(odd.subject_id)
        enrolment_id = mine.enrol()
        mine.finish()
        db.session.commit()
    award = Award(app, mine, enrolment_id)
    award.work()
    row = award.row
    assert row.award is not None
    assert (row.made, row.problem) == (False, "The fonts of the certificate have no 吴 (U+5434).")
    with app.app_context():
        assert [found.id for found in queries.list_with_problems()] == [row.id]


def test_a_name_that_the_policy_refuses_is_told_to_the_administrator(app: Flask, award: Award) -> None:
    """Such a name may come from before the policy, or by another way than ours."""
    with app.app_context():
        facts = {**award.row.facts, "name": "Lilit Sаrgsyan"}
        db.session.execute(update(Certificate).values(snapshot=facts))
        db.session.commit()
    award.work()
    assert (award.row.made, award.row.problem) == (
        False,
        "The name cannot stand on a certificate. Letter 2 of “Sаrgsyan” is a Cyrillic letter, “а”, among Latin ones.",
    )
    with app.app_context():
        lifecycle.correct(award.row.id, actor=None)
        db.session.commit()
        assert queries.list_with_problems() == []
        assert issuing.list_waiting() == [award.row.id]
    award.work()
    assert award.row.made


def test_who_is_erased_is_taken_out_and_code_and_digest_stay(app: Flask, made: Award, cast: Cast) -> None:
    before = made.row
    with app.app_context():
        accounts.erase_person(cast.learner.account_id, actor=None)
        db.session.commit()
        assert storage().path(before.file_digest or "").exists(), "the bytes go after the commit"
    made.work()
    row = made.row
    assert (row.award, row.code, row.file_digest, row.standing) == (None, before.code, before.file_digest, "issued")
    assert cast.learner.name not in str(row.facts)
    assert MUSEUM not in str(row.facts)
    with app.app_context():
        assert not storage().path(before.file_digest or "").exists()


def test_a_file_that_is_made_while_its_holder_is_erased_does_not_stay(
    app: Flask, award: Award, cast: Cast, tx: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = issuing.paper.print_certificate

    def erase_meanwhile(*args: object, **kwargs: object) -> bytes:
        content = real(*args, **kwargs)  # type: ignore[arg-type]
        tx.execute(text("UPDATE certificates_certificate SET erased_at = '2026-01-01 00:00:00+00:00'"))
        return content

    monkeypatch.setattr(issuing.paper, "print_certificate", erase_meanwhile)
    with app.app_context():
        kept = set(storage().digests())
        assert issuing.make_file(award.row.id) is None
        assert set(storage().digests()) == kept
    assert award.row.file_digest is None


def test_certificates_follow_a_linked_account(app: Flask, made: Award, cast: Cast) -> None:
    with app.app_context():
        accounts.link_accounts(cast.colleague.account_id, cast.learner.account_id, actor=cast.colleague.subject_id)
        db.session.commit()
        assert [row.id for row in queries.list_by_subject(cast.colleague.subject_id)] == [made.row.id]
        assert issuing.compare(cast.colleague.subject_id, made.study.course_id) == []


def test_a_person_may_take_the_certificates_along(app: Flask, made: Award, cast: Cast) -> None:
    with app.app_context():
        mine = gather([cast.learner.subject_id])["certificates"]
    assert [(one["code"], one["facts"]["name"]) for one in mine] == [(made.row.code, cast.learner.name)]
