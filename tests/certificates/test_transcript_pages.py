"""The pages of transcripts: one's own, and what whoever verifies one is told."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from click.testing import Result
from flask import Flask

from lms.accounts import service as accounts
from lms.certificates.queries import transcripts as reads
from lms.certificates.queries.transcripts import TranscriptRow
from lms.certificates.service import checking, lifecycle, transcripts
from lms.certificates.service.checking import Checked
from lms.infra.db import db
from lms.infra.storage import storage
from tests.certificates.conftest import Award
from tests.certificates.test_pages import UNKNOWN, main_of, status_of
from tests.factories.people import Cast
from tests.pages import PageClient

BUTTON = "Make a signed transcript"


class Issued:
    """A transcript that the learner of the cast had made on the page."""

    def __init__(self, app: Flask, award: Award, cast: Cast) -> None:
        self.app, self.award, self.cast = app, award, cast
        cast.browser("learner").visit("/me/transcript")
        cast.browser("learner").press(BUTTON)
        award.work()
        with app.app_context():
            [row] = reads.list_by_subject(cast.learner.subject_id)
        self.code, self.id = row.code, row.id
        assert row.made

    @property
    def row(self) -> TranscriptRow:
        """Return it as it stands now."""
        with self.app.app_context():
            found = reads.find_by_code(self.code)
        assert found is not None
        return found

    def file(self, digest: str | None = None) -> bytes:
        """Return its bytes."""
        with self.app.app_context():
            return storage().get(digest or self.row.file_digest or "")

    def credential(self) -> bytes:
        """Return its credential's."""
        return self.file(self.row.credential_digest)

    def check(self, content: bytes, typed: str = "") -> Checked:
        """Check a file."""
        with self.app.app_context():
            return checking.check_file(content, typed)

    def change(self, work: Callable[..., object], **named: Any) -> None:
        """Change what holds of it."""
        with self.app.app_context():
            work(self.id, actor=None, **named)
            db.session.commit()

    def revoke_certificate(self, reason: str = "Somebody else sat the examination") -> None:
        """Take back the certificate that it names."""
        with self.app.app_context():
            lifecycle.revoke(self.award.row.id, reason=reason, actor=None)
            db.session.commit()


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


def test_pdfsig_says_that_the_total_document_is_signed(issued: Issued, tmp_path: Path) -> None:
    program = shutil.which("pdfsig")
    assert program, "pdfsig is in the package poppler-utils, which CI installs"
    (tmp_path / "t.pdf").write_bytes(issued.file())
    said = subprocess.run([program, "-nocert", tmp_path / "t.pdf"], capture_output=True, text=True).stdout
    assert "Total document signed" in said
    assert "Signature is Valid" in said
    assert said.count("Signature #") == 1


def test_the_same_facts_give_the_same_bytes_up_to_the_signature(app: Flask, issued: Issued) -> None:
    with app.app_context():
        again = transcripts.make(issued.row)
    kept = issued.file()
    assert again.credential == issued.credential()
    unsigned = kept.index(b"%%EOF")
    assert unsigned > 20_000
    assert again.pdf[:unsigned] == kept[:unsigned]


def test_the_file_is_known_by_upload_and_every_check_is_good(issued: Issued, client: PageClient) -> None:
    for content, name in ((issued.file(), "t.pdf"), (issued.credential(), "t.json")):
        checked = issued.check(content)
        assert (checked.origin, checked.row and checked.row.code) == ("original", issued.code)
        assert {checked.record, checked.file, checked.proof, checked.claims, checked.key} == {"good"}
        page = upload(client, content, name)
        assert "Valid transcript" in page
        assert "to the last byte" in page
    reformed = json.dumps(json.loads(issued.credential()), indent=1).encode()
    assert issued.check(reformed).origin == "genuine"


def upload(client: PageClient, content: bytes, name: str) -> str:
    client.visit("/verify")
    answer = client.post("/verify", data={"file": (io.BytesIO(content), name)}, content_type="multipart/form-data")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def edit_hours(said: dict[str, Any]) -> None:
    said["credentialSubject"]["creditsEarned"] = 600


def edit_row(said: dict[str, Any]) -> None:
    said["credentialSubject"]["result"][0]["value"] = "60"


def edit_grade(said: dict[str, Any]) -> None:
    said["credentialSubject"]["result"][1]["value"] = "99"


def add_row(said: dict[str, Any]) -> None:
    subject = said["credentialSubject"]
    subject["result"].append({**subject["result"][0], "resultDescription": "urn:another"})


def drop_row(said: dict[str, Any]) -> None:
    said["credentialSubject"]["result"].pop()


def edit_name(said: dict[str, Any]) -> None:
    said["credentialSubject"]["identifier"][0]["identityHash"] = "Somebody Else"


def borrow_certificate(said: dict[str, Any]) -> None:
    said["credentialSubject"]["result"][0]["alignment"][1]["targetCode"] = UNKNOWN


def call_it_a_certificate(said: dict[str, Any]) -> None:
    said["credentialSubject"]["achievement"]["achievementType"] = "Course"


@pytest.mark.parametrize(
    "attack",
    [edit_hours, edit_row, edit_grade, add_row, drop_row, edit_name, borrow_certificate, call_it_a_certificate],
)
def test_a_credential_that_was_edited_is_refused(issued: Issued, attack: Callable[[dict[str, Any]], None]) -> None:
    edited = json.loads(issued.credential())
    attack(edited)
    assert edited != json.loads(issued.credential())
    checked = issued.check(json.dumps(edited).encode())
    assert (checked.origin, checked.proof, checked.claims, checked.trusted) == ("altered", "bad", "bad", False)


def test_a_byte_that_was_changed_shows(issued: Issued) -> None:
    content = issued.file()
    at = content.index(b"stream") + 40
    checked = issued.check(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    assert checked.origin in {"altered", "unreadable"}
    assert not checked.trusted


@pytest.mark.filterwarnings("ignore::pikepdf.PageCopyWarning")  # that is what the forger leaves behind
def test_a_page_of_another_transcript_that_was_put_in_shows(issued: Issued) -> None:
    forged = io.BytesIO()
    with pikepdf.open(io.BytesIO(issued.file())) as pdf:
        pdf.pages.append(pdf.pages[0])
        pdf.save(forged)
    assert not issued.check(forged.getvalue()).trusted


def test_the_credential_of_a_transcript_is_not_taken_for_its_certificate_s(issued: Issued) -> None:
    edited = json.loads(issued.credential())
    edited["id"] = edited["id"].replace(issued.code, issued.award.row.code)
    checked = issued.check(json.dumps(edited).encode())
    assert (checked.row and checked.row.code, checked.trusted) == (issued.award.row.code, False)


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
