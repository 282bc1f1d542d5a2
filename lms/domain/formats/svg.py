"""Drawings that come from outside: what would make them unsafe to show, and their size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

MAX_NESTING = 200
_SPACES = re.compile(r"[\s,]+")
_URL = re.compile(r"""url\(\s*(['"]?)(?P<target>[^)'"]*)\1\s*\)""", re.IGNORECASE)
_LENGTH = re.compile(r"\s*(\d+(?:\.\d+)?)(?:px)?\s*")
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?")
_EMBEDDED = re.compile(r"data:image/(?:png|jpeg|webp|gif);base64,")
_REFERENCES = ("href", "src", "from", "to", "values", "by")
_ANIMATED = ("from", "to", "values", "by")


@dataclass(frozen=True, slots=True)
class Drawing:
    """The faults of an SVG by line, and its size in its own pixels."""

    faults: tuple[tuple[int, str], ...]
    width: int | None
    height: int | None


class _Refused(Exception):
    pass


class _Scan:
    """Look at every element, attribute and style of a drawing."""

    def __init__(self) -> None:
        self.faults: list[tuple[int, str]] = []
        self.size: tuple[int, int] | None = None
        self._depth = 0
        self._in_style = False
        self._style: list[str] = []
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.ProcessingInstructionHandler = self._instruction
        self._parser.buffer_text = True

    def run(self, content: bytes) -> None:
        """Read the whole drawing."""
        try:
            self._parser.Parse(content, True)
        except _Refused:
            return
        except expat.ExpatError as error:
            self.faults.append((error.lineno, f"is not a readable SVG: {expat.ErrorString(error.code)}"))

    def _fault(self, message: str) -> None:
        self.faults.append((self._parser.CurrentLineNumber, message))

    def _doctype(self, *_: object) -> None:
        self._fault("SVG with a document type or entities: remove the line '<!DOCTYPE …>'")
        raise _Refused

    def _instruction(self, target: str, data: str) -> None:
        if target != "xml":
            self._fault(f"SVG with the instruction '<?{target}', which can fetch from outside")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_NESTING:
            self._fault(f"SVG nested more than {MAX_NESTING} deep")
            raise _Refused
        tag = _local(name)
        if self._depth == 1:
            if tag != "svg":
                self._fault(f"is not an SVG: its root is '<{name}>'")
            self.size = _size(attributes)
        if tag in ("script", "foreignobject", "iframe", "embed", "object", "handler", "listener"):
            self._fault(f"SVG with <{name}>")
        self._in_style = self._in_style or tag == "style"
        for key, value in attributes.items():
            self._attribute(_local(key), key, value)

    def _attribute(self, key: str, written: str, value: str) -> None:
        if key.startswith("on"):
            self._fault(f"SVG with the attribute '{written}'")
        elif key in _REFERENCES and not written.lower().startswith("xmlns"):
            target = value.strip()
            if not _is_inside(target) and (key not in _ANIMATED or _looks_outside(target)):
                self._fault(f"SVG with the outside reference '{_short(target)}'")
        elif key == "base" and written.lower() == "xml:base":
            self._fault(f"SVG with the outside reference '{_short(value)}'")
        if key != "style":
            self._urls(value)
        else:
            self._css(value)

    def _urls(self, value: str) -> None:
        for target in _outside_urls(value):
            self._fault(f"SVG with the outside reference '{_short(target)}'")

    def _css(self, css: str) -> None:
        plain = _ESCAPE.sub(lambda m: chr(min(int(m[1], 16), 0x10FFFF)), css)
        self._urls(plain)
        if re.search(r"@import|image-set\s*\(|expression\s*\(|javascript:", plain, re.IGNORECASE):
            self._fault("SVG with an @import or another outside reference in its style")

    def _text(self, data: str) -> None:
        if self._in_style:
            self._style.append(data)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if _local(name) == "style":
            self._css("".join(self._style))
            self._style.clear()
            self._in_style = False


def scan_svg(content: bytes) -> Drawing:
    """Return what is unsafe in an SVG, and its size from width and height or the viewBox."""
    scan = _Scan()
    scan.run(content)
    width, height = scan.size or (None, None)
    return Drawing(tuple(dict.fromkeys(scan.faults)), width, height)


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


def _is_inside(target: str) -> bool:
    return not target or target.startswith("#") or _EMBEDDED.match(target) is not None


def _looks_outside(target: str) -> bool:
    return bool(re.match(r"\s*(?:[a-z][a-z0-9+.-]*:|//)", target, re.IGNORECASE))


def _outside_urls(value: str) -> Iterator[str]:
    for match in _URL.finditer(value):
        if not _is_inside(match["target"].strip()):
            yield match["target"].strip()


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"


def _size(attributes: dict[str, str]) -> tuple[int, int] | None:
    box = _SPACES.split(attributes.get("viewBox", "").strip())
    try:
        found = (float(box[2]), float(box[3])) if len(box) == 4 else None
    except ValueError:
        found = None
    if found is None:
        sides = [_LENGTH.fullmatch(attributes.get(side, "")) for side in ("width", "height")]
        found = (float(sides[0][1]), float(sides[1][1])) if sides[0] and sides[1] else None
    if found is None or not all(0 < side < 100_000 for side in found):
        return None
    return max(1, round(found[0])), max(1, round(found[1]))
