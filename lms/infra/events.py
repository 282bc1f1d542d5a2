"""Facts that a lower feature tells the higher ones, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import current_app

Handler = Callable[[Any], None]


def subscribe(table: Mapping[type, Iterable[Handler]]) -> dict[type, tuple[Handler, ...]]:
    """Turn the wiring table into what `publish` reads; the application keeps it."""
    return {event: tuple(handlers) for event, handlers in table.items()}


def publish(event: object) -> None:
    """Call the handlers of this kind of event, in the order of the wiring table."""
    handlers: dict[type, tuple[Handler, ...]] = current_app.extensions["events"]
    for handler in handlers.get(type(event), ()):
        handler(event)
