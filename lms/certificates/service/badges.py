"""The pictures of a certificate: the badge that its holder shows, and what a network shows beside a link to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

import orjson

from lms.certificates.queries import CertificateRow
from lms.certificates.service import words
from lms.certificates.service.pictures import PAINTS, draw_plan
from lms.domain.award import Award, Module, State
from lms.infra.drawings import Paint, trace
from lms.infra.images import LEADING, Canvas, bake, fit, shown
from lms.infra.languages import gettext as _
from lms.infra.languages import language
from lms.infra.site import site

DESIGN = 1
"""Raised with each change of how the pictures look: who has the former one is given the new one."""

PAPER, BOARD, INK, SOFT, LINE = "#f2ede3", "#fffdf9", "#1e1a15", "#4a4238", "#d3c8b5"
OXIDE, VERDIGRIS, MADDER = "#8a2a18", "#19544a", "#8f1030"

BADGE = 600
BOTTOM = BADGE - 64
WIDE, HIGH = 1200, 630
"""Pixels of the preview, as the networks ask for it."""

LARGE = tuple(range(60, 17, -2))
MIDDLE = tuple(range(46, 23, -2))
SMALL = (24, 22, 20, 18)
"""Sizes of type in pixels; the first that fits is taken."""

KEPT = 24
"""Pictures of each kind that are kept drawn, some forty thousand bytes each."""

MARK = trace(
    '<svg viewBox="0 0 24 28"><path class="case" d="M3.500 1h17v16h-17z"/><path class="wall" d="M1 17h22v2.500H1z"/>'
    '<path class="wall" d="M6 19.500h12V28H6z"/><path class="jar" d="M10 6h4l-.6 2.200c1.800.8 2.600 2 2.600 3.600 0'
    ' 1.900-1.200 3.400-2.600 4.200h-2.800c-1.400-.8-2.600-2.300-2.600-4.200 0-1.600.8-2.800 2.600-3.600z"/></svg>',
    {**PAINTS, "case": Paint(stroke="1e1a15", width=1.8)},
)
"""The sign of the site, as it stands on its pages."""


@dataclass(frozen=True, kw_only=True)
class Face:
    """What a picture shows; equal faces are one picture."""

    course: str
    title: str
    number: str
    site: str
    rooms: tuple[Module, ...]
    name: str = ""
    lines: tuple[str, ...] = ()
    """What stands at the foot of a preview: when it was issued, where it is checked."""
    stopped: str = ""
    """Why it does not count, as the page that verifies it says; then nothing is praised."""

    @property
    def tag(self) -> str:
        """Return what changes exactly when the picture does."""
        return sha256(f"{DESIGN} {self!r}".encode()).hexdigest()[:32]


def face_of_badge(row: CertificateRow, credential: bytes) -> Face:
    """Return what a badge shows; the site is called as it was when it signed."""
    award = row.award or Award.from_json(row.facts)
    issuer = str(orjson.loads(credential)["issuer"]["name"])
    return Face(
        course=shown(award.course_title),
        title=shown(award.title),
        number=shown(award.course_number),
        site=shown(issuer),
        rooms=award.rooms,
    )


def face_of_preview(row: CertificateRow, state: State) -> Face:
    """Return what is shown beside a link to a certificate, in its own language: whoever asks for it has none.

    Only what counts today bears the holder's name.
    """
    award = row.award or Award.from_json(row.facts)
    counts = state == "valid"
    lang = words.spoken(row.language)
    with language(lang):
        check = _("Check it: %(address)s", address=words.address(site().base_url))
        issued = _("Issued on %(date)s", date=words.day(award.issued_at, lang))
        stopped = "" if counts else stopped_by(state)
    return Face(
        course=shown(award.course_title),
        title=shown(award.title),
        number=shown(award.course_number),
        site=shown(site().site_name),
        rooms=award.rooms if counts else (),
        name=shown(award.name) if counts and row.award else "",
        lines=(shown(issued), shown(check)) if counts else (shown(check),),
        stopped=stopped,
    )


def stopped_by(state: State) -> str:
    """Say why a certificate does not count."""
    return {
        "expired": _("Expired: this certificate no longer holds"),
        "not yet valid": _("Not yet valid: this certificate does not hold yet"),
        "revoked": _("Revoked: this certificate no longer counts"),
        "superseded": _("Superseded: another certificate has taken its place"),
    }[state]


def draw_badge(face: Face, credential: bytes) -> bytes:
    """Return the badge with the signed credential inside; of the same input the same bytes."""
    return bake(_badge(face), credential)


def draw_specimen(credential: bytes) -> bytes:
    """Return the badge of the specimen, which says what it is."""
    said = orjson.loads(credential)
    achievement = said["credentialSubject"]["achievement"]
    face = Face(
        course=said["name"],
        title=achievement["name"],
        number=achievement["humanCode"],
        site=shown(said["issuer"]["name"]),
        rooms=(),
    )
    return draw_badge(face, credential)


@lru_cache(maxsize=KEPT)
def _badge(face: Face) -> bytes:
    """Draw a room seen from above: the label of the course on its wall, the building of the course below."""
    canvas = Canvas(BADGE, BADGE, PAPER)
    _walls(canvas, 24, 24, BADGE - 48, BADGE - 48, door=410)
    left, width = 68, BADGE - 136
    _head(canvas, face, left, 92, width)
    least = 150 if face.rooms else 0
    size, lines = fit(face.course, font="serif-italic", width=width, height=356 - least, sizes=LARGE)
    y = _lines(canvas, lines, left, 130, "serif-italic", size, INK) + 12
    if face.title != face.course:
        room = max(BOTTOM - 24 - least - y, 26)
        size, lines = fit(face.title, font="sans", width=width, height=room, sizes=SMALL, leading=1.3)
        y = _lines(canvas, lines, left, y, "sans", size, SOFT, leading=1.3)
    if face.rooms:
        _hang_plan(canvas, face, left, y + 24, 340, BOTTOM - 24 - y)
    return canvas.png()


@lru_cache(maxsize=KEPT)
def draw_preview(face: Face) -> bytes:
    """Return the picture of a link; one that does not count says so and has no name and no light in it."""
    canvas = Canvas(WIDE, HIGH, PAPER)
    _walls(canvas, 24, 24, WIDE - 48, HIGH - 48, door=400)
    left = 84
    width = 620 if face.rooms else WIDE - 2 * left
    _head(canvas, face, left, 104, WIDE - 2 * left)
    y = 148.0
    if face.stopped:
        size, lines = fit(face.stopped, font="serif-name", width=width, height=170, sizes=LARGE)
        y = _lines(canvas, lines, left, y, "serif-name", size, MADDER) + 24
    praised = bool(face.name)
    size, lines = fit(face.title, font="serif-italic", width=width, height=_share(face), sizes=LARGE)
    y = _lines(canvas, lines, left, y, "serif-italic", size, SOFT if face.stopped else INK)
    if praised:
        size, lines = fit(face.name, font="serif-name", width=width, height=104, sizes=MIDDLE)
        y = _lines(canvas, lines, left, y + 22, "serif-name", size, INK)
    foot = HIGH - 84 - 34 * (len(face.lines) - 1)
    if face.course != face.title:
        size, lines = fit(
            face.course, font="sans", width=width, height=max(foot - 70 - y, 24), sizes=SMALL, leading=1.3
        )
        _lines(canvas, lines, left, y + 16, "sans", size, SOFT, leading=1.3)
    canvas.box(left, foot - 40, width, 2, MADDER if face.stopped else VERDIGRIS)
    for number, line in enumerate(face.lines):
        size, _all = fit(line, font="sans", width=width, height=34, sizes=SMALL)
        canvas.write(line, left, foot + 34 * number, font="sans", size=size, colour=SOFT)
    if face.rooms:
        _hang_plan(canvas, face, 748, 148, 368, 398)
    return canvas.png()


def _share(face: Face) -> int:
    """Return how high the title of a preview may be, so that a long course has room below it."""
    return 200 if len(face.course) <= 60 or face.course == face.title else 130


def _walls(canvas: Canvas, x: int, y: int, width: int, height: int, *, door: int) -> None:
    """Draw thick walls round a room, with two windows above and a door out on the right."""
    thick = 12
    canvas.box(x, y, width, height, INK)
    canvas.box(x + thick, y + thick, width - 2 * thick, height - 2 * thick, BOARD)
    for third in (0.2, 0.62):
        start, wide = x + width * third, width * 0.18
        canvas.box(start, y, wide, thick, BOARD)
        for glass in (0.5, thick / 2, thick - 0.5):
            canvas.line(((start, y + glass), (start + wide, y + glass)), 1, INK)
    side = x + width
    canvas.box(side - thick, door, thick, 72, PAPER)
    way = door + 36
    canvas.line(((side - 46, way), (side + 14, way)), 3.5, OXIDE)
    canvas.line(((side, way - 14), (side + 14, way), (side, way + 14)), 3.5, OXIDE)


def _head(canvas: Canvas, face: Face, x: float, y: float, width: float) -> None:
    """Write the sign and the name of the site, and the number of the course at the other end."""
    canvas.hang(MARK, x, y - 27, 25)
    room = width - 60 - len(face.number) * 14
    size, lines = fit(face.site, font="sans-bold", width=room, height=28, sizes=(24, 22, 20, 18, 16, 14))
    canvas.write(lines[0], x + 40, y, font="sans-bold", size=size, colour=INK)
    canvas.write(face.number, x + width, y, font="sans-bold", size=22, colour=SOFT, anchor="r")


def _lines(
    canvas: Canvas,
    lines: Sequence[str],
    x: float,
    y: float,
    font: str,
    size: int,
    colour: str,
    leading: float = LEADING,
) -> float:
    """Write lines below one another from `y` on, and return where they end."""
    for number, line in enumerate(lines):
        canvas.write(line, x, y + size * (0.92 + leading * number), font=font, size=size, colour=colour)
    return y + size * leading * len(lines)


def _hang_plan(canvas: Canvas, face: Face, x: float, y: float, width: float, height: float) -> None:
    """Hang the building of the course, every light on, into the lower left corner of a place."""
    drawing = draw_plan(face.number, face.rooms)
    wide = min(width, height * drawing.width / drawing.height)
    high = wide * drawing.height / drawing.width
    canvas.hang(drawing, x, y + height - high, wide)
