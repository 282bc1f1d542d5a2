"""A person in front of a browser, who knows the right answers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from typing import Any

from playwright.sync_api import Locator, Page

from lms.domain.attempts import questions_of
from lms.domain.outline import Course, Lesson, Question, Quiz, Task
from lms.domain.solutions import solution
from tests.factories.answers import form_fields

PASSWORD = "quiet rooms and good light"
NAME = "Тамара Ильина"
LATIN = "Tamara Ilyina"
NUMBERS = itertools.count(1)


def press(page: Page, button: str) -> None:
    """Press a button of the main part and wait for the page it leads to."""
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=button, exact=True).first.click()


def follow(page: Page, link: str | re.Pattern[str]) -> None:
    """Follow a link of the main part."""
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("link", name=link).first.click()


def register(page: Page, code: str) -> str:
    """Register somebody new with an invitation code, and return the address."""
    address = f"visitor{next(NUMBERS)}@example.org"
    page.goto("/register")
    page.get_by_label("Your name, as it should stand on certificates").fill(NAME)
    page.get_by_label("The same name in Latin letters").fill(LATIN)
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Museum or institution").fill("Museum of Bells")
    page.get_by_label("Country").select_option("AM")
    page.get_by_label("Invitation code").fill(code)
    page.get_by_label("I agree that my data are kept").check()
    press(page, "Create account")
    return address


def log_in(page: Page, address: str, password: str = PASSWORD) -> None:
    """Log in by the form."""
    page.goto("/login")
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password", exact=True).fill(password)
    press(page, "Log in")


def enrol(page: Page, slug: str) -> None:
    """Enrol on the page of a course."""
    page.goto(f"/courses/{slug}")
    press(page, "Enrol")


def control(page: Page, name: str, value: str) -> Locator:
    """Return the control that sends this value by this name."""
    fields = page.locator(f'[name="{name}"]')
    kind = fields.first.get_attribute("type")
    return page.locator(f'[name="{name}"][value="{value}"]') if kind in ("radio", "checkbox") else fields


def give(page: Page, question: Question, response: Any) -> None:
    """Give an answer through the controls of a question."""
    for name, value in form_fields(question, response):
        field = control(page, name, value)
        if field.get_attribute("type") in ("radio", "checkbox"):
            field.check()
        elif field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def asked(page: Page, course: Course, quiz: Quiz) -> list[Question]:
    """Return the questions of the attempt on the page, in their order."""
    known = questions_of(course, quiz)
    return [known[str(field.get_attribute("value"))] for field in page.locator("input[name=asked]").all()]


def give_all(page: Page, questions: Iterable[Question]) -> None:
    """Answer questions rightly."""
    for question in questions:
        give(page, question, solution(question))


def do(page: Page, course: Course, key: str) -> None:
    """Do the item whose page is open: read and check a lesson, do a task, pass a quiz."""
    item = course.items[key]
    if isinstance(item, Quiz):
        press(page, "Start attempt")
        give_all(page, asked(page, course, item))
        press(page, "Submit answers")
        return
    for question in item.questions() if isinstance(item, Lesson) else ():
        give(page, question, solution(question))
        form = page.locator("form", has=page.locator(f'input[name=question][value="{question.id}"]'))
        form.get_by_role("button", name="Check answer").click()
        page.locator(f'[id="a-{question.id}_outcome"]').wait_for()
    if isinstance(item, Task) or item.complete != "questions":
        press(page, "Mark as done")
    page.locator("#done").get_by_text("Done.").wait_for()
