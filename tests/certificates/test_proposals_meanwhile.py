"""What changes between proposing and issuing is told; who acts at the same moment does no harm."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select, update

from lms.accounts import service as accounts
from lms.certificates import queries
from lms.certificates.models import Certificate, Proposed
from lms.certificates.queries import proposals as proposed
from lms.certificates.service import issuing, proposing
from lms.courses.queries import find_published
from lms.infra.db import db
from lms.infra.queue import run_jobs
from lms.learning.models import Enrolment
from lms.ops.models import AuditEntry
from tests.factories.courses import files_of, publish_course
from tests.factories.people import make_cast
from tests.factories.proposals import HAND, REASON, Class, at_once, completed, without_terms
from tests.factories.study import SLUG


def test_who_got_one_meanwhile_is_shown_and_passed_over(group: Class, app: Flask) -> None:
    page = group.propose()
    with app.app_context():
        issuing.issue_by_hand(group.people[0].subject_id, group.row(page).course_id)
        db.session.commit()
        [mine] = queries.list_by_subject(group.people[0].subject_id)
    shown = group.cast.browser("coordinator").visit(page.url)
    assert "Not everybody can get one any more." in shown.main
    assert f"has a certificate already: {mine.code_spaced}" in shown.main
    group.decide(page)
    group.work()
    told = group.cast.browser("trainer").visit(page.url)
    assert "1 certificate was issued. 1 could not be; below stands why." in told.main
    assert sorted(group.outcomes(page)) == [("issued", ""), ("refused", "issued-before")]
    with app.app_context():
        assert len(queries.list_by_subject(group.people[0].subject_id)) == 1


def test_who_is_erased_between_proposing_and_approving_gets_none(group: Class, app: Flask) -> None:
    page = group.propose(reason="For Lilit, who asked.")
    with app.app_context():
        accounts.erase_person(group.people[0].account_id, actor=None)
        db.session.commit()
    shown = group.cast.browser("coordinator").visit(page.url)
    assert "has had the account erased" in shown.main
    assert group.people[0].name not in shown.main
    group.decide(page)
    group.work()
    assert sorted(group.outcomes(page)) == [("issued", ""), ("refused", "erased")]
    assert group.row(page).reason == "", "it may have been about whoever is erased"
    assert "removed, because somebody in the proposal was erased" in group.cast.browser("admin").visit(page.url).main


def test_a_proposal_for_nobody_else_goes_with_whoever_is_erased(group: Class, app: Flask) -> None:
    page = group.propose("trainer", 0, reason="For Lilit, who asked.")
    assert group.people[0].name in page.main
    with app.app_context():
        accounts.erase_person(group.people[0].account_id, actor=None)
        db.session.commit()
    row = group.row(page)
    assert (row.state, row.reason) == ("withdrawn", "")


def test_who_is_erased_after_a_proposal_was_closed_takes_the_words_along(group: Class, app: Flask) -> None:
    page = group.propose(reason="For Lilit, who asked.")
    group.decide(page, comment="Lilit, yes.")
    group.work()
    with app.app_context():
        accounts.erase_person(group.people[0].account_id, actor=None)
        db.session.commit()
    row = group.row(page)
    assert (row.reason, row.comment, row.issued) == ("", "", 2)


def test_a_course_that_gives_no_certificate_any_more_is_told(group: Class, app: Flask) -> None:
    page = group.propose()
    with app.app_context():
        text = without_terms()["course.yaml"].decode().replace("hours: 2", "hours: 3")
        publish_course(SLUG, files_of(SLUG, **{"course.yaml": text}))
        db.session.commit()
    shown = group.cast.browser("coordinator").visit(page.url)
    assert "The course has changed." in shown.main
    assert "the course gives no certificate now" in shown.main
    group.decide(page)
    group.work()
    assert group.outcomes(page) == [("refused", "gives-none")] * 2
    assert "This course gives no certificate." in group.cast.browser("trainer").visit(HAND).main


def test_who_has_not_completed_it_any_more_is_told(group: Class, app: Flask) -> None:
    page = group.propose()
    with app.app_context():
        db.session.execute(update(Enrolment).values(completed_at=None, state="active"))
        db.session.commit()
    assert "has not completed the course any more" in group.cast.browser("coordinator").visit(page.url).main
    group.decide(page)
    group.work()
    assert group.outcomes(page) == [("refused", "not-completed")] * 2


def test_issuing_that_was_cut_off_goes_on_where_it_stopped(group: Class, app: Flask) -> None:
    page = group.propose()
    group.decide(page)
    proposal_id = page.url.rsplit("/", 1)[1]
    with app.app_context():
        assert proposing.issue_next(proposal_id)
        db.session.commit()
    shown = group.cast.browser("trainer").visit(page.url)
    assert "1 of 2 certificates" in shown.main
    group.work()
    assert group.row(page).state == "closed"
    assert group.outcomes(page) == [("issued", "")] * 2
    with app.app_context():
        assert not proposing.issue_next(proposal_id)


def test_of_linked_accounts_a_person_gets_one_certificate(group: Class, app: Flask) -> None:
    page = group.propose()
    with app.app_context():
        accounts.link_accounts(
            group.people[0].account_id, group.people[1].account_id, actor=group.cast.admin.subject_id
        )
        db.session.commit()
    group.decide(page)
    group.work()
    assert sorted(group.outcomes(page)) == [("issued", ""), ("refused", "issued-before")]
    with app.app_context():
        assert len(queries.list_by_subject(group.people[0].subject_id)) == 1


def test_two_who_decide_at_once_decide_once(real_app: Flask) -> None:
    with real_app.app_context():
        people = make_cast()
        completed(people.learner)
        course = find_published(SLUG)
        assert course is not None
        [one] = proposed.list_finished(course.id)
        proposal_id = proposing.propose(course, [one.enrolment_id], reason=REASON, actor=people.trainer.subject_id)
        db.session.commit()
    answers = at_once(
        real_app,
        lambda: proposing.approve(proposal_id, comment="", actor=people.coordinator.subject_id),
        lambda: proposing.decline(proposal_id, comment="No.", actor=people.admin.subject_id),
    )
    assert sorted(map(str, answers)) == ["None", "decided"]
    with real_app.app_context():
        run_jobs()
        row = proposed.find_proposal(proposal_id)
        count = db.session.scalar(select(func.count()).select_from(Certificate))
        kinds = list(db.session.scalars(select(AuditEntry.kind).where(AuditEntry.kind.like("proposal-%"))))
    assert row is not None
    assert (row.state, count) == (("closed", 1) if answers[0] is None else ("declined", 0))
    assert len([kind for kind in kinds if kind in ("proposal-approved", "proposal-declined")]) == 1


def test_two_who_propose_the_same_at_once_propose_it_once(real_app: Flask) -> None:
    with real_app.app_context():
        people = make_cast()
        completed(people.learner)
        course = find_published(SLUG)
        assert course is not None
        [one] = proposed.list_finished(course.id)
        db.session.commit()

    def propose(actor: str) -> Callable[[], object]:
        return lambda: proposing.propose(course, [one.enrolment_id], reason=REASON, actor=actor) and None

    answers = at_once(real_app, propose(people.trainer.subject_id), propose(people.coordinator.subject_id))
    assert sorted(map(str, answers)) == ["None", "changed"]
    with real_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Proposed)) == 1


def test_issuing_by_two_workers_at_once_issues_once(real_app: Flask) -> None:
    with real_app.app_context():
        people = make_cast()
        completed(people.learner, people.colleague)
        course = find_published(SLUG)
        assert course is not None
        found = proposed.list_finished(course.id)
        proposal_id = proposing.propose(
            course, [one.enrolment_id for one in found], reason=REASON, actor=people.trainer.subject_id
        )
        proposing.approve(proposal_id, comment="", actor=people.admin.subject_id)
        db.session.commit()

    def issue() -> None:
        while proposing.issue_next(proposal_id):
            db.session.commit()

    assert at_once(real_app, issue, issue) == [None, None]
    with real_app.app_context():
        rows = proposed.list_proposed(proposal_id)
        assert [row.outcome for row in rows] == ["issued", "issued"]
        assert db.session.scalar(select(func.count()).select_from(Certificate)) == 2
