"""The page of a course, its glossary and its credits."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.courses.conftest import SLUG, Publish, another, upload, zipped
from tests.factories.courses import Shelf, files_of
from tests.factories.people import Cast
from tests.pages import PageClient

Files = dict[str, bytes]
PAGE = f"/courses/{SLUG}"


@pytest.mark.usefixtures("shelf")
def test_it_says_what_one_needs_to_decide(client: PageClient) -> None:
    page = client.visit(PAGE)
    assert page.heading == "A quiet store"
    for said in (
        "Keep a store dry, dark and quiet.",
        "Read a hygrometer",
        "2 rooms",
        "The air of a store",
        "builds on room 1",
        "All lessons done",
        "These tasks done in your museum",
        "70 percent or better",
        "Certificate of the quiet store, 2 hours, valid for 3 years",
        "Collections care, Management",
        "Ana Example, City Museum",
        "CC BY-SA 4.0",
        "English, Русский",
    ):
        assert said in page.main


@pytest.mark.usefixtures("shelf")
def test_a_stranger_reads_the_first_lesson_and_may_log_in(client: PageClient) -> None:
    page = client.visit(PAGE)
    assert page.link("Log in to enrol") == f"/login?next={PAGE}"
    assert client.click("Read the first lesson").heading == "Humidity and what to do about it"


def test_a_learner_enrols_and_continues(cast: Cast, shelf: Shelf) -> None:
    browser = cast.browser("learner")
    browser.visit(PAGE)
    assert browser.press("Enrol").url == f"/learn/{shelf.slug}/"
    page = browser.visit(PAGE)
    assert "Enrol" not in page.buttons()
    assert page.link("Continue") == f"/learn/{shelf.slug}/humidity"
    assert page.link("Light") == f"/learn/{shelf.slug}/light"
    assert browser.click("Continue").heading == "Humidity and what to do about it"


def test_who_has_left_may_enrol_again(cast: Cast, shelf: Shelf) -> None:
    browser = cast.browser("learner")
    browser.visit(PAGE)
    browser.press("Enrol")
    browser.visit(f"/courses/{shelf.slug}/leave")
    browser.press(next(name for name in browser.page.buttons() if "eave" in name))  # type: ignore[union-attr]
    assert "Enrol" in browser.visit(PAGE).buttons()


def test_steps_are_linked_only_where_one_studies_this_very_version(
    cast: Cast, shelf: Shelf, store: Files, publish: Publish
) -> None:
    browser = cast.browser("learner")
    browser.visit(PAGE)
    browser.press("Enrol")
    publish(store | {"course.yaml": store["course.yaml"].replace(b"Keep a store", b"Now keep a store")})
    page = browser.visit(PAGE)
    assert "Now keep a store" in page.main
    assert not any("/learn/quiet-store/light" in target for target in page.links().values())
    assert page.link("Continue") == f"/learn/{shelf.slug}/humidity"


@pytest.mark.parametrize(
    "address", ["/courses/no-such", "/courses/no-such/glossary", "/courses/no-such/credits", "/courses/%00"]
)
def test_an_unknown_course_is_not_found(client: PageClient, address: str) -> None:
    client.visit(address, status=404)


def test_what_is_not_published_is_not_found(client: PageClient, cast: Cast, store: Files) -> None:
    from_trainer = cast.browser("trainer")
    from_trainer.visit("/teach/upload")
    upload(from_trainer, zipped(store))
    client.visit(PAGE, status=404)
    from_trainer.visit(PAGE, status=404)


@pytest.mark.usefixtures("shelf")
def test_it_speaks_the_readers_language(client: PageClient) -> None:
    client.set_cookie("lang", "ru")
    page = client.visit(PAGE)
    assert page.heading == "Спокойное хранилище"
    assert page.one("h1").get("lang") is None
    assert "Читать показания гигрометра" in page.main
    assert "Воздух хранилища" in page.main


def test_a_text_in_another_language_is_marked(client: PageClient, publish: Publish, store: Files) -> None:
    publish(another(store, "lending", "Lending well"))
    client.set_cookie("lang", "ru")
    page = client.visit("/courses/lending")
    assert page.one("h1").get("lang") == "en"
    assert {item.get("lang") for item in page.all("h3")} == {"en"}


def test_a_course_without_rules_certificate_or_terms(client: PageClient, publish: Publish) -> None:
    files = files_of("labels")
    text = files["course.yaml"].decode()
    files["course.yaml"] = (text[: text.index("completion:")]).encode()
    publish(files)
    page = client.visit("/courses/labels")
    assert "Every lesson, quiz and task done" in page.main
    assert "Certificate" not in page.main


@pytest.mark.usefixtures("shelf")
def test_the_glossary_is_sorted(client: PageClient) -> None:
    page = client.visit(f"{PAGE}/glossary")
    assert page.main.index("lux") < page.main.index("relative humidity")
    assert page.one(id="term-rh") is not None


@pytest.mark.usefixtures("shelf")
def test_credits_name_every_file(client: PageClient) -> None:
    page = client.visit(f"{PAGE}/credits")
    for file in ("hygrometer.svg", "store.mp4", "worksheet.pdf"):
        assert page.link(file).startswith("/media/")
    assert "drawn for this course" in page.main
    assert "CC0-1.0" in page.main or "CC0 1.0" in page.main


@pytest.mark.usefixtures("shelf")
def test_it_asks_the_database_little(
    client: PageClient, cast: Cast, max_queries: Callable[[int], AbstractContextManager[list[str]]]
) -> None:
    client.visit(PAGE)
    with max_queries(1):
        client.visit(PAGE)
    browser = cast.browser("learner")
    browser.visit(PAGE)
    browser.press("Enrol")
    browser.visit(PAGE)
    with max_queries(5):
        browser.visit(PAGE)
