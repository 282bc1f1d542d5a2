"""How the page of long work speaks of each kind of it: a feature registers its words, and who may see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lms.infra.orders import OrderRow
from lms.web.guards import Viewer


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of work, as its page shows it."""

    title: Callable[[OrderRow], str]
    count: Callable[[OrderRow], str]
    """How far it is, in words: “212 of 1,000 certificates”."""
    back: Callable[[OrderRow], tuple[str, str]]
    """Words and address of where it was ordered."""
    again: Callable[[OrderRow], str]
    """What to do when it was not done."""
    template: str
    """The part of the page that tells what came of it, or what it waits for."""
    details: Callable[[OrderRow], Mapping[str, object]]
    """What this part is given."""
    allows: Callable[[Viewer, OrderRow], bool]
    """Whether whoever ordered it may still have it: a role can end."""
    mimetype: str


KINDS: dict[str, Kind] = {}


def register(name: str, kind: Kind) -> None:
    """Let the page speak of a kind of work."""
    KINDS[name] = kind
