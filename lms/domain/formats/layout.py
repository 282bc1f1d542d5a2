"""Which files a course may hold, and what each is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lms.domain.faults import Faults, did_you_mean
from lms.domain.formats.manifest import is_dotfile

SINGLE = ("course.yaml", "glossary.yaml", "media.yaml", "sources.md")
FOLDERS = ("lessons", "quizzes", "banks", "tasks", "guides")
PICTURES = ("svg", "png", "jpg", "jpeg", "webp")
SOUNDS = ("mp3", "m4a", "ogg", "oga", "opus", "wav", "flac")
FILMS = ("mp4", "webm", "ogv")
PAPERS = ("vtt", "pdf", "txt")
MEDIA = (*PICTURES, *SOUNDS, *FILMS, *PAPERS)


@dataclass(slots=True)
class Layout:
    """The files of a course by kind; `translated_media` maps (language, path below media/) to the file."""

    pages: dict[str, list[str]] = field(default_factory=lambda: {folder: [] for folder in FOLDERS})
    media: dict[str, str] = field(default_factory=dict)
    catalogues: dict[str, str] = field(default_factory=dict)
    translated_media: dict[tuple[str, str], str] = field(default_factory=dict)


def read_layout(files: Mapping[str, bytes], faults: Faults) -> Layout:
    """Sort the files by kind; any that is not named in the format is a fault."""
    layout = Layout()
    for path in sorted(files):
        if not is_dotfile(path) and path not in SINGLE and not _place(layout, path):
            faults.add(path, 1, _unknown(path, files))
    return layout


def extension(path: str) -> str:
    """Return the ending of a file's name in small letters, without its point."""
    return path.rpartition(".")[2].lower() if "." in path.rpartition("/")[2] else ""


def is_picture(path: str) -> bool:
    """Tell whether a file can be shown as an image."""
    return extension(path) in PICTURES


def _place(layout: Layout, path: str) -> bool:
    folder, _, rest = path.partition("/")
    if folder in FOLDERS and rest.endswith(".md") and "/" not in rest:
        layout.pages[folder].append(path)
        return True
    if folder == "media" and extension(rest) in MEDIA:
        layout.media[rest] = path
        return True
    if folder == "i18n":
        return _place_translation(layout, path, rest)
    return False


def _place_translation(layout: Layout, path: str, rest: str) -> bool:
    if rest.endswith(".po") and "/" not in rest:
        layout.catalogues[rest.removesuffix(".po")] = path
        return True
    lang, _, inner = rest.partition("/")
    below, _, medium = inner.partition("/")
    if below == "media" and extension(medium) in MEDIA:
        layout.translated_media[lang, medium] = path
        return True
    return False


def _unknown(path: str, files: Iterable[str]) -> str:
    folder, _, rest = path.partition("/")
    if folder in FOLDERS and rest:
        return f"unknown file '{path}': {folder}/ holds files that end in .md, and no folders"
    if folder == "media":
        return f"unknown kind of file '{rest}': media are {', '.join(MEDIA)}"
    if folder == "i18n":
        return f"unknown file '{path}': i18n/ holds <language>.po and <language>/media/"
    known = [*SINGLE, *FOLDERS, "media", "i18n"] if not rest else [*FOLDERS, "media", "i18n"]
    kind = "folder" if rest else "file"
    name = folder if rest else path
    return f"unknown {kind} '{name}'{did_you_mean(name, (k for k in known if k not in files))}"
