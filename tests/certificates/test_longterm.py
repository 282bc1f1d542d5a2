"""A site with an organisation's key: its certificates last, and wait when nobody says that the key holds."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from flask import Flask

from lms.certificates.jobs import make_waiting
from lms.certificates.service import checking
from lms.infra import clock
from lms.infra.db import db
from lms.infra.signing import longterm
from lms.infra.storage import storage
from lms.ops.service import health
from tests.certificates.conftest import Award
from tests.factories.trust import DAY, Authority, running


@pytest.fixture
def trust() -> Iterator[Authority]:
    authority = Authority(now=clock.now().replace(microsecond=0))
    with running(authority):
        yield authority


@pytest.fixture(autouse=True)
def sealed_app(app: Flask, trust: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Have the site sign with the organisation's key, as with LMS_PDF_KEY and LMS_TIMESTAMP_URL."""
    monkeypatch.setitem(app.extensions, "keyring", trust.bring(tmp_path))
    monkeypatch.setitem(app.config, "LMS", replace(app.config["LMS"], timestamp_url=trust.stamp_url))
    return app


def content_of(app: Flask, award: Award) -> bytes:
    with app.app_context():
        return storage().get(award.row.file_digest or "")


def test_the_file_lasts_is_small_and_is_an_original(app: Flask, award: Award, trust: Authority, tmp_path: Path) -> None:
    award.work()
    content = content_of(app, award)
    assert len(content) <= 120_000
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert len(pdf.Root.DSS.OCSPs) == 1
        assert not pdf.check_pdf_syntax()
        assert list(pdf.attachments) == ["credential.json"]
    asked = trust.asked.copy()
    with app.app_context():
        checked = checking.check_file(content)
    assert (checked.origin, checked.signature, checked.proof) == ("original", "good", "good")
    assert trust.asked == asked
    program = shutil.which("pdfsig")
    assert program, "pdfsig is in the package poppler-utils, which CI installs"
    (tmp_path / "c.pdf").write_bytes(content)
    told = subprocess.run([program, "-nocert", tmp_path / "c.pdf"], capture_output=True, text=True).stdout
    assert "Total document signed" in told


@pytest.mark.parametrize("silent", ["root.crl", "time"])
def test_an_award_waits_for_a_silent_authority_and_is_made_when_it_answers(
    silent: str,
    app: Flask,
    award: Award,
    trust: Authority,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(longterm, "PAUSE", timedelta())
    trust.silent = {silent}
    award.work()
    assert not award.row.made
    assert award.row.problem is None  # it is nothing that the administrator should mend in the certificate
    told = capsys.readouterr()
    assert f"{trust.address}{silent} does not answer" in told.out + told.err
    with app.app_context():
        found = health.check_signatures(app.config["LMS"])
    assert (found.name, found.state) == ("signatures", "fault")
    trust.silent = set()
    with app.app_context():
        make_waiting()
        db.session.commit()
    award.work()
    assert award.row.made


def test_an_award_waits_when_the_organisation_s_certificate_has_ended(
    app: Flask, award: Award, trust: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust.now -= 3 * 365 * DAY
    (tmp_path / "old").mkdir()
    ended = trust.give("Ministry of Culture", trust.middle, lists="middle", asks=True, years=2)
    old = trust.bring(tmp_path / "old", seal=ended)
    with monkeypatch.context() as then:
        then.setitem(app.extensions, "keyring", old)
        award.work()
        assert not award.row.made
        with app.app_context():
            told = health.check_signatures(app.config["LMS"])
            unready = health.unready(app.config["LMS"], storage())
        assert told.state == "fault"
        assert "certificates wait; name a new PKCS#12 file in LMS_PDF_KEY" in told.detail
        assert "keys" not in unready  # lessons go on
    trust.now += 3 * 365 * DAY
    with app.app_context():
        make_waiting()
        db.session.commit()
    award.work()
    assert award.row.made
