"""Law 3: the digest of a version is the SHA-256 of its manifest."""

from __future__ import annotations

import random
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from lms.domain.formats.manifest import digest, manifest

FILES = st.dictionaries(st.text("abcж/-_", min_size=1, max_size=8), st.binary(max_size=20), max_size=8)


def test_a_manifest_has_one_sorted_line_a_file() -> None:
    files = {"b": b"1", "a": b"2"}
    lines = [f"{sha256(b'1').hexdigest()}  b\n", f"{sha256(b'2').hexdigest()}  a\n"]

    assert manifest(files) == "".join(sorted(lines))


def test_dotfiles_are_no_part_of_it() -> None:
    assert manifest({"a": b"", ".git/config": b"", "media/.DS_Store": b""}) == manifest({"a": b""})


@given(FILES)
def test_the_digest_is_the_sha256_of_the_manifest(files: dict[str, bytes]) -> None:
    assert digest(files) == sha256(manifest(files).encode()).hexdigest()


@given(FILES, st.integers())
def test_the_order_of_the_files_does_not_count(files: dict[str, bytes], seed: int) -> None:
    shuffled = list(files.items())
    random.Random(seed).shuffle(shuffled)

    assert digest(dict(shuffled)) == digest(files)


@given(FILES, st.text("abc", min_size=1, max_size=3), st.binary(max_size=3))
def test_another_file_is_another_version(files: dict[str, bytes], path: str, content: bytes) -> None:
    assert (digest(files | {path: content}) == digest(files)) == (files.get(path) == content)
