"""What is written down of what people with power do."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import datetime
from typing import Any

from lms.accounts.events import AccountErased
from lms.infra import clock, orders
from lms.infra.db import db
from lms.ops.models import AuditEntry

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def note(event: Any) -> None:
    """Write an event into the audit log: its kind, who did it, and its facts."""
    facts = {field.name: getattr(event, field.name) for field in fields(event)}
    facts.pop("at", None)
    db.session.add(
        AuditEntry(
            at=clock.now(),
            actor=facts.pop("actor", None),
            kind=_HUMP.sub("-", type(event).__name__).lower(),
            facts={key: _plain(value) for key, value in facts.items()},
        )
    )
    db.session.flush()


def erased(event: AccountErased) -> None:
    """Forget the long work that the person ordered, and its files."""
    orders.forget_orders_of(event.subject_id)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
