"""A setting that cannot be used stops the start with one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms.config import Config, ConfigError


def read(folder: Path, **settings: str) -> Config:
    return Config.from_env({"LMS_DATA_DIR": str(folder), **settings})


def test_signatures_for_the_long_term_are_decided_by_the_key_unless_a_setting_does(tmp_path: Path) -> None:
    (tmp_path / "seal.p12").touch()
    known = {"LMS_PDF_KEY": str(tmp_path / "seal.p12"), "LMS_TIMESTAMP_URL": "https://time.example.org/"}
    assert read(tmp_path).long_term is None
    assert read(tmp_path, **known).long_term is None
    assert read(tmp_path, **known, LMS_LONG_TERM="on").long_term is True
    assert read(tmp_path, LMS_LONG_TERM="off").long_term is False
    with pytest.raises(ConfigError, match="LMS_LONG_TERM must be on or off, not 'yes'"):
        read(tmp_path, LMS_LONG_TERM="yes")
    for missing in known:
        with pytest.raises(ConfigError, match="LMS_LONG_TERM is on, which needs LMS_PDF_KEY and LMS_TIMESTAMP_URL"):
            read(tmp_path, LMS_LONG_TERM="on", **{name: value for name, value in known.items() if name != missing})
