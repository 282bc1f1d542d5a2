"""Every page in every state, looked at on a phone and at a desk, in light and dark.

With LMS_TEST_SHOTS naming a folder, a picture of each is kept there for people to look at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from lms.app import create_app
from lms.config import PSEUDO, Config
from lms.domain.formats.checker import check
from lms.domain.formats.packages import pack
from lms.domain.outline import Course
from lms.infra.folders import write_folder
from lms.infra.readers import READERS
from tests.browser import study, trainer
from tests.browser.conftest import WIDTHS, log_in, look_with_axe
from tests.browser.scenes import ADMIN, COORDINATOR, LEARNER, NEWCOMER, RUSSIAN, STRANGER, TRAINER, Scene, scenes
from tests.factories.courses import files_of
from tests.journeys.test_new_version import second_edition
from tests.site import Site

SHOTS = os.environ.get("LMS_TEST_SHOTS")
NARROW = {"width": 320, "height": 640}
"""A window of 1280 pixels at 400 % zoom."""

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

MISSING = """async () => {
    const found = [];
    for (const image of document.images) {
        image.loading = 'eager';
        try { await image.decode(); } catch { found.push(image.src); }
    }
    return found;
}"""

SMALL = """() => {
    const found = [];
    const targets = 'a[href], button, input:not([type=hidden]), select, textarea, summary';
    for (const one of document.querySelectorAll(targets)) {
        const boxes = [one, ...(one.labels || [])].map((part) => part.getBoundingClientRect());
        if (boxes[0].width <= 1 || one.closest('[aria-hidden=true]') || !one.checkVisibility()) continue;
        const width = Math.max(...boxes.map((box) => box.width));
        const height = Math.max(...boxes.map((box) => box.height));
        // A link inside a sentence is as high as its line.
        const said = (element) => element.textContent.trim().length;
        if (getComputedStyle(one).display === 'inline' && said(one.parentElement) > said(one)) continue;
        const size = `${Math.round(width)} x ${Math.round(height)}`;
        if (width < 24 || height < 24) found.push(`${size}: ${one.outerHTML.slice(0, 120)}`);
    }
    return found;
}"""


def course(name: str) -> Course:
    """Read a course of the tests."""
    found = check(files_of(name), READERS).course
    assert found is not None
    return found


@pytest.fixture(scope="module")
def windows(browser: Browser, site: Site, code: str) -> Iterator[dict[str, Page]]:
    """Keep one window a person, and make what the scenes show."""
    opened: dict[str, Page] = {}
    faults: list[str] = []
    for who in (STRANGER, LEARNER, NEWCOMER, TRAINER, COORDINATOR, ADMIN, RUSSIAN):
        context = browser.new_context(base_url=site.url, viewport=WIDTHS["desk"], reduced_motion="reduce")
        page = opened[who] = context.new_page()
        page.on(
            "console", lambda said, page=page: faults.append(f"{page.url}: {said.text}") if said.type == "error" else 0
        )
        if who == NEWCOMER:
            study.log_in(page, study.register(page, code))
        elif who == RUSSIAN:  # the learner, who has chosen another language
            log_in(page, LEARNER)
            context.add_cookies([{"name": "lang", "value": "ru", "url": site.url}])
        elif who != STRANGER:
            log_in(page, who)
    for slug in ("labels", "quiet-store"):
        study.enrol(opened[NEWCOMER], slug)
    write_folder(site.data_dir / "second", second_edition())
    done = site.run("courses", "import", str(site.data_dir / "second"), "--publish")
    assert done.returncode == 0, done.stderr
    files = files_of("labels", **{"lessons/one-idea.md": "---\nid: one-idea\ntitle: One\n---\n\n[x](lost.md)\n"})
    files["course.yaml"] = files["course.yaml"].replace(b"hours: 1", b"hours: many")
    (site.data_dir / "faulty.zip").write_bytes(pack(files))
    finish_before_there_was_a_certificate(opened[NEWCOMER], site)
    yield opened
    for page in opened.values():
        page.context.close()
    # A refused form and an absent page are answers of 4xx, and a line that is cut on purpose is told too.
    own = [fault for fault in faults if "status of 4" not in fault and "ERR_FAILED" not in fault]
    assert not own, "\n".join(own)


def finish_before_there_was_a_certificate(page: Page, site: Site) -> None:
    """Let the newcomer complete a course that gives no certificate yet, and then does."""
    for number, files in enumerate((trainer.without_terms(), trainer.with_terms())):
        folder = site.data_dir / f"walls-{number}"
        write_folder(folder, files)
        done = site.run("courses", "import", str(folder), "--publish")
        assert done.returncode == 0, done.stderr
        if number == 0:
            trainer.complete(page)


ALL = scenes(course("store"), course("labels"))


@pytest.mark.parametrize("scene", ALL, ids=[scene.name for scene in ALL])
def test_a_page_is_sound_on_every_screen(windows: dict[str, Page], site: Site, scene: Scene) -> None:
    page = windows[scene.who]
    page.unroute_all(behavior="ignoreErrors")
    page.set_viewport_size(WIDTHS["desk"])
    page.emulate_media(color_scheme="light")
    answer = page.goto(scene.address)
    assert answer is not None
    assert answer.status == scene.status
    if scene.then:
        scene.then(page, site)
    assert not page.evaluate(MISSING), "a picture is missing"
    for width in ("desk", "phone"):
        page.set_viewport_size(WIDTHS[width])
        assert page.evaluate(SIDEWAYS) <= 0, f"it scrolls sideways on a {width}"
        assert not (small := page.evaluate(SMALL)), "\n".join(small)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            if SHOTS:
                page.screenshot(path=Path(SHOTS, f"{scene.name}-{width}-{scheme}.png"), full_page=True)
            look_with_axe(page, colours_alone=scheme == "dark")
    page.set_viewport_size(NARROW)
    assert page.evaluate(SIDEWAYS) <= 0, "it scrolls sideways at 400 % zoom"


CUT = """() => [...document.querySelectorAll('body *')].filter((one) => {
    const style = getComputedStyle(one);
    return ['hidden', 'clip'].includes(style.overflowX) && style.textOverflow !== 'ellipsis'
        && !one.closest('.sr') && one.scrollWidth > one.clientWidth + 1 && one.checkVisibility();
}).map((one) => one.outerHTML.slice(0, 160))"""
"""What is wider than the box it stands in, and is not cut on purpose."""


QUIET = [scene for scene in ALL if not scene.then]


@pytest.mark.parametrize("scene", QUIET, ids=[scene.name for scene in QUIET])
def test_a_page_has_room_for_longer_words(windows: dict[str, Page], site: Site, scene: Scene) -> None:
    page = windows[scene.who]
    page.unroute_all(behavior="ignoreErrors")
    page.set_viewport_size(WIDTHS["desk"])
    kept = [cookie for cookie in page.context.cookies() if cookie["name"] == "lang"]
    page.context.add_cookies([{"name": "lang", "value": PSEUDO, "url": site.url}])
    try:
        page.goto(scene.address)
    finally:
        page.context.clear_cookies(name="lang")
        page.context.add_cookies(kept)  # type: ignore[arg-type]  # what Playwright gave takes its own way back
    assert page.locator("html").get_attribute("lang") == PSEUDO.replace("_", "-")
    for width in ("desk", "phone"):
        page.set_viewport_size(WIDTHS[width])
        assert page.evaluate(SIDEWAYS) <= 0, f"it scrolls sideways on a {width}"
        assert not (cut := page.evaluate(CUT)), "\n".join(cut)
        if SHOTS:
            page.screenshot(path=Path(SHOTS, f"longer-{scene.name}-{width}.png"), full_page=True)


NO_PAGES = {
    "/healthz",
    "/readyz",
    "/metrics",
    "/network/museums",
    "/me/data",
    "/media/<digest>/<name>",
    "/static/<path:filename>",
    "/certificates/<code>.pdf",
    "/certificates/<code>.json",
    "/certificates/<code>.png",
    "/verify/<code>/preview.png",
    "/verify/forge/specimen.<any(pdf, png, json):kind>",
    "/.well-known/did.json",
    "/status/<int(max=999999):number>",
    "/status/journal",
    "/verify/offline.html",
    "/admin/certificates/look/<any(site, seal):place>",
    "/admin/certificates/look/specimen.pdf",
    "/teach/courses/<slug>/export.zip",
    "/teach/courses/<slug>/certificates.csv",
    "/jobs/<order_id>/file",
    # The same page as under /verify.
    "/<any(VERIFY, Verify):_shouted>/<code>",
    # Links of letters: they lead on to pages that are here, and /reset shows its own form.
    "/confirm/<token>",
    "/change-email/<token>",
    "/reset/<token>",
}


def test_every_address_of_the_site_is_looked_at(tmp_path: Path) -> None:
    app = create_app(
        Config.from_env({"LMS_DATA_DIR": str(tmp_path), "LMS_SECRET_KEY": "nothing is signed with it " * 2})
    )
    urls = app.url_map.bind("localhost")
    seen = {urls.match(scene.address.split("?")[0], return_rule=True)[0].rule for scene in ALL if scene.status == 200}
    # These are come to by a link of a list.
    seen |= {
        "/verify/<code>",
        "/me/certificates/<code>",
        "/admin/certificates/<code>",
        "/learn/<slug>/<item_id>/review/<int:number>",
    }
    seen |= {"/teach/<slug>/learners/<enrolment_id>", "/admin/users/<int:account_id>", "/admin/mail/<mail_id>"}
    seen |= {"/teach/sittings/<sitting_id>", "/network/museums/<museum_id>"}
    seen |= {"/network/museums/<museum_id>/people/<subject_id>"}
    seen |= {"/jobs/<order_id>", "/teach/proposals/<proposal_id>"}
    there = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert there - seen == NO_PAGES
