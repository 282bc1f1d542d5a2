"""`lms certificates adopt`: what the register lost comes back from its own files, and nothing else does."""

from __future__ import annotations

import io
import shutil
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, select, update

from lms.accounts import service as accounts
from lms.accounts.models import Account
from lms.certificates import queries
from lms.certificates.models import Certificate, Entry, Head
from lms.certificates.queries import CertificateRow
from lms.certificates.service import adopting, issuing, journal, lifecycle, publishing, ring
from lms.certificates.service.adopting import Verdict
from lms.courses.models import Course
from lms.infra import clock
from lms.infra.db import db
from lms.infra.pause import go_on, pause
from lms.infra.storage import storage
from lms.learning import service as learning
from lms.learning.models import LearningRecord
from lms.ops.models import AuditEntry
from tests.certificates.conftest import Award
from tests.factories import papers
from tests.factories.people import Cast
from tests.pages import PageClient

Command = Callable[..., Result]


class Kept:
    """A certificate, and the files that its holder has of it."""

    def __init__(self, app: Flask, made: Award) -> None:
        self.app, self.award, self.row = app, made, made.row
        with app.app_context():
            self.pdf = storage().get(self.row.file_digest or "")
            self.json = storage().get(self.row.credential_digest or "")

    @property
    def png(self) -> bytes:
        """Return a badge with the credential baked in."""
        body = b"openbadgecredential\0\0\0\0\0" + self.json
        chunks = [(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)), (b"iTXt", body), (b"IEND", b"")]
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
            for name, data in chunks
        )

    def lose(self, *, journal_too: bool = False) -> None:
        """Let the register forget it, as a restore of an older backup does, with its bytes."""
        with self.app.app_context():
            db.session.execute(delete(Certificate).where(Certificate.code == self.row.code))
            db.session.execute(delete(LearningRecord).where(LearningRecord.kind == "certificate_issued"))
            if journal_too:
                db.session.execute(delete(Entry))
                db.session.execute(delete(Head))
            for digest in (self.row.file_digest, self.row.credential_digest):
                storage().remove(digest or "")
            db.session.commit()

    def adopt(self, content: bytes | None = None, *, dry: bool = False) -> Verdict:
        with self.app.app_context():
            verdict = adopting.adopt(content or self.pdf, dry=dry)
            db.session.commit()
        return verdict

    def act(self, work: Callable[..., object], **named: object) -> None:
        with self.app.app_context():
            work(self.row.id, actor=None, **named)
            db.session.commit()

    @property
    def found(self) -> CertificateRow | None:
        """Return what the register has now."""
        with self.app.app_context():
            return queries.find_by_code(self.row.code)


@pytest.fixture
def kept(app: Flask, made: Award) -> Kept:
    return Kept(app, made)


def test_a_lost_certificate_comes_back_as_it_was(kept: Kept, client: PageClient, cast: Cast) -> None:
    before = kept.row
    kept.lose()
    assert client.get(f"/verify/{before.code}").status_code == 404
    assert kept.adopt() == Verdict(outcome="adopted", code=before.code)
    found = kept.found
    assert found is not None
    for name in (
        "code", "subject_id", "enrolment_id", "course_id", "standing", "issued_at", "valid_until", "language",
        "file_digest", "file_size", "ordinal", "credential_digest", "credential_key", "pdf_key", "problem",
    ):  # fmt: skip
        assert getattr(found, name) == getattr(before, name), name
    assert {name for name, value in found.facts.items() if value != before.facts[name]} <= {"museum"}
    assert found.made_at is not None
    assert before.made_at is not None
    assert abs(found.made_at - before.made_at) < timedelta(seconds=5)


def test_verifying_and_downloading_work_again(kept: Kept, client: PageClient, cast: Cast) -> None:
    kept.lose()
    kept.adopt()
    code = kept.row.code
    assert client.visit(f"/verify/{code}").heading.startswith("Valid")
    assert client.get(f"/certificates/{code}.pdf").data == kept.pdf
    assert client.get(f"/certificates/{code}.json").data == kept.json
    client.visit("/verify")
    page = client.press("Verify", file=(io.BytesIO(kept.pdf), "a.pdf"))
    assert "to the last byte" in page.main
    assert "Download PDF" in cast.browser("learner").visit("/me/certificates").links()


def test_it_is_written_down_and_the_records_agree(kept: Kept, cast: Cast) -> None:
    kept.lose()
    kept.adopt()
    with kept.app.app_context():
        lines = queries.list_entries(kept.row.code)
        assert [line.kind for line in lines] == ["issued", "made", "adopted"]
        assert lines[-1].facts["file"] == kept.row.file_digest
        assert cast.learner.name not in str(lines[-1].facts)
        assert journal.check() is None
        assert db.session.scalar(select(AuditEntry.kind).order_by(AuditEntry.id.desc())) == "certificate-adopted"
        assert issuing.compare(cast.learner.subject_id, kept.row.course_id) == []
        assert learning.compare(cast.learner.subject_id, kept.row.course_id) == []


def test_nobody_gets_a_second_one_for_the_same_course(kept: Kept, cast: Cast, command: Command) -> None:
    kept.lose()
    kept.adopt()
    done = command("certificates", "issue", "--course", "keys", "--user", cast.learner.email)
    assert "has the certificate" in done.stderr


@pytest.mark.parametrize("form", ["json", "png"])
def test_the_credential_brings_it_back_and_the_pdf_follows(kept: Kept, client: PageClient, form: str) -> None:
    kept.lose()
    assert kept.adopt(getattr(kept, form)).outcome == "adopted"
    found = kept.found
    assert found is not None
    assert (found.credential_digest, found.file_digest) == (kept.row.credential_digest, kept.row.file_digest)
    assert client.get(f"/certificates/{kept.row.code}.pdf").status_code == 404
    assert kept.adopt() == Verdict(outcome="completed", code=kept.row.code, why="its bytes had been missing")
    assert client.get(f"/certificates/{kept.row.code}.pdf").data == kept.pdf


def test_without_a_journal_no_other_file_is_made_of_a_credential(kept: Kept, cast: Cast, client: PageClient) -> None:
    kept.lose(journal_too=True)
    assert "no journal tells of it" in kept.adopt(kept.json).why
    with kept.app.app_context():
        assert issuing.list_waiting() == []
        assert issuing.make_file(kept.found.id if kept.found else "") is None
    page = cast.browser("learner").visit("/me/certificates")
    assert "was taken back from its credential" in page.main
    assert client.visit(f"/verify/{kept.row.code}").heading.startswith("Valid")
    assert kept.adopt().why == "its file had been missing"
    assert kept.found is not None
    assert kept.found.file_digest == kept.row.file_digest


def test_without_a_journal_it_comes_back_by_what_the_file_says(kept: Kept, client: PageClient) -> None:
    kept.lose(journal_too=True)
    verdict = kept.adopt()
    assert (verdict.outcome, "no journal tells" in verdict.why) == ("adopted", True)
    found = kept.found
    assert found is not None
    assert found.award is not None
    assert found.award.version_digest == kept.row.award.version_digest  # type: ignore[union-attr]
    assert found.issued_at == kept.row.issued_at.replace(microsecond=0)
    with kept.app.app_context():
        assert journal.take_ordinal() == (kept.row.ordinal or 0) + 1, "the next one has a place of its own"


def test_a_revocation_in_the_journal_holds(kept: Kept, client: PageClient) -> None:
    kept.act(lifecycle.revoke, reason="Found out later")
    kept.lose()
    kept.adopt()
    page = client.visit(f"/verify/{kept.row.code}")
    assert page.heading.startswith("Revoked")
    assert "Found out later" in page.main


def test_a_corrected_one_comes_back_as_superseded(kept: Kept, client: PageClient, cast: Cast) -> None:
    with kept.app.app_context():
        db.session.get_one(Account, cast.learner.account_id).name = "Marta Right-Name"
        db.session.commit()
    kept.act(lifecycle.correct)
    kept.award.work()
    fresh = kept.award.row
    kept.lose()
    kept.adopt()
    assert kept.found is not None
    assert (kept.found.standing, kept.found.replaced_by) == ("superseded", fresh.code)
    assert kept.award.row.code == fresh.code, "the one that took its place still stands"


def test_without_a_journal_the_successor_tells_that_it_is_superseded(kept: Kept, cast: Cast) -> None:
    with kept.app.app_context():
        db.session.get_one(Account, cast.learner.account_id).name = "Marta Right-Name"
        db.session.commit()
    kept.act(lifecycle.correct)
    kept.lose(journal_too=True)
    kept.adopt()
    assert kept.found is not None
    assert kept.found.standing == "superseded"


def test_an_erased_holder_stays_erased(kept: Kept, client: PageClient, cast: Cast) -> None:
    with kept.app.app_context():
        accounts.erase_person(cast.learner.account_id, actor=None)
        db.session.commit()
    kept.award.work()
    kept.lose()
    verdict = kept.adopt()
    assert (verdict.outcome, "without the name" in verdict.why) == ("adopted", True)
    page = client.visit(f"/verify/{kept.row.code}")
    assert page.heading.startswith("Valid")
    assert cast.learner.name not in page.html
    with kept.app.app_context():
        assert not storage().path(kept.row.file_digest or "").exists()
        assert not storage().path(kept.row.credential_digest or "").exists()
    assert kept.adopt().outcome == "known"
    assert kept.found is not None
    assert kept.found.award is None


def test_a_holder_who_is_gone_is_not_needed_and_may_come_back(kept: Kept, cast: Cast, client: PageClient) -> None:
    address = cast.learner.email
    change_address(kept, cast, "elsewhere@example.org")
    kept.lose()
    kept.adopt()
    assert kept.found is not None
    assert (kept.found.subject_id, kept.found.enrolment_id) == ("", None)
    assert client.visit(f"/verify/{kept.row.code}").heading.startswith("Valid")
    change_address(kept, cast, address)
    assert kept.adopt().why == "its holder had been missing"
    assert kept.found.subject_id == kept.row.subject_id


def test_an_address_that_nobody_confirmed_claims_nothing(kept: Kept, cast: Cast) -> None:
    with kept.app.app_context():
        db.session.execute(update(Account).where(Account.id == cast.learner.account_id).values(confirmed_at=None))
        db.session.commit()
    kept.lose()
    kept.adopt()
    assert kept.found is not None
    assert kept.found.subject_id == ""


def change_address(kept: Kept, cast: Cast, address: str) -> None:
    with kept.app.app_context():
        db.session.execute(update(Account).where(Account.id == cast.learner.account_id).values(email=address))
        db.session.commit()


def test_one_without_a_holder_can_be_reissued_and_revoked(kept: Kept, cast: Cast) -> None:
    change_address(kept, cast, "elsewhere@example.org")
    kept.lose()
    kept.adopt()
    assert kept.found is not None
    with kept.app.app_context():
        fresh = lifecycle.reissue(kept.found.id, actor=None)
        db.session.commit()
        assert queries.find_certificate(fresh) is not None
    kept.award.work()
    with kept.app.app_context():
        made = queries.find_certificate(fresh)
        assert made is not None
        assert made.made
        lifecycle.revoke(fresh, reason="A test", actor=None)


def test_a_course_that_is_gone_is_not_needed(kept: Kept, client: PageClient) -> None:
    with kept.app.app_context():
        db.session.execute(update(Course).values(slug="renamed"))
        db.session.commit()
    kept.lose()
    kept.adopt()
    assert kept.found is not None
    assert kept.found.award is not None
    assert (kept.found.course_id, kept.found.award.modules) == ("", kept.row.award.modules)  # type: ignore[union-attr]
    assert client.visit(f"/verify/{kept.row.code}").heading.startswith("Valid")


def test_what_the_register_has_is_known_and_stays_as_it_is(kept: Kept) -> None:
    for content in (kept.pdf, kept.json, kept.png):
        assert kept.adopt(content) == Verdict(outcome="known", code=kept.row.code)
    assert kept.found == kept.row


def test_a_file_that_only_lost_its_bytes_gets_them_back(kept: Kept, client: PageClient) -> None:
    with kept.app.app_context():
        storage().remove(kept.row.file_digest or "")
    assert kept.adopt().why == "its bytes had been missing"
    assert client.get(f"/certificates/{kept.row.code}.pdf").data == kept.pdf


def test_one_whose_file_the_backup_did_not_have_yet_gets_the_file_that_was_made(kept: Kept) -> None:
    with kept.app.app_context():
        unmade = ("file_digest", "file_size", "made_at", "credential_digest", "credential_key", "pdf_key")
        db.session.execute(update(Certificate).values(dict.fromkeys(unmade)))
        db.session.commit()
    assert kept.adopt().why == "its file had been missing"
    assert kept.found is not None
    assert replace(kept.found, made_at=kept.row.made_at) == kept.row


@pytest.mark.parametrize(
    ("values", "why"),
    [({"ordinal": 99}, "another thing"), ({"file_digest": "0" * 64}, "another file")],
)
def test_the_register_is_believed_where_it_says_another_thing(kept: Kept, values: dict[str, Any], why: str) -> None:
    with kept.app.app_context():
        db.session.execute(delete(Entry).where(Entry.kind == "made"))
        db.session.execute(update(Certificate).values(values))
        db.session.commit()
    before = kept.found
    verdict = kept.adopt()
    assert (verdict.outcome, why in verdict.why) == ("contradicts", True)
    assert kept.found == before


def test_the_place_of_another_certificate_is_not_taken(kept: Kept) -> None:
    kept.lose(journal_too=True)
    with kept.app.app_context():
        other = Certificate(
            id=clock.new_id(), code="7" * 16, subject_id="", enrolment_id=None, course_id="", standing="issued",
            issued_at=clock.now(), language="en", snapshot=kept.row.facts, ordinal=kept.row.ordinal,
        )  # fmt: skip
        db.session.add(other)
        db.session.commit()
    verdict = kept.adopt()
    assert (verdict.outcome, "7777-7777-7777-7777" in verdict.why) == ("contradicts", True)


def test_another_file_than_the_journal_tells_of_is_not_taken(kept: Kept) -> None:
    kept.lose()
    with kept.app.app_context():
        db.session.execute(update(Entry).where(Entry.kind == "made").values(facts={"file": "0" * 64}))
        db.session.commit()
    assert kept.adopt().outcome == "contradicts"
    assert kept.found is None


@pytest.mark.parametrize(
    "forge", [papers.append, papers.overlay, papers.strip, papers.rewrite, papers.prepend, papers.cut]
)
def test_a_changed_file_is_refused(kept: Kept, forge: Callable[..., bytes]) -> None:
    kept.lose()
    with kept.app.app_context():
        verdict = adopting.adopt(forge(kept.pdf, kept.app.extensions["keyring"]))
    assert verdict.outcome == "refused"
    assert verdict.why
    assert kept.found is None


def test_a_changed_claim_is_refused(kept: Kept) -> None:
    kept.lose()
    changed = kept.json.replace(b'"creditsEarned":', b'"creditsEarned":1', 1)
    assert changed != kept.json
    assert "does not hold" in kept.adopt(changed).why


def test_a_credential_of_another_site_is_refused(kept: Kept, tmp_path: Path) -> None:
    ring_of_others = papers.make_ring(tmp_path / "keys")
    signed = papers.sign(papers.page(kept.json), ring_of_others)
    assert kept.adopt(signed).outcome == "refused"


def test_a_status_list_is_no_certificate(kept: Kept) -> None:
    with kept.app.app_context():
        listed = orjson.dumps(publishing.status_list(1))
    assert kept.adopt(listed).why == "it is no credential of a certificate"


@pytest.mark.parametrize("content", [b"%PDF-1.7 nonsense", b"{}", b"{" * 5000, b"hello", b"\x89PNG\r\n\x1a\n"])
def test_hostile_and_foreign_files_are_refused_with_words(kept: Kept, content: bytes) -> None:
    verdict = kept.adopt(content)
    assert verdict.outcome == "refused"
    assert verdict.why


@pytest.fixture
def own_keys(app: Flask) -> Iterator[None]:
    """Let a test revoke keys; the others have them back afterwards."""
    folder = app.config["LMS"].data_dir / "keys"
    shutil.copytree(folder, folder.with_name("kept-keys"))
    yield
    shutil.rmtree(folder)
    folder.with_name("kept-keys").rename(folder)


@pytest.mark.parametrize("name", ["credential", "pdf"])
@pytest.mark.parametrize(
    ("hours", "journal_too", "why"),
    [
        (-1, False, "was stolen before it was issued"),
        (-1, True, "was stolen before it was issued"),
        (1, True, "no journal shows that it was issued before"),
        (1, False, ""),
    ],
)
def test_what_a_stolen_key_signed_is_refused_unless_the_journal_shows_that_it_is_older(
    own_keys: None, kept: Kept, name: str, hours: int, journal_too: bool, why: str
) -> None:
    kept.lose(journal_too=journal_too)
    with kept.app.app_context():
        key = next(key.id for key in ring.every_key() if key.name == name and key.retired_at is None)
        ring.rotate(name)
        ring.revoke(key, since=kept.row.issued_at + timedelta(hours=hours), reason="stolen")
        db.session.commit()
    verdict = kept.adopt()
    assert (verdict.outcome, why in verdict.why) == ("refused" if why else "adopted", True)
    assert (kept.found is None) == bool(why)


def test_what_a_retired_key_signed_is_taken_back(own_keys: None, kept: Kept) -> None:
    kept.lose(journal_too=True)
    with kept.app.app_context():
        ring.rotate("pdf")
        ring.rotate("credential")
        db.session.commit()
    assert kept.adopt().outcome == "adopted"


def test_dry_run_changes_nothing(kept: Kept, command: Command, tmp_path: Path) -> None:
    kept.lose()
    file = tmp_path / "a.pdf"
    file.write_bytes(kept.pdf)
    done = command("certificates", "adopt", "--dry-run", str(file))
    assert (done.exit_code, done.stdout) == (0, f"{file}: adopted {kept.row.code_spaced}\n")
    assert kept.found is None
    with kept.app.app_context():
        assert [line.kind for line in queries.list_entries(kept.row.code)] == ["issued", "made"]
        assert not storage().path(kept.row.file_digest or "").exists()


def test_the_command_says_a_line_of_each_file_and_goes_on(kept: Kept, command: Command, tmp_path: Path) -> None:
    kept.lose()
    (tmp_path / "in").mkdir()
    for name, content in {"1.pdf": kept.pdf, "2.json": kept.json, "in/3.png": kept.png, "notes.txt": b"x"}.items():
        (tmp_path / name).write_bytes(content)
    done = command("certificates", "adopt", str(tmp_path))
    code = kept.row.code_spaced
    assert done.stdout.splitlines() == [
        f"{tmp_path}/1.pdf: adopted {code}",
        f"{tmp_path}/2.json: known already {code}",
        f"{tmp_path}/in/3.png: known already {code}",
    ]
    assert done.exit_code == 0
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7")
    done = command("certificates", "adopt", str(tmp_path / "bad.pdf"), str(tmp_path / "1.pdf"))
    assert done.exit_code == 1
    assert "refused" in done.stdout
    assert command("certificates", "adopt", str(tmp_path / "absent.pdf")).exit_code == 2


def test_a_refusal_undoes_nothing_that_was_taken_back(kept: Kept, command: Command, tmp_path: Path) -> None:
    kept.lose()
    (tmp_path / "1.pdf").write_bytes(kept.pdf)
    (tmp_path / "2.pdf").write_bytes(b"%PDF-1.7")
    assert command("certificates", "adopt", str(tmp_path)).exit_code == 1
    assert kept.found is not None


def test_nothing_is_taken_back_before_the_journals_are_reconciled(kept: Kept, command: Command, tmp_path: Path) -> None:
    kept.lose()
    (tmp_path / "1.pdf").write_bytes(kept.pdf)
    with kept.app.app_context():
        pause(kept.app.config["LMS"].data_dir)
        try:
            done = command("certificates", "adopt", str(tmp_path))
        finally:
            go_on()
    assert (done.exit_code, "reconcile first" in done.stderr) == (1, True)
    assert kept.found is None


def test_reconcile_names_what_stands_in_the_journal_alone(kept: Kept, command: Command, tmp_path: Path) -> None:
    kept.lose()
    with kept.app.app_context():
        lines = [line.written() for line in queries.each_entry()]
    (tmp_path / "kept.jsonl").write_text("\n".join(lines))
    done = command("certificates", "reconcile", str(tmp_path / "kept.jsonl"))
    assert f"{kept.row.code_spaced} stands in the journal alone" in done.stderr


def test_reconcile_takes_back_what_is_still_in_storage(kept: Kept, command: Command, tmp_path: Path) -> None:
    """What a restore of the database alone comes to."""
    with kept.app.app_context():
        lines = [line.written() for line in queries.each_entry()]
    kept.lose(journal_too=True)
    with kept.app.app_context():
        storage().put(kept.pdf)
    (tmp_path / "kept.jsonl").write_text("\n".join(lines))
    done = command("certificates", "reconcile", str(tmp_path / "kept.jsonl"))
    assert (done.exit_code, "in the journal alone" in done.stderr) == (0, False)
    assert kept.found is not None
    assert (kept.found.code, kept.found.file_digest) == (kept.row.code, kept.row.file_digest)


def test_an_erasure_that_only_the_journal_knows_is_taken_over(
    kept: Kept, command: Command, tmp_path: Path, cast: Cast
) -> None:
    with kept.app.app_context():
        savepoint = db.session.begin_nested()
        issuing.erase_holder(cast.learner.subject_id)
        lines = [line.written() for line in queries.each_entry()]
        savepoint.rollback()
        db.session.commit()
    (tmp_path / "kept.jsonl").write_text("\n".join(lines))
    assert command("certificates", "reconcile", str(tmp_path / "kept.jsonl")).exit_code == 0
    assert kept.found is not None
    assert kept.found.award is None
    with kept.app.app_context():
        assert not storage().path(kept.row.file_digest or "").exists()


def test_a_pdf_that_the_journal_tells_of_is_an_original_though_another_was_made_since(
    kept: Kept, client: PageClient
) -> None:
    """After a restore of a backup in which the file was not made yet, the worker makes another."""
    with kept.app.app_context():
        unmade = ("file_digest", "file_size", "made_at", "credential_digest", "credential_key", "pdf_key")
        db.session.execute(update(Certificate).values(dict.fromkeys(unmade)))
        assert issuing.make_file(kept.row.id)
        db.session.commit()
    assert kept.found is not None
    assert kept.found.file_digest != kept.row.file_digest
    client.visit("/verify")
    page = client.press("Verify", file=(io.BytesIO(kept.pdf), "a.pdf"))
    assert "to the last byte" in page.main
    assert kept.adopt() == Verdict(outcome="known", code=kept.row.code, why="its file was made again since")
