"""A learner who does a course by links, forms and buttons alone, and knows the right answers."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from flask import Flask

from lms.courses.queries import get_tree
from lms.domain.attempts import questions_of
from lms.domain.formats.checker import check
from lms.domain.outline import Course, Lesson, Question, Quiz, Task
from lms.domain.solutions import solution
from lms.infra import mail
from lms.infra.db import db
from lms.infra.folders import read_folder
from lms.infra.queue import run_jobs
from lms.infra.readers import READERS
from tests.factories.answers import form_fields
from tests.factories.courses import Shelf, publish_course
from tests.pages import Page, PageClient, fields_of

SHIPPED = Path(__file__).resolve().parents[2] / "courses"
LINK = re.compile(r"http://\S+?(/\S+)")


def shipped_tree(slug: str) -> Course:
    """Read a course that ships, from its files."""
    report = check(read_folder(SHIPPED / slug), READERS)
    assert report.course is not None, [str(fault) for fault in report.faults]
    return report.course


def publish_shipped(app: Flask, slug: str) -> tuple[Shelf, Course]:
    """Publish a course that ships."""
    with app.app_context():
        shelf = publish_course(files=read_folder(SHIPPED / slug))
        db.session.commit()
        return shelf, get_tree(shelf.version_id)


def work(app: Flask) -> list[str]:
    """Do the background work that has been enqueued."""
    with app.app_context():
        return run_jobs()


def link_in_mail(app: Flask, address: str) -> str:
    """Return the first link of ours in the newest letter to an address, as a path."""
    with app.app_context():
        letter = next(found for found in mail.list_mail() if found.to_address == address)
        found = LINK.search(mail.get_mail(letter.id).text)
    assert found is not None, "the letter has no link"
    return found[1]


def fields_for(question: Question, response: Any) -> dict[str, list[str]]:
    """Return the fields of an answer as a form sends them: name to values."""
    fields: dict[str, list[str]] = defaultdict(list)
    for name, value in form_fields(question, response):
        fields[name].append(value)
    return dict(fields)


def wrong(question: Question) -> Any:
    """Return a whole answer that earns nothing, or little."""
    right = solution(question)
    if question.type in {"choice", "hotspot"}:
        parts = question.body.options if question.type == "choice" else question.body.regions
        return [next(part.id for part in parts if part.id not in right)]
    if question.type == "order":
        return {key: len(right) + 1 - place for key, place in right.items()}
    if question.type in {"match", "sort"}:
        return dict(zip(right, [*list(right.values())[1:], next(iter(right.values()))], strict=True))
    if question.type == "gap":
        return {
            gap.id: next((o.id for o in gap.options if not o.right), "nothing of the kind")
            for gap in question.body.gaps
        }
    return "123456789" if question.type == "number" else "nothing of the kind"


class Studying:
    """Somebody in a course, at one browser."""

    def __init__(self, browser: PageClient, slug: str, course: Course) -> None:
        self.browser = browser
        self.slug = slug
        self.course = course

    def address(self, item_id: str) -> str:
        """Return the address of an item."""
        return f"/learn/{self.slug}/{item_id}"

    def enrol(self) -> Page:
        """Enrol on the page of the course."""
        self.browser.visit(f"/courses/{self.slug}")
        return self.browser.press("Enrol")

    def finish(self) -> Page:
        """Do everything that is left, in the order of the course, and return the last page."""
        page = self.browser.visit(f"/learn/{self.slug}/")
        for key in self.course.order():
            page = self.do(key)
        return page

    def do(self, key: str) -> Page:
        """Do one item: read and check a lesson, do a task, pass a quiz."""
        item = self.course.items[key]
        if isinstance(item, Quiz):
            self.browser.visit(self.address(key))
            self.browser.press("Start attempt")
            return self.submit(item)
        assert isinstance(item, Lesson | Task)
        self.browser.visit(self.address(key))
        if isinstance(item, Lesson):
            for question in item.questions():
                self.check(question, solution(question))
        if isinstance(item, Task) or item.complete != "questions":
            return self.browser.press("Mark as done")
        assert self.browser.page is not None
        return self.browser.page

    def check(self, question: Question, response: Any) -> Page:
        """Answer a question of the lesson that is open and press its button "Check answer"."""
        browser, page = self.browser, self.browser.page
        assert page is not None
        form = next(form for form in page.all("form") if ("question", question.id) in _hidden(form))
        fields = {**fields_of(form), **fields_for(question, response)}
        answer = browser.post(form.get("action", ""), data=fields, csrf=False, follow_redirects=True)
        assert answer.status_code == 200
        page = browser.page
        assert page is not None
        page.url = answer.request.path
        return page

    def answers(self, quiz: Quiz, **given: Any) -> dict[str, list[str]]:
        """Return the fields that answer the attempt that is open: rightly, or by `given` (question id to response)."""
        page = self.browser.page
        assert page is not None
        known = questions_of(self.course, quiz)
        fields: dict[str, list[str]] = {}
        for asked in page.all("input", name="asked"):
            question = known[asked.get("value", "")]
            fields |= fields_for(question, given.get(question.id, solution(question)))
        return fields

    def submit(self, quiz: Quiz, **given: Any) -> Page:
        """Answer every question of the attempt that is open and submit it."""
        return self.browser.press("Submit answers", **self.answers(quiz, **given))


def _hidden(form: Element) -> set[tuple[str, str]]:
    return {(field.get("name", ""), field.get("value", "")) for field in form.iter("input")}


def register(browser: PageClient, email: str, name: str, password: str, **more: Any) -> Page:
    """Fill in the form for a new account."""
    browser.visit("/register")
    told = {"email": email, "name": name, "password": password, "consent": "y", **more}
    return browser.press("Create account", **told)


def log_in(browser: PageClient, email: str, password: str) -> Page:
    """Log in by the form."""
    browser.visit("/login")
    return browser.press("Log in", email=email, password=password)
