"""A thin line: answers wait, come back, are never overtaken by older ones, and the key stays on the server."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Response, Route, expect

from lms.domain.formats.checker import check
from lms.domain.outline import Question, Quiz
from lms.domain.solutions import solution
from lms.infra.readers import READERS
from tests.browser import study
from tests.browser.study import PASSWORD
from tests.factories.courses import files_of

SAVE = re.compile(r"/learn/labels/final/save$")
TERM = '[name="a-f-term"]'
SIZE = '[name="a-f-size"]'
DOWN = "The line is down."

Someone = Callable[..., Page]


def final() -> Quiz:
    found = check(files_of("labels"), READERS).course
    assert found is not None
    quiz = found.items["final"]
    assert isinstance(quiz, Quiz)
    return quiz


@pytest.fixture
def attempt(someone: Someone, browser: Browser, code: str) -> tuple[Page, str]:
    """Return the window of somebody new who has just started an attempt, and the address to log in with."""
    page = someone(browser, "phone", may_fail=True)
    address = study.register(page, code)
    study.log_in(page, address)
    study.enrol(page, "labels")
    page.goto("/learn/labels/final")
    study.press(page, "Start attempt")
    page.on("dialog", lambda dialog: dialog.accept())
    return page, address


def saved(page: Page) -> None:
    """Wait until the page says that nothing waits any longer."""
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    expect(page.locator("[data-saved]")).not_to_contain_text("Waiting")


def elsewhere(someone: Someone, browser: Browser, address: str) -> Page:
    """Return the attempt as another computer of the same person shows it."""
    page = someone(browser, "desk")
    study.log_in(page, address)
    page.goto("/learn/labels/final")
    return page


def test_while_the_line_is_down_answers_wait_and_go_by_themselves_when_it_is_back(
    attempt: tuple[Page, str], someone: Someone, browser: Browser
) -> None:
    page, address = attempt
    page.locator(SIZE).fill("20")
    saved(page)
    page.context.set_offline(True)
    page.locator(TERM).fill("label")
    expect(page.get_by_role("main")).to_contain_text(DOWN)
    expect(page.locator("[data-saved]")).to_contain_text("Waiting here: 1")
    page.locator(SIZE).fill("22")
    expect(page.locator("[data-saved]")).to_contain_text("Waiting here: 2")

    page.context.set_offline(False)
    saved(page)
    expect(page.get_by_text(DOWN)).to_have_count(0)
    other = elsewhere(someone, browser, address)
    expect(other.locator(TERM)).to_have_value("label")
    expect(other.locator(SIZE)).to_have_value("22")


def test_answers_that_never_left_are_in_their_places_after_a_reload_and_are_sent(
    attempt: tuple[Page, str], someone: Someone, browser: Browser
) -> None:
    page, address = attempt
    page.route(SAVE, lambda route: route.abort())
    page.locator(TERM).fill("label")
    expect(page.get_by_role("main")).to_contain_text(DOWN)
    page.reload()
    expect(page.locator(TERM)).to_have_value("label")
    expect(page.get_by_role("main")).to_contain_text(DOWN)
    page.unroute(SAVE)
    page.reload()
    expect(page.locator(TERM)).to_have_value("label")
    expect(page.locator("[data-saved]")).not_to_contain_text("Waiting")
    expect(elsewhere(someone, browser, address).locator(TERM)).to_have_value("label")


def test_submitting_while_the_line_is_down_says_so_and_loses_nothing(attempt: tuple[Page, str]) -> None:
    page, _address = attempt
    page.context.set_offline(True)
    page.locator(TERM).fill("label")
    page.get_by_role("button", name="Submit answers").click()
    expect(page.get_by_role("alert")).to_contain_text("Not submitted yet")
    page.context.set_offline(False)
    saved(page)
    study.press(page, "Submit answers")
    expect(page.get_by_role("main")).to_contain_text("Score:")


def test_a_packet_that_was_late_on_its_way_never_wins(
    attempt: tuple[Page, str], someone: Someone, browser: Browser
) -> None:
    page, address = attempt
    packets: list[Request] = []
    page.on("request", lambda sent: packets.append(sent) if SAVE.search(sent.url) else None)
    page.locator(TERM).fill("sign")
    page.locator(TERM).blur()
    saved(page)
    page.locator(TERM).fill("label")
    page.locator(TERM).blur()
    saved(page)
    expect(page.locator("[data-saved]")).to_be_visible()
    page.wait_for_timeout(300)
    first = next(sent for sent in packets if "a-f-term=sign" in (sent.post_data or ""))
    late = page.context.request.post(
        first.url,
        data=str(first.post_data),
        headers={"Content-Type": "application/x-www-form-urlencoded", "X-Part": "save"},
    )
    assert late.ok, "it is acknowledged, and changes nothing"
    expect(elsewhere(someone, browser, address).locator(TERM)).to_have_value("label")


def test_two_windows_of_one_person_keep_what_was_done_last(
    attempt: tuple[Page, str], someone: Someone, browser: Browser
) -> None:
    page, address = attempt
    other = elsewhere(someone, browser, address)
    other.locator(TERM).fill("sign")
    saved(other)
    page.locator(TERM).fill("label")
    saved(page)
    other.reload()
    expect(other.locator(TERM)).to_have_value("label")


def test_logged_out_in_another_tab_and_in_again_the_answers_are_there(attempt: tuple[Page, str]) -> None:
    page, address = attempt
    tab = page.context.new_page()
    tab.goto("/me/")
    with tab.expect_navigation():
        tab.get_by_role("button", name="Log out").first.click()
    page.locator(TERM).fill("label")
    expect(page.get_by_role("alert")).to_contain_text("You were logged out.")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Log in in another tab").click()
    login = opened.value
    login.get_by_label("Email").fill(address)
    login.get_by_label("Password", exact=True).fill(PASSWORD)
    study.press(login, "Log in")
    page.get_by_role("button", name="Try again").click()
    saved(page)
    expect(page.get_by_role("alert")).to_have_count(0)
    page.reload()
    expect(page.locator(TERM)).to_have_value("label")


def test_one_who_was_logged_out_and_left_finds_the_answers_after_logging_in(attempt: tuple[Page, str]) -> None:
    page, address = attempt
    page.context.clear_cookies(name="vitrine")
    page.locator(TERM).fill("label")
    expect(page.get_by_role("alert")).to_contain_text("You were logged out.")
    page.goto("/")
    study.log_in(page, address)
    page.goto("/learn/labels/final")
    expect(page.locator(TERM)).to_have_value("label")
    saved(page)


def test_the_key_does_not_leave_the_server_before_the_attempt_is_submitted(
    attempt: tuple[Page, str],
) -> None:
    page, _address = attempt
    heard: list[Response] = []
    page.on("response", lambda answer: heard.append(answer) if "/learn/" in answer.url else None)
    page.reload()
    labels = check(files_of("labels"), READERS).course
    assert labels is not None
    questions = study.asked(page, labels, final())
    for question in questions:
        study.give(page, question, solution(question))
    page.locator(TERM).fill("something else")
    page.locator(TERM).blur()
    saved(page)
    page.wait_for_timeout(300)
    assert len(heard) > 5
    said = "\n".join(answer.text() for answer in heard)
    for question in questions:
        for secret in secrets(question):
            assert secret not in said, f"{question.id}: {secret}"
    boxes = page.locator('[name="a-f-words"]')
    shapes = {re.sub(r'value="[^"]*"', "", box.evaluate("box => box.outerHTML")) for box in boxes.all()}
    assert len(shapes) == 1, "right and wrong options differ in nothing but their names"


def secrets(question: Question) -> list[str]:
    """Return what would tell the key: feedback, explanation, typed answers, and the ids of an order."""
    body: Any = question.body
    found = [question.explanation]
    if question.type in ("choice", "hotspot"):
        found += [part.feedback for part in (body.options if question.type == "choice" else body.regions)]
    if question.type == "text":
        found += [f'value="{answer}"' for answer in body.answers]
    if question.type == "order":
        found += [f".{item.id}" for item in body.items]
    if question.type == "gap":
        found += [f'"{answer}"' for gap in body.gaps if not gap.is_chosen for answer in gap.answers]
    return [secret for secret in found if secret]


def refuse(route: Route) -> None:
    """Answer as a server does that has broken down."""
    route.fulfill(status=500, body="")


def test_a_server_that_breaks_down_is_as_a_line_that_is_down(attempt: tuple[Page, str]) -> None:
    page, _address = attempt
    page.route(SAVE, refuse)
    page.locator(TERM).fill("label")
    expect(page.get_by_role("main")).to_contain_text(DOWN)
    page.unroute(SAVE)
    saved(page)
