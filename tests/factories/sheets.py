"""The pages of a quiz as somebody, or their page's script, uses them."""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

import orjson
from flask import Flask

from lms.domain.outline import Quiz
from lms.infra.db import db
from tests.factories.courses import files_of, publish_course
from tests.factories.journey import Studying
from tests.factories.study import EXAM, Study
from tests.pages import Page, PageClient, fields_of

ADDRESS = f"/learn/keys/{EXAM}"


def quiz(learner: Studying, key: str = EXAM) -> Quiz:
    """Return a quiz of the course."""
    found = learner.course.items[key]
    assert isinstance(found, Quiz)
    return found


def begin(learner: Studying, key: str = EXAM) -> Page:
    """Start an attempt and return its page."""
    learner.browser.visit(learner.address(key))
    return learner.browser.press("Start attempt")


def sent(page: Page) -> dict[str, list[str]]:
    """Return what the attempt's form would send as it stands."""
    return fields_of(page.one("form", id="attempt"))


def by_script(browser: PageClient, address: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Send fields as the page's script does and return the answer."""
    response = browser.post(address, data=fields, csrf=False, headers={"X-Part": "save"})
    assert response.status_code == 200, response.status
    found: dict[str, Any] = orjson.loads(response.data)
    return found


def packet(page: Page, question: str, seq: int, **fields: str) -> dict[str, Any]:
    """Return what the script sends for one question."""
    form = sent(page)
    named = {f"a-{question}" + (f".{key}" if key != "answer" else ""): value for key, value in fields.items()}
    return {"csrf_token": form["csrf_token"], "attempt": form["attempt"], "asked": question, "seq": str(seq), **named}


def fieldset(page: Page, key: str) -> Element:
    """Return the question with this id."""
    return page.one("fieldset", id=f"a-{key}")


def typed(page: Page, key: str) -> str | None:
    """Return what stands in the text field of a question."""
    return next(f.get("value") for f in fieldset(page, key).iter("input") if f.get("type") == "text")


def variant(app: Flask, subject_id: str, **rules: str) -> Study:
    """Publish the examination with other rules (lines of its front matter) and enrol somebody in it."""
    text = files_of("keys")[f"quizzes/{EXAM}.md"].decode()
    for key, value in rules.items():
        line = f"{key}: {value}"
        text, count = re.subn(rf"^{key}:.*$", line, text, count=1, flags=re.MULTILINE)
        text = text if count else text.replace("shuffle: false", f"shuffle: false\n{line}", 1)
    with app.app_context():
        shelf = publish_course(files=files_of("keys", **{f"quizzes/{EXAM}.md": text}))
        moved = Study(subject_id, shelf.version_id)
        moved.enrol()
        db.session.commit()
    return moved
