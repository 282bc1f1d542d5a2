"""The browsers that the journeys are made in."""

from __future__ import annotations

import io
import os
import shutil
import tarfile
from pathlib import Path

import brotli
import pytest

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PACKED = ROOT / "node_modules/@sparticuz/chromium/bin"
UNPACKED = ROOT / "node_modules/.cache/chromium-109"
AXE = ROOT / "node_modules/axe-core/axe.min.js"


def absent(what: str) -> None:
    """Skip the test where something is not installed; fail it in CI, which installs everything."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing although .ci/system and .ci/node install it")
    pytest.skip(f"{what} is not installed on this machine")


def new_chromium() -> str:
    """Return the system's Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        absent("Chromium")
    return str(found)


def old_chromium() -> str:
    """Return Chromium 109, the last for Windows 7 and 8, unpacked on first use."""
    program = UNPACKED / "chromium"
    if program.exists():
        return str(program)
    if not PACKED.exists():
        absent("the old Chromium")
    partly = UNPACKED.with_name(f"chromium-109.{os.getpid()}")
    partly.mkdir(parents=True)
    (partly / "chromium").write_bytes(brotli.decompress((PACKED / "chromium.br").read_bytes()))
    (partly / "chromium").chmod(0o755)
    packed_libraries = io.BytesIO(brotli.decompress((PACKED / "swiftshader.tar.br").read_bytes()))
    with tarfile.open(fileobj=packed_libraries) as libraries:
        libraries.extractall(partly, filter="data")
    partly.rename(UNPACKED)
    return str(program)


def axe_script() -> str:
    """Return the accessibility checker."""
    if not AXE.exists():
        absent("axe-core")
    return AXE.read_text(encoding="utf-8")
