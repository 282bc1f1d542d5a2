"""The plan of a course: the same numbers give the same building, and it can always be drawn."""

import re
from itertools import combinations
from time import perf_counter
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.domain.floorplan import ItemMark, PlanWords, Room, draw, layout
from lms.domain.floorplan.model import Rect

WORDS = PlanWords(here="You are here")


def items(signs: str, done: int = 0, here: bool = False) -> tuple[ItemMark, ...]:
    kinds = {"l": "lesson", "q": "quiz", "t": "task"}
    return tuple(ItemMark(kind=kinds[s], done=i < done, here=here and i == done) for i, s in enumerate(signs))  # type: ignore[arg-type]


def course(count: int, *, chained: bool = True) -> list[Room]:
    return [
        Room(
            n=n,
            title=f"Room {n}",
            hours=3 + n * 7 % 5,
            items=items("lllqt"),
            after=(n - 1,) if chained and n > 1 else (),
            href=f"/{n}",
        )
        for n in range(1, count + 1)
    ]


@st.composite
def courses(draw_from: st.DrawFn) -> list[Room]:
    count = draw_from(st.integers(1, 40))
    rooms = []
    for n in range(1, count + 1):
        signs = draw_from(st.text("lqt", max_size=12))
        after = draw_from(st.lists(st.integers(1, n - 1), max_size=3, unique=True)) if n > 1 else []
        title = draw_from(st.text(max_size=60))
        done = draw_from(st.integers(0, len(signs)))
        hours = draw_from(st.floats(0, 60))
        rooms.append(
            Room(
                n=n,
                title=title,
                hours=hours,
                items=items(signs, done, here=True),
                after=tuple(after),
                href=f"/learn/x/{n}",
            )
        )
    return rooms


def overlap(a: Rect, b: Rect) -> bool:
    return min(a.right, b.right) - max(a.x, b.x) > 0.5 and min(a.bottom, b.bottom) - max(a.y, b.y) > 0.5


@settings(max_examples=60, deadline=None)
@given(courses(), st.integers(0, 10_000), st.booleans())
def test_every_course_can_be_drawn_and_always_alike(rooms: list[Room], seed: int, mini: bool) -> None:
    svg = draw(rooms, seed=seed, mini=mini, words=WORDS)
    assert svg == draw(rooms, seed=seed, mini=mini, words=WORDS, layout=layout(rooms, seed))
    assert "style=" not in svg and "nan" not in svg
    ElementTree.fromstring(re.sub("[\x00-\x08\x0b-\x1f\ufffe\uffff]", "", svg))


@settings(max_examples=60, deadline=None)
@given(courses(), st.integers(0, 10_000))
def test_every_module_has_a_room_and_none_lies_over_another(rooms: list[Room], seed: int) -> None:
    plan = layout(rooms, seed)
    if plan.pavilion:
        assert len(plan.pavilion.alcoves) == max(len(rooms[0].items), 1)
        return
    assert [n for n, _ in plan.cells] and {n for n, _ in plan.cells} == {room.n for room in rooms}
    spaces = [*(cell for _, cell in plan.cells), *plan.halls, *plan.yards]
    assert not [(a, b) for a, b in combinations(spaces, 2) if overlap(a, b)]
    assert all(s.x >= -0.5 and s.y >= -0.5 and s.right <= plan.box.right + 0.5 for s in spaces)


@pytest.mark.parametrize("seed", range(6))
def test_a_room_is_as_large_as_its_hours(seed: int) -> None:
    rooms = [
        Room(n=1, title="A", hours=4, items=()),
        Room(n=2, title="B", hours=6, items=(), after=(1,)),
        Room(n=3, title="C", hours=5, items=(), after=(2,)),
    ]
    areas = {n: cell.w * cell.h for n, cell in layout(rooms, seed).cells}
    assert areas[2] / areas[1] == pytest.approx(1.5)
    assert areas[3] / areas[1] == pytest.approx(1.25)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("count", [2, 5, 8, 12, 20])
def test_a_chain_of_modules_can_be_walked(seed: int, count: int) -> None:
    plan = layout(course(count), seed)
    assert len(plan.doors) + len(plan.stairs) // 2 >= count  # one for each prerequisite, and one from the street
    assert any(door.arrow for door in plan.doors)


def test_the_seed_chooses_among_buildings() -> None:
    drawings = {draw(course(8), seed=seed, mini=True, words=WORDS) for seed in range(8)}
    assert len(drawings) >= 4
    one = [Room(n=1, title="Only", hours=6, items=items("lllllqt"))]
    assert len({draw(one, seed=seed, mini=True, words=WORDS) for seed in range(3)}) == 3


def test_light_is_earned() -> None:
    rooms = [
        Room(n=1, title="Lit", hours=4, items=items("ll", done=2)),
        Room(n=2, title="Half", hours=4, items=items("ll", done=1, here=True), after=(1,)),
        Room(n=3, title="Dark", hours=4, items=items("ll"), after=(2,)),
        Room(n=4, title="Empty", hours=4, items=(), after=(3,)),
    ]
    svg = draw(rooms, seed=1, mini=False, words=WORDS)
    assert [svg.count(f'class="floor {state}"') for state in ("done", "part", "dark")] == [1, 1, 2]
    assert svg.count('class="case on"') == 3 and svg.count('class="case now"') == 1
    assert "1 ✓" in svg and "2 ✓" not in svg


def test_steps_of_a_single_module_are_lit_one_by_one() -> None:
    rooms = [Room(n=1, title="Only", hours=6, items=items("lllq", done=2, here=True), href="/x")]
    for seed in range(3):
        svg = draw(rooms, seed=seed, mini=False, words=WORDS)
        assert svg.count('class="floor done"') == 2 and svg.count('class="floor part"') == 1
        assert "You are here" in svg


def test_text_is_escaped_and_the_words_are_the_readers() -> None:
    rooms = [Room(n=1, title='<b>"A" & B</b>', hours=2, items=items("lll", here=True), href='/x?a=1&b="2"')]
    svg = draw(rooms, seed=0, mini=False, words=PlanWords(here="Вы <здесь>"))
    assert "<b>" not in svg and "&lt;b&gt;" in svg and "Вы &lt;здесь&gt;" in svg
    assert ElementTree.fromstring(svg).tag == "svg"


def test_the_small_plan_has_no_links_and_no_names() -> None:
    svg = draw(course(6), seed=2, mini=True, words=WORDS)
    assert "<a " not in svg and "Room 1" not in svg and len(svg) < 9_000


@pytest.mark.parametrize("count", [1, 8, 12, 40])
def test_the_work_is_bounded(count: int) -> None:
    rooms = course(count)
    begin = perf_counter()
    for seed in range(4):
        layout(rooms, seed)
    assert perf_counter() - begin < 2  # a sixth of this on an ordinary machine; the bound keeps it from exploding


def test_no_module_gives_an_empty_sheet() -> None:
    assert draw([], seed=0, mini=True, words=WORDS).endswith("</svg>")
