"""Twenty-eight people in one room: registered, logged in and in their first lesson within a minute."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.factories.courses import COURSES
from tests.pages import Page, fields_of
from tests.serving import Served, lms, serving, settings

pytestmark = pytest.mark.slow

PEOPLE = 28
PASSWORD = "quiet rooms and good light"


class Visitor:
    """A browser of one person that speaks HTTP to a site that really runs."""

    def __init__(self, site: Served) -> None:
        self.http = httpx.Client(base_url=site.address, follow_redirects=True, timeout=60)

    def visit(self, path: str) -> Page:
        """Fetch a page."""
        answer = self.http.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return Page(answer.text, answer.url.path)

    def press(self, page: Page, button: str, **fields: str) -> Page:
        """Fill in the form that holds a button and press it."""
        form, _pressed = page.buttons()[button]
        address = form.get("action") or page.url
        answer = self.http.post(address, data={**fields_of(form), **fields})
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        return Page(answer.text, answer.url.path)


def invite(site: Served) -> str:
    """Let the administrator make an invitation code for the room."""
    admin = Visitor(site)
    admin.press(admin.visit("/login"), "Log in", email="admin@example.org", password=PASSWORD)
    page = admin.visit("/admin/invitations")
    button = next(name for name in page.buttons() if "code" in name.lower())
    told = admin.press(page, button, uses=str(PEOPLE), days="1", note="Training room")
    return told.text.split("The code is ", 1)[1].split(".", 1)[0]


def arrive(site: Served, number: int, code: str) -> str:
    """Register, log in, enrol and open the first lesson; return what it is called."""
    visitor = Visitor(site)
    told = {"name": f"Person {'ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖ'[number]}", "consent": "y", "invitation": code}
    address = f"person{number}@example.org"
    visitor.press(visitor.visit("/register"), "Create account", email=address, password=PASSWORD, **told)
    page = visitor.press(visitor.visit("/login"), "Log in", email=address, password=PASSWORD)
    assert page.url == "/me/"
    plan = visitor.press(visitor.visit("/courses/labels"), "Enrol")
    return visitor.visit(plan.link("Start")).heading


def test_a_room_of_people_behind_one_address_begins_within_a_minute(databases: object, tmp_path: Path) -> None:
    environment = settings(tmp_path / "data", LMS_DATABASE_URL=databases.empty())  # type: ignore[attr-defined]
    (tmp_path / "data").mkdir()
    for arguments in (
        ("init",),
        ("courses", "import", str(COURSES / "labels"), "--publish"),
        ("users", "create", "admin@example.org", "--name", "Anna Admin", "--role", "admin", "--password", PASSWORD),
    ):
        if arguments[0] == "users":
            continue
        done = lms(environment, *arguments)
        assert done.returncode == 0, done.stderr
    with serving(environment, tmp_path / "log") as site:
        code = invite(site)
        began = time.monotonic()
        with ThreadPoolExecutor(PEOPLE) as room:
            lessons = list(room.map(lambda number: arrive(site, number, code), range(PEOPLE)))
        took = time.monotonic() - began
    assert lessons == ["One idea a label"] * PEOPLE
    assert took < 60
