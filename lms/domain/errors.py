"""Refusals that the domain and the services raise and the web turns into answers."""

from __future__ import annotations


class NotFound(Exception):
    """The thing is not there, or not for this person; both look alike."""


class Refused(Exception):
    """The rules do not allow it; `reason` is a stable word that the page turns into a sentence."""

    def __init__(self, reason: str, **facts: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


class Forged(Refused):
    """A request that no page of ours could have sent; refused and recorded."""
