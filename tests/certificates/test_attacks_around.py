"""Attacks that leave the file alone: on names, on addresses, on the register, on the keys."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pikepdf
import pytest
from click.testing import Result
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select, update

from lms.certificates import queries
from lms.certificates.models import Certificate, Entry, Head
from lms.certificates.service import auditing, checking, journal, paper, ring
from lms.domain import codes
from lms.domain.credential import hash_email
from lms.domain.journal import make_line
from lms.domain.names import name_fault
from lms.infra import clock
from lms.infra.db import db
from lms.infra.keyring import keyring
from lms.infra.signing.jcs import check_jcs
from lms.infra.signing.keys import Keyring
from lms.infra.signing.proofs import add_proofs
from lms.infra.storage import storage
from lms.ops.service.health import check_journal
from tests.certificates.conftest import Award
from tests.factories.awards import make_award
from tests.factories.forgeries import renamed
from tests.factories.papers import make_ring, sign
from tests.factories.people import Cast, make_person
from tests.factories.study import Study
from tests.pages import PageClient


def credential_of(app: Flask, made: Award) -> dict[str, Any]:
    with app.app_context():
        read: dict[str, Any] = orjson.loads(storage().get(made.row.credential_digest or ""))
        return read


# Names.


@pytest.mark.parametrize(
    "name",
    [
        "<b>Ana</b>", "Ana <script>alert(1)</script>", "https://evil.example/verify", "Ana\u202ecba", "A\u200bna",
        "Ana\u0000", "Ana\u0007", "Ana\u2066x\u2069", "Ana &amp; Eva", "{{ 7 * 7 }}", "Ana\ufeff",
        "An\u0301\u0301\u0301\u0301a",
    ],
)  # fmt: skip
def test_no_such_name_gets_onto_a_certificate(name: str) -> None:
    assert name_fault(name) is not None


def test_a_namesake_s_certificate_is_told_apart_by_code_and_address(app: Flask, made: Award, cast: Cast) -> None:
    """It is genuine, and it is the namesake's: the code is another's, and so is the address behind the hash."""
    with app.app_context():
        namesake = make_person("namesake@example.org", cast.learner.name)
        study = Study(namesake.subject_id)
        enrolment_id = study.enrol()
        study.finish()
        db.session.commit()
    theirs = Award(app, study, enrolment_id)
    theirs.work()
    mine, other = (credential_of(app, one) for one in (made, theirs))
    names = [one["credentialSubject"]["identifier"][0]["identityHash"] for one in (mine, other)]
    assert names == [cast.learner.name] * 2
    assert mine["id"] != other["id"]
    for one, right, wrong in ((mine, cast.learner.email, namesake.email), (other, namesake.email, cast.learner.email)):
        [address] = [said for said in one["credentialSubject"]["identifier"] if said["identityType"] == "emailAddress"]
        assert address["identityHash"] == hash_email(right, address["salt"]) != hash_email(wrong, address["salt"])
        assert right not in orjson.dumps(one).decode()


# Addresses and codes.


def test_a_paper_that_leads_to_a_look_alike_site_is_not_ours_and_ours_names_its_site(
    app: Flask, made: Award, client: PageClient, tmp_path: Path
) -> None:
    """The square code of a forger's paper leads where he wants; in print stands the site to ask."""
    forger = make_ring(tmp_path / "forger")
    with app.app_context():
        forged = sign(
            paper.print_certificate(
                made.row.code,
                made.row.award or make_award(),
                site="Vitrine",
                base_url="http://1ocalhost",
                key="ab" * 32,
                credential=b"{}",
            ),
            forger,
        )
        checked = checking.check_file(forged)
    assert not checked.trusted
    with app.app_context():
        original = storage().get(made.row.file_digest or "")
    for content, site in ((original, "localhost/verify"), (forged, "1ocalhost/verify")):
        assert site in words(content)
    assert client.get("/verify/0000000000000000").status_code == 404


def words(content: bytes) -> str:
    """Return what stands in print, which the tests of the paper read with programs of others too."""
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)


def test_codes_are_not_guessed() -> None:
    assert codes.BYTES * 8 == 80
    drawn = {codes.encode(number.to_bytes(codes.BYTES, "big")) for number in range(1000)}
    assert len(drawn) == 1000
    assert all(len(code) == 16 and codes.read(code) == code for code in drawn)


# The register: back-dating by an insider.


@pytest.fixture
def elsewhere(app: Flask, made: Award) -> list[Any]:
    """Return the journal as somebody outside kept it."""
    with app.app_context():
        return list(queries.each_entry())


def test_the_end_of_the_journal_is_published_and_signed(app: Flask, made: Award, client: PageClient) -> None:
    told = client.get("/status/journal").get_json()
    with app.app_context():
        last = list(queries.each_entry())[-1]
        key = keyring().current("credential")
    assert (told["entries"], told["digest"], told["issuer"]) == (last.seq, last.digest, "did:web:localhost")
    assert check_jcs(told, key.multikey)
    assert not check_jcs({**told, "entries": 0}, key.multikey)


def test_an_entry_that_is_put_in_between_breaks_the_chain(app: Flask, made: Award) -> None:
    with app.app_context():
        first = db.session.scalars(select(Entry).order_by(Entry.seq)).first()
        assert first is not None
        db.session.execute(update(Entry).where(Entry.seq == first.seq).values(at=first.at - timedelta(days=400)))
        db.session.commit()
        assert journal.check() == first.seq
        assert check_journal(app.config["LMS"]).state == "fault"


def test_a_journal_that_was_written_anew_forks_from_what_others_kept(
    app: Flask, made: Award, elsewhere: list[Any], client: PageClient
) -> None:
    """With the database in hand the whole chain can be made again; it is another chain then."""
    kept = client.get("/status/journal").get_json()
    with app.app_context():
        journal.write_out()
        previous = "0" * 64
        for line in elsewhere:
            earlier = line.at - timedelta(days=400)
            anew = make_line(previous, seq=line.seq, at=earlier, kind=line.kind, code=line.code, facts=line.facts)
            values = {"at": anew.at, "digest": anew.digest}
            db.session.execute(update(Entry).where(Entry.seq == line.seq).values(**values))
            previous = anew.digest
        db.session.execute(update(Head).values(digest=previous))
        db.session.commit()
        assert journal.check() is None, "by itself it looks whole"
        assert journal.compare(elsewhere).forked_at == 1
        assert queries.find_digest(kept["entries"]) != kept["digest"], "the published end says so too"
        with pytest.raises(ValueError, match="differ from entry 1"):
            list(journal.reconcile(elsewhere))
        with pytest.raises(journal.JournalDiffers):
            journal.write_out()


@pytest.mark.parametrize(
    "values",
    [
        {"issued_at": datetime(2001, 1, 1, tzinfo=UTC)},
        {"standing": "revoked"},
        {"file_digest": "0" * 64},
        {"code": "0" * 16},
    ],
    ids=["back-dated", "revoked past the journal", "another file", "another code"],
)
def test_a_register_that_was_changed_past_its_journal_is_found(
    app: Flask, made: Award, values: dict[str, object]
) -> None:
    with app.app_context():
        assert auditing.list_unlike() == []
        assert check_journal(app.config["LMS"]).state == "ok"
        db.session.execute(update(Certificate).values(**values))
        db.session.commit()
        assert auditing.list_unlike() == [values.get("code", made.row.code)]
        found = check_journal(app.config["LMS"])
        assert (found.state, made.row.code in found.detail or "0" * 16 in found.detail) == ("fault", True)


def test_the_journal_tells_when_it_was_written_whatever_the_award_says(app: Flask, award: Award) -> None:
    """An insider who issues by the program itself can date the award, and not the entry about it."""
    with app.app_context():
        certificate = db.session.get_one(Certificate, award.row.id)
        entry = queries.list_entries(certificate.code)[0]
        assert entry.at >= certificate.issued_at
        assert clock.now() - entry.at < timedelta(minutes=5)


# The keys: a thief.


@pytest.fixture
def stolen(app: Flask, tmp_path: Path) -> Iterator[Keyring]:
    """Return a ring of keys of its own for this test, so that rotating leaves that of the others alone."""
    ours, own = app.extensions["keyring"], Keyring(tmp_path / "keys")
    own.ensure(subject="Vitrine", host="localhost", at=clock.now())
    app.extensions["keyring"] = own
    yield own
    app.extensions["keyring"] = ours


def test_a_thief_of_both_keys_is_believed_by_nobody(
    app: Flask, stolen: Keyring, award: Award, command: Callable[..., Result], client: PageClient
) -> None:
    award.work()
    old = award.row
    issued = credential_of(app, award)
    with app.app_context():
        secret = stolen.secret("credential-1")
        content = storage().get(old.file_digest or "")
    since = (clock.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    for name in ("credential", "pdf"):
        assert command("keys", "rotate", name).exit_code == 0
        done = command("keys", "revoke", f"{name}-1", "--since", since, "--reason", "The disk was stolen")
        assert done.exit_code == 0, done.output
    published = client.get("/.well-known/did.json").get_json(force=True)
    assert [one["id"] for one in published["verificationMethod"]] == ["did:web:localhost#credential-2"]

    # What the thief makes with the key, dated as he likes.
    forged = add_proofs(
        renamed(issued), sign=secret.sign, method="did:web:localhost#credential-1", at=clock.now() - timedelta(days=300)
    )
    with app.app_context():
        for attempt in (orjson.dumps(forged), content):
            checked = checking.check_file(attempt)
            assert (checked.key_stolen or checked.origin == "altered", checked.trusted) == (True, False)
        assert ring.find_method("did:web:localhost#credential-1") is not None, "we remember it, as stolen"

    # What we had signed with it is made anew, by one command.
    done = command("certificates", "reissue", "--key", "credential-1")
    assert (done.exit_code, "1 certificates replaced" in done.output) == (0, True), done.output
    award.work()
    fresh = award.row
    assert (fresh.code != old.code, fresh.credential_key, fresh.pdf_key) == (True, "credential-2", "pdf-2")
    assert client.visit(f"/verify/{fresh.code}").heading.startswith("Valid")
    assert client.visit(f"/verify/{old.code}").heading.startswith("Superseded")


def test_what_a_stolen_key_signed_before_is_made_anew_when_asked(
    app: Flask, stolen: Keyring, award: Award, command: Callable[..., Result]
) -> None:
    award.work()
    tomorrow = (clock.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    command("keys", "rotate", "credential")
    command("keys", "revoke", "credential-1", "--since", tomorrow, "--reason", "Seen by others")
    assert "0 certificates replaced" in command("certificates", "reissue", "--key", "credential-1").output
    assert "1 certificates replaced" in command("certificates", "reissue", "--key", "credential-1", "--all").output


def test_a_revoked_certificate_is_revoked_without_a_network(
    app: Flask, made: Award, command: Callable[..., Result], tmp_path: Path
) -> None:
    with app.app_context():
        (tmp_path / "c.pdf").write_bytes(storage().get(made.row.file_digest or ""))
    command("certificates", "revoke", made.row.code, "--reason", "Test")
    done = command("certificates", "verify", str(tmp_path / "c.pdf"))
    assert (done.exit_code, "revoked" in done.output) == (1, True)


def test_a_scan_of_a_revoked_certificate_leads_to_what_the_register_says(
    app: Flask, made: Award, client: PageClient, command: Callable[..., Result]
) -> None:
    command("certificates", "revoke", made.row.code, "--reason", "Somebody else sat the examination")
    scanned = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(scanned)
    with app.app_context():
        checked = checking.check_file(scanned.getvalue(), made.row.code)
    assert (checked.origin, checked.trusted) == ("copy", False)
    assert client.visit(f"/verify/{made.row.code}").heading.startswith("Revoked")
