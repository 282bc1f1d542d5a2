"""Importing, publishing and exporting, through the database."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.courses import queries, service
from lms.courses.events import CourseImported, CoursePublished
from lms.courses.models import Course, CourseFile, Version
from lms.domain.errors import NotFound, Refused
from lms.domain.formats.packages import unpack
from lms.infra.db import db
from lms.infra.folders import read_folder
from lms.infra.places import place
from lms.infra.storage import storage
from tests.courses.conftest import SLUG, another, zipped
from tests.factories.courses import files_of, publish_course

Files = dict[str, bytes]

pytestmark = pytest.mark.usefixtures("in_app")


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def edited(files: Files, word: str = "Keep a store dry") -> Files:
    """Return the course with another summary: a new version."""
    return files | {"course.yaml": files["course.yaml"].replace(word.encode(), b"Now keep it dry")}


@pytest.mark.parametrize("name", ["store", "labels", "keys"])
def test_export_gives_back_what_was_imported(name: str) -> None:
    files = files_of(name)
    done = service.import_course(files, actor=None)
    assert done.slug
    assert dict(service.export_course(done.slug)) == files


@pytest.mark.parametrize("folder", sorted(p.name for p in place("courses").iterdir() if p.is_dir()))
def test_shipped_courses_have_no_faults_and_come_back_as_they_are(folder: str) -> None:
    files = read_folder(place("courses") / folder)
    done = service.import_course(files, actor=None)
    assert [str(fault) for fault in done.faults] == []
    assert done.slug
    assert dict(service.export_course(done.slug)) == files


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.replace(b"\n", b"\r\n"),
        lambda content: content.rstrip(b"\n"),
        lambda content: (
            content
            + "\n\u0421\u0442\u0440\u0430\u043d\u043d\u044b\u0439 \u0442\u0435\u043a\u0441\u0442  \t\n\n\n".encode()
        ),
    ],
    ids=["crlf", "no last line", "odd ending"],
)
def test_no_byte_is_changed(store: Files, change: Any) -> None:
    files = store | {"lessons/light.md": change(store["lessons/light.md"])}
    done = service.import_course(files, actor=None)
    assert [str(fault) for fault in done.faults] == []
    assert dict(service.export_course(SLUG)) == files


def test_a_package_holds_the_same_files_and_is_the_same_every_time(store: Files) -> None:
    service.import_course(store, actor=None)
    package = service.export_package(SLUG)
    assert unpack(package) == store
    assert service.export_package(SLUG) == package
    assert all(name.startswith(f"{SLUG}/") for name in ZipFile(BytesIO(package)).namelist())


def test_the_digest_is_that_of_the_manifest(store: Files) -> None:
    done = service.import_course(store, actor=None)
    assert done.version_id
    version = queries.find_version(done.version_id)
    lines = sorted(f"{sha256(content).hexdigest()}  {path}\n" for path, content in store.items())
    assert version
    assert version.digest == sha256("".join(lines).encode()).hexdigest()


def test_with_faults_nothing_is_kept(store: Files) -> None:
    kept = set(storage().digests())
    bad = store | {"quizzes/final.md": store["quizzes/final.md"].replace(b"pass:", b"pas:"), "media/new.svg": b"<svg"}
    done = service.import_course(bad, actor=None)
    assert done.version_id is None
    assert len(done.faults) >= 2
    assert count(Course) == count(Version) == count(CourseFile) == 0
    assert set(storage().digests()) == kept


def test_the_same_files_are_the_same_version(store: Files) -> None:
    first = service.import_course(store, actor=None)
    again = service.import_course(store, actor=None)
    assert (again.version_id, again.known, first.known) == (first.version_id, True, False)
    assert count(Version) == 1


def test_a_new_version_stands_beside_the_published_one(store: Files) -> None:
    first = publish_course(files=store)
    second = service.import_course(edited(store), actor=None)
    row = queries.find_published(SLUG)
    assert row
    assert (row.version_id, second.ordinal) == (first.version_id, 2)
    assert dict(service.export_course(SLUG)) == edited(store)


def test_publishing_makes_it_what_learners_read_and_what_is_found(store: Files) -> None:
    publish_course(files=store)
    second = service.import_course(edited(store), actor=None)
    assert second.version_id
    service.publish_version(SLUG, second.version_id, actor=None)
    row = queries.find_published(SLUG)
    assert row
    assert row.version_id == second.version_id
    assert row.summaries["en"].startswith("Now keep it dry")


def test_what_is_published_is_not_published_again(store: Files) -> None:
    shelf = publish_course(files=store)
    with pytest.raises(Refused, match="already-published"):
        service.publish_version(SLUG, shelf.version_id, actor=None)


def test_an_older_version_can_be_published_again(store: Files) -> None:
    first = publish_course(files=store)
    second = service.import_course(edited(store), actor=None)
    assert second.version_id
    service.publish_version(SLUG, second.version_id, actor=None)
    service.publish_version(SLUG, first.version_id, actor=None)
    row = queries.find_published(SLUG)
    assert row
    assert row.version_id == first.version_id


def test_a_version_of_another_course_is_not_found(store: Files) -> None:
    publish_course(files=store)
    other = service.import_course(another(store, "other"), actor=None)
    assert other.version_id
    with pytest.raises(NotFound):
        service.publish_version(SLUG, other.version_id, actor=None)
    with pytest.raises(NotFound):
        service.publish_version(SLUG, "0" * 32, actor=None)
    with pytest.raises(NotFound):
        service.export_course("no-such-course")


def test_courses_are_numbered_by_year_in_the_order_they_came(store: Files) -> None:
    numbers = []
    for slug in ("first", "second", "third"):
        publish_course(files=another(store, slug))
        row = queries.find_published(slug)
        assert row
        numbers.append(row.number)
    year = numbers[0].partition(".")[0]
    assert numbers == [f"{year}.1", f"{year}.2", f"{year}.3"]


def test_what_happened_is_told(app: Flask, store: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setitem(app.extensions, "events", {CourseImported: (told.append,), CoursePublished: (told.append,)})
    done = service.import_course(store, actor="a" * 32)
    assert done.version_id
    service.publish_version(SLUG, done.version_id, actor="b" * 32)
    service.import_course(store, actor="a" * 32)
    assert [type(event).__name__ for event in told] == ["CourseImported", "CoursePublished"]
    assert [event.actor for event in told] == ["a" * 32, "b" * 32]  # type: ignore[attr-defined]


def test_a_course_that_is_not_ones_own_is_refused(store: Files) -> None:
    with pytest.raises(Refused, match="not-yours"):
        service.import_course(store, actor=None, may=lambda slug: slug == "another-course")
    assert count(Course) == 0


def test_titles_are_listed_only_in_languages_that_have_them(store: Files) -> None:
    publish_course(files=store)
    row = queries.find_published(SLUG)
    assert row
    assert row.titles == {"en": "A quiet store", "ru": "Спокойное хранилище"}
    assert row.title(("ru", "en")) == ("Спокойное хранилище", "ru")
    assert row.title(("ro",)) == ("A quiet store", "en")
    assert row.reading_languages(("ro", "ru", "en", "hy")) == ("ru", "en")


def test_a_tree_comes_in_the_readers_language(store: Files) -> None:
    shelf = publish_course(files=store)
    assert queries.get_tree(shelf.version_id).title == "A quiet store"
    assert queries.get_tree(shelf.version_id, "ru").title == "Спокойное хранилище"
    assert queries.get_tree(shelf.version_id, ("hy", "ru")).language == "ru"
    with pytest.raises(NotFound):
        queries.get_tree("0" * 32)


def test_a_package_with_one_folder_is_imported(store: Files, tmp_path: Path) -> None:
    package = tmp_path / "x.zip"
    package.write_bytes(zipped(store, "any name/"))
    done = service.import_package(package, actor=None, may=service.may_all)
    assert done.slug == SLUG
    assert dict(service.export_course(SLUG)) == store


class TestShipped:
    """The courses that come with the site."""

    @pytest.fixture
    def shipped(self, store: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Return a folder of shipped courses with the store in it."""
        monkeypatch.setattr(service, "place", lambda _name: tmp_path)
        (tmp_path / "LICENSE").write_text("a file that is no course")
        self.write(tmp_path, store)
        return tmp_path

    @staticmethod
    def write(folder: Path, files: Files) -> None:
        """Write a course."""
        for path, content in files.items():
            target = folder / "quiet" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)

    def test_they_are_imported_and_published_once(self, shipped: Path) -> None:
        service.import_shipped()
        service.import_shipped()
        assert queries.find_published(SLUG)
        assert count(Version) == 1

    def test_the_next_release_is_published_in_its_turn(self, shipped: Path, store: Files) -> None:
        service.import_shipped()
        self.write(shipped, edited(store))
        service.import_shipped()
        row = queries.find_published(SLUG)
        assert row
        assert row.summaries["en"].startswith("Now")

    def test_what_a_trainer_published_stays_published(self, shipped: Path, store: Files) -> None:
        service.import_shipped()
        own = service.import_course(edited(store), actor="a" * 32)
        assert own.version_id
        service.publish_version(SLUG, own.version_id, actor="a" * 32)
        service.import_shipped()
        self.write(shipped, edited(store, "Read a hygrometer"))
        service.import_shipped()
        row = queries.find_published(SLUG)
        assert row
        assert row.version_id == own.version_id

    def test_a_fault_is_named(self, shipped: Path, store: Files) -> None:
        self.write(shipped, {"lessons/light.md": b"no front matter"})
        with pytest.raises(service.ShippedCourseFaulty, match=r"lessons/light\.md:1"):
            service.import_shipped()
