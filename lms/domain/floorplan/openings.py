"""Put doors, windows, stairs and trees into a building whose rooms stand."""

from collections.abc import Iterable, Iterator, Sequence
from string import ascii_uppercase

from lms.domain.floorplan.model import DOOR, Door, Layout, Rect, Room, Wall

Cells = dict[int, Rect]

NEED = DOOR + 22  # a wall as long as this can take a door
WINDOW = 52.0


def furnish(rooms: Sequence[Room], cells: Cells, halls: list[Rect], yards: list[Rect]) -> Layout:
    """Open doors by prerequisites, and a way in from the street for what has none."""
    cells, halls, yards = _to_origin(cells, halls, yards)
    solid = [*cells.values(), *halls]
    doors: list[Door] = []
    stairs: list[tuple[int, str]] = []
    letters = iter(ascii_uppercase)
    reached: set[tuple[int, Rect]] = set()
    for room in rooms:
        cell = cells[room.n]
        for other in (n for n in room.after if n in cells):
            wall = _shared(cells[other], cell)
            through = wall is None and _common(cell, cells[other], (*halls, *yards))
            if wall:
                doors.append(_between(wall, room, cells[other], cell))
            elif through:
                for n in (room.n, other):
                    if (n, through) not in reached:
                        reached.add((n, through))
                        doors.append(_into(cells[n], through))
            elif letter := next(letters, ""):
                stairs += [(other, letter), (room.n, letter)]
        if not room.after:
            way = next((s for s in (*halls, *yards) if _shared(cell, s)), None)
            if way and (room.n, way) not in reached:
                reached.add((room.n, way))
                doors.append(_into(cell, way))
            elif not way:
                doors += _street(cell, solid, yards)
    doors += _ways_in(halls, yards, solid)
    windows = tuple(w for c in cells.values() for w in _windows(c, solid, doors))
    right = max(s.right for s in solid)
    bottom = max(s.bottom for s in solid)
    tasks = sum(item.kind != "lesson" for room in rooms for item in room.items)
    trees = tuple(t for yard in yards for t in _trees(yard, tasks, gate=not halls))
    return Layout(
        box=Rect(0, 0, right, bottom),
        cells=tuple(cells.items()),
        halls=tuple(halls),
        yards=tuple(yards),
        doors=tuple(doors),
        windows=windows,
        stairs=tuple(stairs),
        trees=trees,
    )


def _to_origin(cells: Cells, halls: list[Rect], yards: list[Rect]) -> tuple[Cells, list[Rect], list[Rect]]:
    """Move the building so that its left edge is 0."""
    left = min(r.x for r in (*cells.values(), *halls))

    def moved(r: Rect) -> Rect:
        return Rect(r.x - left, r.y, r.w, r.h)

    return {n: moved(r) for n, r in cells.items()}, [moved(r) for r in halls], [moved(r) for r in yards]


def _shared(a: Rect, b: Rect) -> Wall | None:
    """Find the wall that a and b share, seen from a; None when it is too short for a door."""
    for at, edge, out in ((a.right, b.x, 1), (a.x, b.right, -1)):
        lo, hi = max(a.y, b.y), min(a.bottom, b.bottom)
        if abs(at - edge) < 0.5 and hi - lo > NEED:
            return Wall(True, at, lo, hi, out)
    for at, edge, out in ((a.bottom, b.y, 1), (a.y, b.bottom, -1)):
        lo, hi = max(a.x, b.x), min(a.right, b.right)
        if abs(at - edge) < 0.5 and hi - lo > NEED:
            return Wall(False, at, lo, hi, out)
    return None


def _common(a: Rect, b: Rect, spaces: Iterable[Rect]) -> Rect | None:
    """Find a corridor or yard on which both rooms lie."""
    return next((s for s in spaces if _shared(a, s) and _shared(b, s)), None)


def _between(wall: Wall, room: Room, a: Rect, b: Rect) -> Door:
    """Set a door between two rooms, clear of the cases of the right one or the number of the lower one."""
    if not wall.vertical:
        return Door(False, wall.at, wall.lo + wall.length * 0.68, 1)
    east = a if a.x > b.x else b
    columns = max(1, int((east.w - 40) // 26))
    foot = east.bottom - 62 - 26 * ((len(room.items) - 1) // columns)
    return Door(True, wall.at, min(max(foot, wall.lo + DOOR / 2 + 8), wall.hi - DOOR / 2 - 8), 1)


def _into(cell: Rect, space: Rect) -> Door:
    """Set a door from a room to a corridor or yard; its leaf swings away from the cases of the room."""
    wall = _shared(cell, space)
    assert wall is not None
    if wall.vertical:
        return Door(True, wall.at, wall.lo + wall.length * 0.6, wall.out)
    return Door(False, wall.at, wall.lo + wall.length * 0.72, 1)


def _edges(r: Rect) -> Iterator[Wall]:
    """Give the four walls: left, right, bottom, top."""
    yield Wall(True, r.x, r.y, r.bottom, -1)
    yield Wall(True, r.right, r.y, r.bottom, 1)
    yield Wall(False, r.bottom, r.x, r.right, 1)
    yield Wall(False, r.y, r.x, r.right, -1)


def _open(r: Rect, solid: Iterable[Rect]) -> Iterator[Wall]:
    """Give the stretches of the walls of r behind which no other room or corridor lies."""
    others = [o for o in solid if o is not r]
    for wall in _edges(r):
        taken = []
        for o in others:
            near, far, lo, hi = _sides(o, wall.vertical)
            if abs((near if wall.out > 0 else far) - wall.at) < 0.5 and hi > wall.lo + 0.5 and lo < wall.hi - 0.5:
                taken.append((lo, hi))
        at = wall.lo
        for lo, hi in sorted(taken):
            if lo > at + 0.5:
                yield Wall(wall.vertical, wall.at, at, lo, wall.out)
            at = max(at, hi)
        if wall.hi > at + 0.5:
            yield Wall(wall.vertical, wall.at, at, wall.hi, wall.out)


def _street(r: Rect, solid: list[Rect], yards: list[Rect]) -> list[Door]:
    """Open a way in from the street with its arrow, preferably at the side; none when no wall is free."""
    outer = [w for w in _open(r, solid) if w.length > NEED and not any(_touches(w, y) for y in yards)]
    if not outer:
        return []
    wall = outer[0]
    mid = wall.lo + wall.length * (0.62 if wall.vertical else 0.7)
    return [Door(wall.vertical, wall.at, mid, 0, wall.out, arrow=True)]


def _ways_in(halls: list[Rect], yards: list[Rect], solid: list[Rect]) -> Iterator[Door]:
    """Let corridors out to the street, a gateway through to its courtyard, and the street into a garden."""
    for yard in [] if halls else yards:
        yield Door(False, yard.bottom, yard.x + yard.w / 2, 0, 1, arrow=True)
    for hall in halls:
        into_yard = next((w for y in yards if (w := _shared(hall, y))), None)
        if into_yard:
            yield Door(into_yard.vertical, into_yard.at, (into_yard.lo + into_yard.hi) / 2, 0)
        ends = [w for w in _open(hall, solid) if w.length > DOOR and not any(_touches(w, y) for y in yards)]
        if ends:
            wall = min(ends, key=lambda w: (w.length, w.at))
            yield Door(wall.vertical, wall.at, (wall.lo + wall.hi) / 2, 0, wall.out, arrow=True)


def _touches(wall: Wall, yard: Rect) -> bool:
    """Say whether a wall looks into the yard."""
    near, far, lo, hi = _sides(yard, wall.vertical)
    return abs((near if wall.out > 0 else far) - wall.at) < 0.5 and min(hi, wall.hi) - max(lo, wall.lo) > 0.5


def _sides(r: Rect, vertical: bool) -> tuple[float, float, float, float]:
    """Give near and far side of r as a vertical or horizontal wall meets it, and from where to where each runs."""
    return (r.x, r.right, r.y, r.bottom) if vertical else (r.y, r.bottom, r.x, r.right)


def _windows(r: Rect, solid: list[Rect], doors: list[Door]) -> Iterator[Wall]:
    """Set windows into the walls that face street or yard, as many as fit, none where a door is."""
    for wall in _open(r, solid):
        if (wall.vertical and wall.length < 150) or wall.length < WINDOW + 40:
            continue
        count = max(1, int(wall.length // 150))
        for i in range(count):
            mid = wall.lo + wall.length * (i + 0.5) / count
            near = (d for d in doors if d.vertical == wall.vertical and abs(d.at - wall.at) < 0.5)
            if all(abs(d.mid - mid) > (WINDOW + DOOR) / 2 + 8 for d in near):
                yield Wall(wall.vertical, wall.at, mid - WINDOW / 2, mid + WINDOW / 2, wall.out)


def _trees(yard: Rect, count: int, gate: bool) -> Iterator[tuple[float, float, float]]:
    """Plant a tree for every quiz and task, in two formal rows, with a basin in the middle of a closed court."""
    if not gate and min(yard.w, yard.h) > 200:
        r = min(yard.w, yard.h) / 9
        yield yard.x + yard.w / 2, yard.y + yard.h / 2, r
        yield yard.x + yard.w / 2, yard.y + yard.h / 2, r * 0.55
    per_row = min(max((count + 1) // 2, 2), int((yard.w - 120) // 56))
    for i in range(per_row):
        x = yard.x + yard.w * (i + 1) / (per_row + 1)
        for y in (yard.y + yard.h * 0.2, yard.bottom - yard.h * 0.2):
            if yard.h > 190 and abs(x - yard.x - yard.w / 2) > (0 if gate else 24):
                yield x, y, 17.0
