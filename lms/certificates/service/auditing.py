"""Whether the register is what its journal tells: a date or a standing that was changed past it is found."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, union_all

from lms.certificates import queries
from lms.certificates.models import Certificate, IssuedTranscript
from lms.domain.journal import Told, fold
from lms.infra.db import run, table_of

_COLUMNS = ("code", "issued_at", "standing", "file_digest", "credential_digest")
_KEPT = union_all(
    *(select(*(table_of(model).c[name] for name in _COLUMNS)) for model in (Certificate, IssuedTranscript))
).order_by("issued_at", "code")


def list_unlike() -> list[str]:
    """Return the codes of documents of which the register says another thing than the journal, the oldest first.

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
