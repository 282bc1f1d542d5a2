"""The switch of languages keeps the page and leads nowhere else."""

from __future__ import annotations

import pytest

from tests.factories.people import Cast
from tests.pages import PageClient


def test_the_switch_keeps_the_page_and_what_was_searched(client: PageClient) -> None:
    answer = client.get("/courses/?q=зал & хранение&lang=ru")
    assert answer.status_code == 302
    assert answer.location.startswith("/courses/?q=")
    assert "lang=" not in answer.location
    assert client.visit(answer.location).one("html").get("lang") == "ru"


def test_every_page_links_to_itself_in_the_other_languages(client: PageClient) -> None:
    for path, linked in (("/verify", "/verify?lang=ru"), ("/courses/?q=a+%26+b", "/courses/?q=a+%26+b&lang=ru")):
        assert client.visit(path).one("a", hreflang="ru").get("href") == linked


def test_a_language_that_is_none_changes_nothing(client: PageClient) -> None:
    client.get("/?lang=xx")
    assert client.visit("/").one("html").get("lang") == "en"


@pytest.mark.parametrize("path", ["//elsewhere.example/?lang=ru", "/no-such-page?lang=ru"])
def test_the_switch_never_leads_to_another_site(client: PageClient, path: str) -> None:
    answer = client.get(path)
    assert not answer.headers.get("Location", "").startswith("//")


def test_the_accounts_own_languages_come_before_the_browsers(cast: Cast) -> None:
    page = cast.browser("learner").get("/", headers={"Accept-Language": "ru"})
    assert 'lang="en"' in page.text


def test_the_browsers_language_is_read_for_strangers(client: PageClient) -> None:
    assert 'lang="ru"' in client.get("/", headers={"Accept-Language": "ru-RU,ru;q=0.9"}).text
