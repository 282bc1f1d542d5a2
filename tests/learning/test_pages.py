"""The pages of study: what a stranger may read, what is recorded, and what each button leads to."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.domain.outline import Lesson, Question
from lms.domain.solutions import solution
from lms.infra.db import db
from lms.learning import queries
from tests.factories.courses import files_of, publish_course
from tests.factories.journey import Studying
from tests.factories.people import Cast
from tests.factories.study import AHEAD, LESSON, SPOKEN, TASK, Study
from tests.pages import Page, PageClient, text_of

FIRST = f"/learn/keys/{LESSON}"


@pytest.fixture
def shelf(app: Flask, cast: Cast) -> Study:
    """Publish the course; nobody is enrolled yet."""
    with app.app_context():
        found = Study(cast.learner.subject_id)
        db.session.commit()
        return found


@pytest.fixture
def study(app: Flask, shelf: Study) -> Study:
    """Enrol the learner."""
    with app.app_context():
        shelf.enrol()
        db.session.commit()
        return shelf


@pytest.fixture
def learner(study: Study, cast: Cast, app: Flask) -> Studying:
    with app.app_context():
        return Studying(cast.browser("learner"), "keys", study.course)


def question(learner: Studying, key: str) -> Question:
    """Return a question of the first lesson."""
    lesson = learner.course.items[LESSON]
    assert isinstance(lesson, Lesson)
    return next(found for found in lesson.questions() if found.id == key)


def records(app: Flask, study: Study) -> list[str]:
    """Return the kinds of what was recorded of the learner."""
    with app.app_context():
        return [record.kind for record in queries.list_records(study.subject_id, study.course_id)]


def fieldset(page: Page, key: str) -> Element:
    """Return the question with this id."""
    return page.one("fieldset", id=f"a-{key}")


class TestSomebodyWhoLooksIn:
    def test_the_first_lesson_is_open_to_everybody_and_invites(self, shelf: Study, client: PageClient) -> None:
        page = client.visit(FIRST)
        assert page.heading == "One board, one list"
        assert {"Enrol", "Check answer"} <= page.buttons().keys()
        assert "Mark as done" not in page.buttons()

    def test_closed_steps_are_named_and_lead_nowhere(self, shelf: Study, client: PageClient) -> None:
        page = client.visit(FIRST)
        assert "Spoken through" in page.main
        assert not [target for target in page.links().values() if target.endswith(f"/{SPOKEN}")]
        assert not list(page.all("a", rel="next"))

    def test_a_check_tells_the_verdict_and_records_nothing(self, shelf: Study, client: PageClient, app: Flask) -> None:
        client.visit(FIRST)
        form, _button = client.page.buttons()["Check answer"] if client.page else (None, None)
        assert form is not None
        values = {text_of(label): label.find("input") for label in form.iter("label")}
        chosen = values["A number"]
        assert chosen is not None
        page = client.press("Check answer", **{"a-k-number": chosen.get("value")})
        assert "A number tells a stranger nothing" in text_of(fieldset(page, "k-number"))
        assert records(app, shelf) == []

    @pytest.mark.parametrize("item", [SPOKEN, AHEAD, TASK])
    def test_other_steps_ask_a_stranger_to_log_in(self, shelf: Study, client: PageClient, item: str) -> None:
        answer = client.get(f"/learn/keys/{item}")
        assert answer.location.startswith("/login?next=")

    def test_other_steps_show_a_member_the_course(self, shelf: Study, cast: Cast) -> None:
        answer = cast.browser("stranger").get(f"/learn/keys/{AHEAD}")
        assert answer.location == "/courses/keys"
        assert cast.browser("stranger").get("/learn/keys/").location == "/courses/keys"

    @pytest.mark.parametrize("address", ["/learn/keys/nothing", "/learn/nothing/nothing", "/learn/nothing/"])
    def test_what_is_not_there_is_not_there(self, study: Study, cast: Cast, address: str) -> None:
        assert cast.browser("learner").get(address).status_code == 404


class TestTheWay:
    def test_enrolling_leads_to_the_plan_and_its_link_to_the_first_step(self, shelf: Study, cast: Cast) -> None:
        browser = cast.browser("learner")
        browser.visit(FIRST)
        page = browser.press("Enrol")
        assert page.url == "/learn/keys/"
        assert page.heading == "Keys and who holds them"
        assert page.link("Start") == FIRST

    def test_what_was_begun_is_continued_at_the_heading_where_one_stopped(self, learner: Studying) -> None:
        browser = learner.browser
        browser.visit(FIRST)
        assert browser.post(f"{FIRST}/place", data={"anchor": "h-who-signs"}).status_code == 204
        assert browser.visit("/learn/keys/").link("Continue") == f"{FIRST}#h-who-signs"
        assert "h-who-signs" in {heading.get("id") for heading in browser.visit(FIRST).all("h2")}

    @pytest.mark.parametrize("anchor", ["", 'x" onclick="y', "x" * 500, "a b"])
    def test_a_place_that_is_no_heading_is_the_lesson_itself(self, learner: Studying, anchor: str) -> None:
        learner.browser.visit(FIRST)
        assert learner.browser.post(f"{FIRST}/place", data={"anchor": anchor}).status_code == 204
        assert learner.browser.visit("/learn/keys/").link("Continue") == FIRST

    def test_previous_and_next_follow_the_course_through_its_rooms(self, learner: Studying) -> None:
        learner.browser.visit(FIRST)
        visited = [learner.browser.click("Next").url for _step in range(4)]
        assert [url.rsplit("/", 1)[1] for url in visited] == list(learner.course.order()[1:])

    def test_a_room_that_comes_later_can_be_read_ahead(self, learner: Studying) -> None:
        page = learner.browser.visit(learner.address(AHEAD))
        assert "You are reading ahead" in page.main
        page = learner.browser.press("Mark as done")
        assert "Done." not in page.main  # it counts when the room before it is finished

    def test_the_plan_says_each_room_and_step_in_words(self, learner: Studying) -> None:
        page = learner.browser.visit("/learn/keys/")
        assert page.one(class_="plan").get("aria-hidden") == "true"
        for title in ("The register", "When a key is lost", "One board, one list", "Your own board"):
            assert title in page.main
        assert "0 of 5 steps done" in page.main
        assert len([b for b in page.all("a") if "btn--main" in b.get("class", "")]) == 1


class TestChecks:
    def test_a_check_without_an_answer_asks_for_one(self, learner: Studying, app: Flask, study: Study) -> None:
        learner.browser.visit(FIRST)
        page = learner.browser.press("Check answer")
        assert "Answer the whole question first" in page.main
        assert "checked" not in records(app, study)

    def test_a_wrong_answer_stays_with_its_feedback_and_the_key_stays_hidden(self, learner: Studying) -> None:
        learner.browser.visit(FIRST)
        page = learner.check(question(learner, "k-number"), ["o1"])
        shown = fieldset(page, "k-number")
        assert [box.get("checked") for box in shown.iter("input")] == ["", None]
        assert "Not right. Whoever finds it then knows the door." in text_of(shown)
        assert "knows the rest" not in text_of(shown)
        assert "Questions checked: 1 of 2." in page.main

    def test_both_needs_the_questions_and_the_mark(self, learner: Studying) -> None:
        learner.browser.visit(FIRST)
        page = learner.browser.press("Mark as done")
        assert "as soon as each of its questions has been checked" in page.text
        for key in ("k-number", "k-order"):
            page = learner.check(question(learner, key), solution(question(learner, key)))
        assert "Done. 1 of 2 steps done" in page.main

    def test_a_script_gets_the_question_and_the_end_of_the_lesson_alone(self, learner: Studying) -> None:
        asked = question(learner, "k-order")
        learner.browser.visit(FIRST)
        data = {"csrf_token": learner.browser.token(), "question": asked.id}
        # Past the client that looks at pages: this is a part of one.
        response = FlaskClient.open(
            learner.browser, f"{FIRST}/check", method="POST", data=data, headers={"X-Part": "question"}
        )
        html = response.get_data(as_text=True)
        assert html.count("<form") == 2  # the question, and "Mark as done"
        assert 'id="a-k-order_note"' in html
        assert 'id="done"' in html
        assert "<html" not in html

    @pytest.mark.parametrize("key", ["", "nothing", "e-choice"])
    def test_a_question_of_another_page_is_not_there(self, learner: Studying, key: str) -> None:
        assert learner.browser.post(f"{FIRST}/check", data={"question": key}).status_code == 404

    def test_places_of_an_order_do_not_tell_the_key(self, learner: Studying) -> None:
        page = learner.browser.visit(FIRST)
        shown = fieldset(page, "k-order")
        assert [text_of(label) for label in shown.iter("label")] != ["Open the case", "Take the key from its hook"]
        assert not [name for s in shown.iter("select") if (name := s.get("name", "")).endswith((".open", ".o1"))]
        assert [text_of(option) for option in next(shown.iter("select"))] == ["–", "1", "2", "3"]


class TestText:
    def test_a_term_is_explained_where_it_first_comes_and_not_in_questions(self, learner: Studying) -> None:
        page = learner.browser.visit(FIRST)
        assert len(list(page.all("dfn"))) == 1
        assert not [link for link in fieldset(page, "k-number").iter("a") if link.get("class") == "term"]

    def test_a_text_in_another_language_than_the_page_says_so(self, learner: Studying) -> None:
        learner.browser.set_cookie("lang", "ru")
        page = learner.browser.visit(FIRST)
        assert page.one("html").get("lang") == "ru"
        assert page.one("h1").get("lang") == "en"
        assert fieldset(page, "k-number").get("lang") == "en"
        assert page.one("p", id="a-k-number_meta").get("lang") == "ru"
        assert [part.get("lang") for part in page.one("article", class_="reading").findall("div") if part.get("lang")]
        assert {part.get("lang") for part in page.one("nav", class_="outline sticky").iter("span")} >= {"en"}

    def test_footnotes_tables_cards_and_code_come_through(self, app: Flask, client: PageClient) -> None:
        with app.app_context():
            publish_course("store")
            db.session.commit()
        page = client.visit("/learn/quiet-store/humidity")
        assert page.link("worksheet").startswith("/media/")
        assert page.one("article", class_="object object--seen").find(".//img") is not None
        assert [box.get("tabindex") for box in page.all("div", class_="scroll")] == ["0"]
        assert "::: note" in text_of(page.one("pre"))


class TestTasks:
    def test_a_task_is_read_with_its_rubric_and_marked_as_done(
        self, learner: Studying, study: Study, app: Flask
    ) -> None:
        page = learner.browser.visit(learner.address(TASK))
        assert "Every key has a hook and a number" in text_of(page.one("table", class_="rubric"))
        assert not list(page.all("textarea"))
        learner.browser.press("Mark as done")
        assert records(app, study)[-1] == "marked"

    def test_a_lesson_done_by_its_questions_is_not_done_by_a_mark(self, app: Flask, cast: Cast) -> None:
        with app.app_context():
            publish_course("labels")
            db.session.commit()
        browser = cast.browser("learner")
        browser.visit("/courses/labels")
        browser.press("Enrol")
        page = browser.visit("/learn/labels/checking")
        assert "Mark as done" not in page.buttons()
        browser.post("/learn/labels/checking/done")
        assert "done when each of its questions has been checked" in browser.visit("/learn/labels/checking").text


class TestLeavingAndMoving:
    def test_leaving_asks_once_and_coming_back_finds_everything(self, learner: Studying) -> None:
        learner.do(LESSON)
        browser = learner.browser
        browser.visit("/learn/keys/")
        browser.click("Leave this course")
        page = browser.press("Leave the course")
        assert "What you did is kept" in page.text
        assert browser.get("/learn/keys/").location == "/courses/keys"
        assert "1 of 5 steps done" in learner.enrol().main

    def test_a_new_version_is_offered_with_what_it_changes(self, learner: Studying, app: Flask) -> None:
        learner.do(LESSON)
        text = files_of("keys")[f"lessons/{AHEAD}.md"].decode().replace("Then write", "Then, at once, write")
        with app.app_context():
            publish_course(files=files_of("keys", **{f"lessons/{AHEAD}.md": text}))
            db.session.commit()
        browser = learner.browser
        assert "There is a new version" in browser.visit("/learn/keys/").main
        page = browser.click("See what is new")
        assert "The first hour" in page.main
        assert "No longer there" not in page.main
        page = browser.press("Move to the new version")
        assert "1 of 5 steps done" in page.main
        assert "There is a new version" not in page.main
        assert browser.get("/courses/keys/move").location == "/learn/keys/"

    def test_a_finished_course_stays_open_and_leads_to_the_certificates(
        self, learner: Studying, study: Study, app: Flask
    ) -> None:
        with app.app_context():
            study.finish()
            db.session.commit()
        page = learner.browser.visit("/learn/keys/")
        assert "You have completed this course" in page.main
        assert page.link("Your certificates") == "/me/certificates"
        assert "Done." in learner.browser.visit(FIRST).main
