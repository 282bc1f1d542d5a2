"""Where templates, static files, migrations and courses lie: beside the source, or inside the installed package."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def place(name: str) -> Path:
    """Return the folder `templates`, `static`, `migrations` or `courses`; FileNotFoundError when it is nowhere."""
    for root in (PACKAGE / "shipped", PACKAGE.parent):
        if (root / name).is_dir():
            return root / name
    raise FileNotFoundError(name)
