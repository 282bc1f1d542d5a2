"""What a password must be, and when guessing at one must pause."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

SHORTEST = 8
LONGEST = 128

COMMON = frozenset({
    "password", "passw0rd", "password1", "password12", "password123", "password1234", "passwort", "iloveyou",
    "sunshine", "princess", "football", "baseball", "superman", "trustno1", "starwars", "whatever", "welcome1",
    "welcome123", "letmein1", "letmein123", "changeme", "changeme1", "admin123", "administrator", "qwertyui",
    "qwertyuiop", "qwerty12", "qwerty123", "qwerty1234", "1q2w3e4r", "1q2w3e4r5t", "1qaz2wsx", "q1w2e3r4",
    "asdfghjk", "asdfghjkl", "zxcvbnm1", "abcd1234", "abc12345", "a1b2c3d4", "12345678", "123456789",
    "1234567890", "87654321", "987654321", "11223344", "12341234", "123123123", "69696969", "museum123",
    "йцукенгш", "йцукенгшщз", "пароль123", "любовь123",
})  # fmt: skip


def password_fault(password: str, *personal: str) -> str | None:
    """Say why a password is refused: 'short', 'long', 'common' or 'personal' (it is a name or address); else None."""
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    folded = password.casefold()
    if folded in COMMON or len(set(folded)) < 3:
        return "common"
    own = {part for text in personal for part in (text.casefold(), text.casefold().partition("@")[0]) if part}
    return "personal" if folded in own else None


FAILURES = 10
"""Failed log-ins within the window after which an address waits."""

WINDOW = timedelta(minutes=15)
PAUSE = timedelta(minutes=15)


def locked_until(newest_first: Sequence[datetime], now: datetime) -> datetime | None:
    """Return until when an address waits, given when log-ins failed; None when it does not."""
    if len(newest_first) < FAILURES or newest_first[0] - newest_first[FAILURES - 1] > WINDOW:
        return None
    until = newest_first[0] + PAUSE
    return until if now < until else None
