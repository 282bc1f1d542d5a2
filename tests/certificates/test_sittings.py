"""The pages of supervised sittings, for the trainer of the course and for the coordinator of the centre."""

from __future__ import annotations

import pytest
from flask import Flask

from lms.accounts.queries import find_workplace
from lms.certificates.queries import sittings as reads
from lms.certificates.service import sittings
from lms.courses.queries import find_published
from lms.domain.errors import Refused
from lms.infra.db import db
from lms.network.service import ensure_museum
from tests.factories.courses import files_of, publish_course
from tests.factories.people import MUSEUM, Cast, Person, browser_of, make_person
from tests.factories.study import EXAM, SLUG, Study
from tests.pages import Page, PageClient

CENTRE = "Regional Training Centre"
PRESENT = "They are here, and I have seen their papers"


@pytest.fixture
def keeper(app: Flask, cast: Cast) -> Person:
    """Return the coordinator of the museum of the learner alone."""
    with app.app_context():
        place = find_workplace(cast.learner.subject_id)
        assert place is not None
        assert place.museum_id is not None
        made = make_person(
            "ruben@example.org", "Ruben Asatryan", role="coordinator", scope=("museum", place.museum_id), museum=MUSEUM
        )
        db.session.commit()
        return made


@pytest.fixture
def classroom(app: Flask, study: Study, cast: Cast) -> None:
    """Let somebody from elsewhere study too, and know the centre."""
    with app.app_context():
        Study(cast.stranger.subject_id).enrol()
        ensure_museum(CENTRE, "AM")
        db.session.commit()


def opened(browser: PageClient, centre: str = CENTRE, **fields: str) -> Page:
    browser.visit("/teach/sittings")
    return browser.press("Open the sitting", course=SLUG, centre=centre, **fields)


def boxes(page: Page) -> dict[str, str]:
    """Return the tick boxes, by the words beside them, with what each sends."""
    words = {label.get("for"): "".join(label.itertext()) for label in page.all("label")}
    return {words[box.get("id")]: box.get("value", "") for box in page.all("input", name="seen")}


def tick(browser: PageClient, *names: str) -> Page:
    assert browser.page is not None
    found = boxes(browser.page)
    chosen = [value for words, value in found.items() if any(name in words for name in names)]
    assert len(chosen) == len(names), found
    return browser.press(PRESENT, seen=chosen)


@pytest.mark.usefixtures("classroom")
def test_a_trainer_opens_a_sitting_marks_who_is_there_and_the_learner_is_told(cast: Cast) -> None:
    browser = cast.browser("trainer")
    browser.visit(f"/teach/{SLUG}/")
    page = browser.click("Open a supervised sitting")
    assert page.one(id="course").get("name") == "course"
    page = browser.press("Open the sitting", centre=CENTRE)
    assert page.heading == f"Sitting at {CENTRE}"
    assert "Nobody is marked yet." in page.main
    assert len(boxes(page)) == 2
    page = tick(browser, cast.learner.name)
    assert "1 learner is marked as present." in page.text
    assert "has not begun" in page.main
    assert not any(cast.learner.name in words for words in boxes(page)), "who is present is not offered again"

    learner = cast.browser("learner")
    told = learner.visit(f"/learn/{SLUG}/{EXAM}")
    assert f"You sit under supervision at {CENTRE}." in told.main
    learner.press("Start attempt")
    page = browser.visit(page.url)
    assert "writes since" in page.main
    assert "1 learner is still writing." in page.main
    assert "Take back" not in page.buttons()
    page = browser.press("Close the sitting")
    assert "What was handed in before counts as supervised." in page.text
    assert "handed in nothing" in page.main
    assert PRESENT not in page.buttons()
    assert "ended" in browser.visit("/teach/sittings").main
    assert "You sit under supervision" not in cast.browser("stranger").visit(f"/learn/{SLUG}/{EXAM}").main


@pytest.mark.usefixtures("classroom")
def test_a_mark_is_taken_back_on_the_page(cast: Cast) -> None:
    browser = cast.browser("trainer")
    opened(browser)
    tick(browser, cast.learner.name, cast.stranger.name)
    page = browser.press(f"Take back that {cast.stranger.name} is here")
    assert "The mark is taken back." in page.text
    assert [cast.stranger.name in words for words in boxes(page)] == [True]


@pytest.mark.usefixtures("classroom")
def test_the_coordinator_of_the_centre_sees_the_own_people_and_finds_others_by_address(
    app: Flask, cast: Cast, keeper: Person
) -> None:
    browser = browser_of(app, keeper)
    page = browser.visit("/teach/sittings")
    assert page.one(id="centre").get("value") == f"{MUSEUM} (AM)"
    assert [option.get("value") for option in page.one(id="centres")] == [f"{MUSEUM} (AM)"]
    page = browser.press("Open the sitting", course=SLUG)
    assert page.heading == f"Sitting at {MUSEUM}"
    (words,) = boxes(page)
    assert cast.learner.name in words
    address = page.url
    assert not boxes(browser.visit(f"{address}?q=ceban")), "a name from elsewhere is not searched"
    (words,) = boxes(browser.visit(f"{address}?q={cast.stranger.email}"))
    assert cast.stranger.name in words
    assert "No learner under way" in browser.visit(f"{address}?q=nobody@example.org").main
    assert cast.browser("other_trainer").get(address).status_code == 404
    assert cast.browser("admin").get(address).status_code == 200


@pytest.mark.usefixtures("classroom")
def test_a_coordinator_opens_no_sitting_elsewhere(app: Flask, cast: Cast, keeper: Person) -> None:
    browser = browser_of(app, keeper)
    browser.visit("/teach/sittings")
    page = browser.press("Open the sitting", 422, course=SLUG, centre=CENTRE)
    assert "You coordinate another museum." in page.main
    with app.app_context():
        assert reads.list_sittings(None, None) == []


@pytest.mark.usefixtures("classroom")
def test_the_trainer_of_another_course_opens_none_of_this(app: Flask, cast: Cast) -> None:
    page = cast.browser("other_trainer").visit("/teach/sittings")
    assert "No course that you teach has a quiz" in page.main
    assert list(page.all("select", name="course")) == []
    answer = cast.browser("other_trainer").post(
        "/teach/sittings", data={"course": SLUG, "centre": CENTRE, "hours": "4"}
    )
    assert answer.status_code == 422


@pytest.mark.usefixtures("classroom")
def test_what_is_wrong_is_told_and_what_was_typed_is_kept(app: Flask, cast: Cast) -> None:
    browser = cast.browser("trainer")
    browser.visit("/teach/sittings")
    page = browser.press("Open the sitting", 422, course=SLUG, centre="No such place", hours="99")
    assert "Give a number from 1 to 12." in page.main
    page = browser.press("Open the sitting", 422, course=SLUG, centre="No such place", hours="2")
    assert "No museum is called so here." in page.main
    assert page.one(id="centre").get("value") == "No such place"
    with app.app_context():
        ensure_museum(CENTRE, "GE")
        db.session.commit()
    page = browser.press("Open the sitting", 422, course=SLUG, centre=CENTRE, hours="2")
    assert "Several museums are called so." in page.main
    page = browser.press("Open the sitting", course=SLUG, centre=f"{CENTRE} (GE)", hours="2")
    assert page.heading == f"Sitting at {CENTRE}"


@pytest.mark.usefixtures("classroom")
def test_ticking_nobody_or_a_forged_mark_changes_nothing(app: Flask, cast: Cast) -> None:
    browser = cast.browser("trainer")
    page = opened(browser)
    address = page.url
    assert "Nobody was ticked." in browser.press(PRESENT).text
    for forged in (f"{cast.learner.subject_id}.{'0' * 16}", f"{cast.learner.subject_id}"):
        browser.post(f"{address}/present", data={"seen": [forged]})
        assert "was changed meanwhile" in browser.visit(address).text
    browser.post(f"{address}/present", data={"seen": ["0" * 40, f"{cast.colleague.subject_id}.x"]})
    assert "0 learners are marked" in browser.visit(address).text, "who is not enrolled is passed over"
    browser.post(f"{address}/present", data={"seen": [boxes(opened(browser)).popitem()[1]], "csrf_token": "none"})
    assert "Nobody is marked yet." in browser.visit(address).main
    browser.post(f"{address}/absent", data={"subject": cast.learner.subject_id})
    assert browser.get("/teach/sittings/no-such-sitting").status_code == 404


@pytest.mark.usefixtures("classroom")
def test_supervisors_are_not_offered_themselves(app: Flask, cast: Cast) -> None:
    with app.app_context():
        Study(cast.trainer.subject_id).enrol()
        db.session.commit()
    page = opened(cast.browser("trainer"))
    assert not any(cast.trainer.name in words for words in boxes(page))
    page = cast.browser("admin").visit(page.url)
    assert not any(cast.trainer.name in words for words in boxes(page)), "who opened it is watched by nobody there"


@pytest.mark.usefixtures("classroom")
def test_the_list_goes_on_on_the_next_page(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms.certificates.views.sittings.LINES", 1)
    browser = cast.browser("trainer")
    opened(browser)
    opened(browser, centre=f"{MUSEUM} (AM)")

    def centres(page: Page) -> list[str]:
        return [cells[1].text or "" for row in page.one("tbody") if (cells := list(row.iter("td")))]

    assert centres(browser.visit("/teach/sittings")) == [MUSEUM]
    assert centres(browser.click("Older")) == [CENTRE]


def test_a_course_without_a_certificate_has_no_sittings(app: Flask, cast: Cast) -> None:
    with app.app_context():
        lines = files_of(SLUG)["course.yaml"].decode().split("certificate:")[0]
        shelf = publish_course(SLUG, files_of(SLUG, **{"course.yaml": lines}))
        course = find_published(SLUG)
        assert course is not None
        with pytest.raises(Refused, match="no-exam"):
            sittings.open_sitting(
                course.id, shelf.version_id, ensure_museum(CENTRE, "AM"), actor=cast.trainer.subject_id
            )
        db.session.commit()
    assert "No course that you teach has a quiz" in cast.browser("trainer").visit("/teach/sittings").main
