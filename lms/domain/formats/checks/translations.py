"""Catalogues of a course: what they change that they may not, what is missing, fuzzy or fits nothing any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from lms.domain.faults import NEAR_PATH, Faults, did_you_mean
from lms.domain.formats.coursefiles import Opened, open_course
from lms.domain.formats.readers import PoEntry, Readers
from lms.domain.formats.rules import COURSE
from lms.domain.formats.session import Session
from lms.domain.formats.shelves import examine
from lms.domain.formats.wordings import Unit, Wordings, po_path


def check_translations(opened: Opened, faults: Faults) -> None:
    """Check every catalogue and every replaced file of media/."""
    if opened.course is None:
        return
    listed = opened.course.translations
    for lang in listed:
        if lang not in opened.layout.catalogues:
            line = opened.session.lines.get(f"{COURSE}#translations.{lang}", 1)
            faults.warn(COURSE, line, f"missing translation: there is no {po_path(lang)} yet")
    for lang, path in opened.layout.catalogues.items():
        if lang not in listed:
            hint = did_you_mean(lang, listed)
            faults.warn(path, 1, f"unused file: 'translations' in course.yaml does not list '{lang}'{hint}")
        _check_catalogue(opened, lang, path, faults)
    for (_, name), path in opened.layout.translated_media.items():
        _check_medium(opened, name, path, faults)


def _check_catalogue(opened: Opened, lang: str, path: str, faults: Faults) -> None:
    text = opened.session.decode(path)
    if text is None:
        return
    readers = opened.session.readers
    catalogue = readers.po(text)
    if catalogue.problem:
        faults.add(path, *catalogue.problem)
        return
    found = Faults()
    wordings = Wordings([(lang, catalogue)], opened.session.lang)
    session = Session(opened.session.files, readers, faults=found, wordings=wordings)
    open_course(opened.session.files, readers, session, [lang])
    faults.extend(fault for fault in found.sorted() if fault.path == path)
    entries = {(e.context, e.source): e for e in catalogue.entries if not e.obsolete and e.source}
    units = {(unit.context, unit.source): unit for unit in session.units}
    for key, entry in entries.items():
        if key not in units:
            faults.warn(path, entry.line, f"unused translation: {entry.context} has no such text any more; run merge")
        elif entry.text.strip():
            _check_entry(path, entry, units[key], readers, faults)
    missing = [unit for key, unit in units.items() if key not in entries or not entries[key].text.strip()]
    _tell_missing(path, missing, faults)


def _check_entry(path: str, entry: PoEntry, unit: Unit, readers: Readers, faults: Faults) -> None:
    if entry.fuzzy:
        faults.warn(path, entry.line, f"fuzzy translation of {unit.context} ({unit.path}:{unit.line})")
        return
    before, after = _targets(readers, unit.source), _targets(readers, entry.text)
    gone, come = before - after, after - before
    if gone or come:
        changed = [f"leaves out '{target}'" for target in gone] + [f"adds '{target}'" for target in come]
        message = f"translation of {unit.context} (line {unit.line}) changes a link, an image or a term:"
        faults.add(path, entry.line, f"{message} {', '.join(changed)}")
    for image in readers.references(entry.text).images if "![" in entry.text else ():
        if not image.text.strip() and "decorative" not in image.classes:
            faults.add(path, entry.line, f"image '{image.target}' has no alt text in the translation")
    for _, html in readers.references(entry.text).raw_html if "<" in entry.text else ():
        faults.warn(path, entry.line, f"raw HTML '{html}' is taken out")


def _targets(readers: Readers, markdown: str) -> Counter[str]:
    if "](" not in markdown and "]:" not in markdown and "<" not in markdown:
        return Counter()
    found = readers.references(markdown)
    return Counter(link.target for link in (*found.links, *found.images))


def _tell_missing(path: str, missing: Iterable[Unit], faults: Faults) -> None:
    """Tell what is missing by file, since a catalogue just begun would drown the rest."""
    by_file: dict[str, list[Unit]] = {}
    for unit in missing:
        by_file.setdefault(unit.path, []).append(unit)
    for file, units in by_file.items():
        lines = ", ".join(str(unit.line) for unit in units[:10]) + (", …" if len(units) > 10 else "")
        texts = "text" if len(units) == 1 else "texts"
        faults.warn(path, 1, f"missing translation of {len(units)} {texts} of {file}: line {lines}")


def _check_medium(opened: Opened, name: str, path: str, faults: Faults) -> None:
    if opened.course is None or name not in opened.course.media:
        known = opened.course.media if opened.course else ()
        faults.add(path, 1, f"replaces 'media/{name}', which does not exist{did_you_mean(name, known, NEAR_PATH)}")
        return
    original = opened.course.media[name]
    replaced = examine(path, opened.session.files[path])
    sizes = (original.width, original.height), (replaced.width, replaced.height)
    if None not in (*sizes[0], *sizes[1]) and sizes[0] != sizes[1]:
        message = f"is {sizes[1][0]} × {sizes[1][1]}, but the picture it replaces is {sizes[0][0]} × {sizes[0][1]}"
        faults.warn(path, 1, message)
