"""The certificate says how the holder was identified and whether somebody watched the final quiz."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import update

from lms.accounts import service as accounts
from lms.accounts.queries import find_person, find_workplace
from lms.certificates import queries
from lms.certificates.models import Certificate, Presence, Sitting
from lms.certificates.queries import sittings as reads
from lms.certificates.service import lifecycle, sittings, words
from lms.certificates.service.issuing import freeze_name
from lms.domain.award import Award as Facts
from lms.domain.errors import NotFound, Refused
from lms.domain.names import spelling_mark
from lms.infra import clock
from lms.infra.db import db
from lms.infra.personal import gather
from lms.infra.storage import storage
from lms.network.service import confirming, ensure_museum
from lms.ops.queries import list_audit
from lms.quizzes import service as quizzes
from tests.certificates.conftest import Award
from tests.factories.awards import make_award
from tests.factories.people import MUSEUM, Cast, Person
from tests.factories.study import AHEAD, EXAM, LESSON, SPOKEN, TASK, Study, at
from tests.pages import PageClient

CENTRE = "Regional Training Centre"


@pytest.fixture
def confirmed(app: Flask, cast: Cast) -> Callable[[], None]:
    """Return what confirms the name of the learner."""

    def act() -> None:
        with app.app_context():
            person, place = find_person(cast.learner.subject_id), find_workplace(cast.learner.subject_id)
            assert person is not None
            assert place is not None
            assert place.museum_id is not None
            confirming.confirm_name(
                person.subject_id,
                place.museum_id,
                mark=spelling_mark(person.name, person.name_latin),
                seen="document",
                actor=cast.coordinator.subject_id,
            )
            db.session.commit()

    return act


@pytest.fixture
def sitting(app: Flask, cast: Cast, study: Study) -> str:
    """Return an open sitting of the course about keys, which the trainer watches over."""
    with app.app_context():
        opened = sittings.open_sitting(
            study.course_id, study.version_id, ensure_museum(CENTRE, "AM"), actor=cast.trainer.subject_id
        )
        db.session.commit()
        return opened


def mark(app: Flask, sitting_id: str, person: Person, actor: Person) -> int:
    """Mark somebody as present, by the name that is shown."""
    with app.app_context():
        row = reads.find_sitting(sitting_id)
        assert row is not None
        candidate = reads.find_candidate(row, person.subject_id)
        seen = [(person.subject_id, candidate.mark if candidate else "")]
        count = sittings.mark_present(sitting_id, seen, actor=actor.subject_id)
        db.session.commit()
        return count


def rename(app: Flask, person: Person, name: str) -> None:
    with app.app_context():
        accounts.change_profile(person.account_id, name=name, name_latin="", languages=("en",), timezone="UTC")
        db.session.commit()


def do(app: Flask, act: Callable[[], Any]) -> None:
    with app.app_context():
        act()
        db.session.commit()


def finish_but_exam(study: Study) -> None:
    for item in (LESSON, AHEAD):
        study.check(item)
        if study.course.items[item].complete != "questions":  # type: ignore[union-attr]
            study.mark(item)
    study.take(SPOKEN)
    study.mark(TASK)


def said(app: Flask, study: Study) -> tuple[str, str, str]:
    """Return what the learner's certificate says of identity and supervision."""
    with app.app_context():
        row = queries.find_by_enrolment(study.enrol())
        assert row is not None
        assert row.award is not None
        return row.award.identity, row.award.identified_by, row.award.supervised_by


def test_a_museum_that_confirmed_the_name_stands_on_the_certificate(
    app: Flask, study: Study, confirmed: Callable[[], None]
) -> None:
    confirmed()
    do(app, study.finish)
    assert said(app, study) == ("museum", MUSEUM, "")


def test_a_confirmation_that_comes_before_the_award_counts_for_the_frozen_name(
    app: Flask, study: Study, confirmed: Callable[[], None]
) -> None:
    do(app, lambda: finish_but_exam(study))
    confirmed()
    do(app, lambda: study.take(EXAM))
    assert said(app, study) == ("museum", MUSEUM, "")


def test_a_confirmation_of_another_spelling_than_the_frozen_one_counts_for_nothing(
    app: Flask, study: Study, cast: Cast, confirmed: Callable[[], None]
) -> None:
    do(app, lambda: freeze_name(study.subject_id, study.enrol()))
    rename(app, cast.learner, "Lilit Sargsian")
    confirmed()
    do(app, study.finish)
    assert said(app, study) == ("self-declared", "", "")


def test_a_name_that_was_changed_after_the_confirmation_is_by_own_word(
    app: Flask, study: Study, cast: Cast, confirmed: Callable[[], None]
) -> None:
    confirmed()
    rename(app, cast.learner, "Lilit Sargsian")
    do(app, study.finish)
    assert said(app, study) == ("self-declared", "", "")


def test_a_confirmation_after_the_award_changes_no_certificate(
    app: Flask, award: Award, confirmed: Callable[[], None]
) -> None:
    confirmed()
    assert said(app, award.study) == ("self-declared", "", "")


def test_the_name_of_the_museum_is_that_of_the_award(app: Flask, study: Study, confirmed: Callable[[], None]) -> None:
    confirmed()
    do(app, study.finish)
    with app.app_context():
        db.session.execute(db.text("UPDATE network_museum SET name = 'Another Name'"))
        db.session.commit()
    assert said(app, study)[1] == MUSEUM


def test_a_final_quiz_that_was_watched_is_said_to_be(
    app: Flask, study: Study, cast: Cast, sitting: str, confirmed: Callable[[], None]
) -> None:
    confirmed()
    assert mark(app, sitting, cast.learner, cast.trainer) == 1
    do(app, study.finish)
    assert said(app, study) == ("centre", CENTRE, CENTRE)


def test_who_was_not_marked_was_not_watched(app: Flask, study: Study, cast: Cast, sitting: str) -> None:
    do(app, study.finish)
    assert said(app, study) == ("self-declared", "", "")


def test_an_attempt_that_was_begun_before_the_sitting_is_not_supervised(app: Flask, study: Study, cast: Cast) -> None:
    with app.app_context():
        finish_but_exam(study)
        attempt = study.start(EXAM)
        opened = sittings.open_sitting(
            study.course_id, study.version_id, ensure_museum(CENTRE, "AM"), actor=cast.trainer.subject_id
        )
        db.session.commit()
    mark(app, opened, cast.learner, cast.trainer)
    do(app, lambda: quizzes.submit_attempt(study.subject_id, attempt.id, study.answers(attempt), 1))
    assert said(app, study) == ("self-declared", "", "")


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "over by itself"])
def test_what_is_handed_in_after_the_sitting_is_not_supervised(
    app: Flask, study: Study, cast: Cast, sitting: str, closed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark(app, sitting, cast.learner, cast.trainer)
    with app.app_context():
        finish_but_exam(study)
        attempt = study.start(EXAM)
        if closed:
            sittings.close(sitting, actor=cast.trainer.subject_id)
        else:
            db.session.execute(update(Sitting).values(until=clock.now()))
        db.session.commit()
    with at(clock.now() + timedelta(seconds=1), monkeypatch):
        do(app, lambda: quizzes.submit_attempt(study.subject_id, attempt.id, study.answers(attempt), 1))
    assert said(app, study) == ("self-declared", "", "")


def test_a_sitting_that_ended_before_the_last_task_counts_all_the_same(
    app: Flask, study: Study, cast: Cast, sitting: str
) -> None:
    mark(app, sitting, cast.learner, cast.trainer)
    with app.app_context():
        for item in (LESSON, AHEAD):
            study.check(item)
            if study.course.items[item].complete != "questions":  # type: ignore[union-attr]
                study.mark(item)
        study.take(SPOKEN)
        study.take(EXAM)
        sittings.close(sitting, actor=cast.trainer.subject_id)
        study.mark(TASK)
        db.session.commit()
    assert said(app, study) == ("centre", CENTRE, CENTRE)


def test_a_sitting_of_another_course_counts_for_nothing(app: Flask, study: Study, cast: Cast, sitting: str) -> None:
    mark(app, sitting, cast.learner, cast.trainer)
    with app.app_context():
        assert reads.list_watched(study.subject_id, "0" * 32) == []
        assert len(reads.list_watched(study.subject_id, study.course_id)) == 1


def test_papers_with_the_name_before_a_rename_identify_nobody(
    app: Flask, study: Study, cast: Cast, sitting: str
) -> None:
    mark(app, sitting, cast.learner, cast.trainer)
    rename(app, cast.learner, "Somebody Else")
    do(app, study.finish)
    assert said(app, study) == ("self-declared", "", CENTRE)


def test_the_frozen_name_is_the_one_that_is_shown_to_the_supervisor(
    app: Flask, study: Study, cast: Cast, sitting: str
) -> None:
    do(app, lambda: freeze_name(study.subject_id, study.enrol()))
    rename(app, cast.learner, "Somebody Else")
    mark(app, sitting, cast.learner, cast.trainer)
    do(app, study.finish)
    assert said(app, study) == ("centre", CENTRE, CENTRE)


def test_nobody_watches_over_the_own_quiz(app: Flask, study: Study, cast: Cast) -> None:
    with app.app_context():
        mine = Study(cast.trainer.subject_id)
        mine.enrol()
        opened = sittings.open_sitting(
            mine.course_id, mine.version_id, ensure_museum(CENTRE, "AM"), actor=cast.trainer.subject_id
        )
        db.session.commit()
    for actor in (cast.trainer, cast.admin):
        with pytest.raises(Refused, match="self"):
            mark(app, opened, cast.trainer, actor)
    with app.app_context():
        row = reads.find_sitting(opened)
        assert row is not None
        mine = Study(cast.admin.subject_id)
        mine.enrol()
        db.session.commit()
    with pytest.raises(Refused, match="self"):
        mark(app, opened, cast.admin, cast.admin)


def test_who_links_the_account_of_the_supervisor_was_watched_by_nobody(
    app: Flask, study: Study, cast: Cast, sitting: str
) -> None:
    mark(app, sitting, cast.learner, cast.trainer)
    with app.app_context():
        accounts.link_accounts(cast.learner.account_id, cast.trainer.account_id, actor="x")
        db.session.commit()
    do(app, study.finish)
    assert said(app, study) == ("self-declared", "", "")


def test_presence_counts_for_the_person_under_linked_accounts(
    app: Flask, study: Study, cast: Cast, sitting: str
) -> None:
    mark(app, sitting, cast.learner, cast.trainer)
    rename(app, cast.colleague, cast.learner.name)
    with app.app_context():
        accounts.link_accounts(cast.colleague.account_id, cast.learner.account_id, actor="x")
        mine = Study(cast.colleague.subject_id)
        mine.finish()
        db.session.commit()
    assert said(app, mine) == ("centre", CENTRE, CENTRE)


def test_a_name_that_changed_since_it_was_looked_at_is_not_marked(
    app: Flask, study: Study, cast: Cast, sitting: str
) -> None:
    with app.app_context(), pytest.raises(Refused, match="changed"):
        sittings.mark_present(
            sitting, [(cast.learner.subject_id, spelling_mark("Lilit", ""))], actor=cast.trainer.subject_id
        )


def test_nothing_is_marked_once_it_has_ended(app: Flask, study: Study, cast: Cast, sitting: str) -> None:
    do(app, lambda: sittings.close(sitting, actor=cast.trainer.subject_id))
    with pytest.raises(Refused, match="closed"):
        mark(app, sitting, cast.learner, cast.trainer)
    with app.app_context(), pytest.raises(Refused, match="closed"):
        sittings.close(sitting, actor=cast.trainer.subject_id)


def test_a_mark_is_taken_back_unless_the_quiz_was_begun(app: Flask, study: Study, cast: Cast, sitting: str) -> None:
    actor = cast.trainer.subject_id
    mark(app, sitting, cast.learner, cast.trainer)
    do(app, lambda: sittings.take_back(sitting, cast.learner.subject_id, actor=actor))
    with app.app_context(), pytest.raises(NotFound):
        sittings.take_back(sitting, cast.learner.subject_id, actor=actor)
    mark(app, sitting, cast.learner, cast.trainer)
    do(app, lambda: study.start(EXAM))
    with app.app_context(), pytest.raises(Refused, match="begun"):
        sittings.take_back(sitting, cast.learner.subject_id, actor=actor)


def test_each_step_is_in_the_audit_log_without_a_name(app: Flask, study: Study, cast: Cast, sitting: str) -> None:
    mark(app, sitting, cast.learner, cast.trainer)
    do(app, lambda: sittings.take_back(sitting, cast.learner.subject_id, actor=cast.trainer.subject_id))
    do(app, lambda: sittings.close(sitting, actor=cast.trainer.subject_id))
    with app.app_context():
        lines = [line for line in list_audit() if line.facts.get("sitting_id") == sitting]
    assert [line.kind for line in lines] == ["sitting-closed", "learner-unseen", "learner-seen", "sitting-opened"]
    assert {line.actor for line in lines} == {cast.trainer.subject_id}
    assert cast.learner.name not in str(lines)


def test_presence_is_in_the_download_and_goes_with_the_person(
    app: Flask, study: Study, cast: Cast, sitting: str
) -> None:
    mark(app, sitting, cast.learner, cast.trainer)
    do(app, study.finish)
    with app.app_context():
        (mine,) = gather([cast.learner.subject_id])["supervised-sittings"]
        assert (mine["name"], mine["centre"], mine["slug"]) == (cast.learner.name, CENTRE, "keys")
        accounts.erase_person(cast.learner.account_id, actor=None)
        db.session.commit()
        assert db.session.scalar(db.select(db.func.count()).select_from(Presence)) == 0
        assert db.session.scalar(db.select(db.func.count()).select_from(Sitting)) == 1
        row = queries.find_by_enrolment(study.enrol())
        assert row is not None
        assert (row.award, row.facts["identified_by"], row.facts["supervised_by"]) == (None, "", "")


def test_a_corrected_name_is_no_longer_the_one_that_was_seen(
    app: Flask, study: Study, cast: Cast, sitting: str
) -> None:
    mark(app, sitting, cast.learner, cast.trainer)
    do(app, study.finish)
    rename(app, cast.learner, "Lilit Sargsian")
    with app.app_context():
        row = queries.find_by_enrolment(study.enrol())
        assert row is not None
        lifecycle.correct(row.id, actor=None)
        db.session.commit()
    assert said(app, study) == ("self-declared", "", CENTRE)


def test_a_corrected_name_that_the_museum_confirmed_says_so(
    app: Flask, award: Award, cast: Cast, confirmed: Callable[[], None]
) -> None:
    rename(app, cast.learner, "Lilit Sargsian")
    confirmed()
    with app.app_context():
        lifecycle.correct(award.row.id, actor=None)
        db.session.commit()
    assert said(app, award.study) == ("museum", MUSEUM, "")


def test_a_corrected_name_that_the_papers_bore_is_identified_by_them(
    app: Flask, study: Study, cast: Cast, sitting: str
) -> None:
    """The name froze with a mistake, the supervisor saw so, and the learner mended the profile only afterwards."""
    mark(app, sitting, cast.learner, cast.trainer)
    right = cast.learner.name
    rename(app, cast.learner, "Lilit Sargsian")
    do(app, lambda: finish_but_exam(study))
    do(app, lambda: study.take(EXAM, but=1))
    assert said(app, study) == ("self-declared", "", CENTRE)
    do(app, lambda: sittings.close(sitting, actor=cast.trainer.subject_id))
    do(app, lambda: study.take(EXAM))  # a better one at home, which came after the award
    rename(app, cast.learner, right)
    with app.app_context():
        row = queries.find_by_enrolment(study.enrol())
        assert row is not None
        lifecycle.correct(row.id, actor=None)
        db.session.commit()
    assert said(app, study) == ("centre", CENTRE, CENTRE)


def test_snapshots_of_before_are_read() -> None:
    kept = make_award().as_json()
    del kept["identified_by"], kept["supervised_by"]
    facts = Facts.from_json(kept)
    assert (facts.identity, facts.identified_by, facts.supervised_by) == ("self-declared", "", "")


@pytest.mark.parametrize(
    ("facts", "identity", "assessment"),
    [
        ({}, "By the holder’s own word", "Nobody supervised them."),
        ({"identity": "museum", "identified_by": "Bells"}, "Bells confirmed that it knows", "Nobody supervised them."),
        (
            {"identity": "centre", "identified_by": "Bells", "supervised_by": "Bells"},
            "At Bells, where a supervisor saw the holder’s papers",
            "The final quiz was taken under supervision at Bells; nobody supervised the others.",
        ),
        (
            {"supervised_by": "Bells", "quizzes": 1},
            "By the holder’s own word",
            "The quiz was taken under supervision at Bells.",
        ),
    ],
)
def test_paper_and_page_say_it_in_words(facts: dict[str, Any], identity: str, assessment: str) -> None:
    award = make_award(**facts)
    assert words.identity_of(award).startswith(identity)
    assert assessment in words.assessment_of(award, "en")
    assert ("Nobody supervised them." in words.assessment_of(award, "en")) is not bool(award.supervised_by)


def test_page_programs_and_credential_all_say_it(
    app: Flask, client: PageClient, study: Study, cast: Cast, sitting: str
) -> None:
    mark(app, sitting, cast.learner, cast.trainer)
    do(app, study.finish)
    made = Award(app, study, said_enrolment(app, study))
    made.work()
    assert made.row.made, made.row.problem
    address = f"/verify/{made.row.code}"
    page = client.visit(address)
    assert f"At {CENTRE}, where a supervisor saw the holder’s papers" in page.main
    assert f"under supervision at {CENTRE}" in page.main
    claims = client.get(address, headers={"Accept": "application/json"}).get_json()["claims"]
    assert (claims["identity"], claims["identified_by"], claims["supervised_by"]) == ("centre", CENTRE, CENTRE)
    with app.app_context():
        credential = orjson.loads(storage().get(made.row.credential_digest or ""))
    assessed, identified = credential["evidence"]
    assert f"the final one was supervised at {CENTRE}" in assessed["name"]
    assert identified["name"] == "Identity checked at a supervised sitting"
    assert CENTRE in identified["description"]


def test_a_forged_identity_shows(app: Flask, client: PageClient, made: Award) -> None:
    with app.app_context():
        credential = orjson.loads(storage().get(made.row.credential_digest or ""))
    assert credential["evidence"][1]["name"] == "Identity self-declared"
    credential["evidence"][1]["name"] = "Identity confirmed by a museum"
    answer = client.post("/verify", data={"file": (BytesIO(orjson.dumps(credential)), "credential.json")})
    assert answer.status_code == 200
    assert client.page is not None
    assert not client.page.main.startswith("Valid")


def said_enrolment(app: Flask, study: Study) -> str:
    with app.app_context():
        return study.enrol()


def test_the_museum_is_set_in_our_fonts_or_told(app: Flask, award: Award) -> None:
    with app.app_context():
        facts = {**award.row.facts, "identity": "museum", "identified_by": "博物館"}
        db.session.execute(update(Certificate).values(snapshot=facts))
        db.session.commit()
    award.work()
    assert "have no 博" in (award.row.problem or "")
