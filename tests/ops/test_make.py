"""The commands of the README, as a person types them."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.serving import free_port, wait_until

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("named", [True, False], ids=["DATA=", "LMS_DATA_DIR"])
def test_make_run_serves_the_demonstration(tmp_path: Path, named: bool) -> None:
    port, data = free_port(), tmp_path / "data"
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("LMS_", "MAKE"))}
    command = ["make", "run", f"PORT={port}"] + ([f"DATA={data}"] if named else [])
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment if named else {**environment, "LMS_DATA_DIR": str(data)},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_until(lambda: _answers(port) or process.poll() is not None, 120, "the first page")
            assert process.poll() is None, log.read_text()
            assert _answers(port)
            wait_until(lambda: "museum-demo-2026" in log.read_text(), 30, "the greeting")
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=15)
    said = log.read_text()
    assert f"http://127.0.0.1:{port}/" in said
    assert "museum-demo-2026" in said
    assert (data / "vitrine.sqlite3").exists()


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/", timeout=5) as response:
            return response.status == 200 and b"<h1" in response.read()
    except OSError:
        return False
