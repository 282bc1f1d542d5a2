"""Packages: a zip of a course's folder, read only when every rule of safety holds, and written again."""

from __future__ import annotations

import stat
import struct
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from io import SEEK_END, BytesIO
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, LargeZipFile, ZipFile, ZipInfo

from lms.domain.formats.blocks import parse
from lms.domain.formats.manifest import is_dotfile
from lms.domain.formats.readers import Readers
from lms.domain.formats.rules import COURSE

MAX_FILES = 5_000
MAX_PACKED = 512 * 1024 * 1024
MAX_UNPACKED = 1024 * 1024 * 1024
MAX_RATIO = 200
_STAMP = (1980, 1, 1, 0, 0, 0)


class PackageRefused(Exception):
    """The package is refused whole; the message is one sentence for the person who brought it."""


def unpack(source: bytes | IO[bytes], readers: Readers | None = None) -> dict[str, bytes]:
    """Return the course's files by path; PackageRefused when any rule is broken.

    With `readers` a package whose YAML holds tags or too many aliases is refused too.
    """
    package = BytesIO(source) if isinstance(source, bytes) else source
    packed = package.seek(0, SEEK_END)
    if packed > MAX_PACKED:
        raise PackageRefused(f"The package has {packed:,} bytes; at most {MAX_PACKED:,} are read.")
    try:
        with ZipFile(package) as archive:
            files = _unpack(archive)
    except (BadZipFile, LargeZipFile, NotImplementedError, EOFError, zlib.error, struct.error, OSError) as error:
        raise PackageRefused(f"The package cannot be read as a zip: {error}.") from error
    except (RuntimeError, ValueError) as error:
        raise PackageRefused(f"The package cannot be read: {error}.") from error
    found = _course_folder(files)
    if readers is not None:
        _refuse_unsafe_yaml(found, readers)
    return found


def pack(files: Mapping[str, bytes], folder: str = "") -> bytes:
    """Return a zip of the files in their sorted order, the same bytes for the same files."""
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        for path in sorted(files):
            entry = ZipInfo(f"{folder}/{path}" if folder else path, _STAMP)
            entry.external_attr = 0o644 << 16
            # What is compressed already would only cost time, and what compresses too well would be refused.
            content = files[path]
            is_dense = len(content) > len(zlib.compress(content)) * (MAX_RATIO // 2)
            entry.compress_type = ZIP_STORED if is_dense else ZIP_DEFLATED
            archive.writestr(entry, content)
    return target.getvalue()


def _unpack(archive: ZipFile) -> dict[str, bytes]:
    entries = archive.infolist()
    count = sum(not entry.is_dir() for entry in entries)
    if count > MAX_FILES or len(entries) > 2 * MAX_FILES:
        raise PackageRefused(f"The package holds {count:,} files; at most {MAX_FILES:,} are read.")
    _refuse_names(entry.orig_filename for entry in entries)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED:
        raise PackageRefused(f"The package unpacks to {unpacked:,} bytes; at most {MAX_UNPACKED:,} are read.")
    return {entry.filename: _read(archive, entry) for entry in entries if not _is_folder(entry)}


def _read(archive: ZipFile, entry: ZipInfo) -> bytes:
    if entry.flag_bits & 0x1:
        raise PackageRefused(f"'{entry.filename}' is encrypted.")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        what = "a link" if kind == stat.S_IFLNK else "no ordinary file"
        raise PackageRefused(f"'{entry.filename}' is {what}.")
    if entry.file_size > entry.compress_size * MAX_RATIO:
        raise PackageRefused(f"'{entry.filename}' unpacks more than {MAX_RATIO}-fold.")
    with archive.open(entry) as file:
        # The sizes in the directory are claims; what comes out is held to them.
        content = file.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise PackageRefused(f"'{entry.filename}' unpacks to another size than the package says.")
    return content


def _is_folder(entry: ZipInfo) -> bool:
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise PackageRefused(f"'{entry.filename}' is a link.")
    return entry.is_dir()


def _refuse_names(names: Iterable[str]) -> None:
    seen: dict[str, str] = {}
    folders: dict[str, str] = {}
    for name in names:
        if reason := _name_fault(name):
            raise PackageRefused(f"The name '{_shown(name)}' {reason}.")
        key = name.rstrip("/").casefold()
        if key in seen:
            other = seen[key]
            reason = "stands twice in the package" if other == name else f"differs from '{other}' in case only"
            raise PackageRefused(f"The name '{name}' {reason}.")
        seen[key] = name
        _refuse_folders(name, folders)
    for key in folders:
        if key in seen and not seen[key].endswith("/"):
            raise PackageRefused(f"The name '{seen[key]}' is a file and a folder.")


def _refuse_folders(name: str, folders: dict[str, str]) -> None:
    parts = name.rstrip("/").split("/")
    for depth in range(1, len(parts)):
        folder = "/".join(parts[:depth])
        other = folders.setdefault(folder.casefold(), folder)
        if other != folder:
            raise PackageRefused(f"The folder '{folder}' differs from '{other}' in case only.")


def _name_fault(name: str) -> str:
    parts = name.rstrip("/").split("/")
    if "\\" in name:
        return "holds a backslash"
    if name.startswith("/") or (len(name) > 1 and name[1] == ":"):
        return "is an absolute path"
    if ".." in parts:
        return "leads out of the package by '..'"
    if "." in parts or "" in parts:
        return "has an empty part"
    if not unicodedata.is_normalized("NFC", name):
        return "is not Unicode NFC"
    if any(ord(c) < 32 or ord(c) == 127 for c in name):
        return "holds a control character"
    if any(0xD800 <= ord(c) <= 0xDFFF or c == "\ufffd" for c in name):
        return "is not readable text"
    return "is too long" if len(name.encode()) > 1_000 else ""


def _shown(name: str) -> str:
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in name[:80])


def _course_folder(files: Mapping[str, bytes]) -> dict[str, bytes]:
    if COURSE in files:
        found = dict(files)
    else:
        tops = {path.partition("/")[0] for path in files if not is_dotfile(path) and not path.startswith("__MACOSX/")}
        top = next(iter(tops)) if len(tops) == 1 else ""
        if f"{top}/{COURSE}" not in files:
            raise PackageRefused("There is no course.yaml at the package's root or in its one folder.")
        found = {path[len(top) + 1 :]: content for path, content in files.items() if path.startswith(f"{top}/")}
    return {path: content for path, content in found.items() if not is_dotfile(path)}


def _refuse_unsafe_yaml(files: Mapping[str, bytes], readers: Readers) -> None:
    for path, content in sorted(files.items()):
        is_page = path.endswith(".md")
        if not is_page and not path.endswith((".yaml", ".yml")):
            continue
        text = content.decode(errors="replace")
        text = parse(text).front_matter() if is_page else text
        for problem in readers.yaml(text).problems if text.strip() else ():
            if problem.unsafe:
                raise PackageRefused(f"In '{path}', line {problem.line}: {problem.message}.")
