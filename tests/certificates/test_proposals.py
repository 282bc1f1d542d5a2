"""Issuing by hand: one proposes and another decides, by their pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.accounts import service as accounts
from lms.certificates import queries
from lms.certificates.models import Certificate, Proposal
from lms.certificates.service import issuing
from lms.certificates.views import proposals as view
from lms.courses.queries import find_published
from lms.infra.db import db
from lms.infra.personal import gather
from lms.ops.models import AuditEntry
from tests.factories.people import Cast, Person, make_person
from tests.factories.proposals import HAND, REASON, Class, audit, completed, letters
from tests.factories.study import SLUG, Study


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
