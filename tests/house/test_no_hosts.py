"""What no file that we keep may say: where one machine gets its packages, paths of one machine, promises."""

from __future__ import annotations

import re

from tests.house.source import kept_files, name

# Put together here, so that this file does not say them either.
REGISTRIES = ("py" + "pi.org", "python" + "hosted.org", "registry." + "npmjs", "deb." + "debian.org", "/si" + "mple/")
PATHS = ("/wo" + "rk/", "/ro" + "ot/", "/opt/" + "wheels")
PROMISES = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
BINARY = {
    ".woff2",
    ".png",
    ".jpg",
    ".jpeg",
    ".webp",
    ".gif",
    ".zip",
    ".pdf",
    ".ico",
    ".mp3",
    ".mp4",
    ".webm",
    ".ttf",
    ".mo",
}


def lines_with(*words: str) -> list[str]:
    """Return the lines of kept files that say one of these words."""
    found = []
    for path in kept_files():
        if path.suffix in BINARY:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found += [f"{name(path)}:{number} says {word}" for word in words if word in line]
    return found


def test_no_file_names_a_package_registry() -> None:
    assert not lines_with(*REGISTRIES)


def test_no_file_names_a_path_of_one_machine() -> None:
    assert not lines_with(*PATHS)


def test_no_file_promises_to_be_mended_later() -> None:
    found = [
        f"{name(path)}:{number} {line.strip()}"
        for path in kept_files()
        if path.suffix not in BINARY and path.name not in {"package-lock.json"}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if PROMISES.search(line)
    ]
    assert not found
