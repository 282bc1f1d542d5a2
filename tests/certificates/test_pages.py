"""The pages: one's own certificates, the file, and the check that anybody may make."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from lms.accounts import service as accounts
from lms.certificates import views
from lms.certificates.models import Certificate
from lms.courses.models import Course
from lms.domain.codes import spaced
from lms.infra import clock
from lms.infra.db import Base, db
from lms.infra.storage import storage
from lms.learning.models import Enrolment
from tests.certificates.conftest import Award
from tests.factories.people import Cast
from tests.pages import Page, PageClient

UNKNOWN = "0" * 16


def status_of(page: Page) -> str:
    """Return what a screen reader is told."""
    return " ".join("".join(page.one(role="status").itertext()).split())


def change(app: Flask, **values: object) -> None:
    with app.app_context():
        db.session.execute(update(Certificate).values(**values))
        db.session.commit()


def test_my_certificates_offer_the_file_once_it_is_made(award: Award, cast: Cast) -> None:
    browser = cast.browser("learner")
    page = browser.visit("/me/certificates")
    assert "The file is being made" in page.main
    assert "Download PDF" not in page.links()
    award.work()
    page = browser.visit("/me/certificates")
    assert page.heading == "My certificates"
    assert page.link("Download PDF") == f"/certificates/{award.row.code}.pdf"
    assert award.row.code_spaced in page.main


def test_my_certificates_say_why_a_file_is_not_made(app: Flask, award: Award, cast: Cast) -> None:
    change(app, problem="The fonts of the certificate have no 吴 (U+5434).")
    page = cast.browser("learner").visit("/me/certificates")
    assert "our fonts lack a letter" in page.main
    assert "U+5434" not in page.main


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"standing": "revoked"}, "Revoked"),
        ({"standing": "superseded"}, "Superseded"),
        ({"valid_until": datetime(2020, 1, 1, tzinfo=UTC)}, "Expired on 1 January 2020"),
        ({"valid_until": datetime(2090, 1, 1, tzinfo=UTC)}, "Valid until 1 January 2090"),
    ],
)
def test_my_certificates_say_what_holds(
    app: Flask, made: Award, cast: Cast, values: dict[str, object], words: str
) -> None:
    change(app, **values)
    assert words in cast.browser("learner").visit("/me/certificates").main


def test_who_has_none_is_told_the_next_step(cast: Cast) -> None:
    page = cast.browser("stranger").visit("/me/certificates")
    assert page.heading == "My certificates"
    assert page.link("See the courses") == "/courses/"


def test_a_colleague_does_not_see_mine(made: Award, cast: Cast) -> None:
    assert made.row.code_spaced not in cast.browser("colleague").visit("/me/certificates").main


def test_a_long_list_goes_on_by_pages_and_shows_each_once(
    app: Flask, made: Award, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "A_PAGE", 2)
    codes = [made.row.code_spaced, *add_older(app, made, 4)]
    browser = cast.browser("learner")
    page, seen = browser.visit("/me/certificates"), []
    while True:
        shown = [code for code in codes if code in page.main]
        assert 1 <= len(shown) <= 2
        seen += shown
        if "Earlier certificates" not in page.links():
            break
        page = browser.click("Earlier certificates")
    assert seen == codes
    assert browser.visit("/me/certificates?before=nonsense").main.count(codes[0]) == 1


def add_older(app: Flask, made: Award, count: int) -> list[str]:
    """Give the same learner more certificates, of other courses, each an hour older; equal moments in pairs."""
    codes = []
    with app.app_context():
        first = db.session.get_one(Certificate, made.row.id)
        enrolment = db.session.get_one(Enrolment, first.enrolment_id)
        for number in range(1, count + 1):
            course = Course(
                id=clock.new_id(), slug=f"course-{number}", year=2000, ordinal=number, created_at=clock.now()
            )
            db.session.add(course)
            db.session.flush()
            changed = {"id": clock.new_id(), "course_id": course.id}
            studied = Enrolment(**{**columns(enrolment), **changed})
            db.session.add(studied)
            db.session.flush()
            moment = first.issued_at - timedelta(hours=(number + 1) // 2)
            code = f"{number:016d}"
            # The later id of an equal moment comes first.
            key = f"{100 - number:032d}"
            more = {
                "ordinal": number,
                "id": key,
                "code": code,
                "issued_at": moment,
                "enrolment_id": studied.id,
                "course_id": course.id,
            }
            db.session.add(Certificate(**{**columns(first), **more}))
            codes.append(spaced(code))
        db.session.commit()
    return codes


def columns(row: Base) -> dict[str, object]:
    return {column.name: getattr(row, column.name) for column in row.__table__.columns}


def test_the_file_is_open_to_whoever_has_the_code(made: Award, client: PageClient) -> None:
    response = client.get(f"/certificates/{made.row.code}.pdf")
    assert response.status_code == 200
    assert response.data.startswith(b"%PDF-1.7")
    assert response.content_type == "application/pdf"
    assert response.headers["Content-Disposition"] == f'attachment; filename="keys-{made.row.code_spaced}.pdf"'
    assert "private" in response.headers["Cache-Control"]
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert client.get(f"/certificates/{made.row.code_spaced.lower()}.pdf").data == response.data


def test_a_file_that_one_has_is_not_sent_again(made: Award, client: PageClient) -> None:
    first = client.get(f"/certificates/{made.row.code}.pdf")
    again = client.get(f"/certificates/{made.row.code}.pdf", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_there_is_no_file_before_it_is_made_nor_when_the_bytes_are_lost(
    app: Flask, award: Award, client: PageClient
) -> None:
    assert client.get(f"/certificates/{award.row.code}.pdf").status_code == 404
    award.work()
    assert client.get(f"/certificates/{award.row.code}.pdf").status_code == 200
    with app.app_context():
        storage().remove(award.row.file_digest or "")
    assert client.get(f"/certificates/{award.row.code}.pdf").status_code == 404


@pytest.mark.parametrize("path", ["/certificates/{}.pdf", "/verify/{}"])
def test_unknown_and_malformed_codes_look_alike(client: PageClient, path: str) -> None:
    answers = [client.get(path.format(code)) for code in (UNKNOWN, "no-code", "U" * 16, "7K3M", "ж" * 16)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({main_of(answer) for answer in answers}) == 1


def main_of(answer: TestResponse) -> str:
    return answer.get_data(as_text=True).split("<main")[1].split("</main>")[0]


def test_the_form_asks_for_a_code_and_goes_to_its_page(made: Award, client: PageClient) -> None:
    page = client.visit("/verify")
    labels = {"".join(label.itertext()): label.get("for", "") for label in page.all("label")}
    assert page.one(id=labels["Certificate code"]).get("name") == "code"
    assert status_of(client.press("Verify", code=made.row.code_spaced)).startswith("Valid")
    answer = client.get("/verify", query_string={"code": f" {made.row.code_spaced.lower()} "})
    assert answer.location == f"/verify/{made.row.code}"


@pytest.mark.parametrize("typed", ["", "   ", "---", "%25"])
def test_an_empty_form_is_told_what_to_type(client: PageClient, typed: str) -> None:
    page = client.visit(f"/verify?code={typed}")
    assert "Type the code that stands on the certificate, or choose its file." in page.main
    assert page.one(id="code").get("aria-invalid") == "true"


@pytest.mark.parametrize("typed", ["hello", "a/b", "../../etc", "<script>", "x" * 5000, "\u202eabc"])
def test_whatever_is_typed_gets_a_clear_answer(client: PageClient, typed: str) -> None:
    client.visit("/verify")
    page = client.press("Verify", 404, code=typed)
    assert status_of(page).startswith("Not found")


def test_the_page_says_what_the_certificate_claims(made: Award, client: PageClient, cast: Cast) -> None:
    page = client.visit(f"/verify/{made.row.code}")
    assert status_of(page).startswith("Valid")
    assert page.title.startswith("Valid")
    award = made.row.award
    assert award is not None
    for said in (
        cast.learner.name, "Certificate in keeping keys", "Keys and who holds them", "edition 1", "100%",
        "Nobody supervised", "No document was checked", *award.outcomes, award.version_digest,
        made.row.file_digest or "", made.row.code_spaced,
    ):  # fmt: skip
        assert said in page.main, said


def test_nobody_keeps_or_passes_on_what_the_page_says(made: Award, client: PageClient) -> None:
    for path, status in ((f"/verify/{made.row.code}", 200), (f"/verify/{UNKNOWN}", 404)):
        response = client.get(path)
        assert response.status_code == status
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["X-Robots-Tag"] == "noindex"
        assert '<meta name="robots" content="noindex">' in response.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/verify/{}", "/VERIFY/{}", "/Verify/{}"])
def test_the_address_of_the_square_code_finds_the_page(made: Award, client: PageClient, path: str) -> None:
    assert client.get(path.format(made.row.code)).status_code == 200
    assert client.get(path.format(made.row.code_spaced.lower())).status_code == 200


@pytest.mark.parametrize(
    ("values", "begins"),
    [
        ({}, "Valid"),
        (
            {"valid_until": datetime(2020, 1, 1, 23, 59, tzinfo=UTC)},
            "Expired: this certificate held until 1 January 2020",
        ),
        ({"issued_at": datetime(2090, 1, 1, tzinfo=UTC)}, "Not yet valid: this certificate holds from 1 January 2090"),
        ({"standing": "revoked"}, "Revoked"),
        ({"standing": "superseded"}, "Superseded"),
    ],
)
def test_the_verdict_comes_first(
    app: Flask, made: Award, client: PageClient, values: dict[str, object], begins: str
) -> None:
    code = made.row.code
    if values:
        change(app, **values)
    page = client.visit(f"/verify/{code}")
    assert status_of(page).startswith(begins)
    assert page.heading.startswith(begins)


def test_the_page_speaks_russian(made: Award, client: PageClient) -> None:
    client.set_cookie("lang", "ru")
    page = client.visit(f"/verify/{made.row.code}")
    assert page.one("html").get("lang") == "ru"
    assert [part.get("lang") for part in page.all("h2", id="what")] == ["en"], "the title is in the course's language"


def test_an_erased_holder_has_no_name_and_the_standing_stays(
    app: Flask, made: Award, client: PageClient, cast: Cast
) -> None:
    row = made.row
    with app.app_context():
        accounts.erase_person(cast.learner.account_id, actor=None)
        db.session.commit()
    made.work()
    page = client.visit(f"/verify/{row.code}")
    assert status_of(page).startswith("Valid")
    assert cast.learner.name not in page.html
    assert row.file_digest in page.main
    assert client.get(f"/certificates/{row.code}.pdf").status_code == 404


def test_a_name_is_text_on_the_page(app: Flask, made: Award, client: PageClient) -> None:
    change(app, snapshot={**made.row.facts, "name": "<script>alert(1)</script>", "title": "<b>x</b>"})
    page = client.visit(f"/verify/{made.row.code}")
    assert "<script>alert(1)</script>" in page.main
    assert "<b>x</b>" in page.main


def test_checking_takes_one_query(
    made: Award, client: PageClient, max_queries: Callable[[int], AbstractContextManager[list[str]]]
) -> None:
    path = f"/verify/{made.row.code}"
    with max_queries(1):
        client.get(path)


@pytest.fixture
def limited(app: Flask) -> Iterator[None]:
    """Count wrong codes, which other tests do not."""
    app.config["RATELIMIT_ENABLED"] = True
    yield
    app.config["RATELIMIT_ENABLED"] = False


def test_a_class_may_mistype_and_a_machine_may_not_guess(made: Award, client: PageClient, limited: None) -> None:
    address = {"REMOTE_ADDR": f"10.1.2.{clock.now().microsecond % 250}"}
    for _ in range(100):
        assert client.get(f"/verify/{made.row.code}", environ_base=address).status_code == 200
    answers = [
        client.get(f"/verify/{number:016d}", environ_base=address).status_code
        for number in range(views.verify.MISSES + 1)
    ]
    assert answers == [404] * views.verify.MISSES + [429]
    assert client.get(f"/certificates/{made.row.code}.pdf", environ_base=address).status_code == 429
    assert client.get(f"/verify/{made.row.code}").status_code == 200, "others are not held up"


def test_what_was_awarded_a_moment_ago_is_valid_at_once(award: Award, client: PageClient) -> None:
    assert award.row.issued_at <= clock.now() < award.row.issued_at + timedelta(minutes=5)
    assert status_of(client.visit(f"/verify/{award.row.code}")).startswith("Valid")
