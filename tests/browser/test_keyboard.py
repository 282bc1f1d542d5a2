"""A quiz of every type of question, from the first to the last key, without a mouse."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Page, expect

from lms.domain.formats.checker import check
from lms.domain.outline import Course, Quiz
from lms.domain.solutions import solution
from lms.infra.readers import READERS
from tests.browser import study
from tests.factories.answers import form_fields
from tests.factories.courses import files_of

MOST = 200
"""Presses of Tab before somebody gives up."""

FOCUSED = """() => {
    const one = document.activeElement;
    const box = one.getBoundingClientRect();
    const at = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    const labels = [...(one.labels || [])];
    const seen = at && (one.contains(at) || at.contains(one) || labels.some((label) => label.contains(at)));
    const style = getComputedStyle(one);
    return {
        tag: one.tagName, name: one.name || '', value: one.value || '', type: one.type || '',
        text: (one.textContent || '').trim(), seen: Boolean(seen),
        ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    };
}"""


def course() -> Course:
    """Read the course of the tests whose final quiz asks every type."""
    found = check(files_of("labels"), READERS).course
    assert found is not None
    return found


def tab_to(page: Page, text: str) -> None:
    """Press Tab until the button or link with this text has the focus, then Enter."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if str(page.evaluate(FOCUSED)["text"]).startswith(text):
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"nobody comes to '{text}' by the Tab key")


def type_into(page: Page, focused: dict[str, Any], wanted: set[str]) -> None:
    """Give the control that has the focus one of the values it is to have, by keys alone."""
    if focused["type"] == "checkbox":
        if focused["value"] in wanted:
            page.keyboard.press("Space")
    elif focused["type"] == "radio":
        if focused["value"] in wanted:
            page.keyboard.press("Space")
        while page.evaluate(FOCUSED)["value"] not in wanted:
            page.keyboard.press("ArrowDown")
    elif focused["tag"] == "SELECT":
        for _ in range(20):
            if page.evaluate(FOCUSED)["value"] in wanted:
                return
            page.keyboard.press("ArrowDown")
        raise AssertionError(f"{focused['name']} has none of {wanted}")
    else:
        page.keyboard.type(next(iter(wanted)))


def test_a_quiz_by_keyboard_alone(someone: Callable[..., Page], browser: Browser, code: str) -> None:
    page, labels = someone(browser, "desk"), course()
    study.log_in(page, study.register(page, code))
    study.enrol(page, "labels")
    page.goto("/learn/labels/final")
    tab_to(page, "Start attempt")

    quiz = labels.items["final"]
    assert isinstance(quiz, Quiz)
    wanted: dict[str, set[str]] = defaultdict(set)
    for question in study.asked(page, labels, quiz):
        for name, value in form_fields(question, solution(question)):
            wanted[name].add(value)

    done: set[str] = set()
    for _ in range(MOST):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["text"] == "Submit answers":
            break
        assert focused["seen"], f"{focused} has the focus and is covered"
        assert focused["ring"], f"nothing shows that {focused} has the focus"
        if focused["name"] in wanted:
            type_into(page, focused, wanted[focused["name"]])
            done.add(focused["name"])
    assert done == set(wanted), "every control can be reached"
    expect(page.get_by_text("All questions are answered.")).to_be_visible()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("Score: 100 %")


def test_enter_in_a_text_field_submits_nothing(someone: Callable[..., Page], browser: Browser, code: str) -> None:
    for scripts in (True, False):
        page = someone(browser, "desk", scripts=scripts)
        study.log_in(page, study.register(page, code))
        study.enrol(page, "labels")
        page.goto("/learn/labels/final")
        study.press(page, "Start attempt")
        page.locator('[name="a-f-term"]').fill("label")
        page.locator('[name="a-f-term"]').press("Enter")
        page.wait_for_load_state()
        expect(page.get_by_role("button", name="Submit answers")).to_be_visible()
        page.reload()
        expect(page.locator('[name="a-f-term"]')).to_have_value("label")
