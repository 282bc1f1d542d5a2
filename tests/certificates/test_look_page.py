"""Logo and seal as an administrator chooses them, on the page and by the command."""

from __future__ import annotations

import io
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import Connection, text, update
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from lms.accounts.models import Account
from lms.certificates.service import look
from lms.domain.formats.pictures import LARGEST_FILE
from lms.infra import pdf
from lms.infra.db import db
from lms.infra.storage import storage
from lms.ops.queries import list_audit
from tests.factories.images import logo, photo, seal
from tests.factories.people import Cast
from tests.pages import PageClient

Command = Callable[..., Result]
PAGE = "/admin/certificates/look"


def send(browser: PageClient, **pictures: bytes) -> TestResponse:
    """Send pictures by the form, as a browser does; `logo` or `seal`."""
    values = {
        "csrf_token": browser.token(),
        **{name: FileStorage(io.BytesIO(content), f"{name}.png") for name, content in pictures.items()},
    }
    boundary, body = encode_multipart(values)
    kind = f'multipart/form-data; boundary="{boundary}"'
    return browser.post(PAGE, data=body, content_type=kind, follow_redirects=True)


def kept(tx: Connection) -> dict[str, str]:
    return {row.place: row.digest for row in tx.execute(text("SELECT place, digest FROM certificates_picture"))}


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def test_logo_and_seal_are_chosen_and_shown(app: Flask, cast: Cast, tx: Connection) -> None:
    admin = cast.browser("admin")
    admin.visit("/admin/certificates")
    page = admin.click("Look of certificates")
    assert page.main.count("None.") == 2
    assert send(admin, logo=logo(), seal=seal()).status_code == 200
    assert admin.page is not None
    assert "Certificates that are issued from now on look so" in admin.page.text
    shown = {image.get("alt"): image.get("src") for image in admin.page.all("img")}
    with admin.get(shown["The logo of the site"]) as answer:
        assert (answer.data, answer.mimetype) == (logo(), "image/png")
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert kept(tx) == {"site": digest(logo()), "seal": digest(seal())}
    assert send(admin, logo=photo(1, 600, 400)).status_code == 200
    with admin.get(f"{PAGE}/site") as answer:
        assert answer.mimetype == "image/jpeg"
    assert kept(tx)["seal"] == digest(seal()), "what was not chosen anew stays"


def test_what_is_removed_is_gone_from_the_page_and_stays_for_those_who_have_it(
    app: Flask, cast: Cast, tx: Connection
) -> None:
    admin = cast.browser("admin")
    send(admin, logo=logo())
    page = admin.press("Remove the logo")
    assert "Certificates that were issued with it keep it" in page.text
    assert kept(tx) == {}
    assert admin.get(f"{PAGE}/site").status_code == 404
    with app.app_context():
        assert storage().get(digest(logo())) == logo()


def test_each_change_stands_in_the_audit_log(app: Flask, cast: Cast) -> None:
    admin = cast.browser("admin")
    send(admin, seal=seal())
    send(admin, seal=seal())
    admin.press("Remove the seal")
    with app.app_context():
        lines = [(line.actor, line.facts) for line in list_audit() if line.kind == "look-changed"]
    who = cast.admin.subject_id
    assert lines == [
        (who, {"place": "seal", "digest": ""}),
        (who, {"place": "seal", "digest": digest(seal())}),
    ], "the same picture again is no change"


@pytest.mark.parametrize(
    ("pictures", "words"),
    [
        ({}, "Choose a picture first"),
        ({"logo": b"%PDF-1.7"}, "This is no PNG or JPEG picture"),
        ({"seal": seal()[:900]}, "This picture is cut off or damaged"),
        ({"logo": logo() + b"\0" * LARGEST_FILE}, "This picture is too large"),
        ({"logo": logo(), "seal": b""}, "This is no PNG or JPEG picture"),
    ],
)
def test_a_picture_that_cannot_be_shown_changes_nothing(
    cast: Cast, tx: Connection, pictures: dict[str, bytes], words: str
) -> None:
    admin = cast.browser("admin")
    assert send(admin, **pictures).status_code == 422
    assert admin.page is not None
    assert words in admin.page.text
    assert "Nothing was changed." in admin.page.text
    assert not list(admin.page.all("img")), "none is shown that was not taken"
    assert kept(tx) == {}


def test_more_than_two_pictures_may_hold_is_not_read(cast: Cast, tx: Connection) -> None:
    assert send(cast.browser("admin"), logo=b"\0" * (3 * LARGEST_FILE + 1)).status_code == 413
    assert send(cast.browser("trainer"), logo=b"\0" * (LARGEST_FILE + 1_000_000)).status_code == 413
    assert kept(tx) == {}


def test_nobody_else_changes_anything(cast: Cast, tx: Connection) -> None:
    for who in ("learner", "trainer", "coordinator", "reviewer"):
        assert send(cast.browser(who), logo=logo()).status_code == 404
        assert cast.browser(who).post(f"{PAGE}/clear/site").status_code == 404
    assert kept(tx) == {}


def test_a_specimen_shows_the_pictures_and_nobody(app: Flask, cast: Cast, tx: Connection) -> None:
    admin = cast.browser("admin")
    send(admin, logo=logo(), seal=seal())
    with app.app_context():
        before = set(storage().digests())
    with admin.get(f"{PAGE}/specimen.pdf") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert answer.headers["Cache-Control"] == "no-store"
        reader = PdfReader(io.BytesIO(answer.data))
    first = " ".join(reader.pages[0].extract_text().split())
    assert "Specimen" in first
    assert "0000-0000-0000-0000" in first
    assert len(reader.pages[0].images) == 2
    assert not reader.attachments
    assert not reader.get_fields()
    with app.app_context():
        assert set(storage().digests()) == before, "nothing of it is kept"
    assert admin.get("/verify/0000000000000000").status_code == 404


def test_a_specimen_speaks_the_language_of_its_reader(app: Flask, cast: Cast) -> None:
    with app.app_context():
        db.session.execute(update(Account).where(Account.id == cast.admin.account_id).values(languages=["ru"]))
        db.session.commit()
    with cast.browser("admin").get(f"{PAGE}/specimen.pdf") as answer:
        reader = PdfReader(io.BytesIO(answer.data))
    assert reader.trailer["/Root"]["/Lang"] == "ru"
    assert "Результат" in reader.pages[0].extract_text()


def test_without_the_libraries_the_page_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "LIBRARIES", ("libnothing-of-the-kind.so.9",))
    page = cast.browser("admin").visit(f"{PAGE}/specimen.pdf")
    assert "No page can be set on this machine: libnothing-of-the-kind.so.9 missing" in page.text


def test_the_command_chooses_and_removes(app: Flask, tx: Connection, command: Command, tmp_path: Path) -> None:
    mine, round_one = tmp_path / "logo.png", tmp_path / "seal.jpg"
    mine.write_bytes(logo())
    round_one.write_bytes(photo(1, 600, 400))
    done = command("certificates", "look", "--logo", str(mine), "--seal", str(round_one))
    assert (done.exit_code, done.stdout.splitlines()) == (
        0,
        [f"logo: 1800 × 300 pixels, {digest(logo())}", f"seal: 600 × 400 pixels, {digest(photo(1, 600, 400))}"],
    )
    assert command("certificates", "look", "--clear", "logo", "--clear", "seal").stdout == "logo: none\nseal: none\n"
    assert kept(tx) == {}


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (None, 2, "cannot be read: No such file or directory. Nothing was changed."),
        (b"GIF89a", 1, "is no PNG or JPEG picture. Nothing was changed."),
        (logo()[:900], 1, "is cut off or damaged: save it anew. Nothing was changed."),
    ],
)
def test_the_command_says_what_is_wrong(
    app: Flask, tx: Connection, command: Command, tmp_path: Path, content: bytes | None, code: int, words: str
) -> None:
    good, file = tmp_path / "good.png", tmp_path / "seal.png"
    good.write_bytes(logo())
    if content is not None:
        file.write_bytes(content)
    done = command("certificates", "look", "--logo", str(good), "--seal", str(file))
    assert (done.exit_code, done.stdout) == (code, "")
    assert f"{file}" in done.stderr
    assert words in done.stderr
    assert kept(tx) == {}, "all or nothing"


def test_a_picture_of_before_is_still_there_to_make_files_with(app: Flask, tx: Connection) -> None:
    with app.app_context():
        look.set_picture("site", logo(), actor=None)
        first = look.digests()
        look.set_picture("site", photo(1, 600, 400), actor=None)
        db.session.commit()
        assert look.digests() != first
        assert list(look.rasters(first)) == ["site"]
