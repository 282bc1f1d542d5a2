"""One reading of a course's files: what was decoded, where its keys stand, and in which language it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lms.domain.faults import Faults
from lms.domain.formats.blocks import Document, parse, with_rubric
from lms.domain.formats.keys import Keys
from lms.domain.formats.nodes import Place, note_problems, parts_to_nodes
from lms.domain.formats.readers import Readers, Value
from lms.domain.formats.translated import translated_nodes
from lms.domain.formats.wordings import Unit, Wordings
from lms.domain.outline import Node


@dataclass(slots=True)
class Session:
    """What readers of the single files share."""

    files: Mapping[str, bytes]
    readers: Readers
    faults: Faults = field(default_factory=Faults)
    lang: str = ""
    wordings: Wordings | None = None
    documents: dict[str, Document] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    """YAML files that could not be read: what they might have named is not told as missing too."""
    lines: dict[str, int] = field(default_factory=dict)
    """Lines of keys that the cross-file checks report at, such as `quizzes/final.md#draw.0`."""
    units: list[Unit] = field(default_factory=list)
    """Every text to translate, when `wordings` is given."""
    languages: dict[str, str] = field(default_factory=dict)
    translated: set[str] = field(default_factory=set)

    def decode(self, path: str) -> str | None:
        """Return a file's text; None when it is not UTF-8 without a byte-order mark."""
        content = self.files[path]
        if content.startswith(b"\xef\xbb\xbf"):
            self.faults.add(path, 1, "begins with a byte-order mark: save it as UTF-8 without one")
            content = content[3:]
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            self.faults.add(path, line, f"is not UTF-8: byte 0x{content[error.start]:02x}")
            return None
        if "\x00" in text:
            self.faults.add(path, text.count("\n", 0, text.index("\x00")) + 1, "is not text: it holds a zero byte")
            return None
        return text

    def yaml(self, path: str, text: str) -> Value | None:
        """Return the root of a YAML text, noting what is wrong with it."""
        found = self.readers.yaml(text)
        for problem in found.problems:
            self.faults.add(path, problem.line, problem.message)
        if found.root is None:
            self.unread.add(path)
        if found.root is None and not found.problems:
            self.faults.add(path, 1, "holds no keys")
        return found.root

    def front_matter(self, path: str, *, is_task: bool = False) -> tuple[Document, Keys] | None:
        """Return a Markdown file's document and the keys of its front matter."""
        text = self.decode(path)
        if text is None:
            return None
        document = parse(text)
        self.documents[path] = document = with_rubric(document) if is_task else document
        if document.front is None:
            for line, message in document.problems:
                self.faults.add(path, line, message)
            return None
        root = self.yaml(path, document.front_matter())
        return (document, Keys(root, path, self.faults)) if root is not None else None

    def say(self, path: str, key: str, text: str, line: int) -> str:
        """Return a title or text of YAML in the reader's language."""
        if self.wordings is None or not text:
            return text
        context = f"{path}#{key}"
        self.units.append(Unit(context, text, path, line))
        wording = self.wordings.find(context, text)
        if wording is None:
            self.languages[context] = self.lang
            return text
        self.languages[context] = wording.lang
        return wording.text

    def nodes(self, document: Document, place: Place) -> tuple[Node, ...]:
        """Read a document's nodes in the reader's language."""
        note_problems(document, place)
        if self.wordings is None:
            return parts_to_nodes(document, document.parts, place)
        found = translated_nodes(document, place, self.wordings)
        self.units.extend(found.units)
        self.translated.update(found.keys)
        return found.nodes
