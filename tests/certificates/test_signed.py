"""The signed file: what independent programs say of it, and what our own check says of changed ones."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from flask import Flask

from lms.certificates.service import checking, ring
from lms.certificates.service.checking import Checked
from lms.infra.storage import storage
from tests.certificates.conftest import Award
from tests.pages import PageClient


@pytest.fixture
def content(app: Flask, made: Award) -> bytes:
    """Return the file of a certificate."""
    with app.app_context():
        return storage().get(made.row.file_digest or "")


@pytest.fixture
def credential(app: Flask, made: Award) -> bytes:
    """Return the signed credential of a certificate."""
    with app.app_context():
        return storage().get(made.row.credential_digest or "")


def check(app: Flask, content: bytes, typed: str = "") -> Checked:
    """Check a file."""
    with app.app_context():
        return checking.check_file(content, typed)


def test_pdfsig_says_that_the_total_document_is_signed(app: Flask, content: bytes, tmp_path: Path) -> None:
    program = shutil.which("pdfsig")
    assert program, "pdfsig is in the package poppler-utils, which CI installs"
    (tmp_path / "c.pdf").write_bytes(content)
    said = subprocess.run([program, "-nocert", tmp_path / "c.pdf"], capture_output=True, text=True).stdout
    assert "Total document signed" in said
    assert "Signature is Valid" in said
    assert said.count("Signature #") == 1


def test_qpdf_finds_nothing_wrong(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "c.pdf").write_bytes(content)
    with pikepdf.open(tmp_path / "c.pdf") as pdf:
        assert not pdf.check_pdf_syntax()
        assert list(pdf.attachments) == ["credential.json"]
        assert len(pdf.Root.AF) == 1


def test_the_attached_credential_is_the_one_that_is_kept(content: bytes, credential: bytes) -> None:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert pdf.attachments["credential.json"].get_file().read_bytes() == credential


def test_the_file_is_small(content: bytes) -> None:
    assert len(content) <= 120_000


def test_the_original_is_known_and_every_check_is_good(app: Flask, content: bytes, made: Award) -> None:
    checked = check(app, content)
    assert (checked.origin, checked.row and checked.row.code) == ("original", made.row.code)
    assert {checked.record, checked.file, checked.signature, checked.proof, checked.claims, checked.key} == {"good"}


def test_the_credential_by_itself_is_the_original_too(app: Flask, credential: bytes) -> None:
    assert check(app, credential).origin == "original"
    # The same claims in other clothes.
    assert check(app, json.dumps(json.loads(credential), indent=1).encode()).origin == "genuine"


def test_a_claim_that_was_edited_shows(app: Flask, credential: bytes) -> None:
    edited = json.loads(credential)
    edited["credentialSubject"]["identifier"][0]["identityHash"] = "Somebody Else"
    checked = check(app, json.dumps(edited).encode())
    assert (checked.origin, checked.proof, checked.claims) == ("altered", "bad", "bad")


@pytest.mark.parametrize(
    "added", [{"extra": 1}, {"@vocab": "https://evil.example/"}, {"validUntil": "2099-01-01T00:00:00Z"}]
)
def test_a_term_that_was_added_shows(app: Flask, credential: bytes, added: dict[str, object]) -> None:
    assert check(app, json.dumps({**json.loads(credential), **added}).encode()).origin == "altered"


def test_a_byte_that_was_changed_shows(app: Flask, content: bytes) -> None:
    at = content.index(b"stream") + 40
    changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
    checked = check(app, changed)
    assert checked.origin in {"altered", "unreadable"}
    assert checked.file == "bad"


def test_a_page_added_after_signing_shows(app: Flask, content: bytes) -> None:
    overlaid = content + b"\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
    checked = check(app, overlaid)
    assert checked.origin in {"altered", "unreadable"}
    assert not checked.trusted


@pytest.mark.filterwarnings("ignore::pikepdf.PageCopyWarning")  # that is what the forger leaves behind
def test_a_file_whose_signature_was_taken_out_is_never_valid(app: Flask, content: bytes) -> None:
    stripped = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        del pdf.Root["/AcroForm"]
        pdf.save(stripped)
    checked = check(app, stripped.getvalue())
    assert checked.origin == "altered"
    assert not checked.trusted


def test_a_print_is_told_apart_from_a_forgery(app: Flask, content: bytes, made: Award) -> None:
    printed = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(printed)
    checked = check(app, printed.getvalue(), made.row.code_spaced)
    assert (checked.origin, checked.row and checked.row.code) == ("copy", made.row.code)


def test_a_credential_of_another_issuer_with_our_name_is_foreign(app: Flask, credential: bytes) -> None:
    forged = json.loads(credential)
    forged["id"] = "https://evil.example/verify/0000000000000000"
    for proof in forged["proof"]:
        proof["verificationMethod"] = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    checked = check(app, json.dumps(forged).encode())
    assert (checked.origin, checked.key) == ("foreign", "bad")


@pytest.mark.parametrize(
    ("junk", "problem"),
    [
        (b"", "empty"),
        (b"{" * 10_000, "too-deep"),
        (b'{"a":' * 10_000, "too-deep"),
        (b'{"a": 1, "a": 2}', "ambiguous"),
        (b"%PDF-1.7 nothing", "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\0\0\xff\xffIDAT", "no-credential"),
    ],
)
def test_junk_gets_a_clear_answer(app: Flask, junk: bytes, problem: str) -> None:
    assert check(app, junk).findings.problem == problem


def test_what_a_stolen_key_signed_is_not_believed(
    app: Flask, content: bytes, made: Award, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = made.row.issued_at
    with app.app_context():
        stolen = tuple(replace(key, revoked_from=since) for key in ring.every_key())
    monkeypatch.setattr(ring, "every_key", lambda: stolen)
    checked = check(app, content)
    assert checked.key_stolen
    assert not checked.trusted


def test_the_site_says_who_it_is_and_what_was_revoked(app: Flask, client: PageClient, made: Award) -> None:
    document = client.get("/.well-known/did.json").get_json(force=True)
    with app.app_context():
        assert document["id"] == ring.issuer().did
    assert document["verificationMethod"][0]["publicKeyMultibase"].startswith("z6Mk")
    listed = client.get("/status/1").get_json(force=True)
    assert listed["credentialSubject"]["encodedList"].startswith("u")
    assert client.get("/status/2").status_code == 404


def test_programs_get_what_they_ask_for(client: PageClient, made: Award, credential: bytes) -> None:
    address = f"/verify/{made.row.code}"
    answer = client.get(address, headers={"Accept": "application/vc"})
    assert (answer.data, answer.headers["Vary"].count("Accept") >= 1) == (credential, True)
    assert client.get(address, headers={"Accept": "application/json"}).get_json()["state"] == "valid"
    assert client.get(address, headers={"Accept": "application/pdf"}).location.endswith(f"{made.row.code}.pdf")
    assert client.get(f"/certificates/{made.row.code}.json").data == credential
