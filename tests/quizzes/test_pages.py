"""The pages of an attempt: nothing of the key before its time, nothing lost, and words for every rule."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from lms.infra.db import db
from lms.ops.models import AuditEntry
from tests.factories.journey import Studying
from tests.factories.people import Cast
from tests.factories.sheets import ADDRESS, begin, by_script, fieldset, packet, sent, typed, variant
from tests.factories.study import Study, at, later
from tests.pages import text_of


class TestRules:
    def test_the_rules_come_before_the_clock(self, learner: Studying) -> None:
        page = learner.browser.visit(ADDRESS)
        for words in ("10", "20 minutes", "60 percent", "0 of 3 used", "Your best attempt", "The clock starts"):
            assert words in page.main
        assert "Start attempt" in page.buttons()
        assert "Review" not in page.links()

    def test_extra_time_is_in_the_rules_and_in_the_attempt(self, learner: Studying, cast: Cast) -> None:
        cast.browser("admin").post(f"/admin/users/{cast.learner.account_id}/extra-time", data={"percent": "50"})
        assert "30 minutes" in learner.browser.visit(ADDRESS).main
        page = learner.browser.press("Start attempt")
        assert 1790 <= int(page.one("form", id="attempt").get("data-seconds", "0")) <= 1800

    def test_when_all_attempts_are_used_the_button_is_gone(self, learner: Studying) -> None:
        for _attempt in range(3):
            begin(learner)
            learner.browser.press("Submit answers")
        page = learner.browser.visit(ADDRESS)
        assert "All attempts are used" in page.main
        assert "Start attempt" not in page.buttons()
        assert learner.browser.post(f"{ADDRESS}/start").location == ADDRESS
        assert "All attempts at this quiz have been used" in learner.browser.visit(ADDRESS).text

    def test_a_waiting_time_says_until_when(
        self, learner: Studying, study: Study, app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        variant(app, cast.colleague.subject_id, wait="24h")
        other = Studying(cast.browser("colleague"), "keys", learner.course)
        begin(other)
        page = other.browser.press("Submit answers")
        assert "The next attempt opens on" in page.main
        page = other.browser.visit(ADDRESS)
        assert "Start attempt" not in page.buttons()
        assert "You can start it from" in page.main
        with at(later(hours=25), monkeypatch):
            assert "Start attempt" in other.browser.visit(ADDRESS).buttons()


class TestAttempt:
    def test_every_question_is_a_group_named_by_its_prompt_with_native_controls(self, learner: Studying) -> None:
        page = begin(learner)
        groups = list(page.all("fieldset"))
        assert len(groups) == 10
        for group in groups:
            prompt = page.one(id=group.get("aria-labelledby", ""))
            assert text_of(prompt)
            assert not list(group.iter("fieldset"))[1:]
        names = {control.get("aria-label") for control in fieldset(page, "e-gap").iter() if control.get("aria-label")}
        assert names == {"Gap 1", "Gap 2"}
        assert "gap 1" in text_of(page.one(id="a-e-gap_prompt"))
        for key in ("e-text", "e-number", "e-open"):
            assert "Your answer" in [text_of(label) for label in fieldset(page, key).iter("label")]
        number = next(field for field in fieldset(page, "e-number").iter("input"))
        assert number.get("inputmode") == "decimal"
        places = next(iter(fieldset(page, "e-order").iter("select")))
        assert [text_of(option) for option in places] == ["–", "1", "2", "3", "4"]
        assert {"Office", "Store"} <= {text_of(label) for label in fieldset(page, "e-sort").iter("label")}

    def test_nothing_of_the_key_is_in_the_page_before_its_time(self, learner: Studying) -> None:
        page = begin(learner)
        for told in ("A key has one holder at a time", "The key never leaves", "That is the list of objects"):
            assert told not in page.html
        for name in ("along", "town", "stop", "treasury", "registrar."):
            assert f'"{name}"' not in page.html
            assert f".{name}" not in page.html

    def test_one_button_submits_and_beside_it_stands_how_many_are_open(self, learner: Studying) -> None:
        page = begin(learner)
        assert "Questions still open: 10" in page.main
        page = learner.browser.press("Save and go on later", **{"a-e-text": "register"})
        assert "Your answers are saved" in page.text
        assert "Questions still open: 9" in page.main
        assert "1 of 10 answered" in page.main
        assert typed(page, "e-text") == "register"
        assert [name for name in page.buttons() if "ubmit" in name] == ["Submit answers"]

    def test_enter_in_a_field_saves_and_does_not_submit(self, learner: Studying) -> None:
        """A browser presses the first button of a form for whoever presses Enter."""
        page = begin(learner)
        first = next(button for button in page.one("form", id="attempt").iter("button"))
        assert first.get("formaction", "").endswith("/save")

    def test_an_old_copy_of_the_page_is_never_shown(self, learner: Studying) -> None:
        begin(learner)
        assert learner.browser.get(ADDRESS).headers["Cache-Control"] == "no-store"

    def test_each_answer_is_saved_by_script_and_a_late_packet_never_wins(self, learner: Studying) -> None:
        page, browser = begin(learner), learner.browser
        seq = int(sent(page)["seq"][0])
        answer = by_script(browser, f"{ADDRESS}/save", packet(page, "e-text", seq + 5, answer="key register"))
        assert answer["counts"] is True
        assert 1100 < answer["left"] <= 1200
        by_script(browser, f"{ADDRESS}/save", packet(page, "e-text", seq + 4, answer="inventory"))
        again = browser.visit(ADDRESS)
        assert typed(again, "e-text") == "key register"
        assert int(sent(again)["seq"][0]) == seq + 6

    def test_a_box_can_be_unticked(self, learner: Studying) -> None:
        page, browser = begin(learner), learner.browser
        boxes = [box.get("value", "") for box in fieldset(page, "e-many").iter("input")]
        by_script(browser, f"{ADDRESS}/save", packet(page, "e-many", 10, answer=boxes[0]))
        assert "1 of 10 answered" in browser.visit(ADDRESS).main
        by_script(browser, f"{ADDRESS}/save", packet(page, "e-many", 11))
        assert "0 of 10 answered" in browser.visit(ADDRESS).main

    def test_an_answer_to_a_question_that_was_not_asked_is_refused_and_recorded(
        self, learner: Studying, app: Flask
    ) -> None:
        page = begin(learner)
        forged = packet(page, "e-text", 10, answer="register") | {"a-s-hook": "x"}
        response = learner.browser.post(f"{ADDRESS}/save", data=forged, csrf=False)
        assert response.status_code == 404
        assert typed(learner.browser.visit(ADDRESS), "e-text") == ""
        with app.app_context():
            [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.kind == "answer-refused"))
        assert entry.facts["reason"] == "not-drawn"

    def test_an_attempt_of_somebody_else_is_not_there(self, learner: Studying, cast: Cast, app: Flask) -> None:
        page = begin(learner)
        with app.app_context():
            Study(cast.colleague.subject_id).enrol()
            db.session.commit()
        other = cast.browser("colleague")
        fields = packet(page, "e-text", 10, answer="mine") | {"csrf_token": other.token()}
        for action in ("save", "submit"):
            assert other.post(f"{ADDRESS}/{action}", data=fields, csrf=False).status_code == 404
        assert typed(learner.browser.visit(ADDRESS), "e-text") == ""

    @pytest.mark.parametrize("seq", ["", "-1", "ten", "9" * 17, "٣"])
    def test_a_number_that_no_page_of_ours_sends_is_refused(self, learner: Studying, seq: str) -> None:
        page = begin(learner)
        fields = packet(page, "e-text", 1, answer="x") | {"seq": seq}
        assert learner.browser.post(f"{ADDRESS}/save", data=fields, csrf=False).status_code == 404

    def test_a_field_of_any_size_or_kind_is_read_without_harm(self, learner: Studying) -> None:
        page = begin(learner)
        odd = packet(page, "e-open", 5, answer="\x00a\ufffe" * 30_000) | {
            "a-e-order.x": "9",
            "a-e-gap.g9": "x",
            "a-": "x",
        }
        response = learner.browser.post(f"{ADDRESS}/save", data=odd, csrf=False)
        assert response.status_code == 404  # "a-" names no question
        odd.pop("a-")
        assert by_script(learner.browser, f"{ADDRESS}/save", odd)["counts"] is True
