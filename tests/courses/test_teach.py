"""Packages and versions in the browser: who may, what is refused, and how a version is published."""

from __future__ import annotations

import os
import stat
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.accounts import service as accounts
from lms.courses.models import Course, Version
from lms.domain.formats.packages import unpack
from lms.infra.db import db
from lms.infra.storage import storage
from tests.courses.conftest import SLUG, Publish, another, upload, zipped
from tests.factories.courses import Shelf
from tests.factories.people import Cast
from tests.pages import PageClient

Files = dict[str, bytes]

OPEN, LOGIN, ABSENT = 200, 302, 404


def count(app: Flask, model: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("address", "statuses"),
    [
        # everybody, learner, reviewer, coordinator, trainer of another course, trainer, admin
        ("/teach/courses", (LOGIN, ABSENT, ABSENT, ABSENT, OPEN, OPEN, OPEN)),
        ("/teach/upload", (LOGIN, ABSENT, ABSENT, ABSENT, OPEN, OPEN, OPEN)),
        (f"/teach/courses/{SLUG}", (LOGIN, ABSENT, ABSENT, ABSENT, ABSENT, OPEN, OPEN)),
        (f"/teach/courses/{SLUG}/versions/1", (LOGIN, ABSENT, ABSENT, ABSENT, ABSENT, OPEN, OPEN)),
        (f"/teach/courses/{SLUG}/export.zip", (LOGIN, ABSENT, ABSENT, ABSENT, ABSENT, OPEN, OPEN)),
        (f"/teach/courses/{SLUG}/versions/2", (LOGIN, *[ABSENT] * 6)),
        ("/teach/courses/no-such", (LOGIN, *[ABSENT] * 6)),
        ("/teach/courses/%00", (ABSENT, *[ABSENT] * 6)),
        ("/teach/courses/%00/export.zip", (ABSENT, *[ABSENT] * 6)),
        ("/teach/courses/%00/versions/1", (ABSENT, *[ABSENT] * 6)),
        ("/teach/courses/no-such/export.zip", (LOGIN, *[ABSENT] * 6)),
    ],
)
def test_who_may_go_where(client: PageClient, cast: Cast, address: str, statuses: tuple[int, ...]) -> None:
    people = ["learner", "reviewer", "coordinator", "other_trainer", "trainer", "admin"]
    browsers = [client, *(cast.browser(who) for who in people)]
    assert tuple(browser.get(address).status_code for browser in browsers) == statuses


@pytest.mark.parametrize("who", ["learner", "reviewer", "coordinator", "other_trainer"])
def test_who_may_not_publish_publishes_nothing(app: Flask, cast: Cast, store: Files, who: str) -> None:
    upload(cast.browser("trainer"), zipped(store))
    assert cast.browser(who).post(f"/teach/courses/{SLUG}/versions/1/publish").status_code == ABSENT
    cast.browser("trainer").visit(f"/courses/{SLUG}", status=404)


def test_a_trainer_uploads_and_publishes(cast: Cast, store: Files) -> None:
    trainer = cast.browser("trainer")
    trainer.visit("/teach/upload")
    page = trainer.press("Upload package", package=(BytesIO(zipped(store)), "store.zip"))
    assert page.heading == "Version 1 of A quiet store"
    assert page.url == f"/teach/courses/{SLUG}/versions/1"
    assert "Nothing of this course is published yet" in page.main
    page = trainer.press("Publish")
    assert "Learners read this version." in page.main
    assert "Publish" not in page.buttons()
    assert trainer.click("The page of the course").heading == "A quiet store"


@pytest.mark.usefixtures("shelf")
def test_a_new_version_tells_what_it_changes(cast: Cast, store: Files) -> None:
    trainer = cast.browser("trainer")
    changed = another(store, SLUG) | {
        "lessons/light.md": store["lessons/light.md"] + b"\nOne more thing.\n",
        "lessons/sound.md": store["lessons/light.md"].replace(b"id: light", b"id: sound").replace(b"{#", b"{#s-"),
    }
    changed["course.yaml"] = changed["course.yaml"].replace(
        b"lessons/light.md,", b"lessons/light.md, lessons/sound.md,"
    )
    upload(trainer, zipped(changed))
    assert trainer.page is not None
    assert trainer.page.heading == "Version 2 of A quiet store", trainer.page.main
    assert "What changes for learners" in trainer.page.main
    assert "New" in trainer.page.main
    assert "Changed" in trainer.page.main
    trainer.press("Publish")
    rows = trainer.visit(f"/teach/courses/{SLUG}")
    assert "Learners read it now" in rows.main
    assert "Earlier, from" in rows.main


@pytest.mark.usefixtures("shelf")
def test_the_same_package_again_changes_nothing(app: Flask, cast: Cast, store: Files) -> None:
    trainer = cast.browser("trainer")
    upload(trainer, zipped(store))
    assert trainer.page is not None
    assert "Exactly this version was here already" in trainer.page.text
    assert count(app, Version) == 1


def test_faults_are_all_listed_and_nothing_is_kept(app: Flask, cast: Cast, store: Files) -> None:
    trainer = cast.browser("trainer")
    bad = store | {
        "quizzes/final.md": store["quizzes/final.md"].replace(b"pass:", b"pas:"),
        "lessons/light.md": store["lessons/light.md"].replace(b"term:lux", b"term:luxx") + b"\n[away](gone.md)\n",
    }
    response = upload(trainer, zipped(bad), "bad <b>.zip")
    assert response.status_code == 422
    assert trainer.page is not None
    assert "faults were found" in trainer.page.heading
    assert "did you mean 'pass'?" in trainer.page.main
    assert "quizzes/final.md:" in trainer.page.main
    assert "gone.md" in trainer.page.main
    assert "bad <b>.zip" in trainer.page.main
    assert "Upload package" in trainer.page.buttons()
    assert count(app, Course) == 0


def test_warnings_do_not_stop_a_course(cast: Cast, store: Files) -> None:
    trainer = cast.browser("trainer")
    upload(trainer, zipped(store | {"course.yaml": store["course.yaml"].replace(b"hours: 2", b"hours: 20")}))
    assert trainer.page is not None
    assert "No faults, and one warning" in trainer.page.main
    assert "course.yaml:" in trainer.page.main
    assert "Publish" in trainer.page.buttons()


def test_a_trainer_of_one_course_imports_only_that(app: Flask, cast: Cast, store: Files) -> None:
    olga = cast.browser("other_trainer")
    response = upload(olga, zipped(store))
    assert response.status_code == 422
    assert olga.page is not None
    assert "The course “quiet-store” is not one that you may import." in olga.page.main
    assert count(app, Course) == 0
    upload(olga, zipped(another(store, "another-course")))
    assert olga.page.heading == "Version 1 of A quiet store"
    olga.press("Publish")
    assert olga.get("/teach/courses/another-course/export.zip").status_code == 200


@pytest.mark.usefixtures("shelf")
def test_a_trainer_of_one_course_sees_only_that(cast: Cast, store: Files, publish: Publish) -> None:
    publish(another(store, "another-course", "Another"))
    links = cast.browser("other_trainer").visit("/teach/courses").links()
    assert "Another" in links
    assert "A quiet store" not in links
    assert {"Another", "A quiet store"} <= set(cast.browser("trainer").visit("/teach/courses").links())


def test_a_grant_that_has_ended_opens_nothing(app: Flask, cast: Cast, shelf: Shelf) -> None:
    with app.app_context():
        accounts.grant_role(cast.learner.account_id, "trainer", scope_kind="museum", scope_id="m1", actor=None)
        db.session.commit()
    browser = cast.browser("learner")
    assert "A quiet store" not in browser.visit("/teach/courses").links()
    assert browser.get(f"/teach/courses/{SLUG}").status_code == ABSENT


@pytest.mark.usefixtures("shelf")
def test_the_export_is_the_course_and_the_same_every_time(cast: Cast, store: Files) -> None:
    browser = cast.browser("trainer")
    response = browser.get(f"/teach/courses/{SLUG}/export.zip")
    assert response.mimetype == "application/zip"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{SLUG}.zip"'
    assert unpack(response.data) == store
    assert browser.get(f"/teach/courses/{SLUG}/export.zip").data == response.data


def test_long_lists_go_on_page_by_page(cast: Cast, store: Files, publish: Publish) -> None:
    for number in range(32):
        publish(another(store, f"course-{number:02}", f"Course {number:02}"))
    trainer = cast.browser("trainer")
    first = trainer.visit("/teach/courses").links()
    second = trainer.click("Earlier courses").links()
    shown = [name for links in (first, second) for name in links if name.startswith("Course ")]
    assert shown == [f"Course {number:02}" for number in reversed(range(32))]


def test_versions_go_on_page_by_page(cast: Cast, store: Files, publish: Publish) -> None:
    for number in range(32):
        publish(store | {"sources.md": f"# Sources\n\nState {number}.\n".encode()})
    trainer = cast.browser("trainer")
    first = trainer.visit(f"/teach/courses/{SLUG}").links()
    second = trainer.click("Earlier versions").links()
    shown = [name for links in (first, second) for name in links if name.startswith("Version ")]
    assert shown == [f"Version {number}" for number in range(32, 0, -1)]
    for mark in ("0", "-1", "x", "9" * 30):
        trainer.visit(f"/teach/courses/{SLUG}?before={mark}")


# Packages that break a rule.


def entry(name: str, content: bytes = b"x", mode: int = 0, packed: int = ZIP_DEFLATED) -> tuple[ZipInfo, bytes]:
    """Return one entry of a zip."""
    info = ZipInfo(name)
    info.external_attr = mode << 16
    info.compress_type = packed
    return info, content


def package(files: Files, *more: tuple[ZipInfo, bytes]) -> bytes:
    """Return a package with entries that no honest program writes."""
    target = BytesIO(zipped(files))
    with ZipFile(target, "a") as archive:
        for info, content in more:
            archive.writestr(info, content)
    return target.getvalue()


BROKEN = {
    "absolute": ([entry("/etc/passwd")], "absolute path"),
    "upwards": ([entry("media/../../x.svg")], "'..'"),
    "backslash": ([entry("media\\x.svg")], "backslash"),
    "link": ([entry("media/x.svg", b"/etc/passwd", stat.S_IFLNK | 0o777)], "link"),
    "twice in another case": ([entry("Course.yaml")], "case"),
    "not NFC": ([entry("media/e\u0301.svg")], "NFC"),
    "bomb": ([entry("media/x.svg", b"0" * 3_000_000)], "200-fold"),
    "too many": ([entry(f"media/{n}.svg", b"", packed=ZIP_STORED) for n in range(5_001)], "5,000"),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_package_that_breaks_a_rule_is_refused_in_one_sentence(
    app: Flask, cast: Cast, store: Files, name: str
) -> None:
    entries, said = BROKEN[name]
    with app.app_context():
        before = set(storage().digests())
    trainer = cast.browser("trainer")
    response = upload(trainer, package(store, *entries))
    assert response.status_code == 422
    assert trainer.page is not None
    notice = next(element for element in trainer.page.all() if element.get("role") == "alert")
    text = "".join(notice.itertext())
    assert "Nothing was imported." in text
    assert said in text
    assert count(app, Course) == 0
    with app.app_context():
        assert set(storage().digests()) == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no zip package"),
        (b"%PDF-1.4", "no zip package"),
        (b"PK\x03\x04 and then nothing", "cannot be read as a zip"),
        (zipped({"readme.txt": b"x"}), "no course.yaml"),
        (zipped({"a/course.yaml": b"", "b/course.yaml": b""}), "no course.yaml"),
        (zipped({"course.yaml": b"format: !!python/object:os.system 1\n"}), "tag"),
    ],
)
def test_what_is_no_package_is_refused(app: Flask, cast: Cast, content: bytes, said: str) -> None:
    trainer = cast.browser("trainer")
    assert upload(trainer, content).status_code == 422
    assert trainer.page is not None
    assert said in trainer.page.main
    assert count(app, Course) == 0


def test_no_file_is_no_upload(cast: Cast) -> None:
    trainer = cast.browser("trainer")
    trainer.visit("/teach/upload")
    assert "Choose the .zip file" in trainer.press("Upload package", status=422).main


def test_a_large_package_is_taken_from_a_trainer_alone(
    app: Flask, client: PageClient, cast: Cast, store: Files
) -> None:
    large = zipped(store | {"media/store.mp4": os.urandom(5 * 1024 * 1024)})
    assert upload(cast.browser("learner"), large).status_code == 413
    assert upload(client, large).status_code == 413
    trainer = cast.browser("trainer")
    assert upload(trainer, large).status_code == 200
    assert count(app, Version) == 1
    assert trainer.post("/login", data={"email": "x" * 5 * 1024 * 1024}).status_code == 413


def test_a_form_without_its_token_is_refused(app: Flask, cast: Cast, store: Files) -> None:
    data = {"package": (BytesIO(zipped(store)), "store.zip")}
    response = cast.browser("trainer").post("/teach/upload", data=data, content_type="multipart/form-data", csrf=False)
    assert response.status_code == 400
    assert count(app, Course) == 0


def test_the_checkers_language_is_marked(cast: Cast) -> None:
    trainer = cast.browser("trainer")
    trainer.set_cookie("lang", "ru")
    upload(trainer, b"no zip")
    assert trainer.page is not None
    assert any(element.get("lang") == "en" for element in trainer.page.all("span"))
