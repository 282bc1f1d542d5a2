"""A transcript is drawn up on request, issued once for what it says, and follows what becomes of its holder."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from lms.accounts.models import Account
from lms.certificates.queries import transcripts as reads
from lms.certificates.queries.transcripts import TranscriptRow
from lms.certificates.service import journal, lifecycle, numbering, transcripts
from lms.courses.queries import find_published
from lms.domain import codes
from lms.domain.errors import Refused
from lms.infra import clock, pdf
from lms.infra.db import db
from lms.infra.pause import pause
from lms.infra.queue import run_jobs
from lms.infra.storage import storage
from lms.learning import service as learning
from tests.certificates.asking import LANGUAGES, Wanted, act, kinds
from tests.certificates.conftest import Award
from tests.factories.courses import publish_course
from tests.factories.people import Cast, make_person
from tests.factories.study import LESSON, Study, at


@pytest.fixture
def wanted(app: Flask, award: Award) -> Wanted:
    """Return the learner of the cast, who has completed the course about keys."""
    return Wanted(app, award.study.subject_id)


def test_it_says_what_the_certificate_says(wanted: Wanted, award: Award, cast: Cast) -> None:
    said = wanted.ask().award
    assert said is not None
    [course] = said.courses
    assert (said.name, said.title, said.hours) == (cast.learner.name, "Transcript of learning", course.hours)
    assert award.row.award is not None
    assert (course.certificate, course.certified, course.edition) == (award.row.code, "valid", 1)
    assert (course.hours, course.grade_percent) == (award.row.award.hours, 100)
    assert course.completed_at == award.row.issued_at.isoformat()


def test_a_course_under_way_stands_with_its_per_cent_and_its_hours_do_not_count(app: Flask, study: Study) -> None:
    with app.app_context():
        study.check(LESSON)
        study.mark(LESSON)
        db.session.commit()
    said = Wanted(app, study.subject_id).ask().award
    assert said is not None
    [course] = said.courses
    assert (course.completed, 0 < course.percent < 100, course.certificate) == (False, True, "")
    assert said.hours == 0


def test_a_course_that_was_left_before_the_end_is_not_in_it(app: Flask, study: Study) -> None:
    act(app, learning.leave, study.subject_id, study.course_id)
    with app.app_context(), pytest.raises(Refused, match="nothing-learned"):
        transcripts.issue(study.subject_id, LANGUAGES)


def test_a_completed_course_that_was_left_stays_in_it(app: Flask, award: Award, wanted: Wanted) -> None:
    act(app, learning.leave, award.study.subject_id, award.study.course_id)
    assert [course.completed for course in wanted.ask().said.courses] == [True]


def test_who_has_begun_nothing_gets_none(app: Flask, cast: Cast) -> None:
    with app.app_context(), pytest.raises(Refused, match="nothing-learned"):
        transcripts.issue(cast.stranger.subject_id, LANGUAGES)


def test_asking_twice_on_one_day_with_nothing_changed_gives_the_same(wanted: Wanted) -> None:
    first = wanted.ask()
    assert wanted.ask().code == first.code
    assert wanted.ask("ru", "en").code != first.code, "another language is another document"


def test_what_was_learned_since_gives_a_new_one(app: Flask, wanted: Wanted) -> None:
    first = wanted.ask()
    with app.app_context():
        publish_course("labels")
        other = find_published("labels")
        assert other is not None
        learning.enrol(wanted.subject_id, other.id, other.version_id, None)
        db.session.commit()
    later = wanted.ask()
    assert later.code != first.code
    assert [course.completed for course in later.said.courses] == [True, False]
    assert first.said == wanted.row(first.code).said, "the first says what it said"


def test_the_next_day_gives_a_new_one(wanted: Wanted, monkeypatch: pytest.MonkeyPatch) -> None:
    first = wanted.ask()
    with at(clock.now() + timedelta(days=1), monkeypatch):
        assert wanted.ask().code != first.code


def test_one_person_makes_only_so_many_in_a_day(
    app: Flask, wanted: Wanted, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcripts, "MOST_A_DAY", 2)
    kept = [wanted.ask("en").code, wanted.ask("ru").code]
    with app.app_context():
        db.session.get_one(Account, cast.learner.account_id).name = "Lilit Renamed"
        db.session.commit()
        with pytest.raises(Refused, match="too-many"):
            transcripts.issue(wanted.subject_id, LANGUAGES)
    assert [row.code for row in reversed(list_of(app, wanted))] == kept


def list_of(app: Flask, wanted: Wanted) -> list[TranscriptRow]:
    with app.app_context():
        return reads.list_by_subject(wanted.subject_id)


def test_a_rename_does_not_put_another_name_on_what_was_learned(app: Flask, wanted: Wanted, cast: Cast) -> None:
    with app.app_context():
        db.session.get_one(Account, cast.learner.account_id).name = "Somebody Else"
        db.session.commit()
    said = wanted.ask().said
    assert said.name == "Somebody Else"
    assert [course.name for course in said.courses] == [cast.learner.name], "the certificate's name is said beside it"


def test_a_revoked_certificate_counts_for_nothing_and_shows_no_result(app: Flask, wanted: Wanted, award: Award) -> None:
    act(app, lifecycle.revoke, award.row.id, reason="Found out", actor=None)
    said = wanted.ask().said
    [course] = said.courses
    assert (said.hours, course.certified, course.grade_percent) == (0, "revoked", None)


def test_codes_and_ordinals_are_given_once_over_both(app: Flask, award: Award, monkeypatch: pytest.MonkeyPatch) -> None:
    taken, free = bytes_of(award.row.code), b"free bytes"
    drawn = iter([taken, taken, free])
    with app.app_context():
        monkeypatch.setattr(numbering.os, "urandom", lambda size: next(drawn))
        ordinal, code = numbering.take()
    assert (code, ordinal) == (codes.encode(free), (award.row.ordinal or 0) + 1)


def bytes_of(code: str) -> bytes:
    """Return the random bytes that a code was made of."""
    number = 0
    for letter in code:
        number = number << 5 | codes.ALPHABET.index(letter)
    return number.to_bytes(codes.BYTES, "big")


def test_the_file_is_made_once_in_the_background(app: Flask, wanted: Wanted) -> None:
    row = wanted.ask()
    assert not row.made, "nobody waits for the file"
    with app.app_context():
        assert "certificates.make_transcript" in run_jobs()
    made = wanted.row(row.code)
    with app.app_context():
        assert transcripts.make_file(row.id) is None
        assert storage().get(made.file_digest or "").startswith(b"%PDF")
    assert wanted.row(row.code) == made
    assert kinds(app, row.code) == ["issued", "made"]


def test_without_the_libraries_it_waits_and_is_made_when_they_come(
    app: Flask, wanted: Wanted, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = wanted.ask()
    with app.app_context():
        with monkeypatch.context() as without:
            without.setattr(pdf, "LIBRARIES", ("libnothing-of-the-kind.so.9",))
            run_jobs()
            assert transcripts.list_waiting() == []
        assert not wanted.row(row.code).made
        assert transcripts.list_waiting() == [row.id]
        assert transcripts.make_file(row.id) is not None


def test_a_letter_without_a_glyph_is_told_to_the_administrator(app: Flask, cast: Cast) -> None:
    with app.app_context():
        odd = make_person("wu@example.org", "吴 Wu")
        Study(odd.subject_id).enrol()
        db.session.commit()
    row = Wanted(app, odd.subject_id).ask()
    with app.app_context():
        run_jobs()
        assert [one.problem for one in reads.list_with_problems()] == [
            "The fonts of the certificate have no 吴 (U+5434)."
        ]
    assert "吴 (U+5434)" in cast.browser("admin").visit("/admin/certificates").main
    assert not Wanted(app, odd.subject_id).row(row.code).made


def test_nothing_is_made_while_the_site_pauses(app: Flask, wanted: Wanted) -> None:
    row = wanted.ask()
    with app.app_context():
        pause(Path(app.config["LMS"].data_dir))
        try:
            assert transcripts.make_file(row.id) is None
        finally:
            journal.go_on()


def test_what_was_learned_is_read_in_two_statements(
    app: Flask, wanted: Wanted, max_queries: Callable[[int], AbstractContextManager[list[str]]]
) -> None:
    with app.app_context(), max_queries(2):
        assert len(reads.list_learned(wanted.subject_id, LANGUAGES)) == 1
