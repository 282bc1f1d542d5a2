"""Whether the register is what its journal tells: a date or a standing that was changed past it is found."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from lms.certificates import queries
from lms.certificates.models import Certificate
from lms.domain.journal import Told, fold
from lms.infra.db import run, table_of

_table = table_of(Certificate)
_KEPT = select(
    _table.c.code, _table.c.issued_at, _table.c.standing, _table.c.file_digest, _table.c.credential_digest
).order_by(_table.c.issued_at, _table.c.id)


def list_unlike() -> list[str]:
    """Return the codes of certificates of which the register says another thing than the journal, the oldest first.

    One that was never signed may be older than the journal, and is then none of its business.
    """
    told = fold(queries.each_entry())
    return [
        row.code
        for row in run(_KEPT)
        if (row.credential_digest or row.code in told)
        and not _alike(told.get(row.code, Told()), row.issued_at, row.standing, row.file_digest or "")
    ]


def _alike(told: Told, issued_at: datetime, standing: str, file: str) -> bool:
    return (
        told.issued_at != ""
        and datetime.fromisoformat(told.issued_at) == issued_at
        and told.standing == standing
        and told.file == file
    )
