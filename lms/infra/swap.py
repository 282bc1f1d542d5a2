"""A folder that is written anew beside the old one and takes its place whole; what is the same is not written twice."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

AT_FDCWD, RENAME_EXCHANGE = -100, 2
LIBC = ctypes.CDLL(None, use_errno=True)
NO_EXCHANGE = {errno.ENOSYS, errno.EINVAL, errno.EPERM, errno.ENOTSUP}
"""What kernels and file systems say that cannot put one folder in the place of another at once."""

BLOCK = 1 << 20


class SwapProblem(Exception):
    """The folder cannot be written; the message is one sentence for whoever asked for it."""


class Tree:
    """The new state of a folder, as it is written."""

    def __init__(self, old: Path, part: Path) -> None:
        self._old, self._part = old, part
        self._folders: set[Path] = set()
        self.kept = self.written = 0

    def write(self, name: str, content: bytes) -> str:
        """Put a file into it, the old one where that holds the same; return its SHA-256."""
        digest = hashlib.sha256(content).hexdigest()
        if not self.keep(name, digest, len(content)):
            self._place(name).write_bytes(content)
            self.written += 1
        return digest

    def keep(self, name: str, digest: str, size: int) -> bool:
        """Take a file over from the old folder if it holds these bytes there, and tell whether it does."""
        old = self._old / name
        try:
            if os.lstat(old).st_size != size or digest_of(old) != digest:
                return False
        except OSError:
            return False
        try:
            os.link(old, self._place(name))
        except OSError:  # a file system without hard links
            shutil.copy2(old, self._place(name))
        self.kept += 1
        return True

    def _place(self, name: str) -> Path:
        target = self._part / name
        if target.parent not in self._folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(target.parent)
        return target


@contextmanager
def replacing(target: Path, mark: str) -> Iterator[Tree]:
    """Write a folder anew; it stands at its place when this ends, and until then, or if it does not end, the old one.

    A folder that is there must be empty or hold a file of the name `mark`: another's is never replaced.
    """
    target = target.resolve()
    part, aside = (target.with_name(f".{target.name}.{end}") for end in ("part", "old"))
    try:
        if aside.exists() and not target.exists():  # a run ended between two renames
            aside.rename(target)
        _refuse_foreign(target, mark)
        part.mkdir(exist_ok=True)
        with _alone(part):
            _empty(part)
            tree = Tree(target, part)
            yield tree
            os.sync()
            _exchange(part, target, aside)
    except OSError as error:
        raise SwapProblem(f"{error.filename or target} cannot be written: {error.strerror}.") from error


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file."""
    found = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def _refuse_foreign(target: Path, mark: str) -> None:
    if target.is_dir() and any(target.iterdir()) and not (target / mark).is_file():
        raise SwapProblem(f"{target} holds something else: name a new folder, or an empty one.")
    if target.exists() and not target.is_dir():
        raise SwapProblem(f"{target} is no folder.")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SwapProblem(f"{folder} is being written by another run.") from error
        yield
    finally:
        os.close(opened)


def _empty(folder: Path) -> None:
    """Remove what a run that did not end has left."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _exchange(part: Path, target: Path, aside: Path) -> None:
    """Put the new folder in the place of the old one at once, or, where that cannot be, by two renames."""
    if not target.exists():
        part.rename(target)
        return
    if LIBC.renameat2(AT_FDCWD, os.fsencode(part), AT_FDCWD, os.fsencode(target), RENAME_EXCHANGE) == 0:
        shutil.rmtree(part)
        return
    if (number := ctypes.get_errno()) not in NO_EXCHANGE:
        raise OSError(number, os.strerror(number), str(target))
    with suppress(FileNotFoundError):
        shutil.rmtree(aside)
    target.rename(aside)
    part.rename(target)
    shutil.rmtree(aside)
