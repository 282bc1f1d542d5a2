"""The page of attacks names every attack that we know, and tests that exist and are run."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.house.source import ROOT

PAGE = ROOT / "docs/developers/attacks.md"
KNOWN = """\
edit the visible name · incremental overlay · swap the attached credential · strip the signature ·
re-sign with a look-alike CA · zeroed ByteRange or Contents · second signature · edit a claim · add unsigned terms ·
inline @vocab · remove validUntil · own did:key with our name · poisoned graph · PDF bomb, huge upload ·
HTML or URL in a name · guessing codes · QR to a look-alike site · a namesake's certificate ·
revoked file shown offline · replayed status list · rename after issue · homoglyphs, bidi and control characters ·
back-dating by an insider · stolen key · context or DID swapped on the network"""
"""What the certificates were designed to withstand; add to it, take nothing away."""


def rows() -> dict[str, list[str]]:
    """Return each attack of the page with the tests that mount it."""
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 3 and cells[0] not in ("attack", "---"):
            assert cells[1], f"{cells[0]}: what stops it?"
            found[cells[0]] = re.findall(r"`([^`]+)`", cells[2])
    return found


def test_every_attack_that_we_know_stands_on_the_page_with_its_tests() -> None:
    told = rows()
    assert {attack.strip() for attack in KNOWN.split("·")} <= set(told)
    assert all(told.values())


@pytest.fixture(scope="module")
def collected() -> set[str]:
    """Return the tests that pytest runs, of the files that the page names."""
    files = sorted({test.partition("::")[0] for tests in rows().values() for test in tests})
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return {line for line in done.stdout.splitlines() if "::" in line}


def test_every_test_of_the_page_is_run(collected: set[str]) -> None:
    bare = collected | {test.partition("[")[0] for test in collected}
    assert sorted(test for tests in rows().values() for test in tests if test not in bare) == []
