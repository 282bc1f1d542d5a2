"""The housekeeping that the background worker does by itself."""

from __future__ import annotations

from datetime import timedelta

from lms.infra import clock, mail, orders, queue

HOUR = 3600
DAY = 24 * HOUR

KEEP_TURNS = timedelta(hours=1)
KEEP_DONE = timedelta(days=3)
KEEP_FAILED = timedelta(days=60)
KEEP_MAIL = timedelta(days=90)


@queue.periodic("ops.forget_jobs", every=HOUR)
def forget_jobs() -> None:
    """Delete finished jobs: turns of periodic ones after an hour, others after days, failed ones after weeks."""
    now = clock.now()
    queue.forget(("SUCCESS",), before=now - KEEP_TURNS, turns_only=True)
    queue.forget(("SUCCESS",), before=now - KEEP_DONE)
    queue.forget(("CANCELLED", *queue.FAILED), before=now - KEEP_FAILED)


@queue.periodic("ops.forget_mail", every=DAY)
def forget_mail() -> None:
    """Delete mail that nobody needs any longer."""
    mail.forget_mail_before(clock.now() - KEEP_MAIL)


@queue.periodic("ops.sweep_orders", every=HOUR)
def sweep_orders() -> None:
    """Remove files that were ordered and kept long enough."""
    orders.sweep(clock.now())
