"""The documentation builds, its links lead somewhere, and it is complete."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.house.source import ROOT, kept_files, name

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)[^)]*\)")


def test_the_documentation_builds_without_a_warning(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", tmp_path / "site"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    assert (tmp_path / "site/index.html").exists()


def test_links_between_our_texts_lead_somewhere() -> None:
    dead = []
    for path in kept_files():
        if path.suffix != ".md" or path.relative_to(ROOT).parts[0] in {"courses", "tests"}:
            continue
        text = re.sub(r"```.*?```|`[^`]*`", "", path.read_text(encoding="utf-8"), flags=re.S)
        for target in LINK.findall(text):
            if re.match(r"[a-z]+:", target) or target.startswith("#"):
                continue
            if not (path.parent / target.split("#")[0]).exists():
                dead.append(f"{name(path)}: {target}")
    assert not dead


def test_every_decision_record_says_what_was_rejected() -> None:
    records = sorted((ROOT / "docs/decisions").glob("0*.md"))
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    for path in records:
        headings = re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.M)
        assert headings[:4] == ["Context", "Decision", "Rejected", "Consequences"], f"{path.name}: {headings}"
