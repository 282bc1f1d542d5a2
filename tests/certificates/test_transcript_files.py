"""The signed file of a transcript: what programs say of it, and what our own check says of edited ones."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from flask import Flask

from lms.certificates.service import transcripts
from tests.certificates.asking import Issued
from tests.certificates.conftest import Award
from tests.certificates.test_pages import UNKNOWN
from tests.factories.people import Cast
from tests.pages import PageClient


@pytest.fixture
def issued(app: Flask, made: Award, cast: Cast) -> Issued:
    """Return a transcript with its file."""
    return Issued(app, made, cast)


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
