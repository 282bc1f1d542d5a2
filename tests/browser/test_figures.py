"""Every figure of the shipped courses, drawn by a real browser, in each of its languages: nothing is cut or covered.

With LMS_TEST_SHOTS naming a folder, one page of all figures, in light, dark and grey, is kept there to be looked at.
"""

from __future__ import annotations

import html
import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from lms.infra.places import place

COURSES = place("courses")
FIGURES = sorted(COURSES.glob("*/media/**/*.svg")) + sorted(COURSES.glob("*/i18n/*/media/**/*.svg"))
SHOTS = os.environ.get("LMS_TEST_SHOTS")
SMALLEST = 13.5
"""Pixels of a letter's size when the figure is as wide as a small phone."""

FAULTS = """(smallest) => {
    const svg = document.documentElement, found = [];
    const sheet = svg.getBoundingClientRect();
    const size = (one) => parseFloat(getComputedStyle(one).fontSize);
    const texts = [...svg.querySelectorAll('text')].filter((one) => one.textContent.trim());
    const words = (one) => one.textContent.trim().replace(/\\s+/g, ' ').slice(0, 40);
    const boxes = texts.map((one) => one.getBoundingClientRect());
    const both = (a, b, low, high) => Math.min(a[high], b[high]) - Math.max(a[low], b[low]);
    texts.forEach((one, n) => {
        const box = boxes[n];
        for (const part of [one, ...one.querySelectorAll('tspan')])
            if (size(part) < smallest) found.push(`small: ${words(part)}`);
        const over = Math.max(
            sheet.left - box.left, sheet.top - box.top, box.right - sheet.right, box.bottom - sheet.bottom);
        // What is cut on purpose, to show a fault, says so by its class.
        if (over > 0.5 && !one.classList.contains('cut')) found.push(`cut by ${over.toFixed(1)}: ${words(one)}`);
        for (let m = 0; m < n; m++) {
            // A line's box holds the room above and below its letters.
            const room = 0.35 * Math.min(box.height, boxes[m].height);
            if (both(box, boxes[m], 'left', 'right') > 1 && both(box, boxes[m], 'top', 'bottom') > room)
                found.push(`"${words(one)}" covers "${words(texts[m])}"`);
        }
    });
    if (!svg.querySelector(':scope > title')?.textContent.trim()) found.push('no title');
    if (!svg.querySelector(':scope > desc')?.textContent.trim()) found.push('no description');
    return found;
}"""


@pytest.fixture(scope="module")
def sheet(browser: Browser) -> Page:
    return browser.new_page(viewport={"width": 360, "height": 900})


def name_of(path: Path) -> str:
    return str(path.relative_to(COURSES))


@pytest.mark.parametrize("figure", FIGURES, ids=name_of)
def test_a_figure_is_whole_and_legible_on_a_small_phone(sheet: Page, figure: Path) -> None:
    sheet.goto(figure.as_uri())
    box = sheet.evaluate("document.documentElement.viewBox.baseVal.width")
    assert box == 360, "a figure is drawn as wide as a small phone"
    faults = sheet.evaluate(FAULTS, SMALLEST)
    assert not faults, "\n".join(faults)


def test_all_figures_stand_on_one_page(browser: Browser, tmp_path: Path) -> None:
    shown = "".join(
        f"<figure><img src='{path.as_uri()}' alt='' width=360>"
        f"<figcaption>{html.escape(name_of(path))}</figcaption></figure>"
        for path in FIGURES
    )
    page = browser.new_page(viewport={"width": 1920, "height": 1000})
    written = tmp_path / "figures.html"
    style = (
        "body{margin:8px;display:flex;flex-wrap:wrap;gap:8px;font:12px sans-serif}figure{margin:0}img{display:block}"
    )
    written.write_text(f"<!doctype html><meta charset=utf-8><style>{style}</style>{shown}", encoding="utf-8")
    for look in ("light", "dark", "grey"):
        page.emulate_media(color_scheme="dark" if look == "dark" else "light")
        page.goto(written.as_uri())
        if look == "grey":
            page.add_style_tag(content="img{filter:grayscale(1)}body{background:#fff}")
        broken = page.evaluate("[...document.images].filter((one) => !one.naturalWidth).map((one) => one.src)")
        assert not broken
        if SHOTS:
            page.screenshot(path=Path(SHOTS, f"figures-{look}.png"), full_page=True)
    page.close()
