"""The small plan of a course, drawn from what its row says: no course is read for it."""

from __future__ import annotations

from functools import lru_cache

from lms.courses.queries.catalogue import CourseRow, RoomRow
from lms.domain.floorplan import ItemMark, Layout, PlanWords, Room, draw, layout

SILENT = PlanWords(here="")
"""The small plan holds no words."""


def mini_plan(course: CourseRow, done: frozenset[str] = frozenset()) -> str:
    """Return the small plan as SVG, lit by the items that are done."""
    return _drawn(course.rooms, course.seed, done & course.item_ids)


@lru_cache(maxsize=1024)
def _drawn(plan: tuple[RoomRow, ...], seed: int, done: frozenset[str]) -> str:
    return draw(_lit(plan, done), seed=seed, mini=True, words=SILENT, layout=_building(plan, seed))


@lru_cache(maxsize=256)
def _building(plan: tuple[RoomRow, ...], seed: int) -> Layout:
    return layout(_lit(plan, frozenset()), seed)


def _lit(plan: tuple[RoomRow, ...], done: frozenset[str]) -> list[Room]:
    return [
        Room(
            n=number,
            title="",
            hours=max(room.minutes / 60, 0.25),
            items=tuple(ItemMark(kind=kind, done=key in done) for key, kind in room.items),
            after=room.after,
        )
        for number, room in enumerate(plan, start=1)
    ]
