"""Packages: refused whole for any breach of safety, and the same bytes in and out (law 1)."""

from __future__ import annotations

import stat
import unicodedata
import warnings
from collections.abc import Callable
from functools import partial
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lms.domain.formats import packages
from lms.domain.formats.manifest import is_dotfile
from lms.domain.formats.packages import PackageRefused, pack, unpack
from lms.infra.readers import READERS
from tests.domain.store import added, store


def zipped(*names: str, content: bytes = b"x", method: int = ZIP_STORED) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        for name in ("course.yaml", *names):
            entry = ZipInfo("placeholder")
            entry.filename = name
            entry.compress_type = method
            with warnings.catch_warnings(action="ignore"):  # of a name that stands twice
                archive.writestr(entry, content)
    return target.getvalue()


def with_mode(mode: int) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        archive.writestr("course.yaml", "x")
        entry = ZipInfo("media/a.svg")
        entry.external_attr = mode << 16
        archive.writestr(entry, "/etc/passwd")
    return target.getvalue()


def encrypted() -> bytes:
    content = bytearray(zipped("media/a.svg"))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        content[content.rindex(mark) + (6 if mark[2] == 3 else 8)] |= 1
    return bytes(content)


def with_wrong_size() -> bytes:
    content = bytearray(zipped("media/a.svg", content=b"x" * 100))
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = (50).to_bytes(4, "little")
    return bytes(content)


REFUSED: dict[str, tuple[bytes, str]] = {
    "absolute path": (zipped("/etc/passwd"), "is an absolute path"),
    "drive": (zipped("C:/a.svg"), "is an absolute path"),
    "parent folder": (zipped("media/../../a.svg"), "leads out of the package"),
    "backslash": (zipped("media\\a.svg"), "holds a backslash"),
    "symbolic link": (with_mode(stat.S_IFLNK | 0o777), "is a link"),
    "device": (with_mode(stat.S_IFCHR | 0o644), "is no ordinary file"),
    "duplicate": (zipped("media/a.svg", "media/a.svg"), "stands twice"),
    "case-folding-equal": (zipped("media/a.svg", "media/A.svg"), "differs from 'media/a.svg' in case only"),
    "case-folding-equal folder": (zipped("media/a.svg", "Media/b.svg"), "differs from 'media' in case only"),
    "file and folder": (zipped("media", "media/b.svg"), "is a file and a folder"),
    "not NFC": (zipped("media/" + unicodedata.normalize("NFD", "é") + ".svg"), "is not Unicode NFC"),
    "control character": (zipped("media/a\n.svg"), "holds a control character"),
    "empty part": (zipped("media//a.svg"), "has an empty part"),
    "bomb": (zipped("media/a.svg", content=b"0" * 1_000_000, method=ZIP_DEFLATED), "unpacks more than 200-fold"),
    "encrypted": (encrypted(), "is encrypted"),
    "false size": (with_wrong_size(), "The package cannot be read"),
    "no zip": (b"PK\x03\x04 nonsense", "cannot be read as a zip"),
    "empty": (b"", "cannot be read as a zip"),
    "no course": (pack({"a/x.md": b""}), "There is no course.yaml"),
    "two folders": (pack({"a/course.yaml": b"", "b/course.yaml": b""}), "There is no course.yaml"),
    "tag": (pack({"course.yaml": b"id: !!python/name:os.system x"}), "YAML tag"),
    "tag in front matter": (pack({"course.yaml": b"", "lessons/a.md": b"---\nid: !x y\n---\n"}), "YAML tag"),
    "aliases": (pack({"course.yaml": b"a: &a b\n" + b"c: [" + b"*a, " * 21 + b"d]"}), "YAML aliases"),
}


@pytest.mark.parametrize(("package", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_an_unsafe_package_is_refused_with_one_sentence(package: bytes, reason: str) -> None:
    with pytest.raises(PackageRefused) as refused:
        unpack(package, READERS)

    sentence = str(refused.value)
    assert reason in sentence
    assert sentence.endswith(".") and "\n" not in sentence


@pytest.mark.parametrize(
    ("limit", "value", "reason"),
    [("MAX_FILES", 19, "20 files"), ("MAX_UNPACKED", 1_000, "unpacks to"), ("MAX_PACKED", 100, "bytes; at most 100")],
)
def test_a_package_above_a_limit_is_refused(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int, reason: str
) -> None:
    monkeypatch.setattr(packages, limit, value)

    with pytest.raises(PackageRefused, match=reason):
        unpack(pack(store()))


def test_limits_are_those_of_the_format() -> None:
    assert (packages.MAX_FILES, packages.MAX_RATIO) == (5_000, 200)
    assert (packages.MAX_PACKED, packages.MAX_UNPACKED) == (512 * 2**20, 2**30)


@pytest.mark.parametrize("read", [unpack, partial(unpack, readers=READERS)], ids=["plain", "with readers"])
def test_the_course_comes_out_as_it_went_in(read: Callable[[bytes], dict[str, bytes]]) -> None:
    assert read(pack(store())) == store()


def test_the_course_may_stand_in_the_one_folder() -> None:
    assert unpack(pack(store(), "some-name")) == store()


def test_a_package_is_read_from_an_open_file() -> None:
    assert unpack(BytesIO(pack(store()))) == store()


def test_dotfiles_are_left_out() -> None:
    assert unpack(pack(added(".git/config", "x") | {"media/.DS_Store": b""})) == store()


def test_the_same_files_make_the_same_package() -> None:
    assert pack(store()) == pack(dict(reversed(store().items())))


def test_what_compresses_very_well_can_be_packed_and_read() -> None:
    files = {"course.yaml": b"", "media/a.svg": b"0" * 1_000_000}

    assert unpack(pack(files)) == files


PATHS = st.lists(st.text("abжя1", min_size=1, max_size=3), min_size=1, max_size=3).map("/".join)


@settings(max_examples=25)
@given(st.dictionaries(PATHS, st.binary(max_size=50), max_size=5))
def test_law_1_any_folder_is_exported_as_it_was_imported(files: dict[str, bytes]) -> None:
    files |= {"course.yaml": b""}
    assume(not any(other.startswith(f"{path}/") for path in files for other in files))
    imported = unpack(pack(files))

    assert imported == {path: content for path, content in files.items() if not is_dotfile(path)}
    assert unpack(pack(imported)) == imported
