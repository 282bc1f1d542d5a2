"""A folder that is replaced whole, or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lms.infra import swap
from lms.infra.swap import SwapProblem, replacing
from tests.serving import wait_until

MARK = "mark"
WRITER = """
import sys, time
from pathlib import Path
from lms.infra.swap import replacing
with replacing(Path(sys.argv[1]), "mark") as tree:
    tree.write("mark", b"new")
    tree.write("half", b"half")
    print("half way", flush=True)
    time.sleep(60)
"""


def write(target: Path, **files: str) -> swap.Tree:
    with replacing(target, MARK) as tree:
        for name, text in {MARK: "", **files}.items():
            tree.write(name.replace("_", "/"), text.encode())
    return tree


def held(target: Path) -> dict[str, str]:
    return {path.relative_to(target).as_posix(): path.read_text() for path in target.rglob("*") if path.is_file()}


def test_what_stayed_the_same_is_the_same_file_and_what_is_gone_is_gone(tmp_path: Path) -> None:
    target = tmp_path / "here"
    write(target, a="1", b_c="2", gone="3")
    before = (target / "b/c").stat()
    tree = write(target, a="changed", b_c="2")
    assert held(target) == {"mark": "", "a": "changed", "b/c": "2"}
    after = (target / "b/c").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert (tree.written, tree.kept) == (1, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


def test_a_run_that_fails_changes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "here"
    write(target, a="1")

    def fail() -> None:
        with replacing(target, MARK) as tree:
            tree.write("a", b"2")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert held(target) == {"mark": "", "a": "1"}
    write(target, a="3")
    assert held(target) == {"mark": "", "a": "3"}


def test_a_run_that_is_killed_leaves_the_old_one_whole_and_nobody_runs_beside_another(tmp_path: Path) -> None:
    target = tmp_path / "here"
    write(target, a="1")
    with subprocess.Popen([sys.executable, "-c", WRITER, str(target)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half way\n"
        with pytest.raises(SwapProblem, match="another run"):
            write(target, a="2")
        assert held(target) == {"mark": "", "a": "1"}
        process.send_signal(signal.SIGKILL)
    wait_until(lambda: process.poll() is not None, 5, "the writer ends")
    assert held(target) == {"mark": "", "a": "1"}
    write(target, a="2")
    assert held(target) == {"mark": "", "a": "2"}
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


def test_where_folders_cannot_change_places_at_once_two_renames_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swap, "RENAME_EXCHANGE", 1 << 20)  # a flag that no kernel knows
    target = tmp_path / "here"
    write(target, a="1")
    write(target, a="2")
    assert held(target) == {"mark": "", "a": "2"}
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


def test_a_run_that_ended_between_two_renames_is_mended_by_the_next(tmp_path: Path) -> None:
    target = tmp_path / "here"
    write(target, a="1")
    target.rename(tmp_path / ".here.old")
    tree = write(target, a="1")
    assert tree.kept == 2
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


def test_a_file_system_without_hard_links_gets_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "here"
    write(target, a="1")

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    assert write(target, a="1").kept == 2
    assert held(target) == {"mark": "", "a": "1"}


def test_what_somebody_else_keeps_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/one.jpg").write_text("dear")
    with pytest.raises(SwapProblem, match="something else"):
        write(tmp_path / "photos")
    assert held(tmp_path) == {"photos/one.jpg": "dear"}
    with pytest.raises(SwapProblem, match="no folder"):
        write(tmp_path / "photos/one.jpg")
    with pytest.raises(SwapProblem, match="cannot be written"):
        write(tmp_path / "absent/here")


def test_an_empty_folder_and_a_link_to_a_folder_are_taken(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "empty", a="1")
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    write(tmp_path / "link", a="2")
    assert held(tmp_path / "empty") == {"mark": "", "a": "2"}
    assert (tmp_path / "link").is_symlink()
