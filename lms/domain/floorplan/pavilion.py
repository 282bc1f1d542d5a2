"""A course of one module is a building of one room, and its steps are the alcoves of that room.

Three kinds by seed: a nave with chapels and an apse, a rotunda, and a cloister about a small court.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import cos, pi, sin

from lms.domain.floorplan.model import WIDTH, Alcove, Door, ItemMark, Layout, Pavilion, Rect

NAVE = 200.0
CHAPEL = 132.0
PIER = 24.0
ROUND = 12  # steps up to which a rotunda stays readable


def pavilion(items: Sequence[ItemMark], seed: int) -> Layout:
    """Build for so many steps."""
    count = max(len(items), 1)
    if seed % 3 == 1 and 3 <= count <= ROUND:
        return _rotunda(count)
    if seed % 3 == 2 and count >= 5:
        return _cloister(count)
    return _nave(count, apse=count > 2 and items[-1].kind == "quiz")


def _d(v: float) -> str:
    return f"{v:.1f}".removesuffix(".0")


def _box(x: float, y: float, w: float, h: float) -> str:
    return f"M{_d(x)} {_d(y)}h{_d(w)}v{_d(h)}h{_d(-w)}z"


def _nave(count: int, apse: bool) -> Layout:
    """Lay chapels in pairs along a nave, walking to and fro across it; a last quiz stands in the apse."""
    side = count - apse
    bays = max((side + 1) // 2, 2)
    length = WIDTH - (NAVE / 2 + 30 if apse else 0)
    bay = length / bays
    top, bottom = CHAPEL, CHAPEL + NAVE
    alcoves: list[Alcove] = []
    walls: list[str] = []
    yards: list[Rect] = []
    for i in range(bays * 2):
        x, upper = i // 2 * bay, i % 2 == 0
        y = 0.0 if upper else bottom
        if i >= side:
            yards.append(Rect(x, y, bay, CHAPEL))
            walls.append(f"M{_d(x)} {_d(top if upper else bottom)}h{_d(bay)}")
            continue
        middle = x + bay / 2
        edge, say = (top, top + 30) if upper else (bottom, bottom - 16)
        alcoves.append(Alcove(_box(x, y, bay, CHAPEL), middle, y + CHAPEL / 2, (middle, say)))
        piers = f"M{_d(x)} {_d(edge)}h{PIER:.0f}m{_d(bay - 2 * PIER)} 0h{PIER:.0f}"
        walls.append(f"M{_d(x)} {_d(y)}v{_d(CHAPEL)}{piers}")
        walls.append(f"M{_d(x + bay)} {_d(y)}v{_d(CHAPEL)}")
    if apse:
        r = NAVE / 2
        path = f"M{_d(length)} {_d(top)}a{_d(r)} {_d(r)} 0 0 1 0 {_d(NAVE)}z"
        alcoves.append(Alcove(path, length + r * 0.42, top + r, (length - 90, top + r + 8)))
        walls.append(f"M{_d(length)} {_d(top)}v{PIER:.0f}m0 {_d(NAVE - 2 * PIER)}v{PIER:.0f}")
    door = Door(True, 0, top + NAVE / 2, 0, -1, arrow=True)
    trees = tuple((y.x + y.w * k / 3, y.y + y.h / 2 + 6, 20.0) for y in yards for k in (1, 2))
    hall = Pavilion(_box(0, top, length, NAVE), tuple(alcoves), "".join(walls), Rect(50, top, length - 100, NAVE))
    right = length + (NAVE / 2 if apse else 0)
    return Layout(Rect(0, 0, right, bottom + CHAPEL), yards=tuple(yards), doors=(door,), trees=trees, pavilion=hall)


def _rotunda(count: int) -> Layout:
    """Lay alcoves about a round hall in a park, clockwise from the door at its foot."""
    inner, outer = 165.0, 300.0
    cx, cy = WIDTH / 2, outer + 20
    porch = 0.42 if count > 4 else 0.6  # half the angle that the porch takes
    step = (2 * pi - 2 * porch) / count
    marks = [pi / 2 + porch + i * step for i in range(count + 1)]

    def at(r: float, a: float) -> str:
        return f"{_d(cx + r * cos(a))} {_d(cy + r * sin(a))}"

    alcoves, walls = [], []
    for a, b in pairwise(marks):
        large = int(b - a > pi)
        path = (
            f"M{at(inner, a)}L{at(outer, a)}A{_d(outer)} {_d(outer)} 0 {large} 1 {at(outer, b)}"
            f"L{at(inner, b)}A{_d(inner)} {_d(inner)} 0 {large} 0 {at(inner, a)}z"
        )
        mid, pier = (a + b) / 2, min(0.16, step / 5)
        r = (inner + outer) / 2
        alcoves.append(Alcove(path, cx + r * cos(mid), cy + r * sin(mid), (cx, cy + inner * 0.66)))
        walls.append(f"M{at(inner, a)}L{at(outer, a)}M{at(inner, b)}L{at(outer, b)}")
        for lo, hi in ((a, a + pier), (b - pier, b)):
            walls.append(f"M{at(inner, lo)}A{_d(inner)} {_d(inner)} 0 0 1 {at(inner, hi)}")
    half, foot = 62.0, cy + outer
    base = cy + (inner**2 - half**2) ** 0.5
    porch_path = f"M{_d(cx - half)} {_d(base)}V{_d(foot)}H{_d(cx + half)}V{_d(base)}"
    hall = f"{porch_path}A{_d(inner)} {_d(inner)} 0 1 0 {_d(cx - half)} {_d(base)}z"
    door = Door(False, foot, cx, 0, 1, arrow=True)
    walls.append(f"M{_d(cx - half)} {_d(base)}V{_d(foot)}M{_d(cx + half)} {_d(base)}V{_d(foot)}")
    label = Rect(cx - inner + 26, cy - inner * 0.8, 2 * inner - 52, inner * 1.2)
    plan = Pavilion(hall, tuple(alcoves), "".join(walls), label)
    park = Rect(0, 0, WIDTH, foot)
    trees = tuple((x, y, 22.0) for x in (60, 130, WIDTH - 130, WIDTH - 60) for y in (70, foot - 70))
    trees += tuple((x, cy + dy, 22.0) for x in (60, WIDTH - 60) for dy in (-84, 84))
    return Layout(park, yards=(park,), doors=(door,), trees=trees, pavilion=plan)


def _cloister(count: int) -> Layout:
    """Lay cells about a court, clockwise; the vestibule with the title stands before it."""
    east = max(round(count * 0.22), 1)
    north = (count - east + 1) // 2
    south = count - east - north
    porch, deep, high = 250.0, 138.0, 560.0
    walk = 46.0
    inside = Rect(porch, deep, WIDTH - porch - deep, high - 2 * deep)
    upper, side, lower = (WIDTH - porch) / north, inside.h / east, (WIDTH - porch) / south
    places = [(porch + i * upper, 0.0, upper, deep, "s") for i in range(north)]
    places += [(WIDTH - deep, deep + i * side, deep, side, "w") for i in range(east)]
    places += [(WIDTH - (i + 1) * lower, high - deep, lower, deep, "n") for i in range(south)]
    yard = Rect(inside.x + walk, inside.y + walk, inside.w - 2 * walk, inside.h - 2 * walk)
    alcoves, walls = [], []
    middle = (yard.x + yard.w / 2, yard.y + yard.h / 2)
    for x, y, w, h, face in places:
        alcoves.append(Alcove(_box(x, y, w, h), x + w / 2, y + h / 2, (middle[0], middle[1] + 8)))
        gap = 2 * PIER
        if face == "w":
            walls.append(f"M{_d(x + w)} {_d(y)}H{_d(x)}v{PIER:.0f}m0 {_d(h - gap)}v{PIER:.0f}H{_d(x + w)}")
        else:
            edge, back = (y + h, y) if face == "s" else (y, y + h)
            walls.append(f"M{_d(x)} {_d(back)}V{_d(edge)}")
            lo, hi = max(x, inside.x), min(x + w, inside.right)
            walls.append(f"M{_d(lo)} {_d(edge)}h{PIER:.0f}M{_d(hi - PIER)} {_d(edge)}h{PIER:.0f}")
            walls.append(f"M{_d(x + w)} {_d(edge)}V{_d(back)}")
    walls.append(f"M{_d(porch)} 0v{_d(high / 2 - 60)}m0 120V{_d(high)}")
    # The court is wound the other way than the hall, so that it stays open.
    well = f"M{_d(yard.x)} {_d(yard.y)}v{_d(yard.h)}h{_d(yard.w)}v{_d(-yard.h)}z"
    hall = _box(0, 0, porch, high) + _box(inside.x, inside.y, inside.w, inside.h) + well
    door = Door(True, 0, high / 2, 0, -1, arrow=True)
    trees = tuple((yard.x + yard.w * part, middle[1], 22.0) for part in (0.22, 0.78))
    plan = Pavilion(hall, tuple(alcoves), "".join(walls), Rect(22, 40, porch - 44, high / 2 - 120))
    return Layout(Rect(0, 0, WIDTH, high), yards=(yard,), doors=(door,), trees=trees, pavilion=plan)
