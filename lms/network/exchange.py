"""The network's part of what a person may take along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from lms.accounts.queries import list_workplaces
from lms.infra.personal import personal_data
from lms.network.queries import museum_names, people


@personal_data("museums")
def museums_of(subject_ids: Sequence[str]) -> dict[str, str]:
    """Return the names of the museums that a person's statements mean."""
    places = [place for subject_id in subject_ids for place in list_workplaces(subject_id)]
    return museum_names({place.museum_id for place in places if place.museum_id})


@personal_data("name-confirmations")
def confirmations_of(subject_ids: Sequence[str]) -> dict[str, Any]:
    """Return which museums gave their word for a person's name, and which are asked."""
    return {
        "given": [asdict(given) for given in people.list_confirmations(subject_ids)],
        "asked": [{"museum_id": museum_id, "at": at} for museum_id, at in people.list_requests(subject_ids)],
    }
