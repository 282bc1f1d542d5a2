"""Pieces of pages that are kept: made once, never with somebody else's token, and one a language."""

from __future__ import annotations

from flask import Flask

from tests.factories.people import Cast
from tests.pages import PageClient


def token_of(page_html: str) -> str:
    return page_html.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def test_each_reader_gets_the_token_of_his_own_session(cast: Cast) -> None:
    for who in ("learner", "colleague"):
        browser = cast.browser(who)
        browser.visit("/help")
        browser.press("Log out")  # refused with 400 were the token another's
    assert token_of(cast.browser("trainer").visit("/help").html) != token_of(cast.browser("admin").visit("/help").html)


def test_no_sign_is_left_in_a_page(cast: Cast) -> None:
    assert "\ue020" not in cast.browser("learner").visit("/help").html


def test_each_language_has_its_own(client: PageClient, app: Flask) -> None:
    english = client.visit("/help").html
    russian = client.visit("/help?lang=ru").html
    assert english != russian
    assert "Skip to the content" not in russian
