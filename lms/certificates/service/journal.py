"""The journal of issues and changes of standing: rows in the same commit, and a file that grows after it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, update

from lms.certificates import queries
from lms.certificates.models import Certificate, Entry, Head, IssuedTranscript
from lms.certificates.queries.documents import last_ordinal
from lms.domain import journal
from lms.domain.award import IDENTIFYING
from lms.domain.errors import Refused
from lms.domain.journal import Comparison, Line
from lms.infra import clock
from lms.infra.db import begin_write, db, is_sqlite, run, table_of
from lms.infra.pause import go_on, paused
from lms.infra.site import site

FOLDER, FILE = "journal", "certificates.jsonl"


class JournalDiffers(Exception):
    """The file of the journal goes on from another database: nothing is written into it."""


_head, _entry = table_of(Head), table_of(Entry)


def append(kind: str, code: str, facts: Mapping[str, Any]) -> None:
    """Write down an issue or a change of standing, in the transaction that makes it.

    Refused after a restore until the journals agree: what came after the backup would stand in the way of what is
    written now. Only erasing waits for nobody; `resume` writes it down.
    """
    if paused():
        if kind == journal.ERASED:
            return
        ask_open()
    head = _locked_head()
    line = journal.make_line(head.digest, seq=head.next_seq, at=clock.now(), kind=kind, code=code, facts=facts)
    _insert(line)
    run(update(_head).values(next_seq=head.next_seq + 1, digest=line.digest))


def ask_open() -> None:
    """Refuse what would be written down while the site waits after a restore; to be asked before anything changes."""
    if paused():
        raise Refused("paused")


def hold() -> None:
    """Let nobody else write the journal until the commit, so that what is read now still holds then."""
    _locked_head()


def pass_over(ordinal: int) -> None:
    """Give no later certificate a number that one from elsewhere has."""
    _locked_head()
    highest = func.max if is_sqlite() else func.greatest
    run(update(_head).values(next_ordinal=highest(_head.c.next_ordinal, ordinal + 1)))


def take_ordinal() -> int:
    """Return the number of the next certificate. Refused while the site waits after a restore."""
    ask_open()
    head = _locked_head()
    run(update(_head).values(next_ordinal=head.next_ordinal + 1))
    ordinal: int = head.next_ordinal
    return ordinal


def _locked_head() -> Any:
    begin_write()
    query = select(_head).where(_head.c.id == 1)
    found = run(query if is_sqlite() else query.with_for_update()).first()
    if found is None:
        taken = last_ordinal()
        first = 0 if taken is None else taken + 1
        run(insert(_head), {"id": 1, "next_seq": 1, "next_ordinal": first, "digest": journal.START})
        found = run(query).one()
    return found


def _insert(line: Line) -> None:
    facts = dict(line.facts)
    run(
        insert(_entry),
        {"seq": line.seq, "at": line.at, "kind": line.kind, "code": line.code, "facts": facts, "digest": line.digest},
    )


def path(data_dir: Path) -> Path:
    """Return where the file of the journal stands."""
    return data_dir / FOLDER / FILE


def write_out() -> int:
    """Append to the file what the database holds beyond it, durably; return how many entries that was."""
    target = path(site().data_dir)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    with target.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        last = _last(file)
        if last is not None and queries.find_digest(last.seq) != last.digest:
            raise JournalDiffers(f"{target} is not the journal of this database from entry {last.seq} on")
        count = 0
        for line in queries.each_entry(after=last.seq if last else 0):
            file.write(line.written().encode() + b"\n")
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return count


def _last(file: Any) -> Line | None:
    """Return the last whole entry in the file; a torn end of a line is cut off."""
    file.seek(0)
    end, last = 0, None
    for text in file:
        if not text.endswith(b"\n"):
            break
        last, end = text, end + len(text)
    file.truncate(end)
    file.seek(0, os.SEEK_END)
    return journal.read_line(last.decode()) if last else None


def read_file(file: Path) -> list[Line]:
    """Read a journal from a file; ValueError says what is wrong with it."""
    lines = [journal.read_line(text) for text in file.read_text(encoding="utf-8").splitlines()]
    if (broken := journal.find_break(lines)) is not None:
        raise ValueError(f"its entry {broken} does not follow from the one before it")
    return lines


def check() -> int | None:
    """Return the number of the first entry here that does not follow from the one before it."""
    return journal.find_break(queries.each_entry())


def compare(kept: list[Line]) -> Comparison:
    """Compare what is here with a journal that was kept elsewhere."""
    return journal.compare(list(queries.each_entry()), kept)


def settle() -> None:
    """After a restore: go on when the file of the journal knows nothing that the database does not.

    Else what was taken back counts as taken back from now on, while everything waits to be reconciled.
    """
    if not paused():
        return
    file = path(site().data_dir)
    found = compare(read_file(file)) if file.exists() else None
    if found is None or found.agrees:
        go_on()
    elif found.forked_at is None:
        for line in found.missing:
            if line.kind in journal.STANDINGS:
                _take_over(line)


def reconcile(kept: list[Line]) -> Iterator[Line]:
    """Take over the entries of a journal that came after what is here; yield those that were taken over.

    Once that is committed, `resume`.

    A standing that the journal tells is set. A certificate that only the journal knows stays in it alone until its file
    is adopted; `queries.list_lost` names them.
    """
    found = compare(kept)
    if found.forked_at is not None:
        raise ValueError(f"the journals differ from entry {found.forked_at} on")
    for line in found.missing:
        _locked_head()
        _insert(line)
        run(update(_head).values(next_seq=line.seq + 1, digest=line.digest))
        _take_over(line)
        yield line


def resume() -> None:
    """Let certificates and mail go on, and write down who was erased meanwhile."""
    go_on()
    for code in queries.list_erased_untold():
        append(journal.ERASED, code, {})


def _erase(line: Line) -> None:
    """Take the name out again that a backup has brought back."""
    certificate = db.session.scalars(
        select(Certificate).where(Certificate.code == line.code, Certificate.erased_at.is_(None))
    ).first()
    if certificate is not None:
        certificate.snapshot = {k: "" if k in IDENTIFYING else v for k, v in certificate.snapshot.items()}
        certificate.erased_at, certificate.problem = line.at, None
        db.session.flush()


def _take_over(line: Line) -> None:
    facts = line.facts
    changed: dict[str, Any] = {}
    if line.kind == journal.REVOKED:
        changed = {"standing": "revoked", "ended_at": line.at, "reason": str(facts.get("reason", ""))}
    elif line.kind == journal.REINSTATED:
        changed = {"standing": "issued", "ended_at": None, "reason": ""}
    elif line.kind == journal.SUPERSEDED:
        changed = {"standing": "superseded", "ended_at": line.at, "replaced_by": str(facts.get("by", ""))}
    elif line.kind in {journal.ISSUED, journal.ADOPTED}:
        pass_over(int(facts.get("ordinal", 0)))
    elif line.kind == journal.ERASED:
        _erase(line)
    if changed:
        # The code is that of the one or the other.
        for kind in (Certificate, IssuedTranscript):
            db.session.execute(update(kind).where(kind.code == line.code).values(**changed))
