"""The doctor and the machine pages say what is wrong, and nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from lms.config import Config
from lms.infra import mail
from lms.infra.db import db
from lms.infra.slots import FileSlots
from lms.ops.service import health
from tests.serving import lms, settings


@pytest.fixture
def config(real_app: Flask) -> Config:
    found: Config = real_app.config["LMS"]
    return found


@pytest.fixture
def inside(real_app: Flask) -> Iterator[None]:
    with real_app.app_context():
        yield
        db.session.remove()


def states(config: Config) -> dict[str, str]:
    return {finding.name: finding.state for finding in health.examine(config)}


@pytest.mark.usefixtures("inside")
def test_a_sound_site_has_no_fault(config: Config) -> None:
    found = states(config)
    assert "fault" not in found.values()
    assert found["mail"] == found["background worker"] == "warning"
    assert list(found) == [
        "settings",
        "data folder",
        "disk space",
        "database",
        "storage",
        "background worker",
        "PDF libraries",
        "fonts",
        "mail",
        "backup",
        "clock",
        "keys of certificates",
        "signatures",
        "journal",
    ]


@pytest.mark.usefixtures("inside")
def test_faults_are_named(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    (config.data_dir / "secret-key").write_text("s" * 64)
    (config.data_dir / "secret-key").chmod(0o644)
    shutil.rmtree(config.data_dir / "files", ignore_errors=True)
    (config.data_dir / "files").touch()
    monkeypatch.setattr(health, "PDF_LIBRARIES", ("libnobody.so.0",))
    monkeypatch.setattr(health, "_newest", lambda: "9999")
    found = states(replace(config, mail_url="smtp://127.0.0.1:1", base_url="http://museum.example"))
    assert found["settings"] == "warning"
    for name in ("data folder", "database", "storage", "PDF libraries", "mail"):
        assert found[name] == "fault", name


@pytest.mark.usefixtures("inside")
def test_a_running_worker_is_seen(config: Config) -> None:
    if db.engine.dialect.name != "sqlite":
        db.session.execute(text("SELECT pg_advisory_lock(:kind, 0)"), {"kind": 0x56495452})
        assert states(config)["background worker"] == "ok"
        return
    worker = FileSlots(config.data_dir)
    assert worker.take(0)
    assert states(config)["background worker"] == "ok"
    worker.release_all()


def test_readyz_names_what_does_not_answer(real_app: Flask, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    client = real_app.test_client()
    assert client.get("/readyz").status_code == 200
    shutil.rmtree(config.data_dir / "files", ignore_errors=True)
    (config.data_dir / "files").touch()
    monkeypatch.setattr(health, "_newest", lambda: "9999")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.text == "database does not answer\nstorage does not answer\n"
    assert client.get("/healthz").status_code == 200


def test_metrics_count_what_waits(real_app: Flask) -> None:
    with real_app.app_context():
        mail.post(mail.Message(to="a@example.org", subject="s", text="t", purpose="test", language="en"))
        db.session.commit()
    lines = real_app.test_client().get("/metrics").text.splitlines()
    assert 'vitrine_jobs{queue="mail",status="enqueued"} 1' in lines
    assert "vitrine_mails_waiting 1" in lines


@pytest.mark.slow
def test_the_command_exits_with_1_on_a_fault_and_speaks_json(tmp_path: Path) -> None:
    environment = settings(tmp_path)
    done = lms(environment, "doctor", "--json")
    assert done.returncode == 1, done.stderr  # there are no tables yet
    found = {finding["name"]: finding["state"] for finding in json.loads(done.stdout)}
    assert found["database"] == "fault"
    assert lms(environment, "init").returncode == 0
    done = lms(environment, "doctor")
    assert done.returncode == 0, done.stdout
    assert "FAULT" not in done.stdout
