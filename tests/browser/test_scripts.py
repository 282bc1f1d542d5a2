"""The scripts of study: an attempt whose line is down, whose session or time ends; checks; the place one read."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.study import PASSWORD, enrol, follow, log_in, press, register
from tests.factories.courses import COURSES
from tests.factories.study import EXAM, LESSON
from tests.site import Site

QUIZ = f"/learn/keys/{EXAM}"
Start = Callable[[], tuple[Page, str]]


@pytest.fixture(scope="module")
def keys(site: Site) -> None:
    """Publish the course about keys, which has every type of question."""
    done = site.run("courses", "import", str(COURSES / "keys"), "--publish")
    assert done.returncode == 0, done.stderr


@pytest.fixture(params=["new", "old"])
def start(
    request: pytest.FixtureRequest, site: Site, browser: Browser, old_browser: Browser, code: str, keys: None
) -> Iterator[Start]:
    """Return a way to come to an attempt as somebody new: the page and the address of whoever it is."""
    contexts: list[BrowserContext] = []

    def come() -> tuple[Page, str]:
        chosen = browser if request.param == "new" else old_browser
        context = chosen.new_context(base_url=site.url, viewport={"width": 360, "height": 740})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        address = register(page, code)
        log_in(page, address)
        enrol(page, "keys")
        page.goto(QUIZ)
        press(page, "Start attempt")
        return page, address

    yield come
    for context in contexts:
        context.close()


def text_of(page: Page) -> Locator:
    """Return the field of the question that is answered by a word."""
    return page.locator("#a-e-text").get_by_label("Your answer")


def let_it_close(site: Site, address: str, seconds: int) -> None:
    """Move the end of somebody's open attempt."""
    closing = datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=seconds)
    with sqlite3.connect(site.data_dir / "vitrine.sqlite3") as database:
        database.execute(
            "UPDATE quizzes_attempt SET closes_at = ? WHERE submitted_at IS NULL AND enrolment_id IN (SELECT e.id FROM"
            " learning_enrolment e JOIN accounts_account a ON a.subject_id = e.subject_id WHERE a.email = ?)",
            (closing.isoformat(" "), address),
        )


def test_each_change_is_saved_and_counted(start: Start) -> None:
    page, _address = start()
    page.locator("#a-e-choice").get_by_label("Go along").check()
    page.locator("#a-e-order").get_by_role("button", name="Move up: Change the lock").click()
    text_of(page).press_sequentially("register", delay=20)
    text_of(page).press("Enter")
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    expect(page.locator("[data-answered]")).to_have_text("3 of 10 answered")
    expect(page.locator("#open")).to_have_text("Questions still open: 7")
    expect(page.get_by_role("link", name="Question 3, answered")).to_be_attached()
    page.reload()
    expect(text_of(page)).to_have_value("register")
    expect(page.locator("#a-e-choice").get_by_label("Go along")).to_be_checked()
    assert {field.input_value() for field in page.locator("#a-e-order select").all()} == {"1", "2", "3", "4"}


def test_answers_wait_while_the_line_is_down_and_nothing_is_lost_in_a_crash(start: Start) -> None:
    page, _address = start()
    context = page.context
    text_of(page).fill("inventory")
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    context.set_offline(True)
    text_of(page).fill("key register")
    expect(page.get_by_text("The line is down.")).to_be_visible()
    expect(page.locator("[data-saved]")).to_contain_text("Waiting here: 1")
    page.get_by_role("button", name="Submit answers").click()
    expect(page.get_by_text("Not submitted yet: the line is down.")).to_be_visible()
    page.close(run_before_unload=False)
    page = context.new_page()
    context.set_offline(False)
    page.goto(QUIZ)
    expect(text_of(page)).to_have_value("key register")
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    assert page.evaluate("localStorage.length") == 0
    page.get_by_role("button", name="Submit answers").click()
    page.wait_for_url("**/result/1")


def test_an_ended_session_keeps_the_answers_until_one_has_logged_in_again(start: Start) -> None:
    page, address = start()
    page.context.clear_cookies()
    text_of(page).fill("register")
    expect(page.get_by_text("You were logged out.")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Log in in another tab").click()
    log_in(opened.value, address, PASSWORD)
    page.bring_to_front()
    if page.get_by_role("button", name="Try again").is_visible():  # the page may have noticed by itself
        page.get_by_role("button", name="Try again").click()
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    expect(page.get_by_text("You were logged out.")).to_have_count(0)
    page.get_by_role("button", name="Submit answers").click()
    page.wait_for_url("**/result/1")


def test_the_clock_tells_the_last_minute_and_submits_at_its_end(start: Start, site: Site) -> None:
    page, address = start()
    let_it_close(site, address, 62)
    page.reload()
    expect(page.locator("[data-announce]")).to_contain_text("One minute is left", timeout=10_000)
    let_it_close(site, address, 4)
    page.reload()
    text_of(page).fill("register")
    page.wait_for_url("**/result/1")
    assert page.evaluate("localStorage.length") == 0


def test_an_attempt_that_ended_in_another_window_says_so(start: Start) -> None:
    page, _address = start()
    other = page.context.new_page()
    other.goto(QUIZ)
    other.get_by_role("button", name="Submit answers").click()
    other.wait_for_url("**/result/1")
    page.bring_to_front()
    text_of(page).fill("register")
    expect(page.get_by_text("This attempt has ended.")).to_be_visible()


def test_a_check_stays_in_its_place_and_moves_the_focus_to_the_verdict(start: Start) -> None:
    page, _address = start()
    page.goto(f"/learn/keys/{LESSON}")
    shown = page.locator("form", has=page.locator("#a-k-order"))
    shown.get_by_role("button", name="Check answer").click()
    expect(page.locator("#a-k-order_note")).to_be_focused()
    shown.get_by_role("button", name="Move up: Sign the list").click()
    shown.get_by_role("button", name="Check answer").click()
    expect(page.locator("#a-k-order_outcome")).to_be_focused()
    expect(shown.get_by_role("button", name="Move up: Sign the list")).to_be_visible()
    expect(page.locator("#done")).to_contain_text("Questions checked: 1 of 2.")
    assert page.url.endswith(f"/learn/keys/{LESSON}")


def test_continue_leads_to_the_heading_where_one_stopped(start: Start) -> None:
    page, _address = start()
    page.goto(f"/learn/keys/{LESSON}")
    with page.expect_request(lambda request: request.url.endswith("/place")):
        page.get_by_role("heading", name="Who signs").evaluate("heading => heading.scrollIntoView()")
    for _turn in range(20):  # nobody waits for the message, so the next page may be faster
        page.goto("/learn/keys/")
        if "#" in str(page.get_by_role("link", name="Continue").get_attribute("href")):
            break
    follow(page, "Continue")
    assert page.url.endswith("#h-who-signs")
    assert page.evaluate("scrollY") > 300
