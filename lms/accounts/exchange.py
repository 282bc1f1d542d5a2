"""What a person may take along: everything the site knows of him, in one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from lms.accounts import queries
from lms.domain.errors import NotFound
from lms.infra import clock
from lms.infra.personal import gather, personal_data

FORMAT = "vitrine-personal-data"
VERSION = 1


def export_person(account_id: int) -> dict[str, Any]:
    """Return what is known of the person with this account and those linked to it, section by section."""
    person = queries.find_account(account_id)
    if person is None:
        raise NotFound
    subject_ids = queries.subjects_of(person.canonical_id)
    return {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": clock.now(),
        "sections": gather(subject_ids),
    }


@personal_data("accounts")
def accounts_of(subject_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return a person's accounts with the roles they hold."""
    people = [person for subject_id in subject_ids for person in queries.list_accounts_of(subject_id)]
    return [
        {**asdict(person), "roles": [asdict(role) for role in queries.list_roles(person.account_id)]}
        for person in people
    ]


@personal_data("workplaces")
def workplaces_of(subject_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return where a person said that he worked."""
    return [asdict(place) for subject_id in subject_ids for place in queries.list_workplaces(subject_id)]
