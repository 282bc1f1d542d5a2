"""Reading forms and stored responses that somebody may have forged."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from lms.domain.texts import MAX_REPLY, clean_reply

FIELD = "answer"
"""The name of the field of types that have one."""


def typed(raw: Mapping[str, list[str]], field: str, limit: int = MAX_REPLY) -> str | None:
    """Return what was typed into a field; None when nothing was, or more than `limit` characters."""
    given = raw.get(field) or [""]
    return clean_reply(given[0], limit)


def chosen(raw: Mapping[str, list[str]], field: str, known: Collection[str]) -> str | None:
    """Return the one known value of a field; None when there is none or more than one."""
    given = [value for value in dict.fromkeys(raw.get(field) or []) if value in known]
    return given[0] if len(given) == 1 else None


def as_text(response: Any) -> str:
    """Return the response when it is a text, else nothing."""
    return response if isinstance(response, str) else ""


def as_ids(response: Any) -> frozenset[str]:
    """Return the ids in the response when it is a list, else none."""
    return frozenset(i for i in response if isinstance(i, str)) if isinstance(response, list | tuple) else frozenset()


def as_mapping(response: Any) -> Mapping[str, Any]:
    """Return the response when it is a mapping, else an empty one."""
    return response if isinstance(response, Mapping) else {}
