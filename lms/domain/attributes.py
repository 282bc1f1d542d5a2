"""Attributes of blocks, options and images: `{#id key=value key="two words" .class}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""\s*(?:
        \#(?P<id>[^\s{}"=#]+)
      | \.(?P<class>[^\s{}"=]+)
      | (?P<key>[A-Za-z][\w-]*)=(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s{}"]*))
    )(?=\s|$)""",
    re.VERBOSE,
)
_TRAILING = re.compile(
    r"""(?<![\\)\]`])\{(?P<inside>\s*(?:[#.][\w-]|[A-Za-z][\w-]*=)(?:[^{}"]|"(?:[^"\\]|\\.)*")*)\}\s*$"""
)
_KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Attributes:
    """What stood in the braces; `problems` quotes what could not be read."""

    id: str = ""
    classes: tuple[str, ...] = ()
    pairs: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def flat(self) -> dict[str, str]:
        """Return the pairs, with the classes under `class` when there are any."""
        return {**self.pairs, **({"class": " ".join(self.classes)} if self.classes else {})}


def is_kebab(text: str) -> bool:
    """Tell whether an id is kebab-case: lower-case letters and digits in words joined by hyphens."""
    return _KEBAB.fullmatch(text) is not None


def read_attributes(inside: str) -> Attributes:
    """Read what stands between the braces."""
    found_id = ""
    classes: list[str] = []
    pairs: dict[str, str] = {}
    problems: list[str] = []
    at = 0
    while inside[at:].strip():
        token = _TOKEN.match(inside, at)
        if token is None:
            problems.append(f"cannot read the attributes at '{inside[at:].strip()}'")
            break
        at = token.end()
        if token["id"]:
            problems.extend([f"two ids: '#{found_id}' and '#{token['id']}'"] if found_id else [])
            found_id = token["id"]
        elif token["class"]:
            classes.append(token["class"])
        else:
            if token["key"] in pairs:
                problems.append(f"attribute '{token['key']}' stands twice")
            quoted = token["quoted"]
            pairs[token["key"]] = token["plain"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
    return Attributes(found_id, tuple(classes), pairs, tuple(problems))


def split_attributes(text: str) -> tuple[str, Attributes]:
    """Take the attributes off the end of a text; after a backslash they are text, after a link or image its own."""
    match = _TRAILING.search(text) if text.rstrip().endswith("}") else None
    if match is None:
        return text, Attributes()
    return text[: match.start()].rstrip(), read_attributes(match["inside"])
