"""What the tests of courses share: the small course about a store, and packages of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from lms.infra.db import db
from tests.factories.courses import Shelf, files_of, publish_course
from tests.pages import PageClient

SLUG = "quiet-store"


@pytest.fixture
def store() -> dict[str, bytes]:
    """Return the files of a course with every kind of file, in English and Russian."""
    return files_of("store")


@pytest.fixture
def shelf(app: Flask, tx: object, store: dict[str, bytes]) -> Shelf:
    """Return that course, published."""
    with app.app_context():
        published = publish_course(files=store)
        db.session.commit()
    return published


@pytest.fixture
def in_app(app: Flask, tx: object) -> Iterator[None]:
    """Work inside the application, as a service does."""
    with app.app_context():
        yield


def zipped(files: dict[str, bytes], folder: str = "") -> bytes:
    """Return a package as any program would make it."""
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(f"{folder}{path}", content)
    return target.getvalue()


def another(files: dict[str, bytes], slug: str, title: str = "", **keys: str) -> dict[str, bytes]:
    """Return the same course under another id, without translations; more keys of course.yaml may be changed."""
    lines = files["course.yaml"].decode().split("\n")
    changed = {"id": slug, "translations": "[]", **({"title": title} if title else {}), **keys}
    lines = [next((f"{k}: {v}" for k, v in changed.items() if line.startswith(f"{k}:")), line) for line in lines]
    kept = {path: content for path, content in files.items() if not path.startswith("i18n/")}
    return kept | {"course.yaml": "\n".join(lines).encode()}


def upload(browser: PageClient, package: bytes, name: str = "store.zip") -> TestResponse:
    """Send a package by the form; a large one would else lie in a file that nobody closes."""
    values = {"csrf_token": browser.token(), "package": FileStorage(BytesIO(package), name)}
    boundary, body = encode_multipart(values)
    kind = f'multipart/form-data; boundary="{boundary}"'
    return browser.post("/teach/upload", data=body, content_type=kind, follow_redirects=True)


Publish = Callable[[dict[str, bytes]], Shelf]


@pytest.fixture
def publish(app: Flask, tx: object) -> Publish:
    """Return a way to publish a course."""

    def one(files: dict[str, bytes]) -> Shelf:
        with app.app_context():
            published = publish_course(files=files)
            db.session.commit()
        return published

    return one
