"""What the network does when people tell where they work or are called otherwise, and what it tells them."""

from __future__ import annotations

from lms.accounts.events import AccountErased, AffiliationStated, NameChanged, SubjectsLinked
from lms.accounts.service import set_museum
from lms.domain.names import fold_title
from lms.network import jobs
from lms.network.events import NameConfirmationEnded, NameConfirmed
from lms.network.service import confirming, ensure_museum


def place_affiliation(event: AffiliationStated) -> None:
    """Find or add the museum that a person named, and keep it with the statement."""
    if fold_title(event.museum):
        set_museum(event.affiliation_id, ensure_museum(event.museum, event.country))
    confirming.end_if_moved(event.subject_id)


def renamed(event: NameChanged) -> None:
    """End the museum's word for the name that was."""
    confirming.end_if_renamed(event.subject_id)


def linked(event: SubjectsLinked) -> None:
    """Bring together what museums said of the two."""
    confirming.unify(event.canonical, event.other)


def erased(event: AccountErased) -> None:
    """Forget what museums said of the person."""
    confirming.forget(event.subject_id)


def confirmed(event: NameConfirmed) -> None:
    """Tell the person."""
    jobs.order_letter(event.confirmation_id, "confirmed")


def ended(event: NameConfirmationEnded) -> None:
    """Tell the person, unless it was by something that the person did."""
    if event.ended_as == "withdrawn":
        jobs.order_letter(event.confirmation_id, "withdrawn")
