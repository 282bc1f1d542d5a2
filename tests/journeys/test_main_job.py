"""The main job, end to end: from an invitation to a certificate that a stranger verifies."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from lms.accounts import service as accounts
from lms.domain.outline import Quiz
from lms.infra.db import db
from tests.factories.journey import Studying, link_in_mail, log_in, publish_shipped, register, work, wrong
from tests.factories.people import make_person
from tests.pages import PageClient

SLUG = "museum-as-a-place-of-learning"
PASSWORD = "quiet rooms and good light"
NAME = "Նունե Սարգսյան"
LATIN = "Nune Sargsyan"


def by_invitation(app: Flask, browser: PageClient, address: str) -> None:
    """Register with a code, which opens the account at once."""
    with app.app_context():
        admin = make_person("anna@example.org", "Anna Admin", role="admin")
        code = accounts.create_invitation(note="Training", uses=28, days=7, actor=admin.subject_id)
        db.session.commit()
    page = register(
        browser, address, NAME, PASSWORD, name_latin=LATIN, invitation=code, museum="Museum of Bells", country="AM"
    )
    assert page.heading == "Your account is ready"


def by_mail(app: Flask, browser: PageClient, address: str) -> None:
    """Register, and follow the link in the letter."""
    page = register(browser, address, NAME, PASSWORD, name_latin=LATIN, museum="Museum of Bells", country="AM")
    assert page.heading == "Nearly there"
    work(app)
    assert "confirmed" in browser.visit(link_in_mail(app, address)).text


@pytest.mark.slow
@pytest.mark.parametrize("come_in", [by_invitation, by_mail])
def test_from_registration_to_a_certificate_that_a_stranger_verifies(
    app: Flask, client: PageClient, come_in: Callable[[Flask, PageClient, str], None]
) -> None:
    shelf, course = publish_shipped(app, SLUG)
    publish_shipped(app, "running-a-museum")
    first = course.items[course.order()[0]]

    # A stranger finds the course and reads its first lesson.
    client.visit("/courses/")
    found = client.press("Show courses", q="object handling")
    assert course.title in found.links()
    client.click(course.title)
    assert client.click("Read the first lesson").heading == first.title
    assert "Enrol" in client.page.buttons() if client.page else False

    come_in(app, client, "nune@example.org")
    assert log_in(client, "nune@example.org", PASSWORD).url == "/me/"

    learner = Studying(client, shelf.slug, course)
    assert learner.enrol().heading == course.title
    assert client.click("Start").heading == first.title
    for key, after in zip(course.order(), [*course.order()[1:], ""], strict=True):
        page = learner.do(key)
        if after and not isinstance(course.items[key], Quiz):
            assert client.click("Next").heading == course.items[after].title
    assert "Score: 100 %" in page.text
    assert "certificate" in page.main[page.main.index("Score:") :]
    assert client.click("Your certificate").url == "/me/certificates"

    work(app)
    certificates = client.visit("/me/certificates")
    pdf = client.get(certificates.link("Download PDF"))
    assert pdf.mimetype == "application/pdf"
    assert pdf.data.startswith(b"%PDF")
    code = re.search(r"/certificates/([0-9A-Z]+)\.pdf", certificates.link("Download PDF"))
    assert code is not None
    assert "Finished on" in client.visit("/me/").main

    client.visit("/")
    client.press("Log out")
    assert client.visit("/me/").heading == "Log in"

    stranger = app.test_client()
    assert isinstance(stranger, PageClient)
    verdict = stranger.visit(f"/verify/{code[1]}").one("*", role="status")
    assert "".join(verdict.itertext()).strip().startswith("Valid")
    assert stranger.page
    assert NAME in stranger.page.main
    stranger.visit("/verify")
    assert stranger.press("Verify", code=code[1].lower()).heading.startswith("Valid")
    assert stranger.get(f"/certificates/{code[1]}.pdf").data == pdf.data


def test_who_fails_is_told_what_was_weak_and_may_try_again(app: Flask, client: PageClient) -> None:
    shelf, course = publish_shipped(app, SLUG)
    with app.app_context():
        make_person("nune@example.org", NAME)
        db.session.commit()
    log_in(client, "nune@example.org", "a-quiet-room-2026")
    learner = Studying(client, shelf.slug, course)
    learner.enrol()
    quiz = next(item for item in course.items.values() if isinstance(item, Quiz))
    client.visit(learner.address(quiz.id))
    client.press("Start attempt")
    assert client.page
    asked = [field.get("value", "") for field in client.page.all("input", name="asked")]
    known = {q.id: q for bank in course.banks.values() for q in bank.questions} | {q.id: q for q in quiz.questions}
    page = learner.submit(quiz, **{key: wrong(known[key]) for key in asked})
    assert page.heading.startswith("Not passed yet")
    assert "Taught in:" in page.main
    review = client.click("Review")
    assert "Not right." in review.main
    assert client.visit(learner.address(quiz.id)).buttons().keys() >= {"Start attempt"}
