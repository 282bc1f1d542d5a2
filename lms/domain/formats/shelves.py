"""glossary.yaml and media.yaml: the terms, and the media with their credited."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from lms.domain.attributes import is_kebab
from lms.domain.formats.keys import Keys
from lms.domain.formats.layout import PICTURES, Layout, extension
from lms.domain.formats.pictures import picture_size
from lms.domain.formats.readers import Entry, Value, entries_of
from lms.domain.formats.session import Session
from lms.domain.formats.svg import Drawing, scan_svg
from lms.domain.outline import Medium, Term

GLOSSARY = "glossary.yaml"
MEDIA_LIST = "media.yaml"


def read_glossary(session: Session) -> dict[str, Term]:
    """Read the terms by id, which may stand below a key `terms`."""
    terms: dict[str, Term] = {}
    for entry in _entries(session, GLOSSARY, wrapper="terms"):
        if not is_kebab(entry.key):
            session.faults.add(GLOSSARY, entry.line, f"id '{entry.key}' is not kebab-case")
        keys = Keys(entry.value, GLOSSARY, session.faults, f"term '{entry.key}'")
        term, text = keys.text("term", required=True), keys.text("text", required=True)
        keys.finish()
        session.lines[f"{GLOSSARY}#{entry.key}"] = entry.line
        terms[entry.key] = Term(
            id=entry.key,
            term=session.say(GLOSSARY, f"{entry.key}.term", term, keys.line_of("term")),
            text=session.say(GLOSSARY, f"{entry.key}.text", text, keys.line_of("text")),
        )
    return terms


def _entries(session: Session, path: str, wrapper: str = "") -> Sequence[Entry]:
    text = session.decode(path) if path in session.files else None
    if text is None or not text.strip():
        return ()
    root = session.yaml(path, text)
    if root is None:
        return ()
    if root.kind != "map":
        Keys(root, path, session.faults)
        return ()
    entries = entries_of(root)
    if len(entries) == 1 and entries[0].key == wrapper and _holds_mappings(entries[0].value):
        return entries_of(entries[0].value)
    return entries


def _holds_mappings(value: Value) -> bool:
    inner = entries_of(value)
    return bool(inner) and all(entry.value.kind == "map" for entry in inner)


def read_media(session: Session, layout: Layout, languages: Sequence[str] = ()) -> dict[str, Medium]:
    """Read every file below media/, taking the first of the languages that replaces it."""
    credited = _read_credits(session, layout)
    media = {}
    for name, path in layout.media.items():
        replaced = (layout.translated_media.get((lang, name)) for lang in languages)
        file = next((found for found in replaced if found), path)
        credit, licence, source = credited.get(name, ("", "", ""))
        content = session.files[file]
        drawing = _examined(session, file)
        media[name] = Medium(
            path=name,
            digest=sha256(content).hexdigest(),
            credit=credit,
            licence=licence,
            source=source,
            width=drawing.width,
            height=drawing.height,
            file=file,
        )
    if not languages:
        for path in layout.translated_media.values():
            _examined(session, path)
    return media


def _read_credits(session: Session, layout: Layout) -> dict[str, tuple[str, str, str]]:
    found: dict[str, tuple[str, str, str]] = {}
    for entry in _entries(session, MEDIA_LIST):
        name = entry.key
        keys = Keys(entry.value, MEDIA_LIST, session.faults, f"'{name}'")
        credit, licence = keys.text("credit", required=True), keys.text("licence", required=True)
        found[name] = (credit, licence, keys.text("source"))
        keys.finish()
        session.lines[f"{MEDIA_LIST}#{name}"] = entry.line
        if name not in layout.media:
            hint = "; write the path below media/" if name.startswith("media/") else ""
            session.faults.add(MEDIA_LIST, entry.line, f"there is no file 'media/{name}'{hint}")
    for name, path in layout.media.items():
        if name not in found:
            session.faults.add(path, 1, f"'{name}' has no credit and licence in media.yaml")
    return found


def examine(path: str, content: bytes) -> Drawing:
    """Return the size of a picture and what is wrong with it; other media have neither."""
    kind = extension(path)
    if kind == "svg":
        return scan_svg(content)
    if kind not in PICTURES:
        return Drawing((), None, None)
    size = picture_size(content)
    faults = () if size else ((1, f"is not a readable {kind.upper()} picture"),)
    return Drawing(faults, *(size or (None, None)))


def _examined(session: Session, path: str) -> Drawing:
    drawing = examine(path, session.files[path])
    for line, message in drawing.faults:
        session.faults.add(path, line, message)
    return drawing
