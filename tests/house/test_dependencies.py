"""Each package that we rely on is named in the decision record that says why."""

from __future__ import annotations

import re
import tomllib

from tests.house.source import ROOT

RECORD = ROOT / "docs/decisions/0006-dependencies.md"


def declared() -> set[str]:
    """Return the packages that pyproject.toml and package.json name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    python = {re.split(r"[\[<>=!~ ;]", line)[0] for line in wanted} - {"vitrine"}
    node = set(re.findall(r'"([@a-z0-9/-]+)": "\d', (ROOT / "package.json").read_text(encoding="utf-8")))
    return python | node


def test_every_dependency_has_its_reason() -> None:
    said = set(re.findall(r"`([^`]+)`", RECORD.read_text(encoding="utf-8")))
    assert not (unexplained := sorted(declared() - said)), f"say why in {RECORD.name}: {unexplained}"


def test_nothing_is_explained_that_is_not_used() -> None:
    rows = re.findall(r"^\| `([^`]+)`", RECORD.read_text(encoding="utf-8"), re.M)
    assert not (gone := sorted(set(rows) - declared())), f"no longer in pyproject.toml: {gone}"


def test_the_locks_name_hashes_for_everything() -> None:
    for lock in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        pins = re.findall(r"^([a-z0-9._-]+)==\S+(?: ;.*)? \\$", text, re.M)
        assert pins
        assert len(re.findall(r"^[a-z0-9._-]+==", text, re.M)) == len(pins), f"{lock}: a package without a hash"
