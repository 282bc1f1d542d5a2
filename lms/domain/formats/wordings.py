"""What the catalogues of a course say for each of its texts, in the order of a reader's languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lms.domain.formats.readers import Catalogue, PoEntry


@dataclass(frozen=True, slots=True)
class Unit:
    """One text to translate: its context, its source as it goes into the catalogue, and where it stands."""

    context: str
    source: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Wording:
    """A translation: its language, whether it was made for an older source, and where it stands."""

    text: str
    lang: str
    fuzzy: bool
    path: str
    line: int


class Wordings:
    """Catalogues by language, in the reader's order; the source's language ends the search."""

    def __init__(self, catalogues: Sequence[tuple[str, Catalogue]], source_language: str) -> None:
        self._tables: list[tuple[str, dict[tuple[str, str], PoEntry]]] = []
        for lang, catalogue in catalogues:
            if lang == source_language:
                break
            table = {(e.context, e.source): e for e in catalogue.entries if e.text.strip() and not e.obsolete}
            self._tables.append((lang, table))

    def find(self, context: str, source: str) -> Wording | None:
        """Return the first translation there is; None when the source has to serve."""
        for lang, table in self._tables:
            if entry := table.get((context, source)):
                return Wording(entry.text.strip("\n"), lang, entry.fuzzy, po_path(lang), entry.line)
        return None


def po_path(lang: str) -> str:
    """Return where the catalogue of a language stands in a course."""
    return f"i18n/{lang}.po"
