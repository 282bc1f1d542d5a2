"""Background jobs of the network."""

from __future__ import annotations

from lms.accounts.queries import find_person
from lms.infra import mail
from lms.infra.queue import enqueue, job
from lms.network import emails
from lms.network.queries.people import find_confirmation


def order_letter(confirmation_id: str, what: str) -> None:
    """Have a person told of a museum's word, in the commit that gives it or takes it back."""
    enqueue(f"network.tell_{what}", confirmation_id, key=f"name-{what}-{confirmation_id}")


@job("network.tell_confirmed")
def tell_confirmed(confirmation_id: str) -> None:
    """Tell a person that a museum confirmed the name."""
    found = find_confirmation(confirmation_id)
    person = find_person(found.subject_id) if found else None
    if found and person and found.ended_at is None:
        mail.post(emails.name_confirmed(found, to=person.email, languages=person.languages))


@job("network.tell_withdrawn")
def tell_withdrawn(confirmation_id: str) -> None:
    """Tell a person that a museum took its word back, and why."""
    found = find_confirmation(confirmation_id)
    person = find_person(found.subject_id) if found else None
    if found and person:
        mail.post(emails.confirmation_withdrawn(found, to=person.email, languages=person.languages))
