"""Who may go where: every address that can be fetched, for everybody in the cast, in one table."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Connection, text
from werkzeug.test import TestResponse

from lms.certificates.models import Proposal, Proposed
from lms.certificates.queries.course import Selection
from lms.certificates.service import look, packing, specimen
from lms.courses.queries import find_published, get_tree
from lms.infra import clock, mail
from lms.infra.db import db
from tests.factories.courses import files_of, publish_course
from tests.factories.images import logo
from tests.factories.journey import Studying, work
from tests.factories.people import MUSEUM, Cast
from tests.pages import PageClient

WHO = (
    "nobody",
    "learner",
    "colleague",
    "stranger",
    "trainer",
    "other_trainer",
    "coordinator",
    "reviewer",
    "admin",
)

# A letter for each of them, in this order:
#   y  the page is there          n  it looks as if it were not there (404)
#   l  to the log-in              >  somewhere else: to the course one has not enrolled in, to typing the password again
#   b  a link that does not hold
TABLE = {
    "/": "yyyyyyyyy",
    "/accessibility": "yyyyyyyyy",
    "/help": "yyyyyyyyy",
    "/licences": "yyyyyyyyy",
    "/privacy": "yyyyyyyyy",
    "/healthz": "yyyyyyyyy",
    "/readyz": "yyyyyyyyy",
    "/metrics": "yyyyyyyyy",
    "/network/museums": "yyyyyyyyy",
    "/static/<path:filename>": "yyyyyyyyy",
    # Accounts
    "/login": "y>>>>>>>>",
    "/register": "y>>>>>>>>",
    "/register/code": "yyyyyyyyy",
    "/register/done": "yyyyyyyyy",
    "/confirm": "yyyyyyyyy",
    "/confirm/<token>": ">>>>>>>>>",
    "/reset": "yyyyyyyyy",
    "/reset/<token>": ">>>>>>>>>",
    "/change-email/<token>": ">>>>>>>>>",
    "/change": "lyyyyyyyy",
    "/change-email": "lyyyyyyyy",
    "/log-in-again": "lyyyyyyyy",
    "/me/": "lyyyyyyyy",
    "/me/certificates": "lyyyyyyyy",
    "/me/certificates/<code>": "lynnnnnnn",
    "/me/data": "lyyyyyyyy",
    "/me/delete": "lyyyyyyyy",
    "/me/link": "lyyyyyyyy",
    "/me/profile": "lyyyyyyyy",
    "/me/transcript": "lyyyyyyyy",
    "/me/workplace": "lyyyyyyyy",
    # Courses, for everybody
    "/courses/": "yyyyyyyyy",
    "/courses/<slug>": "yyyyyyyyy",
    "/courses/<slug>/credits": "yyyyyyyyy",
    "/courses/<slug>/glossary": "yyyyyyyyy",
    "/media/<digest>/<name>": "yyyyyyyyy",
    # Study: the learner and the colleague are enrolled, and only the learner has finished the quiz
    "/learn/<slug>/": "lyy>>>>>>",
    "/learn/<slug>/one-idea": "yyyyyyyyy",
    "/learn/<slug>/checking": "lyy>>>>>>",
    "/learn/<slug>/final": "lyy>>>>>>",
    "/learn/<slug>/<item_id>/result/<int:number>": "lynnnnnnn",
    "/learn/<slug>/<item_id>/review/<int:number>": "lynnnnnnn",
    "/courses/<slug>/leave": "lyynnnnnn",
    "/courses/<slug>/move": "ly>nnnnnn",
    # Certificates: whoever has the code may see them
    "/certificates/<code>.pdf": "yyyyyyyyy",
    "/certificates/<code>.json": "yyyyyyyyy",
    "/certificates/<code>.png": "yyyyyyyyy",
    "/verify/<code>/preview.png": "yyyyyyyyy",
    "/verify/forge": "yyyyyyyyy",
    "/verify/forge/specimen.<any(pdf, png, json):kind>": "yyyyyyyyy",
    "/.well-known/did.json": "yyyyyyyyy",
    "/status/<int(max=999999):number>": "yyyyyyyyy",
    "/status/journal": "yyyyyyyyy",
    "/verify/offline.html": "yyyyyyyyy",
    "/verify": "yyyyyyyyy",
    "/verify/<code>": "yyyyyyyyy",
    "/<any(VERIFY, Verify):_shouted>/<code>": "yyyyyyyyy",
    # Teaching: the other trainer teaches another course
    "/teach/": "lnnnyyyyy",
    "/teach/<slug>/": "lnnnynyyy",
    "/teach/<slug>/learners/<enrolment_id>": "lnnnynyny",
    "/teach/<slug>/guides/<guide_id>": "lnnnynnyy",
    "/teach/upload": "lnnnyynny",
    "/teach/courses": "lnnnyynny",
    "/teach/courses/<slug>": "lnnnynnny",
    "/teach/courses/<slug>/export.zip": "lnnnynnny",
    "/teach/courses/<slug>/versions/<int(max=999999):ordinal>": "lnnnynnny",
    "/teach/sittings": "lnnnyyyny",
    "/teach/sittings/<sitting_id>": "lnnnynyny",
    # Museums whose names a coordinator confirms
    "/network/": "lnnnnnyny",
    "/network/museums/<museum_id>": "lnnnnnyny",
    "/network/museums/<museum_id>/people/<subject_id>": "lnnnnnyny",
    "/teach/courses/<slug>/certificates": "lnnnynyny",
    "/teach/courses/<slug>/certificates.csv": "lnnnynyny",
    "/teach/courses/<slug>/certificates/by-hand": "lnnnynyny",
    "/teach/proposals": "lnnnyyyny",
    "/teach/proposals/<proposal_id>": "lnnnynyny",
    # Long work: the trainer has ordered it
    "/jobs/<order_id>": "lnnnynnny",
    "/jobs/<order_id>/file": "lnnnynnny",
    # Administration
    "/admin/": "lnnnnnnny",
    "/admin/audit": "lnnnnnnny",
    "/admin/certificates": "lnnnnnnny",
    "/admin/certificates/<code>": "lnnnnnnny",
    "/admin/certificates/look": "lnnnnnnny",
    "/admin/certificates/look/<any(site, seal):place>": "lnnnnnnny",
    "/admin/certificates/look/specimen.pdf": "lnnnnnnny",
    "/admin/invitations": "lnnnnnnny",
    "/admin/jobs": "lnnnnnnny",
    "/admin/mail": "lnnnnnnny",
    "/admin/mail/<mail_id>": "lnnnnnnny",
    "/admin/users": "lnnnnnnny",
    "/admin/users/<int:account_id>": "lnnnnnnny",
}
ITEM = "/learn/<slug>/<item_id>"
ITEMS = ("one-idea", "checking", "final")


def examples(app: Flask, tx: Connection, learner: Studying, cast: Cast) -> dict[str, str]:
    """Return what stands in the place of each variable part of an address."""
    with app.app_context():
        letter = mail.list_mail()[0].id
        drawing = get_tree(newest(tx)).media["card.svg"]
    enrolment = tx.execute(text("SELECT id FROM learning_enrolment WHERE state = 'completed'")).scalar_one()
    code = tx.execute(text("SELECT code FROM certificates_certificate")).scalar_one()
    museum = tx.execute(text("SELECT id FROM network_museum WHERE name = :name"), {"name": MUSEUM}).scalar_one()
    sitting = tx.execute(text("SELECT id FROM certificates_sitting")).scalar_one()
    order, proposal = packed_and_proposed(app, learner.slug, str(enrolment), cast)
    return {
        "<slug>": learner.slug,
        "<item_id>": "final",
        "<int:number>": "1",
        "<int(max=999999):number>": "1",
        "<token>": "this-is-no-token",
        "<digest>": drawing.digest,
        "<name>": "card.svg",
        "<path:filename>": "css/site.css",
        "<code>": str(code),
        "<any(VERIFY, Verify):_shouted>": "VERIFY",
        "<any(pdf, png, json):kind>": "json",
        "<any(site, seal):place>": "site",
        "<enrolment_id>": str(enrolment),
        "<guide_id>": "words",
        "<int(max=999999):ordinal>": "1",
        "<mail_id>": letter,
        "<museum_id>": str(museum),
        "<subject_id>": cast.learner.subject_id,
        "<sitting_id>": str(sitting),
        "<int:account_id>": str(cast.stranger.account_id),
        "<order_id>": order,
        "<proposal_id>": proposal,
    }


def packed_and_proposed(app: Flask, slug: str, enrolment_id: str, cast: Cast) -> tuple[str, str]:
    """Let the trainer order a package, and propose a certificate for somebody who had none; return both ids."""
    with app.app_context():
        course = find_published(slug)
        assert course is not None
        actor = cast.trainer.subject_id
        order_id = packing.order_package(course, Selection(), actor=actor, code="en", zone="UTC")
        row = Proposal(
            id=clock.new_id(), course_id=course.id, version_id=course.version_id, state="waiting",
            proposed_by=actor, proposed_at=clock.now(), reason="For the table.",
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        learner = Proposed(proposal_id=row.id, enrolment_id=enrolment_id, subject_id=cast.learner.subject_id)
        db.session.add(learner)
        db.session.commit()
        proposal_id = row.id
    work(app)
    return order_id, proposal_id


def newest(tx: Connection) -> str:
    return str(tx.execute(text("SELECT published_id FROM courses_course")).scalar_one())


def filled_in(rule: str, known: dict[str, str]) -> str:
    """Return an address with an example in every variable part."""
    for part, example in known.items():
        rule = rule.replace(part, example)
    assert "<" not in rule, f"no example for {rule}"
    return rule


def answer_of(browser: PageClient, address: str) -> str:
    """Return the letter of the table for what somebody gets at an address."""
    with browser.get(address) as answer:
        return letter_of(answer, address)


def letter_of(answer: TestResponse, address: str) -> str:
    if answer.status_code == 200:
        return "y"
    if answer.status_code == 302:
        return "l" if "/login" in answer.location else ">"
    assert answer.status_code == 404, f"{address}: {answer.status_code}"
    return "n"


@pytest.fixture
def guided() -> dict[str, bytes]:
    """Return the small course, with a guide for its trainers."""
    files = files_of()
    line = "lessons/checking.md]"
    outline = files["course.yaml"].decode().replace(line, f"{line}\n    guide: guides/words.md")
    guide = "---\nid: words\ntitle: Half a day with words\nmodule: words\n---\n\nBring cards and pencils.\n"
    return {**files, "course.yaml": outline.encode(), "guides/words.md": guide.encode()}


def test_every_address_is_open_to_those_it_is_for_and_to_nobody_else(
    app: Flask, tx: Connection, cast: Cast, guided: dict[str, bytes], client: PageClient
) -> None:
    with app.app_context():
        specimen.make("en")
        shelf = publish_course(files=guided)
        db.session.commit()
        tree = get_tree(shelf.version_id)
        look.set_picture("site", logo(), actor=None)
        db.session.commit()
    learner = Studying(cast.browser("learner"), shelf.slug, tree)
    colleague = Studying(cast.browser("colleague"), shelf.slug, tree)
    for one in (learner, colleague):
        one.enrol()
    learner.finish()
    work(app)

    addresses = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())} - {ITEM}
    addresses |= {ITEM.replace("<item_id>", item) for item in ITEMS}
    assert addresses == set(TABLE), "every address stands in the table, and nothing else"

    # The learner has a newer version to move to; the colleague has moved.
    with app.app_context():
        publish_course(files={**guided, "sources.md": b"Example, Ana. On labels. 2020.\n"})
        db.session.commit()
    colleague.browser.visit(f"/courses/{shelf.slug}/move")
    colleague.browser.press("Move to the new version")
    cast.browser("trainer").visit("/teach/sittings")
    cast.browser("trainer").press("Open the sitting", course=shelf.slug, centre=MUSEUM)
    known = examples(app, tx, learner, cast)

    def browser(who: str) -> PageClient:
        return client if who == "nobody" else cast.browser(who)

    wrong = []
    for rule, expected in TABLE.items():
        address = filled_in(rule, known)
        found = "".join(answer_of(browser(who), address) for who in WHO)
        if found != expected:
            wrong.append(f"{rule}: {found} instead of {expected}")
    assert not wrong, "\n".join([f"in the order {', '.join(WHO)}:", *wrong])
