"""Write a layout as SVG: classes only, so that the style sheet and the reader's theme decide the colours."""

from collections.abc import Iterator, Sequence
from html import escape

from lms.domain.floorplan.building import layout as lay_out
from lms.domain.floorplan.model import DOOR, Door, ItemMark, Layout, Pavilion, PlanWords, Rect, Room, Wall

PAD = 48
NAME = 21  # size of a name on the sheet, as in the style sheet
GLYPH = 0.56  # mean width of a letter, in its size


def draw(rooms: Sequence[Room], *, seed: int, mini: bool, words: PlanWords, layout: Layout | None = None) -> str:
    """Draw the plan; mini is the small one that hangs in a frame. Pass a layout that was kept, or it is made anew."""
    plan = layout or lay_out(rooms, seed)
    w, h = f"{plan.box.w + 2 * PAD:.0f}", f"{plan.box.h + 2 * PAD:.0f}"
    head = f'<svg class="plan{" plan--mini" if mini else ""}" viewBox="{-PAD} {-PAD} {w} {h}" width="{w}" height="{h}"'
    if plan.pavilion:
        parts = _pavilion(rooms[0], plan, plan.pavilion, mini, words)
    else:
        parts = _building(rooms, plan, mini, words)
    return f'{head} aria-hidden="true" focusable="false">{"".join(parts)}</svg>'


def _building(rooms: Sequence[Room], plan: Layout, mini: bool, words: PlanWords) -> Iterator[str]:
    cells = dict(plan.cells)
    yield from _ground(plan)
    yield f'<path class="outer" d="{"".join(_box(r) for r in (*cells.values(), *plan.halls))}"/>'
    if plan.halls:
        yield f'<path class="hall" d="{"".join(_box(r) for r in plan.halls)}"/>'
    for room in rooms:
        floor = f'<path class="floor {_state(room.items)}" d="{_box(cells[room.n])}"/>'
        yield floor if mini else _linked(floor, room.href)
    yield f'<path class="inner" d="{"".join(_box(r) for r in (*cells.values(), *plan.halls))}"/>'
    if not mini:
        yield from _windows(plan.windows)
    for door in plan.doors:
        yield from _door(door, mini)
    if not mini:
        yield from _stairs(plan.stairs, cells)
    for room in rooms:
        yield from _small_room(room, cells[room.n]) if mini else _room(room, cells[room.n], words)


def _pavilion(room: Room, plan: Layout, hall: Pavilion, mini: bool, words: PlanWords) -> Iterator[str]:
    yield from _ground(plan)
    yield f'<path class="outer" d="{hall.hall}{"".join(a.path for a in hall.alcoves)}"/>'
    floors = [f'<path class="floor {_state(room.items)}" d="{hall.hall}"/>']
    marks = room.items or (ItemMark(kind="lesson"),)
    for mark, alcove in zip(marks, hall.alcoves, strict=True):
        floors.append(f'<path class="floor {"done" if mark.done else "dark"}" d="{alcove.path}"/>')
    yield "".join(floors) if mini else _linked("".join(floors), room.href)
    yield f'<path class="inner" d="{hall.walls}"/>'
    for door in plan.doors:
        yield from _door(door, mini)
    for i, (mark, alcove) in enumerate(zip(marks, hall.alcoves, strict=True), 1):
        if mark.here and not mini:
            yield f'<g class="here">{_disc("halo", alcove.x, alcove.y + 22, 24)}</g>'
        if not mini:
            yield _text("n", alcove.x, alcove.y - 6, str(i), "middle")
        yield _case(mark, alcove.x - 8.5, alcove.y + (13.5 if not mini else -8.5), 17 if not mini else 30)
        if mark.here and not mini:
            yield f'<g class="here">{_text("", *alcove.say, words.here, "middle")}</g>'
    if not mini:
        yield from _centred(room.title, hall.label)


def _ground(plan: Layout) -> Iterator[str]:
    """Draw yards and what grows in them."""
    if plan.yards:
        yield f'<path class="yard" d="{"".join(_box(r) for r in plan.yards)}"/>'
    for x, y, r in plan.trees:
        yield _disc("green", x, y, r)


def _room(room: Room, r: Rect, words: PlanWords) -> Iterator[str]:
    """Write number, name and cases into a room, as far as there is place, and say where the reader is."""
    x, y = r.x + 24, r.y + 54
    tick = " ✓" if _state(room.items) == "done" else ""
    yield _text("n", x, y, f"{room.n}{tick}")
    columns = max(1, int((r.w - 40) // 26))
    depth = -(-len(room.items) // columns)
    place = int((r.h - 118 - 26 * depth) // 26)
    lines = _wrap(room.title, r.w - 36, place)
    for i, line in enumerate(lines):
        yield _text("name", x, y + 34 + 26 * i, line)
    for i, mark in enumerate(room.items if place >= 0 else ()):
        yield _case(mark, x + i % columns * 26, r.bottom - 40 - 26 * (depth - 1 - i // columns), 17)
    if any(mark.here for mark in room.items):
        hx, hy = r.right - 46, max(r.bottom - 26 * depth - 52, r.y + 40)
        yield f'<g class="here">{_disc("halo", hx, hy, 24)}{_disc("", hx, hy, 12)}'
        if len(words.here) * NAME * 0.58 < r.w - 40 and hy - 52 > y + 16 + 26 * len(lines):
            yield _text("", hx + 22, hy - 34, words.here, "end")
        yield "</g>"


def _small_room(room: Room, r: Rect) -> Iterator[str]:
    """Write number and cases into a room of the small plan, as far as there is place."""
    if r.w > 92 and r.h > 84:
        yield _text("n", r.x + 24, r.y + 70, str(room.n))
    if r.h > 130:
        fit = max(1, int((r.w - 34) // 30))
        for i, mark in enumerate(room.items[:fit]):
            yield _case(mark, r.x + 24 + i * 30, r.bottom - 46, 20)


def _case(mark: ItemMark, x: float, y: float, size: float) -> str:
    """Draw the sign of one step in a square of `size`: square a lesson, circle a quiz, lozenge a task."""
    state = " on" if mark.done else " now" if mark.here else ""
    x, y, half = (x + 8.5 - size / 2, y + 8.5 - size / 2, size / 2) if size > 20 else (x, y, size / 2)
    if mark.kind == "lesson":
        return f'<rect class="case{state}" x="{_n(x)}" y="{_n(y)}" width="{_n(size)}" height="{_n(size)}"/>'
    if mark.kind == "quiz":
        return _disc(f"case{state}", x + half, y + half, half + 0.5)
    d = half * 1.3
    sides = f"l{_n(d)} {_n(d)}l{_n(-d)} {_n(d)}l{_n(-d)} {_n(-d)}z"
    return f'<path class="case{state}" d="M{_n(x + half)} {_n(y + half - d)}{sides}"/>'


def _door(door: Door, mini: bool) -> Iterator[str]:
    """Cut the opening, hang the leaf, and let an arrow come in from the street."""
    at = door.at + door.street * (5 if mini else 3.2)
    kind = "gap street" if door.street else "gap"
    start = door.mid - DOOR / 2
    if door.vertical:
        yield f'<path class="{kind}" d="M{_n(at)} {_n(start)}v{_n(DOOR)}"/>'
    else:
        yield f'<path class="{kind}" d="M{_n(start)} {_n(at)}h{_n(DOOR)}"/>'
    if door.swing:
        s = DOOR * door.swing
        turn, arc = int(door.swing > 0), f"a{_n(DOOR)} {_n(DOOR)} 0 0"
        if door.vertical:
            yield f'<path class="leaf" d="M{_n(at)} {_n(start)}h{_n(s)}{arc} {turn} {_n(-s)} {_n(DOOR)}"/>'
        else:
            yield f'<path class="leaf" d="M{_n(start)} {_n(at)}v{_n(s)}{arc} {1 - turn} {_n(DOOR)} {_n(-s)}"/>'
    if door.arrow:
        far, back, tip = _n(door.at + door.street * 44), -door.street * 26, door.street * 10
        if door.vertical:
            yield f'<path class="arrow" d="M{far} {_n(door.mid)}h{back}m{tip} -9l{-tip} 9l{tip} 9"/>'
        else:
            yield f'<path class="arrow" d="M{_n(door.mid)} {far}v{back}m-9 {tip}l9 {-tip}l9 {tip}"/>'


def _windows(walls: Sequence[Wall]) -> Iterator[str]:
    """Cut all windows in one stroke and glaze them in another."""
    lines = []
    for w in walls:
        at = w.at + w.out * 3.2
        lines.append(f"M{_n(at)} {_n(w.lo)}v{_n(w.length)}" if w.vertical else f"M{_n(w.lo)} {_n(at)}h{_n(w.length)}")
    if lines:
        yield f'<path class="sill" d="{"".join(lines)}"/><path class="glass" d="{"".join(lines)}"/>'


def _stairs(stairs: Sequence[tuple[int, str]], cells: dict[int, Rect]) -> Iterator[str]:
    """Draw a stair with the same letter in both rooms that build on one another without a wall between them."""
    seen: dict[int, int] = {}
    for n, letter in stairs:
        r, i = cells[n], seen.get(n, 0)
        seen[n] = i + 1
        x, y = r.right - 60 - 56 * i, r.y + 20
        if x < r.x + 70:
            continue
        yield f'<g class="stair"><path d="M{_n(x)} {_n(y)}h40v28h-40zm8 0v28m8 -28v28m8 -28v28m8 -28v28"/>'
        yield f"{_text('', x + 20, y + 46, letter, 'middle')}</g>"


def _centred(title: str, r: Rect) -> Iterator[str]:
    """Write a title into the middle of a hall."""
    lines = _wrap(title, r.w, int(r.h // 28))
    top = r.y + r.h / 2 - 14 * (len(lines) - 1) + 7
    for i, line in enumerate(lines):
        yield _text("name", r.x + r.w / 2, top + 28 * i, line, "middle")


def _wrap(text: str, width: float, most: int) -> list[str]:
    """Break a text into at most so many lines; what does not fit ends in an ellipsis."""
    letters = int(width / (NAME * GLYPH))
    if most < 1 or letters < 4:
        return []
    lines: list[str] = []
    line = ""
    for word in text.split():
        short = word if len(word) <= letters else word[: letters - 1] + "…"
        if line and len(line) + 1 + len(short) > letters:
            lines.append(line)
            line = short
        else:
            line = f"{line} {short}".strip()
    lines.append(line)
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1][: letters - 1].rstrip(" ,;:…") + "…"]
    return lines


def _state(items: Sequence[ItemMark]) -> str:
    """Say how far a room is lit: done, part or dark."""
    done = sum(item.done for item in items)
    return "done" if items and done == len(items) else "part" if done else "dark"


def _text(kind: str, x: float, y: float, words: str, anchor: str = "") -> str:
    """Write a line of text; anchor is start, middle or end."""
    name = f' class="{kind}"' if kind else ""
    side = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text{name} x="{_n(x)}" y="{_n(y)}"{side}>{escape(words)}</text>'


def _disc(kind: str, x: float, y: float, r: float) -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<circle{name} cx="{_n(x)}" cy="{_n(y)}" r="{_n(r)}"/>'


def _linked(floor: str, href: str) -> str:
    return f'<a href="{escape(href)}" tabindex="-1">{floor}</a>' if href else floor


def _box(r: Rect) -> str:
    return f"M{_n(r.x)} {_n(r.y)}h{_n(r.w)}v{_n(r.h)}h{_n(-r.w)}z"


def _n(value: float) -> str:
    """Write a coordinate with one decimal at most."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
