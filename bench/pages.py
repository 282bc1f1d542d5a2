"""Server CPU of the pages that are asked for most, with 100 and with 100,000 enrolments."""

from __future__ import annotations

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from bench.site import SLUG, Site, counted, csrf, fill, logged_in, outside, request_cpu, site
from bench.table import Figure, median
from lms.accounts.service import create_account
from lms.certificates.queries import list_by_subject
from lms.courses.queries import get_tree
from lms.domain.solutions import solution
from lms.home.service import study
from lms.infra.db import db
from lms.learning.service import keep_place
from lms.quizzes import queries as quiz_queries
from lms.quizzes.service import asked
from tests.factories.answers import form_fields

LEARNERS = 200
FEW, MANY = 100, 100_000


def measure() -> list[Figure]:
    """Measure the pages."""
    with site() as place:
        fill(place, 0, FEW)
        small = _lesson(place, FEW)
        fill(place, FEW, MANY)
        db.session.remove()
        large = _lesson(place, MANY)
        figures = [
            Figure(what="lesson page, logged in, CPU", value=large, unit="ms", bar=1.5, others="Moodle 39 ms"),
            Figure(what="lesson page, queries", value=_queries(place), unit="", bar=6),
            Figure(what="lesson page, 100,000 enrolments against 100", value=large / small * 100, unit="%", bar=120),
            Figure(
                what="course page, CPU", value=_page(place, f"/courses/{SLUG}"), unit="ms", bar=3, others="Moodle 55 ms"
            ),
            Figure(what="my space, CPU", value=_page(place, "/me/"), unit="ms", bar=3, others="Moodle 53 ms"),
            Figure(
                what="quiz start + save + submit + review, CPU",
                value=_quiz(place),
                unit="ms",
                bar=15,
                others="Moodle 240 ms",
            ),
        ]
        return [*figures, *_verify(place)]


def _walk(learners: int) -> list[int]:
    """Return 200 learners spread over all."""
    step = max(1, learners // LEARNERS)
    return [n * step % learners for n in range(LEARNERS)]


def _lesson(place: Site, learners: int) -> float:
    """Walk over 200 learners with a write between, so that one cached page does not answer for all."""
    path = f"/learn/{SLUG}/{place.items[1]}"
    spent = []
    for turn in range(2):
        for n in _walk(learners):
            with place.app.app_context():
                keep_place(f"{n:026d}{1:06d}", place.items[1])
                db.session.commit()
            value = request_cpu(place, logged_in(place, n), path)
            if turn:
                spent.append(value)
    return median(spent)


def _queries(place: Site) -> float:
    browser = logged_in(place, 3)
    path = f"/learn/{SLUG}/{place.items[1]}"
    request_cpu(place, browser, path)
    with counted() as statements:
        request_cpu(place, browser, path)
    return len(statements)


def _page(place: Site, path: str) -> float:
    walk = _walk(MANY)
    return median([request_cpu(place, logged_in(place, n), path) for turn in range(2) for n in walk][LEARNERS:])


def _quiz(place: Site) -> float:
    """Take a quiz whole, as a browser would: start, sheet, save, submit, review."""
    course = get_tree(place.course.version_id)
    quiz = next(key for key in place.items if course.items[key].kind == "quiz")
    base = f"/learn/{SLUG}/{quiz}"
    totals = []
    for n in _walk(MANY)[:40]:
        browser = logged_in(place, n)
        token = csrf(outside(lambda browser=browser: browser.get(base)).text)

        def post(path: str, *fields: tuple[str, str], sender: FlaskClient = browser, mark: str = token) -> float:
            return request_cpu(place, sender, path, method="POST", data=MultiDict([("csrf_token", mark), *fields]))

        total = post(f"{base}/start") + request_cpu(place, browser, base)
        attempt = quiz_queries.list_attempts(f"{n:026d}{1:06d}", quiz)[-1]
        answers = [field for q in asked(attempt, course) for field in form_fields(q, solution(q))]
        which, number = ("attempt", attempt.id), attempt.number
        db.session.remove()
        total += post(f"{base}/save", which, *answers, ("seq", "1"))
        total += post(f"{base}/submit", which, *answers, ("seq", "2"))
        total += request_cpu(place, browser, f"{base}/review/{number}")
        totals.append(total)
    return median(totals[5:])


def _verify(place: Site) -> list[Figure]:
    """Issue a certificate by the services that every learner uses, and look at it as a stranger."""
    account = create_account(email="holder@example.org", password=None, name="Holder Example")
    study(account.subject_id)
    code = list_by_subject(account.subject_id)[0].code
    db.session.commit()
    browser = place.app.test_client()
    spent = [request_cpu(place, browser, f"/verify/{code}") for _ in range(LEARNERS)]
    return [Figure(what="verify page, CPU", value=median(spent[20:]), unit="ms", bar=2, others="Moodle 20 ms")]
