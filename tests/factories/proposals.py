"""People who completed a course before it gave certificates, and those who propose and decide about them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.certificates.queries import proposals as proposed
from lms.domain.errors import Refused
from lms.infra import mail
from lms.infra.db import db
from lms.infra.queue import run_jobs
from lms.learning.models import Enrolment
from lms.ops.models import AuditEntry
from tests.factories.courses import files_of, publish_course
from tests.factories.people import Cast, Person
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


def audit(app: Flask) -> list[tuple[str, str | None]]:
    """Return kind and actor of what stands in the audit log of proposals."""
    with app.app_context():
        entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    return [(entry.kind, entry.actor) for entry in entries if "propos" in entry.kind or "hand" in entry.kind]


def letters(app: Flask, purpose: str) -> list[str]:
    with app.app_context():
        return sorted(letter.to_address for letter in mail.list_mail() if letter.purpose == f"certificates.{purpose}")


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
