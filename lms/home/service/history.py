"""A year of a demonstration, carried out on a new site by the services that learners, trainers and the office use."""

from __future__ import annotations

from collections.abc import Callable

from lms.accounts.queries import list_people
from lms.accounts.security.passwords import hash_password
from lms.certificates import queries as certificates
from lms.certificates.queries import transcripts
from lms.certificates.service import ring
from lms.courses.queries import find_course, get_tree, list_published
from lms.courses.service import import_shipped
from lms.domain.demonstration import PILOT, begins, first_edition, make_plan
from lms.home.service.accounts import PASSWORD
from lms.home.service.acts import Stage, act
from lms.infra import clock, queue
from lms.infra.db import db

BATCH = 100
"""So many steps are written before what was read is forgotten: the session would look through all of it."""


def create_history(tell: Callable[[str], None]) -> None:
    """Make a year of learning, on a site without any account; real people never find invented ones among them.

    Nobody gets mail. The files of certificates are made in background work.
    """
    if list_people(limit=1):
        return
    tell("A year of demonstration is made, which takes some seconds.")
    now = clock.now()
    with queue.muted():
        with clock.at(begins(now)):
            ring.ensure()
            if find_course(PILOT) is None:
                import_shipped({PILOT: first_edition})
        plan = make_plan({row.slug: get_tree(row.version_id) for row in list_published()}, now)
        stage = Stage(plan, hash_password(PASSWORD))
        for number, step in enumerate(plan.steps):
            with clock.at(step.at):
                act(stage, step)
            if number % BATCH == 0:
                db.session.flush()
                db.session.expunge_all()
        db.session.flush()
    _order_files()


def _order_files() -> None:
    """Have the files made, those first that lie on top."""
    for kind, waiting in (("certificate", certificates.list_unmade()), ("transcript", transcripts.list_unmade())):
        for document_id in reversed(waiting):
            queue.enqueue("certificates.make_past", document_id, key=f"{kind}-{document_id}")
