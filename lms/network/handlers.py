"""What the network does when people tell where they work."""

from __future__ import annotations

from lms.accounts.events import AffiliationStated
from lms.accounts.service import set_museum
from lms.domain.names import fold_title
from lms.network.service import ensure_museum


def place_affiliation(event: AffiliationStated) -> None:
    """Find or add the museum that a person named, and keep it with the statement."""
    if fold_title(event.museum):
        set_museum(event.affiliation_id, ensure_museum(event.museum, event.country))
