"""Packages of certificates: ordered on the page of a course, fetched, and looked into."""

from __future__ import annotations

import csv
import io
import zipfile

from flask import Flask
from werkzeug.test import TestResponse

from lms.infra import orders
from lms.infra.queue import run_jobs
from tests.factories.study import SLUG
from tests.pages import Page, PageClient

LIST = f"/teach/courses/{SLUG}/certificates"


def work(app: Flask) -> list[str]:
    with app.app_context():
        return run_jobs()


def order(browser: PageClient, query: str = "") -> Page:
    """Order a package of what the list shows, and return the page of the work."""
    browser.visit(LIST + query)
    return browser.press("Pack the files (ZIP)")


def get(browser: PageClient, address: str, **headers: str) -> TestResponse:
    """Fetch an address to its end."""
    with browser.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()}) as answer:
        answer.get_data()
        return answer


def fetch(browser: PageClient, page: Page) -> zipfile.ZipFile:
    """Download a package that is ready."""
    answer = get(browser, browser.visit(page.url).link("Download the file"))
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    package = zipfile.ZipFile(io.BytesIO(answer.get_data()))
    assert package.testzip() is None
    return package


def lines(package: zipfile.ZipFile) -> list[dict[str, str]]:
    """Return the list that lies in a package."""
    text = package.read("certificates.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def state(app: Flask, page: Page) -> str:
    with app.app_context():
        row = orders.find_order(page.url.rsplit("/", 1)[1])
    assert row is not None
    return row.state
