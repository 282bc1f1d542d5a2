"""The page of a course, its glossary, and the credits of its media."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from flask import Blueprint, url_for
from markupsafe import Markup

from lms.courses import access, queries
from lms.courses.queries import CourseRow, Standing
from lms.courses.views import words
from lms.domain.outline import Course, Item, Module, Person
from lms.infra.languages import gettext as _
from lms.infra.languages import ngettext
from lms.infra.searchindex import words as fold
from lms.web import locale
from lms.web.guards import public
from lms.web.pages import page
from lms.web.prose import media_url, writer_of


@dataclass(frozen=True, kw_only=True)
class Step:
    """An item in the outline of a course; only who may open it gets its address."""

    title: str
    lang: str | None
    words: str
    href: str | None


@dataclass(frozen=True, kw_only=True)
class Room:
    """A module in the outline of a course."""

    number: int
    title: str
    lang: str | None
    words: str
    time: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class About:
    """What the page of a course says to everybody who reads it in the same languages; made once."""

    title: str
    title_lang: str | None
    head: Markup
    body: Markup
    facts: Markup
    first: str | None
    pace: str
    order: tuple[str, ...]


def add_to(blueprint: Blueprint) -> None:
    """Register the pages."""
    blueprint.add_url_rule("/courses/<slug>", "course", course)
    blueprint.add_url_rule("/courses/<slug>/glossary", "glossary", glossary)
    blueprint.add_url_rule("/courses/<slug>/credits", "credits", credits_page)


@public
def course(slug: str) -> str:
    """Show a course: what one will be able to do, its rooms, what it takes, and how to begin."""
    row = access.course_for_anybody(slug)
    standing = words.standings([row]).get(row.id)
    inside = standing if standing and standing.state != "left" else None
    spoken = row.reading_languages(locale.reading())
    about = _about(row.version_id, row.slug, spoken, locale.current(), _same(inside, row))
    return page(
        "courses/course.html",
        row=row,
        about=about,
        standing=inside,
        plan=words.lit(row, standing),
        here=_next(inside, row) if inside else None,
    )


def _same(standing: Standing | None, row: CourseRow) -> bool:
    """Tell whether the reader studies the very version that the page shows, so that its steps can be linked."""
    return standing is not None and standing.version_id == row.version_id


def _next(standing: Standing, row: CourseRow) -> str:
    """Return where to go on: the next step, or the plan when there is none."""
    if standing.next_item is None:
        return url_for("learning.plan", slug=row.slug)
    return url_for("learning.item", slug=row.slug, item_id=standing.next_item)


@lru_cache(maxsize=256)
def _about(version_id: str, slug: str, spoken: tuple[str, ...], _code: str, inside: bool) -> About:
    """Make what is the same for all who read a version in these languages with this interface."""
    row = access.course_for_anybody(slug)
    tree = queries.get_tree(version_id, spoken)
    first = next((key for key in tree.order() if tree.items[key].kind == "lesson"), None)
    title_lang = words.foreign(tree.language_of("course.yaml#title"))
    context = {
        "row": row,
        "course": tree,
        "title_lang": title_lang,
        "summary_lang": words.foreign(tree.language_of("course.yaml#summary")),
        "made": words.made(row),
        "stuff": words.substance(row),
    }
    head = page("courses/_head.html", **context)
    body = page(
        "courses/_body.html",
        **context,
        outcomes=[(text, _lang(tree, f"outcomes.{key}")) for key, text in tree.outcomes.items()],
        rooms=_rooms(tree, slug, first, inside),
        rules=words.rules(tree),
    )
    facts = page("courses/_facts.html", **context, facts=_facts(tree, row))
    return About(
        title=tree.title,
        title_lang=title_lang,
        head=Markup(head),  # noqa: S704 - rendered by an autoescaped template
        body=Markup(body),  # noqa: S704
        facts=Markup(facts),  # noqa: S704
        first=url_for("learning.item", slug=slug, item_id=first) if first else None,
        pace=words.weeks(tree.hours),
        order=tree.order(),
    )


def _rooms(tree: Course, slug: str, first: str | None, inside: bool) -> list[Room]:
    numbers = {module.id: number for number, module in enumerate(tree.modules, start=1)}
    return [
        Room(
            number=number,
            title=module.title,
            lang=_lang(tree, f"modules.{module.id}.title"),
            words=_room_words(tree, module, numbers),
            time=words.minutes(sum(tree.items[key].minutes for key in module.items)),
            steps=tuple(_step(tree.items[key], tree, slug, inside or key == first) for key in module.items),
        )
        for number, module in enumerate(tree.modules, start=1)
    ]


def _room_words(tree: Course, module: Module, numbers: dict[str, int]) -> str:
    counted = words.steps(tree.items[key].kind for key in module.items)
    if not module.after:
        return counted
    before = [numbers[key] for key in module.after]
    builds = ngettext(
        "builds on room %(rooms)s", "builds on rooms %(rooms)s", len(before), rooms=", ".join(map(str, before))
    )
    return f"{counted}; {builds}"


def _step(item: Item, tree: Course, slug: str, is_open: bool) -> Step:
    kind = {"lesson": "", "quiz": _("Quiz"), "task": _("Task for your museum")}[item.kind]
    time = words.minutes(item.minutes) if item.minutes else ""
    return Step(
        title=item.title,
        lang=words.foreign(tree.language_of(f"{item.path}#title")),
        words=", ".join(filter(None, (kind, time))),
        href=url_for("learning.item", slug=slug, item_id=item.id) if is_open else None,
    )


def _facts(tree: Course, row: CourseRow) -> list[tuple[str, str | Markup]]:
    competencies = ", ".join(words.competency_name(c) for c in tree.competencies)
    facts: list[tuple[str, str | Markup]] = [
        (_("Certificate"), _certificate(tree)),
        (_("Languages"), words.languages(row.languages)),
        (_("Competencies"), competencies),
        (_("Authors"), "; ".join(map(_person, tree.authors))),
        (_("Licence"), words.licence_name(tree.licence)),
    ]
    return [(term, value) for term, value in facts if value]


def _certificate(tree: Course) -> str | Markup:
    terms = tree.certificate
    if terms is None:
        return ""
    title = words.marked(terms.title, tree.language_of("course.yaml#certificate.title"))
    if terms.valid_months is None:
        valid = _("does not expire")
    elif terms.valid_months % 12:
        valid = ngettext("valid for %(num)d month", "valid for %(num)d months", terms.valid_months)
    else:
        valid = ngettext("valid for %(num)d year", "valid for %(num)d years", terms.valid_months // 12)
    return Markup(", ").join((title, words.hours(tree.hours), valid))


def _person(person: Person) -> str:
    return f"{person.name}, {person.museum}" if person.museum else person.name


def _lang(tree: Course, key: str) -> str | None:
    return words.foreign(tree.language_of(f"course.yaml#{key}"))


def _tree(slug: str) -> tuple[CourseRow, Course]:
    row = access.course_for_anybody(slug)
    return row, queries.get_tree(row.version_id, row.reading_languages(locale.reading()))


@public
def glossary(slug: str) -> str:
    """Show the terms of a course in the order of their letters."""
    row, tree = _tree(slug)
    writer = writer_of(tree)
    terms = [
        (
            term.id,
            writer.inline(term.term),
            writer.inline(term.text),
            words.foreign(tree.language_of(f"glossary.yaml#{term.id}.term")),
            words.foreign(tree.language_of(f"glossary.yaml#{term.id}.text")),
        )
        for term in sorted(tree.glossary.values(), key=lambda term: fold(term.term))
    ]
    return page("courses/glossary.html", row=row, course=tree, terms=terms, title_lang=_lang(tree, "title"))


@public
def credits_page(slug: str) -> str:
    """Show who made the media of a course, and what others may do with them."""
    row, tree = _tree(slug)
    # What stands on the certificate is credited and not handed out.
    printed = set(tree.certificate.pictures().values()) if tree.certificate else set()
    media = [
        (m.path, None if m.path in printed else media_url(m.digest, m.path), m.credit, m.licence, m.source)
        for m in sorted(tree.media.values(), key=lambda medium: medium.path)
    ]
    return page(
        "courses/credits.html",
        row=row,
        course=tree,
        media=[
            (path, url, credit, words.licence_name(licence), source) for path, url, credit, licence, source in media
        ],
        licence=words.licence_name(tree.licence),
        authors="; ".join(map(_person, tree.authors)),
        title_lang=_lang(tree, "title"),
    )
