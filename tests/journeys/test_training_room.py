"""Twenty-eight people in one room: registered, logged in and in their first lesson within a minute."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from tests.pages import Page, fields_of
from tests.servers import Databases
from tests.site import DEMO_PASSWORD, Site, running_site

pytestmark = pytest.mark.slow

PEOPLE = 28
PASSWORD = "quiet rooms and good light"
SLUG = "running-a-museum"


class Visitor:
    """A browser of one person that speaks HTTP to a site that really runs."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def visit(self, path: str, fields: dict[str, object] | None = None) -> Page:
        """Fetch a page, or send a form; an answer that is no success raises HTTPError."""
        body = None if fields is None else urlencode(fields, doseq=True).encode()
        with self.opener.open(self.site.url + path, body, timeout=60) as answer:
            return Page(answer.read().decode(), urlsplit(answer.url).path)

    def press(self, page: Page, button: str, **fields: str) -> Page:
        """Fill in the form that holds a button and press it."""
        form, _pressed = page.buttons()[button]
        return self.visit(form.get("action") or page.url, {**fields_of(form), **fields})


def invite(site: Site) -> str:
    """Let the administrator make an invitation code for the room."""
    admin = Visitor(site)
    admin.press(admin.visit("/login"), "Log in", email="admin@example.org", password=DEMO_PASSWORD)
    page = admin.visit("/admin/invitations")
    told = admin.press(page, "Make a code", uses=str(PEOPLE), days="1", note="Training room")
    return told.text.split("The code is ", 1)[1].split(".", 1)[0]


def arrive(site: Site, number: int, code: str) -> str:
    """Register, log in, enrol and open the first lesson; return what it is called."""
    visitor = Visitor(site)
    told = {"name": f"Person {'ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖ'[number]}", "consent": "y", "invitation": code}
    address = f"person{number}@example.org"
    visitor.press(visitor.visit("/register"), "Create account", email=address, password=PASSWORD, **told)
    page = visitor.press(visitor.visit("/login"), "Log in", email=address, password=PASSWORD)
    assert page.url == "/me/"
    plan = visitor.press(visitor.visit(f"/courses/{SLUG}"), "Enrol")
    return visitor.visit(urlsplit(plan.link("Start")).path).heading


def test_a_room_of_people_behind_one_address_begins_within_a_minute(databases: Databases, tmp_path: Path) -> None:
    with running_site(tmp_path / "data", LMS_DATABASE_URL=databases.empty()) as site:
        code = invite(site)
        began = time.monotonic()
        with ThreadPoolExecutor(PEOPLE) as room:
            lessons = list(room.map(lambda number: arrive(site, number, code), range(PEOPLE)))
        took = time.monotonic() - began
    assert len(lessons) == PEOPLE
    assert len(set(lessons)) == 1
    assert took < 60
