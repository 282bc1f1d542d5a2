"""`lms serve` starts the site, keeps it alive, and ends it in time."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.serving import COMMAND, Served, free_port, lms, serving, settings, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.environ.get("LMS_TEST_DATABASE") == "postgresql",
        reason="the processes are the same with every database; the run on SQLite looks at them",
    ),
]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the settings of a prepared site."""
    prepared = settings(tmp_path_factory.mktemp("site"))
    done = lms(prepared, "init")
    assert done.returncode == 0, done.stderr
    return prepared


@pytest.fixture(scope="module")
def site(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a site that several tests look at; each leaves it alive."""
    with serving(environment, tmp_path_factory.mktemp("log") / "log") as served:
        wait_until(lambda: served.worker() is not None, 60, "the worker starts")
        yield served


def test_a_second_start_prepares_nothing_before_the_first_page(environment: dict[str, str], tmp_path: Path) -> None:
    """How long it takes is measured by `make bench`."""
    assert lms(environment, "init").stderr == "Everything is there already.\n"
    with serving(environment, tmp_path / "log", "--no-worker") as site:
        assert site.get("/")[0] == 200


def test_the_site_is_ready_and_serves_static_files(site: Served) -> None:
    assert site.get("/readyz") == (200, "ready\n")
    assert site.get("/static/img/favicon.svg")[0] == 200
    assert site.get("/static/css/site.css")[0] == 200


def test_a_port_in_use_is_told_in_one_sentence(environment: dict[str, str], site: Served) -> None:
    port = site.address.rsplit(":", 1)[1]
    done = lms(environment, "serve", "--port", port)
    assert done.returncode == 2
    assert done.stderr == f"Something listens on port {port} of 127.0.0.1 already.\n"


def test_a_backup_is_not_restored_into_a_served_site(environment: dict[str, str], site: Served, tmp_path: Path) -> None:
    assert lms(environment, "backup", str(tmp_path / "b.tar")).returncode == 0
    done = lms(environment, "restore", "--force", str(tmp_path / "b.tar"))
    assert (done.returncode, done.stderr) == (1, "The site is being served; end it first.\n")


def test_a_worker_that_died_is_started_again(site: Served) -> None:
    first = site.worker()
    assert first is not None
    first.kill()
    wait_until(lambda: (now := site.worker()) is not None and now.pid != first.pid, 60, "another worker starts")


def test_a_server_that_died_is_started_again_on_the_same_port(site: Served) -> None:
    first = site.server()
    assert first is not None
    first.kill()
    wait_until(lambda: (now := site.server()) is not None and now.pid != first.pid, 60, "another server starts")
    wait_until(lambda: site.get("/healthz")[0] == 200, 60, "pages come again")


def test_everything_ends_within_ten_seconds_of_sigterm(environment: dict[str, str], tmp_path: Path) -> None:
    with serving(environment, tmp_path / "log") as site:
        wait_until(lambda: site.worker() is not None, 60, "the worker starts")
        below = site.below()
        assert site.terminate() < 10
        assert site.process.returncode == 0
        assert not [process for process in below if process.is_running()]


def test_sigterm_during_the_start_ends_everything_too(environment: dict[str, str], tmp_path: Path) -> None:
    site = Served(environment, free_port(), tmp_path / "log")
    try:
        wait_until(lambda: site.server() is not None, 60, "the server starts")
        below = site.below()
        assert site.terminate() < 10
        assert not [process for process in below if process.is_running()]
    finally:
        site.kill()


def test_a_killed_parent_leaves_nobody_on_the_port(environment: dict[str, str], tmp_path: Path) -> None:
    with serving(environment, tmp_path / "log") as site:
        below = site.below()
        site.process.kill()
        site.process.wait()
        assert not psutil.wait_procs(below, 20)[1]


def test_a_setting_that_cannot_be_used_is_told_in_one_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "serve"],
        env=settings(tmp_path, LMS_BASE_URL="museum.example"),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr == "LMS_BASE_URL must be an http or https address, not 'museum.example'.\n"
