"""Answers as a browser sends them."""

from __future__ import annotations

from typing import Any

from lms.domain.outline import Question
from lms.domain.questions.masks import mask
from lms.web.questions import field_name

Fields = list[tuple[str, str]]


def form_fields(question: Question, response: Any) -> Fields:
    """Return the form fields in which a browser sends a response."""
    name, body = field_name(question), question.body
    if question.type in {"choice", "hotspot"}:
        return [(name, mask(question.id, key)) for key in response]
    if question.type in {"text", "number", "open"}:
        return [(name, response)]
    if question.type == "gap":
        chosen = {gap.id for gap in body.gaps if gap.is_chosen}
        return [(f"{name}.{key}", mask(question.id, v) if key in chosen else v) for key, v in response.items()]
    if question.type == "order":
        return [(f"{name}.{mask(question.id, key)}", str(place)) for key, place in response.items()]
    return [(f"{name}.{mask(question.id, key)}", mask(question.id, part)) for key, part in response.items()]
