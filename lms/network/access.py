"""The doors to museums and their people, for those who confirm names; the forbidden looks as if it were not there."""

from __future__ import annotations

from collections.abc import Iterable

from lms.domain.authority import Grant, allows
from lms.domain.errors import NotFound
from lms.infra import clock
from lms.network.queries import people
from lms.network.queries.people import Colleague, MuseumRow

CONFIRM = "accounts.confirm"


def museum_for_confirmer(museum_id: str, grants: Iterable[Grant]) -> MuseumRow:
    """Return a museum for somebody who may confirm the names of its people."""
    found = people.find_museum_row(museum_id)
    if found is None or not allows(grants, CONFIRM, at=clock.now(), scope=("museum", museum_id)):
        raise NotFound(museum_id)
    return found


def colleague_for_confirmer(museum_id: str, subject_id: str, grants: Iterable[Grant]) -> tuple[MuseumRow, Colleague]:
    """Return somebody who works in such a museum."""
    museum = museum_for_confirmer(museum_id, grants)
    found = people.find_colleague(museum_id, subject_id)
    if found is None:
        raise NotFound(subject_id)
    return museum, found
