"""The manifest of a version: what its files are, and the digest that names it."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256


def is_dotfile(path: str) -> bool:
    """Tell whether a file is no part of a course because it, or a folder above it, begins with a point."""
    return any(part.startswith(".") for part in path.split("/"))


def manifest(files: Mapping[str, bytes]) -> str:
    """Return the sorted lines `<sha256>  <path>`, each ended by LF."""
    lines = [f"{sha256(content).hexdigest()}  {path}\n" for path, content in files.items() if not is_dotfile(path)]
    return "".join(sorted(lines))


def digest(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of the manifest in hexadecimal."""
    return sha256(manifest(files).encode()).hexdigest()
