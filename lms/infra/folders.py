"""A folder of files as the map from path to bytes that the course format is read from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def read_folder(folder: Path) -> dict[str, bytes]:
    """Read every file below a folder by its path with slashes; what begins with a point, and links, are left out."""

    def refuse(error: OSError) -> None:
        raise error

    found: dict[str, bytes] = {}
    for top, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(top, name)
            if not name.startswith(".") and not path.is_symlink():
                found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return dict(sorted(found.items()))


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files below a folder, which may be there already but must be empty; FileExistsError when it is not."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(str(folder))
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
