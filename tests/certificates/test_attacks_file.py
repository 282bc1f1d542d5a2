"""Attacks on the file of a real certificate: each is mounted, sent to the page that verifies, and refused."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pikepdf
import pytest
from flask import Flask

from lms.certificates.service import checking
from lms.infra.keyring import keyring
from lms.infra.signing.keys import Keyring
from lms.infra.storage import storage
from tests.certificates.conftest import Award
from tests.factories.forgeries import ON_THE_FILE, edit_visible_name, sign_unsigned, strip, swap_credential
from tests.factories.papers import make_ring, sign
from tests.pages import Page, PageClient

pytestmark = pytest.mark.filterwarnings("ignore::pikepdf.PageCopyWarning")  # that is what a forger leaves behind


@pytest.fixture
def original(app: Flask, made: Award) -> bytes:
    """Return the file as it was issued."""
    with app.app_context():
        return storage().get(made.row.file_digest or "")


@pytest.fixture
def ours(app: Flask) -> Keyring:
    """Return our keys, which some attacks look at and the second signature uses."""
    with app.app_context():
        return keyring()


@pytest.fixture
def theirs(tmp_path: Path) -> Keyring:
    """Return the keys of an authority that calls itself as ours does."""
    return make_ring(tmp_path / "theirs")


def upload(client: PageClient, content: bytes, name: str = "certificate.pdf") -> Page:
    """Choose the file on the page that verifies, as anybody does."""
    client.visit("/verify")
    token = client.page.one("input", name="csrf_token").get("value") if "csrf_token" in client.page.html else ""
    answer = client.post(
        "/verify", data={"csrf_token": token, "file": (io.BytesIO(content), name)}, content_type="multipart/form-data"
    )
    answer.request.environ["wsgi.input"].close()  # a file, when it is large
    assert answer.status_code in (200, 413)
    return Page(answer.get_data(as_text=True), "/verify")


def said(page: Page) -> str:
    """Return the verdict, or what stands in its place when the file was not even looked at."""
    if not list(page.all(role="status")):
        return page.heading
    return " ".join("".join(page.one(role="status").itertext()).split())


def test_the_original_is_valid(original: bytes, client: PageClient) -> None:
    assert said(upload(client, original)).startswith("Valid")


@pytest.mark.parametrize("attack", ON_THE_FILE)
def test_no_forged_file_is_valid(attack: str, original: bytes, ours: Keyring, client: PageClient, app: Flask) -> None:
    forged = ON_THE_FILE[attack](original, ours)
    assert forged != original
    verdict = said(upload(client, forged))
    assert verdict.startswith("Not found: this file"), verdict
    with app.app_context():
        assert not checking.check_file(forged).trusted


def test_a_forged_file_never_shows_what_it_claims(original: bytes, ours: Keyring, client: PageClient) -> None:
    assert "Somebody Else" not in upload(client, swap_credential(original, ours)).html


def test_a_stripped_file_is_an_unsigned_copy_and_never_valid(
    original: bytes, ours: Keyring, app: Flask, client: PageClient
) -> None:
    stripped = strip(original, ours)
    with app.app_context():
        checked = checking.check_file(stripped)
    assert (checked.findings.signatures, checked.signature, checked.file) == (0, "may", "bad")
    assert not said(upload(client, stripped)).startswith("Valid")


def test_an_authority_that_looks_like_ours_is_not_ours(
    original: bytes, theirs: Keyring, ours: Keyring, app: Flask, client: PageClient
) -> None:
    forged = sign_unsigned(original, theirs)
    with app.app_context():
        checked = checking.check_file(forged)
    assert (checked.findings.signatures, checked.signature, checked.trusted) == (1, "bad", False)
    assert said(upload(client, forged)).startswith("Not found: this file was changed")
    # With the credential taken out as well, nothing of ours is left in it.
    plain = sign(edit_visible_name(strip(bare(original), theirs), theirs), theirs)
    assert said(upload(client, plain)).startswith("Not found: this file was not issued by this site")


def bare(content: bytes) -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        del pdf.Root.AF
        del pdf.Root.Names
        pdf.save(target)
    return target.getvalue()


def test_the_real_file_of_another_certificate_is_only_that_one(
    original: bytes, made: Award, client: PageClient
) -> None:
    """A true file under a false name, or beside a false code, tells whose it is."""
    page = upload(client, original, "0000-0000-0000-0000.pdf")
    assert made.row.code_spaced in page.main


# What shall cost us much.


def bomb(size: int = 64 * 1024 * 1024) -> bytes:
    target = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.attachments["credential.json"] = pikepdf.AttachedFileSpec(pdf, bytes(size), filename="credential.json")
        pdf.save(target)
    return target.getvalue()


def many_attachments(count: int = 10_000) -> bytes:
    target = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        named = [part for number in range(count) for part in (f"{number:06}", filed(pdf))]
        pdf.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=named))
        pdf.save(target)
    return target.getvalue()


def filed(pdf: pikepdf.Pdf) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F="credential.json", UF="credential.json")


COSTLY = {
    "a bomb": bomb,
    "ten thousand attachments": many_attachments,
    "objects without end": lambda: b"%PDF-1.7\n" + b"1 0 obj\n" * 500_000,
    "revisions without end": lambda: b"%PDF-1.7\n" + b"<</Prev 9>>" * 100_000,
    "brackets without end": lambda: b"%PDF-1.7\n" + b"[" * 1_000_000 + b"\nstartxref\n9\n%%EOF",
    "too many bytes": lambda: b"%PDF-1.7" + bytes(20 * 1024 * 1024),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", COSTLY)
def test_a_costly_file_gets_a_clear_answer_soon_and_the_next_one_too(
    kind: str, original: bytes, client: PageClient
) -> None:
    upload(client, original)  # the process that looks is running
    content = COSTLY[kind]()
    begun = time.monotonic()
    page = upload(client, content)
    assert time.monotonic() - begun < 4, "two seconds are its limit; the rest is this machine's"
    assert said(page).startswith(("Not found", "This does not fit")), said(page)
    assert said(upload(client, original)).startswith("Valid")
