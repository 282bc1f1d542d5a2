"""Server CPU of the pages that are asked for most, with 100 and with 100,000 enrolments."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from bench.site import SLUG, Site, counted, csrf, fill, logged_in, outside, request_cpu, site
from bench.table import Figure, median
from lms.accounts.service import create_account
from lms.certificates.queries import list_by_subject
from lms.courses.queries import get_tree
from lms.domain.solutions import solution
from lms.home.service.accounts import study
from lms.infra.db import db
from lms.learning.service import keep_place
from lms.quizzes import queries as quiz_queries
from lms.quizzes.service import asked
from tests.factories.answers import form_fields

LEARNERS = 200
ROUNDS = 6
QUIZZES = 30
"""Quizzes taken in a round, each by a learner of its own."""
FEW, MANY = 100, 100_000


def measure() -> list[Figure]:
    """Measure the pages in rounds; a figure is the median of the round in which the machine was quietest.

    What else a machine does only ever adds: of several medians the least is nearest to what the page costs. The first
    round warms what is kept, and does not count.
    """
    with site() as small, site() as place:
        _fill(small, FEW)
        _fill(place, MANY)
        code = _certificate()
        rounds = [_round(small, place, code, turn) for turn in range(ROUNDS + 1)][1:]
        queries = _queries(place)
    least = {name: min(medians[name] for medians in rounds) for name in rounds[0]}
    flat = median([medians["lesson"] / medians["lesson, few"] * 100 for medians in rounds])
    return [
        Figure(what="lesson page, logged in, CPU", value=least["lesson"], unit="ms", bar=1.5, others="Moodle 39 ms"),
        Figure(what="lesson page, queries", value=queries, unit="", bar=6),
        Figure(what="lesson page, 100,000 enrolments against 100", value=flat, unit="%", bar=120),
        Figure(what="course page, CPU", value=least["course"], unit="ms", bar=3, others="Moodle 55 ms"),
        Figure(what="my space, CPU", value=least["me"], unit="ms", bar=3, others="Moodle 53 ms"),
        Figure(
            what="quiz start + save + submit + review, CPU",
            value=least["quiz"],
            unit="ms",
            bar=15,
            others="Moodle 240 ms",
        ),
        Figure(what="verify page, CPU", value=least["verify"], unit="ms", bar=2, others="Moodle 20 ms"),
    ]


def _round(small: Site, place: Site, code: str, turn: int) -> dict[str, float]:
    """Ask for everything once by 200 learners; return the medians in milliseconds."""
    item = f"/learn/{SLUG}/{place.items[1]}"
    strangers = place.app.test_client()
    return {
        "lesson, few": _read(small, FEW, item),
        "lesson": _read(place, MANY, item),
        "course": _read(place, MANY, f"/courses/{SLUG}"),
        "me": _read(place, MANY, "/me/"),
        "quiz": _quiz(place, _walk(MANY)[turn * QUIZZES % LEARNERS :][:QUIZZES]),
        "verify": median([request_cpu(place, strangers, f"/verify/{code}") for _ in range(LEARNERS)]),
    }


def _read(place: Site, learners: int, path: str) -> float:
    """Walk over 200 learners, each of whom has written since the last time, so that no cached page answers for all."""
    for n in _walk(learners):
        with place.app.app_context():
            keep_place(f"{n:026d}{1:06d}", place.items[1])
            db.session.commit()
    return median([request_cpu(place, logged_in(place, n), path) for n in _walk(learners)])


def _walk(learners: int) -> list[int]:
    """Return 200 learners spread over all."""
    step = max(1, learners // LEARNERS)
    return [n * step % learners for n in range(LEARNERS)]


def _fill(place: Site, learners: int) -> None:
    with place.app.app_context():
        fill(place, 0, learners)


def _certificate() -> str:
    """Issue a certificate by the services that every learner uses; return its code."""
    account = create_account(email="holder@example.org", password=None, name="Holder Example")
    study(account.subject_id)
    code = list_by_subject(account.subject_id)[0].code
    db.session.commit()
    return code


def _queries(place: Site) -> float:
    browser = logged_in(place, 3)
    path = f"/learn/{SLUG}/{place.items[1]}"
    request_cpu(place, browser, path)
    with counted() as statements:
        request_cpu(place, browser, path)
    return len(statements)


def _quiz(place: Site, learners: Sequence[int]) -> float:
    """Take a quiz whole, as a browser would: start, sheet, save, submit, review."""
    course = get_tree(place.course.version_id)
    quiz = next(key for key in place.items if course.items[key].kind == "quiz")
    base = f"/learn/{SLUG}/{quiz}"
    totals = []
    for n in learners:
        browser = logged_in(place, n)
        token = csrf(outside(partial(browser.get, base)).text)

        def post(path: str, *fields: tuple[str, str], sender: FlaskClient = browser, mark: str = token) -> float:
            sent = MultiDict([("csrf_token", mark), *fields])
            return request_cpu(place, sender, path, method="POST", data=sent, headers=by_script(path))

        total = post(f"{base}/start") + request_cpu(place, browser, base)
        attempt = quiz_queries.list_attempts(f"{n:026d}{1:06d}", quiz)[-1]
        answers = [field for q in asked(attempt, course) for field in form_fields(q, solution(q))]
        which, number = ("attempt", attempt.id), attempt.number
        db.session.remove()
        total += post(f"{base}/save", which, *answers, ("seq", "1"))
        total += post(f"{base}/submit", which, *answers, ("seq", "2"))
        total += request_cpu(place, browser, f"{base}/review/{number}")
        totals.append(total)
    return median(totals)


def by_script(path: str) -> list[tuple[str, str]]:
    """Return what the script of the page adds when it saves and submits."""
    return [("X-Part", "save")] if path.endswith(("/save", "/submit")) else []
