"""Requests that no page of ours sends are answered, never broken."""

from __future__ import annotations

import pytest

from tests.factories.people import Cast
from tests.factories.study import SLUG

PATHS = ("/learn/%00/x", "/courses/a%00b", "/teach/%00/", "/verify/%00", "/admin/mail/%00")
PLACES = ("/me/?before=%00", "/admin/mail?after=%00", "/admin/users?q=%00&after=1-%00", "/courses/?q=%00&after=%00")


@pytest.mark.parametrize("path", PATHS)
def test_a_null_character_in_an_address_is_not_found(cast: Cast, path: str) -> None:
    assert cast.browser("admin").get(path).status_code == 404


@pytest.mark.parametrize("path", PLACES)
def test_a_place_in_a_list_that_is_none_breaks_nothing(cast: Cast, path: str) -> None:
    assert cast.browser("admin").get(path).status_code == 200


@pytest.mark.parametrize("fields", [{"attempt": "\x00"}, {"attempt": "' OR 1=1"}, {}, {"attempt": "0" * 32}])
def test_an_attempt_that_is_none_is_not_found(cast: Cast, fields: dict[str, str]) -> None:
    answer = cast.browser("learner").post(f"/learn/{SLUG}/every-type/save", data=fields)
    assert answer.status_code == 404
