"""`lms certificates adopt`: what is not ours, or not as the register says, is not taken back; and the command."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, update

from lms.certificates import queries
from lms.certificates.models import Certificate, Entry
from lms.certificates.service import adopting, publishing, ring
from lms.infra import clock
from lms.infra.db import db
from lms.infra.keyring import keyring
from lms.infra.pause import go_on, pause
from lms.infra.signing.proofs import add_proofs
from lms.infra.storage import storage
from tests.certificates.conftest import Award
from tests.certificates.lost import Kept
from tests.factories import papers

Command = Callable[..., Result]


@pytest.fixture
def kept(app: Flask, made: Award) -> Kept:
    return Kept(app, made)


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


def test_a_credential_with_another_name_and_a_lost_code_is_not_taken(own_keys: None, kept: Kept) -> None:
    """What a thief of the key could make of a code that the journal knows."""
    kept.lose()
    with kept.app.app_context():
        key = next(key for key in ring.every_key() if key.name == "credential" and key.retired_at is None)
        claims = {**orjson.loads(kept.json), "name": "Certificate in everything"}
        forged = add_proofs(
            claims,
            sign=partial(keyring().sign, key.id),
            method=ring.issuer().method(key.id),
            at=kept.row.issued_at,
        )
        ring.rotate("credential")
        ring.revoke(key.id, since=kept.row.issued_at + timedelta(hours=1), reason="stolen")
        db.session.commit()
    verdict = kept.adopt(orjson.dumps(forged))
    assert (verdict.outcome, "another credential" in verdict.why) == ("contradicts", True)
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
