"""`lms certificates mirror`: plain files by which others go on verifying, with names beside the code alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import html5lib
import orjson
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import update

from lms.accounts import service as accounts
from lms.accounts.models import Account
from lms.certificates.models import Certificate
from lms.certificates.service import lifecycle, mirroring, ring
from lms.certificates.service.mirroring import PAGES
from lms.domain.credential import place_of
from lms.infra.db import db
from lms.infra.pause import go_on, pause
from lms.infra.signing.statuslist import decode, is_set
from lms.infra.storage import storage
from tests.certificates.conftest import Award
from tests.factories.people import Cast
from tests.factories.study import at, later

Command = Callable[..., Result]


class Mirror:
    """A mirror in a folder, made by the command."""

    def __init__(self, app: Flask, command: Command, folder: Path) -> None:
        self.app, self.command, self.folder = app, command, folder

    def make(self, *options: str) -> str:
        done = self.command("certificates", "mirror", *options, str(self.folder))
        assert done.exit_code == 0, done.output
        return done.stderr

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def names(self) -> set[str]:
        return {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()}

    def states(self) -> dict[str, tuple[int, int]]:
        """Return what of each file changes when it is written."""
        return {
            name: ((self.folder / name).stat().st_ino, (self.folder / name).stat().st_mtime_ns) for name in self.names()
        }

    def check(self) -> Result:
        return self.command("certificates", "mirror", "--check", str(self.folder))


@pytest.fixture
def mirror(app: Flask, made: Award, command: Command, tmp_path: Path) -> Mirror:
    found = Mirror(app, command, tmp_path / "mirror")
    found.make()
    return found


class Reader(HTMLParser):
    """The text of a page and where its links lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_certificate_stands_at_its_code_in_each_language(mirror: Mirror, made: Award, cast: Cast) -> None:
    code = made.row.code
    page = Reader(mirror.read(f"verify/{code}/index.html")).text
    award = made.row.award
    assert award is not None
    for said in (
        "Valid certificate", made.row.code_spaced, cast.learner.name, "Certificate in keeping keys",
        "edition 1", "Nobody supervised", "No document was checked", *award.outcomes, award.version_digest,
        made.row.file_digest or "",
    ):  # fmt: skip
        assert said in page, said
    russian = mirror.read(f"verify/{code}/ru.html")
    assert '<html lang="ru">' in russian
    assert "Сертификат действителен" in russian


def test_its_credential_and_what_programs_ask_for_stand_where_the_site_has_them(mirror: Mirror, made: Award) -> None:
    with mirror.app.app_context():
        credential = storage().get(made.row.credential_digest or "")
        did = ring.describe()
    assert (mirror.folder / f"certificates/{made.row.code}.json").read_bytes() == credential
    assert orjson.loads(mirror.read(".well-known/did.json")) == did
    listed = orjson.loads(mirror.read("status/1"))
    assert not is_set(decode(listed["credentialSubject"]["encodedList"]), place_of(made.row.ordinal or 0).index)
    assert mirror.read("robots.txt") == "User-agent: *\nDisallow: /\n"
    assert "<script" in mirror.read("offline.html")


def test_the_files_come_along_only_when_asked_for(mirror: Mirror, made: Award) -> None:
    name = f"certificates/{made.row.code}.pdf"
    assert name not in mirror.names()
    mirror.make("--with-files")
    with mirror.app.app_context():
        assert (mirror.folder / name).read_bytes() == storage().get(made.row.file_digest or "")
    assert f"../../{name}" in Reader(mirror.read(f"verify/{made.row.code}/index.html")).links
    mirror.make()
    assert name not in mirror.names()


def test_nothing_lists_codes_or_names(mirror: Mirror, made: Award, cast: Cast) -> None:
    own = {f"verify/{made.row.code}/{page}" for page in PAGES.values()} | {f"certificates/{made.row.code}.json"}
    for name in mirror.names() - own:
        text = mirror.read(name)
        assert made.row.code not in text, name
        assert made.row.code_spaced not in text, name
        assert cast.learner.name not in text, name


def test_no_folder_is_left_to_the_server_to_list(mirror: Mirror) -> None:
    folders = {path for path in mirror.folder.rglob("*") if path.is_dir()} | {mirror.folder}
    bare = {folder.name for folder in folders if not (folder / "index.html").exists()}
    assert bare == {".well-known"}


def test_every_link_leads_to_a_file_of_the_mirror(mirror: Mirror) -> None:
    pages = [path for path in mirror.folder.rglob("*.html") if path.name not in {"offline.html"}]
    assert len(pages) >= 13
    for page in pages:
        for link in Reader(page.read_text(encoding="utf-8")).links:
            if not link.startswith("#"):
                assert not re.match(r"[a-z]+:|/", link), f"{page}: {link} leads out"
                assert (page.parent / link).is_file(), f"{page}: {link}"


def test_pages_are_valid_and_may_do_nothing_but_show_themselves(mirror: Mirror) -> None:
    for page in mirror.folder.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        html5lib.HTMLParser(strict=True).parse(text)
        assert text.count("<h1") == 1, page
        policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
        assert policy is not None, page
        assert unescape(policy[1]).startswith("default-src 'none'; ")
        assert "unsafe" not in policy[1]
        assert '<meta name="robots" content="noindex">' in text
        assert '<meta name="referrer" content="no-referrer">' in text


def test_names_are_text(mirror: Mirror, made: Award) -> None:
    with mirror.app.app_context():
        snapshot = {**made.row.facts, "name": "<script>alert(1)</script>"}
        db.session.execute(update(Certificate).values(snapshot=snapshot))
        db.session.commit()
    mirror.make()
    assert "<script>alert(1)" not in mirror.read(f"verify/{made.row.code}/index.html")


def test_the_second_run_writes_only_what_changed(mirror: Mirror, made: Award, monkeypatch: pytest.MonkeyPatch) -> None:
    before = mirror.states()
    with at(later(minutes=1), monkeypatch):
        mirror.make()
        first = mirror.states()
        assert "0 files written" in mirror.make(), "in the same minute nothing changes at all"
    assert mirror.states() == first
    dated = {
        *PAGES.values(),
        "mirror.json",
        "manifest.txt",
        "README.txt",
        "offline.html",
        "status/1",
        "assets/as-of.css",
    }
    assert {name for name in before if before[name] != first[name]} <= dated


def test_a_change_of_standing_changes_its_pages(mirror: Mirror, made: Award) -> None:
    with mirror.app.app_context():
        lifecycle.revoke(made.row.id, reason="Somebody else sat the examination.", actor=None)
        db.session.commit()
    mirror.make()
    page = mirror.read(f"verify/{made.row.code}/index.html")
    assert "Revoked: this certificate no longer counts" in page
    assert "Somebody else sat the examination." in page
    bits = decode(orjson.loads(mirror.read("status/1"))["credentialSubject"]["encodedList"])
    assert is_set(bits, place_of(made.row.ordinal or 0).index)


def test_a_corrected_name_is_gone_and_leads_to_the_new_one(mirror: Mirror, made: Award, cast: Cast) -> None:
    old = made.row
    with mirror.app.app_context():
        db.session.get_one(Account, cast.learner.account_id).name = "Marta Right-Name"
        lifecycle.correct(old.id, actor=None)
        db.session.commit()
    made.work()
    mirror.make("--with-files")
    page = mirror.read(f"verify/{old.code}/index.html")
    assert cast.learner.name not in page
    assert f"../{made.row.code}/index.html" in Reader(page).links
    assert not {name for name in mirror.names() if name.startswith(f"certificates/{old.code}")}
    assert "Marta Right-Name" in mirror.read(f"verify/{made.row.code}/index.html")


def test_of_an_erased_holder_code_state_and_digest_stay_without_a_name(mirror: Mirror, made: Award, cast: Cast) -> None:
    mirror.make("--with-files")
    row = made.row
    with mirror.app.app_context():
        accounts.erase_person(cast.learner.account_id, actor=None)
        db.session.commit()
    made.work()
    mirror.make("--with-files")
    held = b"".join((mirror.folder / name).read_bytes() for name in mirror.names())
    assert cast.learner.name.encode() not in held
    assert not {name for name in mirror.names() if name.startswith(f"certificates/{row.code}")}
    page = mirror.read(f"verify/{row.code}/index.html")
    assert "Valid certificate" in page
    assert (row.file_digest or "") in page


def test_one_whose_file_is_not_made_yet_has_a_page_too(
    app: Flask, award: Award, command: Command, tmp_path: Path
) -> None:
    mirror = Mirror(app, command, tmp_path / "mirror")
    mirror.make("--with-files")
    assert "Valid certificate" in mirror.read(f"verify/{award.row.code}/index.html")


def test_a_mirror_is_ours_and_whole(mirror: Mirror) -> None:
    done = mirror.check()
    assert (done.exit_code, "ours, and whole" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    ("name", "change", "fault"),
    [
        ("verify/{code}/index.html", lambda b: b.replace(b"Valid", b"Super"), "was changed"),
        ("manifest.txt", lambda b: b + b"0  x\n", "manifest.txt is not the one that was signed"),
        ("mirror.json", lambda b: b.replace(b'"asOf": "20', b'"asOf": "21'), "is not signed with a key of this site"),
        ("certificates/{code}.json", None, "is missing"),
        ("verify/more.html", lambda _: b"more", "is not of the mirror"),
    ],
)  # fmt: skip
def test_what_was_changed_in_a_mirror_is_found(
    mirror: Mirror, made: Award, name: str, change: Callable[[bytes], bytes] | None, fault: str
) -> None:
    path = mirror.folder / name.format(code=made.row.code)
    if change is None:
        path.unlink()
    else:
        before = path.read_bytes() if path.exists() else b""
        assert change(before) != before
        path.unlink(missing_ok=True)
        path.write_bytes(change(before))
    done = mirror.check()
    assert done.exit_code == 1
    assert fault in done.stdout


def test_what_is_no_mirror_is_told(mirror: Mirror, command: Command, tmp_path: Path) -> None:
    assert command("certificates", "mirror", "--check", str(tmp_path)).exit_code == 2
    (tmp_path / "mirror.json").write_text("[]")
    assert command("certificates", "mirror", "--check", str(tmp_path)).exit_code == 2


def test_a_folder_with_something_else_is_left_alone(command: Command, made: Award, tmp_path: Path) -> None:
    (tmp_path / "dear.txt").write_text("dear")
    done = command("certificates", "mirror", str(tmp_path))
    assert (done.exit_code, "holds something else" in done.stderr) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["dear.txt"]


def test_none_is_written_while_the_site_waits_after_a_restore(mirror: Mirror, app: Flask) -> None:
    with app.app_context():
        pause(app.config["LMS"].data_dir)
        try:
            done = mirror.command("certificates", "mirror", str(mirror.folder))
        finally:
            go_on()
    assert (done.exit_code, "reconcile first" in done.stderr) == (1, True)


def test_the_readme_and_the_error_page_speak_both_languages(mirror: Mirror) -> None:
    assert "rewrite" in mirror.read("README.txt")
    text = mirror.read("404.html")
    assert '<section lang="en">' in text
    assert '<section lang="ru">' in text
    assert not Reader(text).links


def test_no_digest_in_the_list_tells_a_code(mirror: Mirror, made: Award) -> None:
    listed = mirror.read("manifest.txt").splitlines()
    assert listed == sorted(listed)
    name = f"verify/{made.row.code}/index.html"
    assert any(line.endswith(mirroring._hidden(name)) for line in listed)
    assert any(line.endswith("  index.html") for line in listed)
