"""Twenty-eight people behind one network address."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from lms.accounts import queries, service
from lms.infra.db import db
from tests.accounts.conftest import GOOD
from tests.accounts.test_login import log_in
from tests.pages import PageClient

PEOPLE = 28


@pytest.mark.slow
def test_all_register_and_log_in_within_a_minute(real_app: Flask) -> None:
    real_app.config["RATELIMIT_ENABLED"] = True
    with real_app.app_context():
        code = service.create_invitation(uses=PEOPLE, days=1, note="", actor="trainer")
        db.session.commit()

    def person(number: int) -> str:
        browser = real_app.test_client()
        assert isinstance(browser, PageClient)
        browser.visit("/register")
        email = f"person{number}@example.org"
        browser.press("Create account", **{**GOOD, "email": email, "museum": f"Museum {number % 3}"}, invitation=code)
        return log_in(browser, email, GOOD["password"]).url

    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        arrived = list(pool.map(person, range(PEOPLE)))
    assert arrived == ["/me/"] * PEOPLE
    assert time.monotonic() - began < 60
    with real_app.app_context():
        assert queries.find_invitation(code) is None


@pytest.mark.slow
def test_one_address_sent_many_times_at_once_makes_one_account(real_app: Flask) -> None:
    def person(number: int) -> str:
        browser = real_app.test_client()
        assert isinstance(browser, PageClient)
        browser.visit("/register")
        return browser.press("Create account", **{**GOOD, "name": f"Марта {number}а"}).url

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(person, range(8))) == ["/register/done"] * 8
    with real_app.app_context():
        assert len(queries.list_people()) == 1
