"""Letters that anybody may ask for."""

from __future__ import annotations

import time

from lms.accounts import queries
from lms.domain.names import fold_address
from lms.infra.queue import enqueue

PAUSE = 300
"""Seconds in which a second wish for the same letter to the same address brings no second letter."""


def enqueue_letter(job: str, address: str) -> None:
    """Enqueue a letter that anybody may ask for: at most one in a while, and whether or not the address is known."""
    turn = int(time.time()) // PAUSE
    enqueue(job, fold_address(address), key=f"{job}-{queries.digest_of(address)[:24]}-{turn}")
