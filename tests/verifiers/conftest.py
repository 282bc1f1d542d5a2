"""An issuer whose certificates are handed to programs that others wrote; it keeps its own database."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask

from lms.certificates import queries
from lms.certificates.service import issuing, lifecycle, ring
from lms.infra import clock
from lms.infra.db import db
from lms.infra.keyring import keyring
from lms.infra.signing.rdf import CONTEXTS, load_context
from lms.infra.storage import storage
from tests.conftest import build_app
from tests.factories.awards import make_award
from tests.factories.courses import publish_course
from tests.factories.people import make_person
from tests.factories.study import Study
from tests.servers import Databases

HOST = "learn.example.org"
BASE = f"https://{HOST}"
DID = f"did:web:{HOST}"

NAMES = {
    "Latin": "Marta Ilyina",
    "Latin with marks": "Aysel Məmmədova-Ştefănescu Żółć Đặng Ñíguez",
    "Cyrillic": "Марта Ильинична Ёлкина-Ґудзь Қазыбек Ўктам",
    "Armenian": "Լիլիթ Սարգսյան-Տեր-Պետրոսյան և որդիք",
    "Georgian": "ნინო ბერიძე-ჯავახიშვილი",
    "Greek": "Ελένη Παπαδοπούλου",
}
LANGUAGES = ("en", "ru")

RUSSIAN = {
    "name": "Марта Ильина",
    "name_latin": "Marta Ilyina",
    "museum": "Музей речного порта",
    "title": "Свидетельство о музейной педагогике",
    "course_title": "Музей как место, где учатся",
    "modules": ("Как люди учатся", "Предметы и вопросы", "План программы"),
    "outcomes": ("Объясняет, как люди учатся в музее", "Ведёт беседу о предмете"),
    "signatories": (("Илзе Верхаген", "за совет"),),
    "language": "ru",
}


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A certificate as its holder has it."""

    id: str
    code: str
    pdf: bytes
    content: bytes
    """Its credential, byte for byte."""

    @property
    def credential(self) -> dict[str, Any]:
        read: dict[str, Any] = orjson.loads(self.content)
        return read


class Desk:
    """Where certificates are issued, and what everybody may fetch from there."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._count = 0
        with app.app_context():
            publish_course("keys")
            db.session.commit()

    def issue(self, **facts: Any) -> Issued:
        """Issue a certificate with these facts, as the site does."""
        self._count += 1
        now = clock.now()
        told = {
            "issued_at": (now - timedelta(minutes=1)).isoformat(),
            "valid_until": (now + timedelta(days=1000)).replace(microsecond=0).isoformat(),
            "begun_at": (now - timedelta(days=40)).isoformat(),
            "email_hash": "sha256$" + "ab" * 32,
            "email_salt": "salt",
            **facts,
        }
        with self.app.app_context():
            person = make_person(f"holder{self._count}@example.org", "Holder Person")
            study = Study(person.subject_id)
            enrolment_id = study.enrol()
            award = make_award(**told)
            key = issuing.keep(
                award, subject_id=person.subject_id, enrolment_id=enrolment_id, course_id=study.course_id
            )
            assert issuing.make_file(key)
            db.session.commit()
            row = queries.find_certificate(key)
            assert row is not None
            pdf, content = (storage().get(digest or "") for digest in (row.file_digest, row.credential_digest))
            return Issued(id=key, code=row.code, pdf=pdf, content=content)

    def revoke(self, issued: Issued) -> None:
        """Take a certificate back."""
        with self.app.app_context():
            lifecycle.revoke(issued.id, reason="For the tests", actor=None)
            db.session.commit()

    def rotate(self, name: str) -> None:
        """Put a new key in place of one."""
        with self.app.app_context():
            ring.rotate(name)
            db.session.commit()

    def published(self) -> dict[str, Any]:
        """Return what the site publishes for programs, and the standards' contexts as they are pinned, by address."""
        client = self.app.test_client()
        found: dict[str, Any] = {url: load_context(url) for url in CONTEXTS}
        for path in ("/.well-known/did.json", "/status/1"):
            answer = client.get(path)
            assert answer.status_code == 200, path
            found[BASE + path] = orjson.loads(answer.data)
        return found

    def authority(self) -> bytes:
        """Return the certificate of the authority behind the papers, in DER."""
        with self.app.app_context():
            [found] = keyring().authorities()
            return found


@pytest.fixture(scope="session")
def desk(databases: Databases, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Return an issuer at an address that is none."""
    app = build_app(databases.copy(migrated), tmp_path_factory.mktemp("issuer"), LMS_BASE_URL=BASE)
    yield Desk(app)
    app.extensions["examiner"].close()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def papers(desk: Desk) -> Mapping[str, Issued]:
    """Return a certificate in each language."""
    return {"en": desk.issue(), "ru": desk.issue(**RUSSIAN)}


@pytest.fixture(params=LANGUAGES)
def issued(request: pytest.FixtureRequest, papers: Mapping[str, Issued]) -> Issued:
    """Return a certificate, in one language after the other."""
    return papers[request.param]


@pytest.fixture
def file(issued: Issued, tmp_path: Path) -> Path:
    """Return the file of the certificate."""
    path = tmp_path / "certificate.pdf"
    path.write_bytes(issued.pdf)
    return path


def run(*command: str | Path, feed: bytes | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program that others wrote; it must be there."""
    program = shutil.which(str(command[0]))
    assert program, f"{command[0]} is not installed; `.ci/system test` names the package"
    done = subprocess.run([program, *command[1:]], input=feed, capture_output=True, timeout=120)
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    )


def ask_node(script: str, question: Mapping[str, Any]) -> dict[str, Any]:
    """Run one of the scripts beside this file with a question in JSON, and return its answer."""
    done = run("node", Path(__file__).with_name(script), feed=json.dumps(question).encode())
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
