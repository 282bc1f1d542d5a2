"""Writing gettext catalogues."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lms.domain.formats.readers import Catalogue, PoEntry

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\r": "\\r", "\n": "\\n"}
_ESCAPED = re.compile(r'[\\"\t\r\n]')


def write_po(catalogue: Catalogue) -> str:
    """Return the text of a catalogue as gettext's own tools write it, without wrapping lines."""
    parts = [_header(catalogue)]
    parts.extend(_entry(entry) for entry in catalogue.entries if not entry.obsolete)
    parts.extend(_obsolete(entry) for entry in catalogue.entries if entry.obsolete)
    return "\n".join(parts)


def _header(catalogue: Catalogue) -> str:
    lines = catalogue.comment.split("\n") if catalogue.comment else []
    comment = "".join(f"# {line}".rstrip() + "\n" for line in lines)
    fields = "".join(f"{key}: {value}\n" for key, value in catalogue.header)
    return comment + _field("msgid", "") + _field("msgstr", fields)


def _entry(entry: PoEntry) -> str:
    lines = [f"#. {line}\n" for line in entry.comment.split("\n") if entry.comment]
    lines.extend(f"#: {path}:{line}\n" for path, line in entry.references)
    if entry.fuzzy:
        lines.append("#, fuzzy\n")
    if entry.previous:
        lines.append(_prefixed("#| ", _field("msgid", entry.previous)))
    lines += [_field("msgctxt", entry.context), _field("msgid", entry.source), _field("msgstr", entry.text)]
    return "".join(lines)


def _obsolete(entry: PoEntry) -> str:
    fields = _field("msgctxt", entry.context) + _field("msgid", entry.source) + _field("msgstr", entry.text)
    return ("#, fuzzy\n" if entry.fuzzy else "") + _prefixed("#~ ", fields)


def _prefixed(prefix: str, text: str) -> str:
    return "".join(f"{prefix}{line}\n" for line in text.splitlines())


def _field(name: str, text: str) -> str:
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    if len(lines) <= 1:
        return f'{name} "{_escaped(text)}"\n'
    return f'{name} ""\n' + "".join(f'"{_escaped(line)}"\n' for line in lines)


def _escaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: _ESCAPES[match[0]], text)


def header(course_id: str, lang: str) -> tuple[tuple[str, str], ...]:
    """Return the header of a new catalogue."""
    return (
        ("Project-Id-Version", course_id),
        ("Language", lang),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=UTF-8"),
        ("Content-Transfer-Encoding", "8bit"),
    )


def by_key(entries: Iterable[PoEntry]) -> dict[tuple[str, str], PoEntry]:
    """Return entries by context and source."""
    return {(entry.context, entry.source): entry for entry in entries}
