"""A pause after a restore: neither mail nor certificates go out until it is sure what became of things meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

from lms.infra.site import site

FLAG = "paused"
"""A file in the data folder."""


def paused() -> bool:
    """Tell whether mail and certificates wait."""
    return os.path.exists(f"{site().data_dir}/{FLAG}")


def pause(data_dir: Path) -> None:
    """Let mail and certificates wait."""
    (data_dir / FLAG).touch()


def go_on() -> None:
    """Let mail and certificates go out again."""
    (site().data_dir / FLAG).unlink(missing_ok=True)
