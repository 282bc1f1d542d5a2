"""The specimen that everybody may try to forge: known for what it is, and no certificate to anybody."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pikepdf
import pytest
from click.testing import Result
from flask import Flask
from openbadgeslib.verify import verify_badge

from lms.certificates import jobs, queries
from lms.certificates.service import checking, publishing, ring, specimen
from lms.config import LANGUAGES
from lms.domain.credential import SPECIMEN_ORDINAL, place_of
from lms.infra import clock, pdf
from lms.infra.images import bake
from lms.infra.keyring import keyring
from lms.infra.queue import run_jobs
from lms.infra.signing.documents import sign_pdf
from lms.infra.signing.statuslist import decode, is_set
from lms.infra.site import site
from tests.certificates.conftest import Award
from tests.certificates.test_pages import status_of
from tests.factories.papers import ATTACKS, make_ring
from tests.pages import Page, PageClient


@pytest.fixture
def none_kept(app: Flask) -> None:
    """Forget the specimens of other tests."""
    shutil.rmtree(app.config["LMS"].data_dir / specimen.FOLDER, ignore_errors=True)


@pytest.fixture
def kept(app: Flask) -> specimen.Specimen:
    """Return the specimen as this site made it."""
    with app.app_context():
        specimen.make("en")
        found = specimen.find("en")
    assert found is not None
    return found


def bring(client: PageClient, content: bytes, name: str = "specimen.pdf") -> Page:
    """Bring a file to the page that invites to forge."""
    client.visit("/verify/forge")
    return client.press("See whether it passes", file=(io.BytesIO(content), name))


def gave_away(page: Page) -> str:
    """Return which checks the page says that a forgery did not pass."""
    found = re.search(r"It did not pass: (.*?)\.", page.main)
    assert found
    return found[1]


def test_specimens_are_made_in_the_background_once_and_kept(app: Flask, none_kept: None) -> None:
    with app.app_context():
        assert specimen.find("en") is None
        assert specimen.list_missing() == list(LANGUAGES)
        jobs.order_specimens()
        assert run_jobs() == ["certificates.make_specimen"] * len(LANGUAGES)
        first = specimen.find("en"), specimen.find("ru")
        assert None not in first
        assert specimen.list_missing() == []
        specimen.make("en")
        assert (specimen.find("en"), specimen.find("ru")) == first


def test_the_page_works_before_the_specimen_is_there(
    app: Flask, none_kept: None, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "LIBRARIES", ("libabsent.so.0",))
    with app.app_context():
        assert specimen.list_missing() == [], "nothing is ordered that cannot be made"
        specimen.make("en")
    page = client.visit("/verify/forge")
    assert "The specimen is not here yet." in page.main
    assert "Download the specimen (PDF)" not in page.links()
    assert client.get("/verify/forge/specimen.pdf").status_code == 404
    assert status_of(bring(client, b"{}", "x.json")).startswith("Not found")


def test_everybody_can_take_it_in_three_forms(kept: specimen.Specimen, client: PageClient) -> None:
    client.visit("/verify")
    page = client.click("Try to forge this one")
    assert page.heading == "Try to forge this one"
    answer = client.get(page.link("Download the specimen (PDF)"))
    assert (answer.data, answer.content_type) == (kept.pdf, "application/pdf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="specimen-SPEC-1MEN-SPEC-1MEN.pdf"'
    assert client.get(page.link("Credential (JSON)")).data == kept.credential
    assert client.get(page.link("Badge (PNG)")).data.startswith(b"\x89PNG")
    assert client.get("/verify/forge/specimen.exe").status_code == 404


def test_it_says_on_its_face_what_it_is(kept: specimen.Specimen) -> None:
    said = json.loads(kept.credential)
    assert said["name"] == "SPECIMEN: not a certificate"
    assert said["credentialSubject"]["identifier"][0]["identityHash"] == "Specimen Holder"
    with pikepdf.open(io.BytesIO(kept.pdf)) as document:
        assert "SPECIMEN" in str(document.docinfo["/Title"])


@pytest.mark.parametrize("kind", ["pdf", "png", "json"])
def test_unchanged_it_is_called_a_specimen_and_never_valid(
    app: Flask, kept: specimen.Specimen, client: PageClient, kind: str
) -> None:
    content = client.get(f"/verify/forge/specimen.{kind}").data
    with app.app_context():
        checked = checking.check_file(content)
    assert (checked.origin, checked.trusted, checked.row) == ("specimen", False, None)
    page = bring(client, content, f"x.{kind}")
    assert status_of(page).startswith("Not found: this is the specimen, and no certificate")
    assert "Nothing: this is the specimen as it was made." in page.main
    client.visit("/verify")
    page = client.press("Verify", file=(io.BytesIO(content), f"x.{kind}"))
    assert status_of(page).startswith("Not found: this is the specimen")


def test_nobody_can_pass_it_off(
    app: Flask, kept: specimen.Specimen, client: PageClient, command: Callable[..., Result], tmp_path: Path
) -> None:
    said = json.loads(kept.credential)
    assert said["validFrom"] == said["validUntil"] < f"{clock.now():%Y-%m-%d}", "it ran out before it was made"
    png = client.get("/verify/forge/specimen.png").data
    found = verify_badge(png, "3", resolve_did=True, download=lambda url: client.get(urlsplit(url).path).data)
    assert not found.valid
    assert "expired" in (found.reason or "").lower()
    with app.app_context():
        assert queries.list_all() == []
        listed = publishing.status_list(0)["credentialSubject"]["encodedList"]
    assert is_set(decode(listed), place_of(SPECIMEN_ORDINAL).index), "and its status is revoked"
    assert client.get("/status/0").status_code == 200
    (tmp_path / "x.pdf").write_bytes(kept.pdf)
    result = command("certificates", "verify", str(tmp_path / "x.pdf"))
    assert result.exit_code == 1
    assert "not proven; the specimen" in result.output


@pytest.mark.parametrize("path", ["/verify/{}", "/VERIFY/{}"])
def test_its_code_leads_to_what_it_is(client: PageClient, path: str) -> None:
    for code in ("SPEC1MENSPEC1MEN", "SPEC-IMEN-SPEC-IMEN", "spec-1men-spec-1men"):
        assert client.get(path.format(code)).location == "/verify/forge"
    for address in ("/certificates/{}.pdf", "/certificates/{}.png", "/certificates/{}.json", "/verify/{}/preview.png"):
        assert client.get(address.format(checking.SPECIMEN)).status_code == 404


@pytest.mark.filterwarnings("ignore::pikepdf.PageCopyWarning")
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: str(attack.__name__))
def test_no_change_to_the_paper_passes(
    app: Flask, kept: specimen.Specimen, client: PageClient, attack: Callable[..., bytes]
) -> None:
    with app.app_context():
        changed = attack(kept.pdf, keyring())
    if changed == kept.pdf:  # it edits words that stand open in the papers of other tests; here they are packed
        at = kept.pdf.index(b"stream") + 60
        changed = kept.pdf[:at] + bytes([kept.pdf[at] ^ 1]) + kept.pdf[at + 1 :]
    page = bring(client, changed)
    assert status_of(page).startswith("Not found")
    assert "this is the specimen" not in status_of(page)
    assert "File" in gave_away(page)


@pytest.mark.filterwarnings("ignore::pikepdf.PageCopyWarning")
def test_a_look_alike_that_somebody_else_signed_is_caught_by_its_signature(
    kept: specimen.Specimen, client: PageClient, tmp_path: Path
) -> None:
    stripped = io.BytesIO()
    with pikepdf.open(io.BytesIO(kept.pdf)) as document:
        del document.Root["/AcroForm"]
        del document.Root["/Perms"]
        document.save(stripped)
    ring = make_ring(tmp_path / "keys", clock.now())
    forged = sign_pdf(
        stripped.getvalue(), ring, at=clock.now(), name="Vitrine", location="localhost", timestamp_url=None
    )
    page = bring(client, forged)
    assert status_of(page).startswith("Not found: this file was changed after it was made")
    assert "Signature of the file" in gave_away(page)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Certificate in keeping keys"},
        {"validUntil": None},
        {"validUntil": "2099-01-01T00:00:00Z"},
        {"extra": "more"},
        {"@vocab": "https://evil.example/"},
    ],
)
def test_no_change_to_the_credential_passes(
    kept: specimen.Specimen, client: PageClient, change: dict[str, str | None]
) -> None:
    said = {key: value for key, value in (json.loads(kept.credential) | change).items() if value is not None}
    for content, name in ((json.dumps(said).encode(), "x.json"), (rebaked(client, said), "x.png")):
        page = bring(client, content, name)
        assert status_of(page).startswith("Not found: this file was changed after it was made")
        assert "Proof of the credential" in gave_away(page)


def test_the_code_of_a_real_certificate_in_it_does_not_pass(
    kept: specimen.Specimen, made: Award, client: PageClient
) -> None:
    said = json.loads(kept.credential) | {"id": f"http://localhost/verify/{made.row.code}"}
    page = bring(client, json.dumps(said).encode(), "x.json")
    assert status_of(page).startswith("Not found: this file was changed")
    assert {"Proof of the credential", "Claims"} <= set(gave_away(page).split(", "))


def test_two_credentials_in_one_badge_do_not_pass(kept: specimen.Specimen, client: PageClient) -> None:
    png = client.get("/verify/forge/specimen.png").data
    page = bring(client, bake(png, b"{}"), "x.png")
    assert "Something stands in it more than once" in status_of(page)


def test_a_print_of_it_is_a_copy(client: PageClient, kept: specimen.Specimen) -> None:
    printed = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(printed)
    page = bring(client, printed.getvalue(), "specimen-SPEC-1MEN-SPEC-1MEN.pdf")
    assert status_of(page).startswith("Not found: this is not the original file")


def test_who_brings_no_file_is_told_to_choose_one(client: PageClient) -> None:
    client.visit("/verify/forge")
    page = client.press("See whether it passes")
    assert page.heading == "Try to forge this one"
    assert "Choose the file that you have changed" in page.main
    assert page.one(id="file").get("aria-invalid") == "true"


def test_a_real_certificate_that_is_brought_is_called_valid(app: Flask, made: Award, client: PageClient) -> None:
    content = client.get(f"/certificates/{made.row.code}.pdf").data
    assert status_of(bring(client, content)).startswith("Valid")


def rebaked(client: PageClient, said: dict[str, object]) -> bytes:
    """Return the badge of the specimen with another credential in place of its own."""
    png = client.get("/verify/forge/specimen.png").data
    start = png.index(b"iTXt") - 4
    plain = png[:start] + png[start + 12 + int.from_bytes(png[start : start + 4]) :]
    return bake(plain, json.dumps(said).encode())


def test_a_new_key_makes_a_new_specimen_and_a_stolen_one_is_not_believed(
    real_app: Flask,
) -> None:
    with real_app.app_context():
        specimen.make("en")
        old = specimen.find("en")
        assert old is not None
        stolen = keyring().current("credential").id
        ring.rotate("credential")
        assert specimen.find("en") is None
        assert checking.check_file(old.credential).origin == "specimen", "what a retired key signed stays believed"
        specimen.make("en")
        fresh = specimen.find("en")
        assert fresh is not None
        ring.revoke(stolen, since=clock.now(), reason="The disk was stolen")
        assert checking.check_file(old.credential).key_stolen
        assert checking.check_file(fresh.credential).origin == "specimen"
        assert site().data_dir / specimen.FOLDER in [path.parent.parent for path in site().data_dir.rglob("en.pdf")]
