"""A supervised examination as people hold it: a sitting is opened, a learner passes, the certificate says so."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.browser import study
from tests.browser.conftest import log_in, look_with_axe
from tests.factories.journey import shipped_tree

SLUG = "museum-as-a-place-of-learning"
COURSE = shipped_tree(SLUG)
CENTRE = "Museum of the River Port"

Someone = Callable[..., Page]


def test_a_supervised_quiz_stands_on_the_certificate(someone: Someone, browser: Browser, code: str) -> None:
    learner, room = someone(browser, "phone"), someone(browser, "desk")
    study.log_in(learner, address := study.register(learner, code))
    study.enrol(learner, SLUG)
    *before, final = COURSE.order()
    for key in before:
        learner.goto(f"/learn/{SLUG}/{key}")
        study.do(learner, COURSE, key)

    # The trainer opens a sitting and sees the papers.
    log_in(room, "trainer")
    room.goto(f"/teach/{SLUG}/")
    study.follow(room, "Open a supervised sitting")
    room.get_by_label("Centre").fill(f"{CENTRE} (AZ)")
    study.press(room, "Open the sitting")
    room.get_by_label("Name or email").fill(address)
    study.press(room, "Search")
    expect(room.get_by_role("main")).to_contain_text(study.LATIN)
    room.get_by_role("checkbox").check()
    study.press(room, "They are here, and I have seen their papers")
    look_with_axe(room)

    # The learner is told, and takes the quiz.
    learner.goto(f"/learn/{SLUG}/{final}")
    expect(learner.get_by_role("main")).to_contain_text(f"You sit under supervision at {CENTRE}.")
    study.do(learner, COURSE, final)
    room.reload()
    expect(room.get_by_role("main")).to_contain_text("handed in at")
    study.press(room, "Close the sitting")

    # The certificate says so to whoever verifies it.
    study.follow(learner, re.compile("certificate"))
    download = learner.get_by_role("main").get_by_role("link", name="Download PDF")
    until = time.monotonic() + 60
    while not download.count():
        assert time.monotonic() < until, "the certificate is made within a minute"
        time.sleep(0.5)
        learner.reload()
    file = str(download.get_attribute("href"))
    learner.goto(file.replace("/certificates/", "/verify/").removesuffix(".pdf"))
    main = learner.get_by_role("main")
    expect(main).to_contain_text(f"At {CENTRE}, where a supervisor saw the holder’s papers")
    expect(main).to_contain_text(f"under supervision at {CENTRE}")


def test_a_museum_confirms_a_name_and_a_change_ends_it(someone: Someone, browser: Browser, code: str) -> None:
    learner, office = someone(browser, "phone"), someone(browser, "desk")
    study.log_in(learner, address := study.register(learner, code))
    learner.goto("/me/profile")
    study.press(learner, "Ask my museum to confirm my name")
    look_with_axe(learner)

    log_in(office, "coordinator")
    office.goto("/teach/")
    study.follow(office, "People of your museums")
    study.follow(office, "Museum of Bells")
    row = office.get_by_role("row").filter(has_text=address).first
    with office.expect_navigation():
        row.get_by_role("link").click()
    office.get_by_label("an identity document that I have seen").check()
    office.get_by_label("I know this person").check()
    study.press(office, "Confirm this name")

    learner.reload()
    main = learner.get_by_role("main")
    expect(main).to_contain_text("Confirmed by your museum.")
    expect(main).to_contain_text("the confirmation by Museum of Bells ends")
    learner.get_by_label("The same name in Latin letters").fill("Tamara Ilina")
    study.press(learner, "Save")
    expect(main).to_contain_text("By your own word.")
