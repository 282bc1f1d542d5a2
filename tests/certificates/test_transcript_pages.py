"""The pages of transcripts: one's own, and what whoever verifies one is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from lms.accounts import service as accounts
from lms.certificates.service import lifecycle, transcripts
from lms.infra.db import db
from tests.certificates.asking import BUTTON, Issued
from tests.certificates.conftest import Award
from tests.certificates.test_pages import UNKNOWN, main_of, status_of
from tests.factories.people import Cast
from tests.pages import PageClient


@pytest.fixture
def issued(app: Flask, made: Award, cast: Cast) -> Issued:
    """Return a transcript with its file."""
    return Issued(app, made, cast)


def test_my_transcript_is_come_to_from_my_space_and_my_certificates(made: Award, cast: Cast) -> None:
    browser = cast.browser("learner")
    for start in ("/me/", "/me/certificates"):
        browser.visit(start)
        assert browser.click("My transcript").heading == "My transcript"


def test_it_shows_what_was_learned_and_the_file_when_it_is_made(made: Award, cast: Cast) -> None:
    browser = cast.browser("learner")
    page = browser.visit("/me/transcript")
    for said in ("Keys and who holds them", "edition 1", "100%", made.row.code_spaced):
        assert said in page.main, said
    page = browser.press(BUTTON)
    assert "Your transcript is being made" in page.text
    assert "The file is being made" in page.main
    made.work()
    page = browser.visit("/me/transcript")
    assert browser.get(page.link("Download PDF")).data.startswith(b"%PDF-1.7")
    assert browser.press(BUTTON).text.count("Nothing has changed since the transcript of today") == 1


def test_who_has_begun_nothing_is_told_the_next_step(cast: Cast) -> None:
    browser = cast.browser("stranger")
    page = browser.visit("/me/transcript")
    assert page.link("See the courses") == "/courses/"
    assert BUTTON not in page.main
    answer = browser.post("/me/transcript", follow_redirects=True)
    assert "you have not begun a course yet" in answer.get_data(as_text=True)


def test_too_many_in_a_day_is_told_kindly(issued: Issued, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcripts, "MOST_A_DAY", 1)
    browser = cast.browser("learner")
    issued.revoke_certificate()
    browser.visit("/me/transcript")
    page = browser.press(BUTTON)
    assert "there is 1 transcript of today already" in page.text
    assert issued.row.code_spaced in page.main


def test_a_colleague_sees_none_of_mine(issued: Issued, cast: Cast) -> None:
    assert issued.row.code_spaced not in cast.browser("colleague").visit("/me/transcript").main


def test_a_long_list_of_transcripts_goes_on_by_pages(
    app: Flask, issued: Issued, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms.certificates.views.transcripts.A_PAGE", 1)
    with app.app_context():
        transcripts.issue(cast.learner.subject_id, ("ru", "en"))
        db.session.commit()
    browser = cast.browser("learner")
    page = browser.visit("/me/transcript")
    assert issued.row.code_spaced not in page.main
    page = browser.click("Earlier transcripts")
    assert issued.row.code_spaced in page.main
    assert "Earlier transcripts" not in page.links()


def test_my_page_takes_few_statements(
    issued: Issued, cast: Cast, max_queries: Callable[[int], AbstractContextManager[list[str]]]
) -> None:
    browser = cast.browser("learner")
    with max_queries(4):  # who is asking, certificates, courses, transcripts
        assert browser.get("/me/transcript").status_code == 200


def test_the_page_that_verifies_shows_the_courses_and_what_holds_today(
    issued: Issued, client: PageClient, cast: Cast
) -> None:
    page = client.visit(f"/verify/{issued.code}")
    assert status_of(page).startswith("Valid transcript")
    assert page.heading == "Valid transcript"
    for said in (
        cast.learner.name, "Keys and who holds them", "edition 1", "100%", issued.award.row.code_spaced,
        issued.row.file_digest or "", "all that counted still do",
    ):  # fmt: skip
        assert said in page.main, said
    assert page.link(issued.award.row.code_spaced) == f"/verify/{issued.award.row.code}"


def test_a_transcript_does_not_bring_a_revoked_certificate_back_to_life(issued: Issued, client: PageClient) -> None:
    issued.revoke_certificate()
    page = client.visit(f"/verify/{issued.code}")
    assert status_of(page).startswith("Valid transcript, but 1 certificate in it no longer counts")
    assert "Revoked: does not count" in page.main
    assert "Somebody else sat the examination" in page.main
    assert "not all of those that counted still do" in page.main
    told = client.get(f"/verify/{issued.code}", headers={"Accept": "application/json"}).get_json()
    assert (told["state"], told["hours_now"]) == ("valid", 0)
    assert told["hours"] > 0
    assert [course["certificate_state_now"] for course in told["courses"]] == ["revoked"]


def test_a_certificate_that_was_replaced_leads_to_its_successor(
    app: Flask, issued: Issued, client: PageClient, cast: Cast
) -> None:
    with app.app_context():
        accounts.change_profile(
            cast.learner.account_id, name="Right Name", name_latin="", languages=("en",), timezone="UTC"
        )
        lifecycle.correct(issued.award.row.id, actor=None)
        db.session.commit()
    page = client.visit(f"/verify/{issued.code}")
    fresh = issued.award.row
    assert status_of(page).startswith("Valid transcript")
    assert page.link(fresh.code_spaced) == f"/verify/{fresh.code}"
    assert "in place of" in page.main
    with app.app_context():
        lifecycle.revoke(fresh.id, reason="It too", actor=None)
        db.session.commit()
    assert "no longer counts" in status_of(client.visit(f"/verify/{issued.code}"))


def test_the_states_of_a_transcript_come_first(issued: Issued, client: PageClient) -> None:
    issued.change(transcripts.revoke, reason="Made by mistake")
    page = client.visit(f"/verify/{issued.code}")
    assert status_of(page).startswith("Revoked: this transcript no longer counts")
    assert "Made by mistake" in page.main
    issued.change(transcripts.reinstate)
    assert status_of(client.visit(f"/verify/{issued.code}")).startswith("Valid transcript")


def test_programs_get_what_they_ask_for(issued: Issued, client: PageClient) -> None:
    address = f"/verify/{issued.code}"
    answer = client.get(address, headers={"Accept": "application/vc"})
    assert (answer.data, "Accept" in answer.headers["Vary"]) == (issued.credential(), True)
    assert client.get(f"/certificates/{issued.code}.json").data == issued.credential()
    assert client.get(address, headers={"Accept": "application/pdf"}).location.endswith(f"{issued.code}.pdf")
    file = client.get(f"/certificates/{issued.code}.pdf")
    assert file.data == issued.file()
    assert file.headers["Content-Disposition"] == f'attachment; filename="transcript-{issued.row.code_spaced}.pdf"'
    told = client.get(address, headers={"Accept": "application/json"}).get_json()
    assert (told["kind"], told["code"], told["courses"][0]["certificate"]) == (
        "transcript", issued.code, issued.award.row.code,
    )  # fmt: skip


def test_nobody_keeps_or_passes_on_what_the_page_says(issued: Issued, client: PageClient) -> None:
    for kind in ("text/html", "application/json", "application/vc"):
        response = client.get(f"/verify/{issued.code}", headers={"Accept": kind})
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["X-Robots-Tag"] == "noindex"


def test_unknown_codes_look_as_before(issued: Issued, client: PageClient) -> None:
    answers = [client.get(f"/verify/{code}") for code in (UNKNOWN, "no-code", issued.code[:-1] + "U")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({main_of(answer) for answer in answers}) == 1


def test_checking_a_transcript_takes_three_statements(
    issued: Issued, client: PageClient, max_queries: Callable[[int], AbstractContextManager[list[str]]]
) -> None:
    with max_queries(3):  # no certificate, the transcript, its certificates
        client.get(f"/verify/{issued.code}")


def test_an_erased_holder_has_no_name_and_courses_and_state_stay(
    app: Flask, issued: Issued, client: PageClient, cast: Cast
) -> None:
    before = issued.row
    with app.app_context():
        accounts.erase_person(cast.learner.account_id, actor=None)
        db.session.commit()
    issued.award.work()
    page = client.visit(f"/verify/{issued.code}")
    assert status_of(page).startswith("Valid transcript")
    assert cast.learner.name not in page.html
    assert "Keys and who holds them" in page.main
    assert before.file_digest in page.main
    told = client.get(f"/verify/{issued.code}", headers={"Accept": "application/json"}).get_json()
    assert told["claims"] is None
    for suffix in ("pdf", "json"):
        assert client.get(f"/certificates/{issued.code}.{suffix}").status_code == 404


def test_commands_verify_revoke_and_reinstate_it(
    issued: Issued, command: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "t.pdf"
    file.write_bytes(issued.file())
    assert command("certificates", "verify", str(file)).exit_code == 0
    issued.revoke_certificate()
    answer = command("certificates", "verify", str(file))
    assert answer.exit_code == 1
    assert f"the certificate {issued.award.row.code_spaced} in it does not count any more" in answer.output
    told = json.loads(command("certificates", "verify", "--json", str(file)).stdout)
    assert (told[0]["state"], told[0]["no_longer_count"]) == ("valid", [issued.award.row.code_spaced])
    assert command("certificates", "revoke", issued.row.code_spaced, "--reason", "Test").exit_code == 0
    assert "revoked" in command("certificates", "verify", str(file)).output
    assert command("certificates", "reinstate", issued.code).exit_code == 0
    answer = command("certificates", "correct", issued.code)
    assert (answer.exit_code, "its holder makes a new one" in answer.output) == (1, True)


def test_an_administrator_revokes_and_reinstates_on_the_page(issued: Issued, cast: Cast) -> None:
    browser = cast.browser("admin")
    browser.visit("/admin/certificates")
    page = browser.click("Transcripts")
    assert issued.row.code_spaced in page.main
    assert issued.award.row.code_spaced not in page.main
    page = browser.click(issued.row.code_spaced)
    assert "Replace with the present name" not in page.main
    page = browser.press("Revoke", reason="A mistake of the office")
    assert "A mistake of the office" in page.main
    assert "Valid" in browser.press("Reinstate").main
    found = browser.get("/admin/certificates", query_string={"q": issued.code.lower()})
    assert found.location == f"/admin/certificates/{issued.code}"
