"""The number and the code of whatever is issued: given once, to a certificate or to a transcript."""

from __future__ import annotations

import os

from lms.certificates.queries.documents import is_taken
from lms.certificates.service import journal
from lms.domain import codes


def take() -> tuple[int, str]:
    """Return the next ordinal and a code that nothing else bears.

    The ordinal comes first: it takes the lock behind which no other code is drawn.
    """
    ordinal = journal.take_ordinal()
    code = codes.encode(os.urandom(codes.BYTES))
    while is_taken(code):
        code = codes.encode(os.urandom(codes.BYTES))
    return ordinal, code
