"""What the tests of accounts share: the letters that were written, and a form that is filled in."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask

from lms.infra import mail, queue

GOOD = {
    "email": "marta@example.org",
    "password": "a-quiet-room-2026",
    "name": "Марта Ильина",
    "name_latin": "Marta Ilyina",
    "museum": "Музей порта",
    "country": "MD",
    "position": "Curator",
    "consent": "y",
}
"""A registration as it should be."""

Letters = Callable[[], list[mail.Mail]]


@pytest.fixture
def letters(app: Flask) -> Letters:
    """Return a function that does the background work and returns every letter, newest first."""

    def written() -> list[mail.Mail]:
        with app.app_context():
            queue.run_jobs()
            return [mail.get_mail(line.id) for line in mail.list_mail()]

    return written


def link_in(letter: mail.Mail) -> str:
    """Return the path of the link that a letter brings; both parts bring the same."""
    found = re.search(r"http://localhost/\S+", letter.text)
    assert found, letter.text
    assert letter.html
    assert found.group() in letter.html
    return urlsplit(found.group()).path
