"""Every setting stands in the one table of settings, and nothing stands there that is no setting."""

from __future__ import annotations

import re

from tests.house.source import ROOT, python_files

TABLE = ROOT / "docs/administrators/settings.md"


def test_the_table_of_settings_is_complete_and_true() -> None:
    read = {
        setting
        for path in python_files("lms")
        for setting in re.findall(r"\bLMS_[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8"))
    }
    rows = set(re.findall(r"^\| `(LMS_[A-Z_]+)`", TABLE.read_text(encoding="utf-8"), re.M))
    assert not (missing := sorted(read - rows)), f"not in {TABLE.name}: {missing}"
    assert not (gone := sorted(rows - read)), f"no setting any more: {gone}"
