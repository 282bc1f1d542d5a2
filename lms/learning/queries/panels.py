"""What stands beside an item: the steps of its room, previous and next, and the plan of the whole course."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from markupsafe import Markup

from lms.courses.queries import get_tree
from lms.domain.floorplan import ItemMark, PlanWords, Room, draw
from lms.domain.outline import Course, Item, Module
from lms.infra.languages import gettext as _
from lms.infra.languages import ngettext
from lms.learning import queries
from lms.learning.queries import Reading, Study

Link = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Step:
    """An item in the outline of its room."""

    id: str
    title: str
    href: str
    words: str


@dataclass(frozen=True, kw_only=True)
class RoomOutline:
    """A room in words: the same for every learner of a version and language."""

    number: int
    title: str
    module: Module
    steps: tuple[Step, ...]
    minutes: int


@dataclass(frozen=True, kw_only=True)
class Panel:
    """What a lesson page shows round its text; `key` names everything that it depends on."""

    key: tuple[Hashable, ...]
    number: str
    room: RoomOutline
    rows: list[tuple[str, str | None, str, bool, bool]]
    percent: int
    words: str
    before: Link | None
    after: Link | None
    locked_by: tuple[str, ...]


def path_of(slug: str, item_id: str) -> str:
    """Return the address of an item, as the contract has it."""
    return f"/learn/{slug}/{item_id}"


@lru_cache(maxsize=256)
def rooms_of(version_id: str, languages: tuple[str, ...], slug: str, code: str) -> tuple[RoomOutline, ...]:
    """Return the rooms of a course in words, made once a version, language and interface language."""
    course = get_tree(version_id, languages)
    return tuple(
        RoomOutline(
            number=number,
            title=_marked(module.title, course.language_of(f"course.yaml#modules.{module.id}.title"), code),
            module=module,
            steps=tuple(_step(course, course.items[key], slug, code) for key in module.items),
            minutes=sum(course.items[key].minutes for key in module.items),
        )
        for number, module in enumerate(course.modules, start=1)
    )


def _marked(title: str, lang: str, code: str) -> str:
    """Return a title that says its language where the page is in another."""
    return title if lang == code else Markup('<span lang="{}">{}</span>').format(lang, title)


def _step(course: Course, item: Item, slug: str, code: str) -> Step:
    words = ngettext("%(num)d minute", "%(num)d minutes", item.minutes) if item.minutes else ""
    if item.kind == "quiz":
        words = ", ".join(filter(None, (_("Quiz"), words)))
    elif item.kind == "task":
        words = ", ".join(filter(None, (_("Task"), words)))
    title = _marked(item.title, course.language_of(f"{item.path}#title"), code)
    return Step(id=item.id, title=title, href=path_of(slug, item.id), words=words)


def panel_of(reading: Reading, code: str) -> Panel:
    """Return what stands round an item for this reader."""
    study = reading.study
    done = frozenset(key for key, state in reading.states.items() if state.done_at)
    if study.state == "completed":
        done = frozenset(reading.course.order())
    return _panel(
        study.version_id, reading.languages, code, study.slug, study.number, reading.item.id, reading.enrolled, done
    )


@lru_cache(maxsize=4096)
def _panel(
    version_id: str,
    languages: tuple[str, ...],
    code: str,
    slug: str,
    number: str,
    item_id: str,
    enrolled: bool,
    done: frozenset[str],
) -> Panel:
    course = get_tree(version_id, languages)
    rooms = rooms_of(version_id, languages, slug, code)
    room = next(r for r in rooms if item_id in r.module.items)
    place = room.module.items.index(item_id)
    count = sum(step.id in done for step in room.steps)
    left = sum(course.items[step.id].minutes for step in room.steps if step.id not in done)
    order = [step for r in rooms for step in r.steps]
    at = next(i for i, step in enumerate(order) if step.id == item_id)
    return Panel(
        key=(version_id, languages, slug, item_id, enrolled, done),
        number=f"{number}.{room.number}.{place + 1}",
        room=room,
        rows=[
            (s.title, s.href if enrolled or s.id == item_id else None, s.words, s.id in done, s.id == item_id)
            for s in room.steps
        ],
        percent=count * 100 // len(room.steps),
        words=_progress_words(count, len(room.steps), left),
        before=_link(order, at - 1) if enrolled else None,
        after=_link(order, at + 1) if enrolled else None,
        locked_by=locked_by(course, room.module, done),
    )


def _link(order: list[Step], at: int) -> Link | None:
    return (order[at].title, order[at].href) if 0 <= at < len(order) else None


def _progress_words(done: int, total: int, minutes: int) -> str:
    steps = _("%(done)d of %(total)d steps done", done=done, total=total)
    return f"{steps}, {time_left(minutes)}" if minutes else steps


def time_left(minutes: int) -> str:
    """Say how much time is left, in hours from two on."""
    if minutes >= 120:
        hours = round(minutes / 60)
        return ngettext("%(num)d hour left", "%(num)d hours left", hours)
    return ngettext("%(num)d minute left", "%(num)d minutes left", minutes)


def locked_by(course: Course, module: Module, done: Collection[str]) -> tuple[str, ...]:
    """Return the titles of the rooms that come before this one and are not finished."""
    titles = {m.id: m for m in course.modules}
    return tuple(titles[key].title for key in module.after if not set(done).issuperset(titles[key].items))


@dataclass(frozen=True, kw_only=True)
class PlanRow:
    """A room in the list beside the plan."""

    number: int
    title: str
    href: str
    words: str
    hours: str
    done: bool
    here: bool
    steps: list[tuple[str, str, str, bool, bool]]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The plan of a course for one learner: drawing, list, and the next step."""

    svg: Markup
    rows: list[PlanRow]
    next: Link | None
    begun: bool
    lit: int


def plan_of(study: Study, course: Course, languages: tuple[str, ...], code: str) -> Plan:
    """Return the plan as this learner has lit it."""
    states = queries.list_states(study.enrolment_id) if study.enrolment_id else {}
    everything = study.state == "completed"
    done = set(course.order()) if everything else {key for key, state in states.items() if state.done_at}
    here = study.going_on
    rooms = rooms_of(study.version_id, languages, study.slug, code)
    svg = draw(drawn(course, rooms, done, here), seed=seed_of(study.number), mini=False, words=plan_words())
    return Plan(
        svg=Markup(svg),  # noqa: S704 - the plan escapes the titles that it draws
        rows=[_row(course, room, done, here) for room in rooms],
        next=_next_link(rooms, here, study.anchor if here == study.place else ""),
        begun=bool(states),
        lit=sum(set(room.module.items) <= done for room in rooms),
    )


def seed_of(number: str) -> int:
    """Return the seed of a course's building: its own number, so that it never changes."""
    year, _dot, ordinal = number.partition(".")
    return int(year) * 1000 + int(ordinal)


def plan_words() -> PlanWords:
    """Return the words that stand in the drawing."""
    return PlanWords(here=_("You are here"))


def drawn(course: Course, rooms: Sequence[RoomOutline], done: Collection[str], here: str | None) -> list[Room]:
    """Return the rooms of a course as the plan draws them."""
    numbers = {module.id: number for number, module in enumerate(course.modules, start=1)}
    return [
        Room(
            n=room.number,
            title=room.module.title,
            hours=max(room.minutes / 60, 0.25),
            items=tuple(
                ItemMark(kind=course.items[key].kind, done=key in done, here=key == here) for key in room.module.items
            ),
            after=tuple(numbers[key] for key in room.module.after),
            href=room.steps[0].href,
        )
        for room in rooms
    ]


@lru_cache(maxsize=512)
def mini_plan(version_id: str, slug: str, number: str, done: frozenset[str] = frozenset()) -> Markup:
    """Return the small plan of a course, lit by what is done; it holds no words."""
    course = get_tree(version_id)
    rooms = rooms_of(version_id, (course.language,), slug, course.language)
    svg = draw(drawn(course, rooms, done, None), seed=seed_of(number), mini=True, words=PlanWords(here=""))
    return Markup(svg)  # noqa: S704 - the plan escapes what it draws


def _row(course: Course, room: RoomOutline, done: set[str], here: str | None) -> PlanRow:
    count = sum(step.id in done for step in room.steps)
    waits = locked_by(course, room.module, done)
    if count == len(room.steps):
        words = _("Done")
    elif waits:
        words = _("Can be read ahead; counts after %(rooms)s", rooms=", ".join(waits))
    elif count:
        words = _("%(done)d of %(total)d steps done", done=count, total=len(room.steps))
    else:
        words = "" if here in room.module.items else _("Open")
    first = next((step for step in room.steps if step.id not in done), room.steps[0])
    return PlanRow(
        number=room.number,
        title=room.title,
        href=first.href,
        words=words,
        hours=hours_words(room.minutes),
        done=count == len(room.steps),
        here=here in room.module.items,
        steps=[(s.title, s.href, s.words, s.id in done, s.id == here) for s in room.steps],
    )


def hours_words(minutes: int) -> str:
    """Say how long something takes: minutes below an hour and a half, else hours to the half; nothing for no time."""
    if not minutes:
        return ""
    if minutes < 90:
        return ngettext("%(num)d minute", "%(num)d minutes", minutes)
    hours = round(minutes / 30) / 2
    return _("%(hours)s h", hours=f"{hours:g}")


def _next_link(rooms: Sequence[RoomOutline], here: str | None, anchor: str) -> Link | None:
    """Return the link to the step, down to the heading where one stopped."""
    end = f"#{quote(anchor)}" if anchor else ""
    return next(((s.title, s.href + end) for room in rooms for s in room.steps if s.id == here), None)
