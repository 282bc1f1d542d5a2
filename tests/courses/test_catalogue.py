"""The catalogue: search, filters, paging, and one's own light."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.courses.queries import Filters, list_published
from tests.courses.conftest import Publish, another
from tests.factories.courses import Shelf
from tests.factories.people import Cast
from tests.pages import Page, PageClient, name_of

Files = dict[str, bytes]


@pytest.fixture
def three(store: Files, publish: Publish) -> None:
    """Hang three courses: two in English, one in English and Russian."""
    publish(store)
    publish(another(store, "lending", "Lending well", level="advanced", competencies="[management]"))
    publish(another(store, "oral-history", "Oral history", level="intermediate", competencies="[museology]"))


def titles(page: Page) -> list[str]:
    """Return the courses on the wall, in their order."""
    return [name_of(heading) for heading in page.all("h2") if heading.get("class", "").startswith("label__title")]


def test_an_empty_wall_says_so(client: PageClient, cast: Cast) -> None:
    page = client.visit("/courses/")
    assert page.heading == "Courses"
    assert "No course hangs here yet" in page.main
    assert "Upload package" in cast.browser("trainer").visit("/courses/").links()


@pytest.mark.usefixtures("three")
def test_all_courses_hang_newest_first(client: PageClient) -> None:
    page = client.visit("/courses/")
    assert titles(page) == ["Oral history", "Lending well", "A quiet store"]
    assert "3 courses" in page.main
    assert page.link("Lending well") == "/courses/lending"


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("language=ru", ["A quiet store"]),
        ("language=en", ["Oral history", "Lending well", "A quiet store"]),
        ("level=advanced", ["Lending well"]),
        ("level=advanced&level=introductory", ["Lending well", "A quiet store"]),
        ("competency=management", ["Lending well", "A quiet store"]),
        ("competency=museology&level=advanced", []),
        ("level=advanced&q=lend", ["Lending well"]),
        ("level=advanced&q=oral", []),
        ("level=no-such&language=%25&competency=,", ["Oral history", "Lending well", "A quiet store"]),
    ],
)
def test_filters_narrow_the_wall(client: PageClient, query: str, found: list[str]) -> None:
    page = client.visit(f"/courses/?{query}")
    assert titles(page) == found
    if not found:
        assert page.link("All courses") == "/courses/"


@pytest.mark.usefixtures("three")
def test_the_form_keeps_what_was_asked_and_counts_what_there_is(client: PageClient) -> None:
    page = client.visit("/courses/?q=store&language=ru")
    assert page.one("input", name="q").get("value") == "store"
    ticked = [box.get("value") for box in page.all("input", type="checkbox") if box.get("checked") is not None]
    assert "ru" in ticked
    assert "Русский (1)" in page.main
    assert "Introductory (1)" in page.main
    page = client.press("Show courses", q="oral")
    assert titles(page) == []


@pytest.mark.parametrize(
    "query",
    [
        "хранение",
        "хранения",
        "ХРАНИЛИЩЕ",
        "хранил",
        "влажность",
        "hygrometers",
        "hygro",
        "store's",
        "quiet  STORE",
        "relative humidity",
        "Example",
    ],
)
def test_the_search_finds_words_in_their_forms(client: PageClient, publish: Publish, store: Files, query: str) -> None:
    publish(
        store
        | {
            "course.yaml": store["course.yaml"],
            "i18n/ru.po": store["i18n/ru.po"].replace(
                "Сухо, темно и тихо.".encode(), "Условия хранения: сухо, темно и тихо.".encode()
            ),
        }
    )
    assert titles(client.visit(f"/courses/?q={query}")) == ["A quiet store"]


@pytest.mark.parametrize(
    ("written", "asked"),
    [("Звёзды и ёлка", "звезды елка"), ("Елка", "ёлкой"), ("Պահոցներ եւ լույս", "և"), ("Музея", "музей")],
)
def test_letters_that_are_the_same_find_each_other(
    client: PageClient, publish: Publish, store: Files, written: str, asked: str
) -> None:
    publish(another(store, "letters", written))
    assert titles(client.visit(f"/courses/?q={asked}")) == [written]


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    "query",
    ['"', "'", "*", "store*", "(", ")", "a AND", "NEAR(", "stems:", "-store", "^", "\\", "%", "_", "\x00", "a\x00b",
     "\ud800",
     "&", "|", "!", ":*", "<->", "😀", "۞", "é" * 300, "word " * 80, "²³", "ﬁ", "1e5", "3.14", "http://x/y?z", "a@b.c",
     "\u202eabc", "\ufeff", "\n\t", " "],
)  # fmt: skip
def test_odd_words_never_break_the_search(client: PageClient, query: str) -> None:
    response = client.get("/courses/", query_string={"q": query.encode("utf-8", "surrogatepass")})
    assert response.status_code == 200


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=40))
def test_no_words_break_the_search(app: Flask, tx: object, query: str) -> None:
    with app.app_context():
        assert list_published(Filters(query=query)) == []


def test_the_wall_goes_on_page_by_page(client: PageClient, publish: Publish, store: Files) -> None:
    for number in range(14):
        publish(another(store, f"course-{number:02}", f"Course {number:02}"))
    first = client.visit("/courses/?level=introductory")
    second = client.click("Earlier courses")
    shown = titles(first) + titles(second)
    assert shown == [f"Course {number:02}" for number in reversed(range(14))]
    assert len(titles(first)) == 12
    assert titles(client.click("Back to the newest courses")) == titles(first)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("mark", ["", "x", "2026", "2026.", "99999.1", "1.99999999999", "-1.1", "٣.١", "1900.1"])
def test_a_mark_that_is_none_is_harmless(client: PageClient, mark: str) -> None:
    client.visit(f"/courses/?after={mark}")


def test_the_plan_shows_ones_own_light(cast: Cast, shelf: Shelf) -> None:
    browser = cast.browser("learner")
    browser.visit(f"/courses/{shelf.slug}")
    browser.press("Enrol")
    browser.visit(f"/learn/{shelf.slug}/light")
    browser.press("Mark as done")
    page = browser.visit("/courses/")
    assert "1 of 5 steps are done" in page.main
    assert page.html.count('class="case on"') == 1
    assert 'class="case on"' not in cast.browser("stranger").visit("/courses/").html


def test_titles_come_in_the_readers_language_and_are_marked(
    client: PageClient, shelf: Shelf, publish: Publish, store: Files
) -> None:
    publish(another(store, "lending", "Lending well"))
    client.set_cookie("lang", "ru")
    page = client.visit("/courses/")
    assert titles(page) == ["Lending well", "Спокойное хранилище"]
    foreign, own = (h for h in page.all("h2") if h.get("class", "").startswith("label__title"))
    assert (foreign.get("lang"), own.get("lang")) == ("en", None)


@pytest.mark.usefixtures("three")
def test_the_wall_asks_the_database_little(
    client: PageClient, max_queries: Callable[[int], AbstractContextManager[list[str]]]
) -> None:
    client.visit("/courses/")
    with max_queries(4):
        client.visit("/courses/")
