"""Translations of a course: extracting a catalogue, merging it with a changed source, and the course in a language.

One entry stands for a paragraph, list, table or heading of prose (context: the file's path), for a whole block
(context: `path#block-id` when it has an id, its fences included), or for a title or text of YAML or front matter
(`course.yaml#modules.agents.title`, `lessons/x.md#title`, `glossary.yaml#rh.text`). Every node of a tree made here
says in `lang` which language its text is in; titles say it by `Course.language_of(key)` with the same keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from lms.domain.formats.coursefiles import open_course
from lms.domain.formats.po import by_key, header, write_po
from lms.domain.formats.readers import Catalogue, PoEntry, Readers
from lms.domain.formats.session import Session
from lms.domain.formats.wordings import Unit, Wordings, po_path
from lms.domain.outline import Course

NEAR = 0.6
"""How like the old source a changed one must be (difflib's ratio) for its translation to be kept as fuzzy."""


class CatalogueUnreadable(Exception):
    """A catalogue cannot be read; the message is `path:line: why`."""


def extract(files: Mapping[str, bytes], lang: str, readers: Readers) -> str:
    """Return a catalogue of everything to translate, with nothing translated yet."""
    course, units = _units(files, readers)
    return write_po(Catalogue(tuple(_entries(units)), header(course.id if course else "", lang)))


def merge(files: Mapping[str, bytes], lang: str, readers: Readers) -> str:
    """Return the catalogue of `i18n/<lang>.po` for the present source, as msgmerge does.

    What fits is kept; a translation of a block with the same id, or of a text much like it in the same file, is kept
    as fuzzy; what fits nothing is kept as obsolete. Raises CatalogueUnreadable.
    """
    course, units = _units(files, readers)
    old = _read(files, lang, readers)
    known = by_key(entry for entry in old.entries if entry.text.strip())
    fresh = list(_entries(units))
    kept = {(e.context, e.source) for e in fresh} & known.keys()
    free = [entry for key, entry in known.items() if key not in kept]
    merged = []
    for entry in fresh:
        if found := known.get((entry.context, entry.source)):
            merged.append(replace(entry, text=found.text, fuzzy=found.fuzzy, previous=found.previous))
            continue
        near = _nearest(entry, free)
        if near is not None:
            free.remove(near)
            entry = replace(entry, text=near.text, fuzzy=True, previous=near.source)
        merged.append(entry)
    obsolete = [replace(entry, obsolete=True, references=(), previous="") for entry in free]
    fields = old.header or header(course.id if course else "", lang)
    return write_po(Catalogue((*merged, *obsolete), fields, old.comment))


def in_language(source: Course, files: Mapping[str, bytes], languages: str | Sequence[str], readers: Readers) -> Course:
    """Return the course in a reader's languages, in their order; what has no translation is the source's.

    The tree's `language` is the first of them. A catalogue that cannot be read counts as absent; a translation that
    changes what it may not is left out, block by block.
    """
    wanted = (languages,) if isinstance(languages, str) else tuple(languages)
    if not wanted or wanted[0] == source.language:
        return source
    catalogues = []
    for lang in wanted:
        found = Catalogue() if lang == source.language else _find(files, lang, readers)
        catalogues.extend([(lang, found)] if found else [])
    session = Session(files, readers, wordings=Wordings(catalogues, source.language))
    opened = open_course(files, readers, session, wanted)
    return replace(opened.course, digest=source.digest) if opened.course else source


def _units(files: Mapping[str, bytes], readers: Readers) -> tuple[Course | None, list[Unit]]:
    session = Session(files, readers, wordings=Wordings((), ""))
    return open_course(files, readers, session).course, session.units


def _entries(units: Iterable[Unit]) -> list[PoEntry]:
    """Return one entry a text: equal texts of one context share it."""
    found: dict[tuple[str, str], PoEntry] = {}
    for unit in units:
        key = (unit.context, unit.source)
        place = (unit.path, unit.line)
        entry = found.get(key)
        found[key] = replace(entry, references=(*entry.references, place)) if entry else _new_entry(unit, place)
    return list(found.values())


def _new_entry(unit: Unit, place: tuple[str, int]) -> PoEntry:
    return PoEntry(context=unit.context, source=unit.source, references=(place,))


def _read(files: Mapping[str, bytes], lang: str, readers: Readers) -> Catalogue:
    path = po_path(lang)
    if path not in files:
        return Catalogue()
    try:
        catalogue = readers.po(files[path].decode())
    except UnicodeDecodeError as error:
        raise CatalogueUnreadable(f"{path}:1: is not UTF-8") from error
    if catalogue.problem:
        raise CatalogueUnreadable(f"{path}:{catalogue.problem[0]}: {catalogue.problem[1]}")
    return catalogue


def _find(files: Mapping[str, bytes], lang: str, readers: Readers) -> Catalogue | None:
    try:
        return _read(files, lang, readers) if po_path(lang) in files else None
    except CatalogueUnreadable:
        return None


def _nearest(entry: PoEntry, candidates: Sequence[PoEntry]) -> PoEntry | None:
    """Return the old entry whose translation is worth keeping: the same id first, else the most alike of its file."""
    same = [candidate for candidate in candidates if candidate.context == entry.context]
    if "#" in entry.context:
        return same[0] if same else None
    best, ratio = None, NEAR
    matcher = SequenceMatcher(autojunk=False, b=entry.source)
    for candidate in same:
        matcher.set_seq1(candidate.source)
        if matcher.real_quick_ratio() > ratio and matcher.quick_ratio() > ratio and matcher.ratio() > ratio:
            best, ratio = candidate, matcher.ratio()
    return best
