"""Choose a building for a course and give each module its room.

Four kinds: `rows` (one room after another, stepping back), `spine` (rows along corridors), `court` (a ring about a
courtyard) and `wings` (two or three wings about a garden). The area of a room follows its hours, neighbours in order
share a wall, and the seed picks among the kinds that suit the outline. The work is bounded: at most 2^9 cuts are tried.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, combinations, pairwise, product

from lms.domain.floorplan.model import CORRIDOR, WIDTH, Layout, Rect, Room
from lms.domain.floorplan.openings import furnish
from lms.domain.floorplan.pavilion import pavilion

Cells = dict[int, Rect]
Sizes = dict[int, float]  # hours of a module, by its number
Sketch = tuple[float, Cells, list[Rect], list[Rect]]  # cost, rooms, halls, yards
Stretch = tuple[int, float, float]  # number, where it begins, how long it is
Kind = Callable[[Sequence[Room], Sizes, int], Iterator[Sketch]]

EXHAUSTIVE = 10  # modules up to which every cut into rows is tried
RING = 12  # modules up to which a ring or wings stay readable
PASSAGE = 74.0


def layout(rooms: Sequence[Room], seed: int) -> Layout:
    """Give every module its place. The same rooms and seed give the same layout."""
    if not rooms:
        return Layout(box=Rect(0, 0, WIDTH, WIDTH * 0.4))
    if len(rooms) == 1:
        return pavilion(rooms[0].items, seed)
    sizes = _sizes(rooms)
    for kind in _kinds(rooms, seed):
        sketches = [s for s in kind(rooms, sizes, seed) if s[0] < 1e9]
        if sketches:
            _, cells, halls, yards = min(sketches, key=lambda s: s[0])
            return furnish(rooms, cells, halls, yards)
    raise AssertionError("rows always fit")


def _sizes(rooms: Sequence[Room]) -> Sizes:
    """Give each room its size: its hours, kept near enough to the mean that every room can be read."""
    mean = sum(max(r.hours, 0.1) for r in rooms) / len(rooms)
    return {r.n: min(max(r.hours, mean * 0.55), mean * 2.5) for r in rooms}


def _kinds(rooms: Sequence[Room], seed: int) -> Iterator[Kind]:
    """Name the kinds that suit the outline, the seed's choice first and `rows` as the last resort."""
    free = sum(not r.after for r in rooms) > len(rooms) / 2
    suited = [_spine, _court] if free else [_wings, _court, _rows, _spine]
    if len(rooms) > RING:
        suited = [_spine] if free else [_spine, _rows]
    elif len(rooms) < 5:
        suited = [_wings, _rows] if not free else [_wings, _spine]
    yield suited[seed % len(suited)]
    yield from suited
    yield _rows


def _cost(cells: Iterable[Rect]) -> float:
    """Weigh rooms by their distance from a comfortable 5:4, and heavily one too thin for its number."""
    total = 0.0
    for r in cells:
        a = r.w / r.h
        total += (max(a, 1 / a) - 1.25) ** 2
        if min(r.w, r.h) < 96:
            total += (96 - min(r.w, r.h)) / 12
    return total


def _cuts(rooms: Sequence[Room], sizes: Sizes) -> Iterator[list[list[Room]]]:
    """Cut the modules, in order, into rows: every way for few, balanced ways for many."""
    if len(rooms) <= EXHAUSTIVE:
        for bits in product((0, 1), repeat=len(rooms) - 1):
            marks = [0, *(i + 1 for i, bit in enumerate(bits) if bit), len(rooms)]
            yield [list(rooms[a:b]) for a, b in pairwise(marks)]
        return
    sums = [0.0, *accumulate(sizes[r.n] for r in rooms)]
    for k in range(2, 13):
        marks = [min(range(len(sums)), key=lambda i: abs(sums[i] - sums[-1] * row / k)) for row in range(k + 1)]
        if len(set(marks)) == k + 1:
            yield [list(rooms[a:b]) for a, b in pairwise(marks)]


def _stack(rows: list[list[Room]], sizes: Sizes, aspect: float, corridors: bool) -> Sketch:
    """Lay rows below one another, walking to and fro; shorter rows step back: a building, not a table."""
    sums = [sum(sizes[r.n] for r in row) for row in rows]
    scale = WIDTH * WIDTH * aspect * 0.92 / sum(sums)
    cells: Cells = {}
    halls: list[Rect] = []
    y = edge = 0.0
    above = (0.0, 0.0)
    for i, (row, size) in enumerate(zip(rows, sums, strict=True)):
        w = WIDTH * (size / max(sums)) ** 0.8
        high = size * scale / w
        back = i % 2 == 1
        x = edge - w if back else edge
        if corridors and back:
            left, right = min(x, above[0]), max(x + w, above[1])
            halls.append(Rect(left, y, right - left, CORRIDOR))
            y += CORRIDOR
        at = x
        for r in reversed(row) if back else row:
            cells[r.n] = Rect(at, y, sizes[r.n] / size * w, high)
            at += cells[r.n].w
        edge, above = (x, (x, x + w)) if back else (x + w, (x, x + w))
        y += high
    return _cost(cells.values()) + 4 * abs(y / WIDTH - aspect), cells, halls, []


def _aspect(rooms: Sequence[Room], few: float) -> float:
    """Give the height over the width: as chosen for few modules, more for many, so that rooms keep their size."""
    return few if len(rooms) <= RING else min(few + 0.035 * (len(rooms) - RING), 1.6)


def _fits(cells: Iterable[Rect], most: float) -> bool:
    """Say whether no room is longer than so many times its width."""
    return all(max(r.w / r.h, r.h / r.w) <= most for r in cells)


def _rows(rooms: Sequence[Room], sizes: Sizes, seed: int) -> Iterator[Sketch]:
    """Try rows without corridors."""
    aspect = _aspect(rooms, (0.48, 0.6, 0.74)[seed // 4 % 3])
    for cut in _cuts(rooms, sizes):
        yield _stack(cut, sizes, aspect, corridors=False)


def _spine(rooms: Sequence[Room], sizes: Sizes, seed: int) -> Iterator[Sketch]:
    """Try pairs of rows, each along a corridor."""
    aspect = _aspect(rooms, (0.55, 0.66)[seed // 4 % 2])
    for cut in _cuts(rooms, sizes):
        if len(cut) % 2 == 0:
            yield _stack(cut, sizes, aspect, corridors=True)


def _groups(rooms: Sequence[Room], parts: int) -> Iterator[list[list[Room]]]:
    """Cut the modules, in order, into so many groups, every way."""
    for cut in combinations(range(1, len(rooms)), parts - 1):
        yield [list(rooms[a:b]) for a, b in pairwise((0, *cut, len(rooms)))]


def _line(row: Sequence[Room], sizes: Sizes, start: float, length: float) -> Iterator[Stretch]:
    """Share a length among rooms by size."""
    total = sum(sizes[r.n] for r in row)
    at = start
    for r in row:
        part = sizes[r.n] / total * length
        yield r.n, at, part
        at += part


def _court(rooms: Sequence[Room], sizes: Sizes, seed: int) -> Iterator[Sketch]:
    """Try rings about a courtyard: along the top, down the right, back along the bottom with a gateway, up the left."""
    if not 5 <= len(rooms) <= RING:
        return
    total = sum(sizes.values())
    for aspect, (top, right, bottom, left) in product((0.66, 0.78, 0.9), _groups(rooms, 4)):
        if len(bottom) < 2:
            continue
        high = WIDTH * aspect
        scale = WIDTH * high * (0.74, 0.68)[seed // 4 % 2] / total
        t, r, b, w = (sum(sizes[m.n] for m in group) * scale for group in (top, right, bottom, left))
        upper, lower = t / WIDTH, b / (WIDTH - PASSAGE)
        mid = high - upper - lower
        if mid < 150:
            continue
        yard = Rect(w / mid, upper, WIDTH - w / mid - r / mid, mid)
        if yard.w < 190:
            continue
        cells = {n: Rect(at, 0, part, upper) for n, at, part in _line(top, sizes, 0, WIDTH)}
        cells |= {n: Rect(yard.right, at, r / mid, part) for n, at, part in _line(right, sizes, upper, mid)}
        cells |= {n: Rect(0, at, w / mid, part) for n, at, part in _line(left[::-1], sizes, upper, mid)}
        gate = _gate(list(_line(bottom[::-1], sizes, 0, WIDTH - PASSAGE)), yard)
        if gate is None:
            continue
        for n, at, part in _line(bottom[::-1], sizes, 0, WIDTH - PASSAGE):
            cells[n] = Rect(at if at < gate - 0.1 else at + PASSAGE, yard.bottom, part, lower)
        if _fits(cells.values(), 3.2):
            yield _cost(cells.values()), cells, [Rect(gate, yard.bottom, PASSAGE, lower)], [yard]


def _gate(line: list[Stretch], yard: Rect) -> float | None:
    """Find the joint of the lower range that lies nearest the middle of the yard; None when none lies below it."""
    joints = [at for _, at, _ in line[1:] if yard.x + 6 <= at <= yard.right - PASSAGE - 6]
    middle = yard.x + (yard.w - PASSAGE) / 2
    return min(joints, key=lambda at: abs(at - middle), default=None)


def _wings(rooms: Sequence[Room], sizes: Sizes, seed: int) -> Iterator[Sketch]:
    """Try wings about a garden that is open to the street: up the left, along the top, down the right."""
    if not 2 <= len(rooms) <= RING:
        return
    total = sum(sizes.values())
    parts = (2,) if len(rooms) < 4 else (3,) if len(rooms) > 5 else (2, 3)
    for aspect, count in product((0.6, 0.72), parts):
        for group in _groups(rooms, count):
            left, top, right = (*group, [])[:3]
            high = WIDTH * aspect
            scale = WIDTH * high * (0.64 if count == 3 else 0.6) / total
            upper = sum(sizes[r.n] for r in top) * scale / WIDTH
            below = high - upper
            west, east = (sum(sizes[r.n] for r in wing) * scale / below for wing in (left, right))
            yard = Rect(west, upper, WIDTH - west - east, below)
            if below < 150 or yard.w < 180:
                continue
            cells = {n: Rect(0, at, west, part) for n, at, part in _line(left[::-1], sizes, upper, below)}
            cells |= {n: Rect(at, 0, part, upper) for n, at, part in _line(top, sizes, 0, WIDTH)}
            cells |= {n: Rect(WIDTH - east, at, east, part) for n, at, part in _line(right, sizes, upper, below)}
            if _fits(cells.values(), 4.4):
                yield _cost(cells.values()) + (seed // 4 % 2) * (3 - count), cells, [], [yard]
