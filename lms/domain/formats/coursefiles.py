"""A course's files, read into its tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lms.domain.faults import Fault
from lms.domain.formats.entries import read_bank, read_guide, read_lesson, read_quiz, read_task
from lms.domain.formats.layout import Layout, read_layout
from lms.domain.formats.manifest import digest
from lms.domain.formats.readers import Readers
from lms.domain.formats.rules import CourseRules, ModuleRules, read_rules
from lms.domain.formats.session import Session
from lms.domain.formats.shelves import read_glossary, read_media
from lms.domain.outline import Bank, Course, Guide, Item, Module


@dataclass(frozen=True, slots=True)
class ReadResult:
    """The tree and what is wrong in single files; `course` is None when course.yaml gives no frame to put files in.

    A file that cannot be read is left out of the tree, so a course with faults is fit for a preview only.
    """

    course: Course | None
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A course with what the cross-file checks need besides its tree."""

    course: Course | None
    session: Session
    layout: Layout
    rules: CourseRules | None
    entries: tuple[Item | Bank | Guide, ...] = ()
    """Everything that was read, also what shares its id with another and is in no mapping of the tree."""


def read_course(files: Mapping[str, bytes], readers: Readers) -> ReadResult:
    """Read a course in its source language."""
    opened = open_course(files, readers)
    return ReadResult(opened.course, opened.session.faults.sorted())


def open_course(
    files: Mapping[str, bytes], readers: Readers, session: Session | None = None, languages: Sequence[str] = ()
) -> Opened:
    """Read a course with a session, which may bring translations; `languages` choose the media."""
    session = session or Session(files, readers)
    layout = read_layout(files, session.faults)
    rules = read_rules(session)
    items: list[Item] = [
        item
        for read, folder in ((read_lesson, "lessons"), (read_quiz, "quizzes"), (read_task, "tasks"))
        for path in layout.pages[folder]
        if (item := read(session, path))
    ]
    banks = [bank for path in layout.pages["banks"] if (bank := read_bank(session, path))]
    guides = [guide for path in layout.pages["guides"] if (guide := read_guide(session, path))]
    glossary = read_glossary(session)
    media = read_media(session, layout, languages)
    if "sources.md" in files:
        session.decode("sources.md")
    entries = (*items, *banks, *guides)
    if rules is None:
        return Opened(None, session, layout, None, entries)
    language = languages[0] if languages else rules.language
    course = Course(
        id=rules.id,
        title=rules.title,
        summary=rules.summary,
        language=language,
        translations=rules.translations,
        authors=rules.authors,
        licence=rules.licence,
        level=rules.level,
        hours=rules.hours if rules.hours is not None else _hours(items),
        competencies=rules.competencies,
        outcomes=rules.outcomes,
        modules=_modules(rules.modules, items, guides),
        completion=rules.completion,
        certificate=rules.certificate,
        items={item.id: item for item in reversed(items)},
        banks={bank.id: bank for bank in reversed(banks)},
        guides={guide.id: guide for guide in reversed(guides)},
        glossary=glossary,
        media=media,
        digest=digest(files),
        translated=frozenset(session.translated),
        languages={key: lang for key, lang in session.languages.items() if lang != language},
    )
    return Opened(course, session, layout, rules, entries)


def _hours(items: Iterable[Item]) -> float:
    """Return the minutes' sum in hours, to the half."""
    return round(sum(item.minutes for item in items) / 30) / 2


def _modules(rules: Sequence[ModuleRules], items: Sequence[Item], guides: Sequence[Guide]) -> tuple[Module, ...]:
    ids = {item.path: item.id for item in items}
    guide_ids = {guide.path: guide.id for guide in guides}
    return tuple(
        Module(
            id=module.id,
            title=module.title,
            items=tuple(ids[path] for path, _ in module.items if path in ids),
            after=tuple(after for after, _ in module.after),
            guide=guide_ids.get(module.guide),
        )
        for module in rules
    )
