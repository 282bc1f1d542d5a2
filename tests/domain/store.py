"""A small course without a fault or a warning, and what tests do to it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lms.domain.attributes import read_attributes
from lms.domain.faults import Faults
from lms.domain.formats.blocks import parse
from lms.domain.formats.nodes import Place, read_nodes
from lms.domain.outline import Question

ROOT = Path(__file__).parent.parent / "data" / "courses" / "store"


@cache
def _files() -> tuple[tuple[str, bytes], ...]:
    found = (path for path in ROOT.rglob("*") if path.is_file())
    return tuple((path.relative_to(ROOT).as_posix(), path.read_bytes()) for path in sorted(found))


def store() -> dict[str, bytes]:
    """Return the files of the course."""
    return dict(_files())


def changed(path: str, old: str, new: str) -> dict[str, bytes]:
    """Return the files with one text of one file replaced once; the text has to be there."""
    files = store()
    text = files[path].decode()
    assert old in text, f"{old!r} is not in {path}"
    return files | {path: text.replace(old, new, 1).encode()}


def added(path: str, content: str | bytes) -> dict[str, bytes]:
    """Return the files with one more or another."""
    return store() | {path: content.encode() if isinstance(content, str) else content}


def removed(path: str) -> dict[str, bytes]:
    """Return the files without one."""
    files = store()
    del files[path]
    return files


def read_question(source: str, *, attributes: str = "") -> Question:
    """Read the inside of a question block that has no fault."""
    question, faults = try_question(source, attributes=attributes)
    assert not [fault for fault in faults if fault.severity == "fault"], faults
    return question


def try_question(source: str, *, attributes: str = "") -> tuple[Question, tuple[object, ...]]:
    """Read the inside of a question block, and what is wrong with it."""
    assert not read_attributes(attributes).problems
    text = f"::: question {{#q {attributes}}}\n{source.strip()}\n\n:::\n"
    faults = Faults()
    nodes = read_nodes(parse(text, front_matter=False), Place(path="banks/x.md", lang="en", faults=faults))
    (question,) = [node for node in nodes if isinstance(node, Question)]
    return question, faults.sorted()
