"""The journal of certificates: a chain in which each entry holds the digest of the one before it.

Whoever keeps a copy of its end can tell later whether anything before it was changed, back-dated or left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

START = "0" * 64
"""What the first entry names as the digest before it."""

Change = str
ISSUED, MADE, REVOKED, REINSTATED, SUPERSEDED, ERASED, ADOPTED = (
    "issued",
    "made",
    "revoked",
    "reinstated",
    "superseded",
    "erased",
    "adopted",
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One entry; nothing in its facts tells who somebody is, so that it outlives erasure."""

    seq: int
    at: datetime
    kind: Change
    code: str
    facts: Mapping[str, Any]
    digest: str

    def written(self) -> str:
        """Return the entry as a line of the file."""
        return json.dumps({**_plain(self), "digest": self.digest}, ensure_ascii=False, sort_keys=True)


def make_line(previous: str, *, seq: int, at: datetime, kind: Change, code: str, facts: Mapping[str, Any]) -> Line:
    """Return the entry that follows the one with this digest."""
    bare = Line(seq=seq, at=at, kind=kind, code=code, facts=facts, digest="")
    return Line(seq=seq, at=at, kind=kind, code=code, facts=facts, digest=digest_of(previous, bare))


def digest_of(previous: str, line: Line) -> str:
    """Return the digest of an entry: SHA-256 over the digest before it and what it says."""
    said = json.dumps(_plain(line), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(f"{previous}\n{said}".encode()).hexdigest()


def _plain(line: Line) -> dict[str, Any]:
    return {
        "seq": line.seq,
        "at": line.at.isoformat(),
        "kind": line.kind,
        "code": line.code,
        "facts": dict(line.facts),
    }


def read_line(text: str) -> Line:
    """Read an entry from a line of the file; ValueError when it is none."""
    try:
        found = json.loads(text)
        return Line(
            seq=int(found["seq"]),
            at=datetime.fromisoformat(found["at"]),
            kind=str(found["kind"]),
            code=str(found["code"]),
            facts=dict(found["facts"]),
            digest=str(found["digest"]),
        )
    except (KeyError, TypeError, RecursionError, AttributeError) as error:
        raise ValueError("this is no entry of a journal") from error


def find_break(lines: Iterable[Line]) -> int | None:
    """Return the number of the first entry that does not follow from the one before it; None when all do."""
    previous, expected = START, 1
    for line in lines:
        if line.seq != expected or digest_of(previous, line) != line.digest:
            return expected
        previous, expected = line.digest, expected + 1
    return None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How what is here stands to a journal that was kept elsewhere."""

    missing: tuple[Line, ...]
    """Entries of the journal that came after what is here."""
    forked_at: int | None
    """The first entry that says another thing here than there; None when one continues the other."""

    @property
    def agrees(self) -> bool:
        """Tell whether nothing is missing here."""
        return not self.missing and self.forked_at is None


def compare(here: Sequence[Line], kept: Sequence[Line]) -> Comparison:
    """Compare the journal here with one that was kept elsewhere."""
    for mine, theirs in zip(here, kept, strict=False):
        if mine.digest != theirs.digest:
            return Comparison(missing=tuple(kept[mine.seq - 1 :]), forked_at=mine.seq)
    return Comparison(missing=tuple(kept[len(here) :]), forked_at=None)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the journal tells of one certificate, by its last entry about each thing."""

    issued_at: str = ""
    standing: str = "issued"
    file: str = ""


STANDINGS = {REVOKED: "revoked", REINSTATED: "issued", SUPERSEDED: "superseded"}


def fold(lines: Iterable[Line]) -> dict[str, Told]:
    """Return what the journal tells of each certificate, by its code."""
    told: dict[str, Told] = {}
    for line in lines:
        known = told.get(line.code, Told())
        told[line.code] = Told(
            issued_at=str(line.facts.get("issued_at", known.issued_at)),
            standing=STANDINGS.get(line.kind, known.standing),
            file=str(line.facts.get("file", known.file)),
        )
    return told
