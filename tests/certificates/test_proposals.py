"""Issuing by hand: one proposes, another decides, and what changed between the two is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from lms.accounts import service as accounts
from lms.certificates import queries
from lms.certificates.models import Certificate, Proposal, Proposed
from lms.certificates.queries import proposals as proposed
from lms.certificates.service import issuing, proposing
from lms.certificates.views import proposals as view
from lms.courses.queries import find_published
from lms.domain.errors import Refused
from lms.infra import mail
from lms.infra.db import db
from lms.infra.personal import gather
from lms.infra.queue import run_jobs
from lms.learning.models import Enrolment
from lms.ops.models import AuditEntry
from tests.factories.courses import files_of, publish_course
from tests.factories.people import Cast, Person, make_cast, make_person
from tests.factories.study import SLUG, Study
from tests.pages import Page

HAND = f"/teach/courses/{SLUG}/certificates/by-hand"
REASON = "The course gave no certificate in spring."


@dataclass(frozen=True)
class Class:
    """People who completed the course about keys before it gave certificates; now it does."""

    app: Flask
    cast: Cast
    people: tuple[Person, ...]

    def enrolments(self) -> list[str]:
        """Return the enrolments of all of them."""
        with self.app.app_context():
            return list(db.session.scalars(select(Enrolment.id).order_by(Enrolment.enrolled_at, Enrolment.id)))

    def work(self) -> list[str]:
        """Do the background work."""
        with self.app.app_context():
            return run_jobs()

    def propose(self, who: str = "trainer", *people: int, reason: str = REASON) -> Page:
        """Propose some of them (all, when none is named) by the page, and return the page of the proposal."""
        browser = self.cast.browser(who)
        browser.visit(HAND)
        chosen = self.enrolments()
        return browser.press("Propose", learner=[chosen[n] for n in people] if people else chosen, reason=reason)

    def row(self, page: Page) -> proposed.ProposalRow:
        """Return the proposal as it stands now."""
        with self.app.app_context():
            found = proposed.find_proposal(page.url.rsplit("/", 1)[1])
        assert found is not None
        return found

    def outcomes(self, page: Page) -> list[tuple[str, str]]:
        """Return what came of each of them, by name."""
        with self.app.app_context():
            rows = proposed.list_proposed(page.url.rsplit("/", 1)[1])
        return [(row.outcome, row.why) for row in rows]

    def decide(self, page: Page, who: str = "coordinator", button: str = "Approve and issue", **fields: Any) -> Page:
        """Decide a proposal by its page."""
        browser = self.cast.browser(who)
        browser.visit(page.url)
        return browser.press(button, **fields)


def without_terms() -> dict[str, bytes]:
    return files_of(SLUG, **{"course.yaml": files_of(SLUG)["course.yaml"].decode().split("certificate:")[0]})


def completed(*people: Person) -> None:
    """Let people complete the course while it gives no certificate, then publish a version that gives one."""
    publish_course(SLUG, without_terms())
    for person in people:
        study = Study(person.subject_id)
        study.enrol()
        study.finish()
    publish_course(SLUG)


@pytest.fixture
def group(app: Flask, cast: Cast) -> Class:
    with app.app_context():
        completed(cast.learner, cast.colleague)
        db.session.commit()
    return Class(app, cast, (cast.learner, cast.colleague))


def audit(app: Flask) -> list[tuple[str, str | None]]:
    """Return kind and actor of what stands in the audit log of proposals."""
    with app.app_context():
        entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    return [(entry.kind, entry.actor) for entry in entries if "propos" in entry.kind or "hand" in entry.kind]


def letters(app: Flask, purpose: str) -> list[str]:
    with app.app_context():
        return sorted(letter.to_address for letter in mail.list_mail() if letter.purpose == f"certificates.{purpose}")


def test_one_proposes_another_approves_and_the_certificates_are_issued(group: Class, app: Flask) -> None:
    page = group.propose()
    assert "waits for a second person" in page.main
    assert group.work() == ["certificates.tell_approvers", "mail.send", "mail.send"]
    assert letters(app, "proposed") == sorted([group.cast.coordinator.email, group.cast.admin.email])

    group.cast.browser("coordinator").visit(page.url)
    told = group.cast.browser("coordinator").page
    assert told is not None
    for words in (REASON, group.cast.trainer.name, *(person.name for person in group.people), "can get it", "100"):
        assert words in told.main
    told = group.decide(page, comment="Agreed.")
    assert "The certificates are being issued" in told.text
    assert "0 of 2 certificates" in told.main

    group.work()
    told = group.cast.browser("trainer").visit(page.url)
    assert "2 certificates were issued." in told.main
    assert "Agreed." in told.main
    assert letters(app, "issued-by-hand") == [group.cast.trainer.email]
    assert letters(app, "made") == sorted(person.email for person in group.people)
    with app.app_context():
        for person in group.people:
            [row] = queries.list_by_subject(person.subject_id)
            assert (row.made, row.award.title if row.award else "") == (True, "Certificate in keeping keys")
            assert issuing.compare(person.subject_id, row.course_id) == []


def test_all_of_it_stands_in_the_audit_log(group: Class, app: Flask) -> None:
    page = group.propose()
    group.decide(page)
    group.work()
    trainer, coordinator = group.cast.trainer.subject_id, group.cast.coordinator.subject_id
    assert audit(app) == [
        ("issue-proposed", trainer),
        ("proposal-approved", coordinator),
        ("issued-by-hand", coordinator),
        ("issued-by-hand", coordinator),
        ("proposal-closed", coordinator),
    ]
    with app.app_context():
        facts = " ".join(str(entry.facts) for entry in db.session.scalars(select(AuditEntry)))
    assert REASON not in facts, "the reason may name somebody, and nothing is erased from the audit log"


def test_the_certificate_says_what_was_studied_with_the_terms_of_today(group: Class, app: Flask) -> None:
    page = group.propose("trainer", 0)
    group.decide(page)
    group.work()
    with app.app_context():
        [row] = queries.list_by_subject(group.people[0].subject_id)
        assert row.award is not None
        assert (row.award.edition, row.award.signatories) == (1, (("Ana Example", "Director"),))


@pytest.mark.parametrize("who", ["coordinator", "admin"])
def test_nobody_decides_their_own_proposal_whatever_their_roles(group: Class, app: Flask, who: str) -> None:
    page = group.propose(who)
    assert "This waits for a second person." in page.main
    assert "Approve and issue" not in page.buttons()
    answer = group.cast.browser(who).post(f"{page.url}/decide", data={"decision": "approve"}, follow_redirects=True)
    assert "A second person must decide it" in answer.get_data(as_text=True)
    assert group.row(page).state == "waiting"
    group.work()
    person: Person = getattr(group.cast, who)
    assert person.email not in letters(app, "proposed")


def test_a_linked_account_of_the_proposer_is_no_second_person(group: Class, app: Flask) -> None:
    page = group.propose()
    with app.app_context():
        accounts.link_accounts(
            group.cast.coordinator.account_id, group.cast.trainer.account_id, actor=group.cast.admin.subject_id
        )
        db.session.commit()
    group.work()
    assert letters(app, "proposed") == [group.cast.admin.email]
    shown = group.cast.browser("coordinator").visit(page.url)
    assert "Approve and issue" not in shown.buttons()
    answer = group.cast.browser("coordinator").post(f"{page.url}/decide", data={"decision": "approve"})
    assert (answer.status_code, group.row(page).state) == (302, "waiting")
    assert "waits for you" not in group.cast.browser("coordinator").visit("/teach/").main


def test_nobody_approves_a_certificate_for_themselves(app: Flask, cast: Cast) -> None:
    with app.app_context():
        completed(cast.coordinator)
        db.session.commit()
    group = Class(app, cast, (cast.coordinator,))
    page = group.propose()
    shown = group.cast.browser("coordinator").visit(page.url)
    assert "One of these certificates is for you." in shown.main
    answer = group.cast.browser("coordinator").post(f"{page.url}/decide", data={"decision": "approve"})
    assert (answer.status_code, group.row(page).state) == (302, "waiting")
    group.work()
    assert letters(app, "proposed") == [cast.admin.email]


@pytest.mark.parametrize("who", ["trainer", "reviewer", "learner", "other_trainer"])
def test_only_those_with_the_permission_approve(group: Class, who: str) -> None:
    page = group.propose("coordinator")
    assert group.cast.browser(who).post(f"{page.url}/decide", data={"decision": "approve"}).status_code == 404
    assert group.row(page).state == "waiting"


def test_a_coordinator_of_another_course_neither_decides_nor_is_asked(group: Class, app: Flask) -> None:
    page = group.propose()
    with app.app_context():
        elsewhere = make_person("c2@example.org", "Coordinator", role="coordinator", scope=("course", "another-course"))
        db.session.commit()
    cast = Cast(**{**vars(group.cast), "stranger": elsewhere, "_browsers": {}})
    assert cast.browser("stranger").get(page.url).status_code == 404
    assert cast.browser("stranger").post(f"{page.url}/decide", data={"decision": "approve"}).status_code == 404
    assert "waits for you" not in cast.browser("stranger").visit("/teach/").main
    group.work()
    assert elsewhere.email not in letters(app, "proposed")


def test_a_no_needs_a_comment_and_issues_nothing(group: Class, app: Flask) -> None:
    page = group.propose()
    browser = group.cast.browser("coordinator")
    browser.visit(page.url)
    shown = browser.press("Decline", status=422, comment="")
    assert "Say why: whoever proposed it reads this." in shown.main
    told = group.decide(page, button="Decline", comment="They have not shown their work.")
    assert "Nothing was issued." in told.main
    group.work()
    assert letters(app, "declined") == [group.cast.trainer.email]
    assert "They have not shown their work." in group.cast.browser("trainer").visit(page.url).main
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Certificate)) == 0
    again = group.propose()
    assert again.url != page.url, "they may be proposed once more"


def test_a_proposal_can_be_withdrawn_by_its_proposer_alone(group: Class) -> None:
    page = group.propose()
    assert group.cast.browser("admin").post(f"{page.url}/withdraw").status_code == 302
    assert group.row(page).state == "waiting"
    browser = group.cast.browser("trainer")
    browser.visit(page.url)
    told = browser.press("Withdraw the proposal")
    assert "Withdrawn." in told.main
    late = group.cast.browser("admin").post(f"{page.url}/decide", data={"decision": "approve"}, follow_redirects=True)
    assert "this proposal was decided meanwhile" in late.get_data(as_text=True)
    assert group.row(page).state == "withdrawn"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"learner": [], "reason": REASON}, "Nobody is ticked."),
        ({"reason": ""}, "Say why: the second person decides by it."),
        ({"reason": "x" * 1001}, "This is too long."),
    ],
)
def test_what_was_ticked_and_typed_is_kept(group: Class, fields: dict[str, Any], words: str) -> None:
    browser = group.cast.browser("trainer")
    browser.visit(HAND)
    sent = {"learner": group.enrolments()[:1], **fields}
    page = browser.press("Propose", status=422, **sent)
    assert words in page.main
    ticked = [box.get("value") for box in page.all("input", name="learner") if box.get("checked") is not None]
    assert ticked == sent["learner"]
    assert (next(page.all("textarea", name="reason")).text or "").strip() == sent["reason"]


def test_what_somebody_else_proposed_meanwhile_is_told(group: Class) -> None:
    group.propose("coordinator", 0)
    answer = group.cast.browser("trainer").post(HAND, data={"learner": group.enrolments(), "reason": REASON})
    assert answer.status_code == 422
    assert "is proposed already. Nothing was proposed." in answer.get_data(as_text=True)


def test_the_same_form_sent_twice_proposes_once(group: Class, app: Flask) -> None:
    browser = group.cast.browser("trainer")
    sent = {"learner": group.enrolments(), "reason": REASON}
    first, second = browser.post(HAND, data=sent), browser.post(HAND, data=sent)
    assert (first.status_code, second.status_code, first.location) == (302, 302, second.location)
    assert "it is not proposed twice" in browser.visit(second.location).text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Proposal)) == 1


@pytest.mark.parametrize("foreign", ["0" * 32, "", "x' OR 1=1"])
def test_nobody_is_proposed_whom_the_list_does_not_hold(group: Class, foreign: str) -> None:
    answer = group.cast.browser("trainer").post(
        HAND, data={"learner": [*group.enrolments(), foreign], "reason": REASON}
    )
    assert answer.status_code == 422


def test_who_has_not_completed_or_has_one_is_not_listed(group: Class, app: Flask) -> None:
    with app.app_context():
        Study(group.cast.stranger.subject_id).enrol()
        issuing.issue_by_hand(group.people[0].subject_id, find_published(SLUG).id)  # type: ignore[union-attr]
        db.session.commit()
    said = group.cast.browser("trainer").visit(HAND).main
    assert group.people[1].name in said
    assert group.people[0].name not in said
    assert group.cast.stranger.name not in said


def test_the_list_goes_on_on_the_next_page(group: Class, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "LEARNERS", 1)
    browser = group.cast.browser("trainer")
    first = browser.visit(HAND)
    second = browser.click("Those who completed it earlier")
    both = first.main + second.main
    assert all(person.name in both for person in group.people)


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


def test_those_who_may_decide_see_a_hint_where_they_begin(group: Class) -> None:
    group.propose()
    assert "1 proposal of certificates waits for you." in group.cast.browser("coordinator").visit("/teach/").main
    assert "waits for you" not in group.cast.browser("trainer").visit("/teach/").main
    assert "1 proposal waits for your decision" in group.cast.browser("admin").visit("/admin/").main
    browser = group.cast.browser("coordinator")
    browser.visit("/teach/")
    page = browser.click("See what waits")
    assert "They wait for you" in page.main
    assert "They wait for you" not in group.cast.browser("trainer").visit("/teach/proposals").main


def test_without_a_second_person_that_is_said(group: Class, app: Flask) -> None:
    with app.app_context():
        accounts.revoke_role(group.cast.coordinator.account_id, "coordinator", actor=None)
        db.session.commit()
    said = group.cast.browser("admin").visit(HAND).main
    assert "Nobody else can decide yet." in said


def test_the_command_line_issues_one_and_is_written_down(group: Class, app: Flask, command: Callable[..., Any]) -> None:
    done = command("certificates", "issue", "--course", SLUG, "--user", group.people[0].email)
    assert done.exit_code == 0, done.stderr
    assert audit(app) == [("issued-by-hand", None)]


def test_a_person_may_take_their_part_in_proposals_along(group: Class, app: Flask) -> None:
    page = group.propose()
    group.decide(page, comment="Agreed.")
    group.work()
    with app.app_context():
        made = gather([group.cast.trainer.subject_id])["proposals"]
        decided = gather([group.cast.coordinator.subject_id])["proposals"]
        about = gather([group.people[0].subject_id])["proposals"]
    assert [(one["course"], one["reason"]) for one in made["proposed"]] == [(SLUG, REASON)]
    assert [(one["state"], one["comment"]) for one in decided["decided"]] == [("closed", "Agreed.")]
    assert [(one["course"], one["outcome"]) for one in about["about"]] == [(SLUG, "issued")]
    assert about["proposed"] == about["decided"] == []


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


def at_once(app: Flask, *acts: Callable[[], object]) -> list[object]:
    """Do things in the same moment, each in a transaction of its own; return what each came to, a refusal's word."""
    start, answers = threading.Barrier(len(acts)), list[object]([...] * len(acts))

    def run(number: int, act: Callable[[], object]) -> None:
        with app.app_context():
            start.wait()
            try:
                answers[number] = act()
                db.session.commit()
            except Refused as no:
                db.session.rollback()
                answers[number] = no.reason
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers
