"""The pieces of a plan: what the course says, and where it stands on the sheet."""

from dataclasses import dataclass
from typing import Literal

WIDTH = 960.0  # of the sheet, in its own units; the text sizes of the style sheet are made for it
DOOR = 40.0
CORRIDOR = 62.0

ItemKind = Literal["lesson", "quiz", "task"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMark:
    """One step of a module: its kind and how the learner stands to it."""

    kind: ItemKind
    done: bool = False
    here: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One module: its number, hours of study, steps in order, and the numbers of the modules it builds on."""

    n: int
    title: str
    hours: float
    items: tuple[ItemMark, ...]
    after: tuple[int, ...] = ()
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWords:
    """The words on the sheet, in the reader's language."""

    here: str


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle, y downward."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """Give the right edge."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """Give the lower edge."""
        return self.y + self.h


@dataclass(frozen=True, slots=True)
class Wall:
    """A stretch of wall, vertical at x = at or horizontal at y = at; out is +1 or -1, away from its room."""

    vertical: bool
    at: float
    lo: float
    hi: float
    out: int

    @property
    def length(self) -> float:
        """Give the length."""
        return self.hi - self.lo


@dataclass(frozen=True, slots=True)
class Door:
    """An opening in a wall: its middle, and which way its leaf swings (+1, -1, 0 for none)."""

    vertical: bool
    at: float
    mid: float
    swing: int
    street: int = 0  # 0 inside, else the side (+1, -1) on which the street lies
    arrow: bool = False


@dataclass(frozen=True, slots=True)
class Alcove:
    """The place of one step in a building of one room: its outline, its middle, and where to write beside it."""

    path: str
    x: float
    y: float
    say: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pavilion:
    """A building of one module, whose steps are alcoves round a hall."""

    hall: str
    alcoves: tuple[Alcove, ...]
    walls: str  # thin walls between the alcoves
    label: Rect  # where the title goes, centred


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands; nothing in it depends on a learner."""

    box: Rect
    cells: tuple[tuple[int, Rect], ...] = ()
    halls: tuple[Rect, ...] = ()
    yards: tuple[Rect, ...] = ()
    doors: tuple[Door, ...] = ()
    windows: tuple[Wall, ...] = ()
    stairs: tuple[tuple[int, str], ...] = ()
    trees: tuple[tuple[float, float, float], ...] = ()
    pavilion: Pavilion | None = None
