"""Packing the files of a course's certificates: piece by piece onto the disk, never as a whole in memory."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Any

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from lms.certificates import queries
from lms.certificates.events import PackageOrdered
from lms.certificates.models import Packed
from lms.certificates.queries import CertificateRow
from lms.certificates.queries import course as selected
from lms.certificates.queries.course import Place, Selection
from lms.certificates.service import roll
from lms.courses.queries import CourseRow
from lms.domain.latin import file_stem
from lms.infra import clock, orders, pdf
from lms.infra.db import is_sqlite, run, table_of
from lms.infra.events import publish
from lms.infra.languages import gettext as _
from lms.infra.languages import language
from lms.infra.orders import Doing, OrderRow
from lms.infra.pause import paused
from lms.infra.storage import storage

KIND = "certificates.pack"
PIECE = 50
"""So many files are put in between two looks at whether somebody still waits for them."""

PATIENCE = timedelta(minutes=10)
"""How long a package waits for files that are still being made."""

LOOK_AGAIN = 10.0
MOST_TOLD = 200
"""So many missing files are named on the page; the list in the package names all."""

BLOCK = 256 * 1024
_NOTE = {
    True: sqlite_insert(table_of(Packed)).on_conflict_do_nothing(),
    False: postgresql_insert(table_of(Packed)).on_conflict_do_nothing(),
}
"""By whether the database is SQLite."""


def order_package(course: CourseRow, selection: Selection, *, actor: str, code: str, zone: str) -> str:
    """Order a package of the certificates that are meant, and return the order's id; Refused with too much under way.

    What it says is in the language and time zone of who orders it.
    """
    wanted = {"course_id": course.id, "slug": course.slug, "language": code, "zone": zone, **selection.plain()}
    order_id, fresh = orders.order(KIND, actor, wanted, private={"search": selection.search})
    if fresh:
        publish(PackageOrdered(actor=actor, course=course.slug, order_id=order_id))
    return order_id


def selection_of(wanted: dict[str, Any], private: dict[str, Any]) -> Selection:
    """Return which certificates an order means."""
    return Selection.read(wanted, str(private.get("search", "")))


def pack(doing: Doing) -> None:
    """Pack what was ordered; while files are still being made, wait for them a while."""
    course_id, selection, now = str(doing.wanted["course_id"]), selection_of(doing.wanted, doing.private), clock.now()
    being_made = selected.count_being_made(course_id, selection, now)
    if being_made and now - doing.asked_at < PATIENCE and pdf.available() and not paused():
        until = (doing.asked_at + PATIENCE).isoformat()
        doing.wait(LOOK_AGAIN, {"being_made": being_made, "until": until})
        return
    total = selected.count_selected(course_id, selection, now)
    doing.tell(0, total)
    doing.need(selected.measure_selected(course_id, selection, now))
    package = _Package(doing, str(doing.wanted["slug"]), roll.wording(doing.wanted["language"], doing.wanted["zone"]))
    with ExitStack() as stack:
        package.open(stack)
        for rows in _pieces(course_id, selection, now):
            package.add(rows, now)
            doing.tell(package.seen, max(total, package.seen))
        package.close()
    doing.finish(
        {"packed": package.packed, "left_out": package.left_out, "missing": package.missing},
        file_name=_file_name(doing, now),
    )


def _pieces(course_id: str, selection: Selection, now: datetime) -> Iterator[list[CertificateRow]]:
    place: Place | None = None
    while rows := selected.list_onwards(course_id, selection, now, place, PIECE):
        place = (rows[-1].issued_at, rows[-1].id)
        yield rows


def _file_name(doing: Doing, now: datetime) -> str:
    with language(doing.wanted["language"]):
        word = _("certificates")
    return f"{doing.wanted['slug']}_{now:%Y-%m-%d}_{word}.zip"


@dataclass
class _Package:
    """The archive that is being written, and its list beside it."""

    doing: Doing
    slug: str
    words: roll.Wording
    packed: int = 0
    left_out: int = 0
    missing: list[dict[str, str]] = field(default_factory=list)
    """The first of those that are left out, each with why."""
    archive: zipfile.ZipFile = field(init=False)
    notes: IO[bytes] = field(init=False)

    @property
    def seen(self) -> int:
        """Return how many certificates were looked at."""
        return self.packed + self.left_out

    def open(self, stack: ExitStack) -> None:
        """Begin both files, readable by the site's user alone."""
        target, scratch = self.doing.part, self.doing.scratch
        for place in (target, scratch):
            place.touch(mode=0o600)
        # A PDF file is packed in itself already.
        self.archive = stack.enter_context(zipfile.ZipFile(target, "w", zipfile.ZIP_STORED))
        self.notes = stack.enter_context(scratch.open("w+b"))
        self.notes.write(roll.head(self.words))

    def add(self, rows: list[CertificateRow], now: datetime) -> None:
        """Put files in.

        Whose they are is committed before they are looked at again: whoever is erased from now on finds this package
        by it, and whoever was erased before is seen to be.
        """
        run(_NOTE[is_sqlite()], [{"order_id": self.doing.id, "certificate_id": row.id} for row in rows])
        self.doing.keep()
        again = selected.list_again([row.id for row in rows])
        told = []
        for row in (again[row.id] for row in rows if row.id in again):
            name, why = self._put(row, now)
            self.packed += not why
            self.left_out += bool(why)
            if why and len(self.missing) < MOST_TOLD:
                self.missing.append({"id": row.id, "why": why})
            told.append((row, name or self.words.files[why]))
        self.notes.write(roll.lines(told, self.words, now))

    def _put(self, row: CertificateRow, now: datetime) -> tuple[str, str]:
        """Put one file in; return its name, or why there is none."""
        state = roll.file_state(row)
        if state != "made" or row.award is None or row.file_digest is None:
            return "", state
        stem = file_stem(row.award.name_latin or row.award.name, self.slug, code=row.code_spaced, nameless="holder")
        standing = row.state(now).replace(" ", "-")
        # What does not count any more lies apart, so that nobody hands it out by mistake.
        name = f"{stem}.pdf" if standing == "valid" else f"{standing}/{stem}.pdf"
        try:
            with storage().path(row.file_digest).open("rb") as file:
                entry = zipfile.ZipInfo(name, _dos(row.made_at or row.issued_at))
                entry.external_attr = 0o644 << 16
                with self.archive.open(entry, "w") as target:
                    shutil.copyfileobj(file, target, BLOCK)
        except FileNotFoundError:
            return "", "lost"
        return name, ""

    def close(self) -> None:
        """Put the list in, last."""
        self.notes.seek(0)
        entry = zipfile.ZipInfo("certificates.csv", _dos(clock.now()))
        entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
        with self.archive.open(entry, "w", force_zip64=True) as target:
            shutil.copyfileobj(self.notes, target, BLOCK)


def _dos(moment: datetime) -> tuple[int, int, int, int, int, int]:
    return (max(moment.year, 1980), moment.month, moment.day, moment.hour, moment.minute, moment.second)


def withdraw_packages(subject_id: str) -> None:
    """Let nobody have a package any more in which an erased person is."""
    subjects = {subject_id, queries.find_canonical(subject_id) or subject_id}
    orders.withdraw(selected.list_packages(subjects))


def list_packages_of(course_id: str, subject_ids: list[str]) -> list[OrderRow]:
    """Return the packages of a course that somebody ordered, the newest first."""
    found = orders.list_orders(subject_ids, kind=KIND)
    return [row for row in found if row.wanted.get("course_id") == course_id]
