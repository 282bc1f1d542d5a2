"""Reading the keys of a YAML mapping: what is required, its type and range, and what is unknown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from lms.domain.attributes import is_kebab
from lms.domain.faults import Faults, did_you_mean
from lms.domain.formats.readers import Entry, Scalar, Value, entries_of, values_of

_KIND_NAMES = {str: "a text", int: "a whole number", float: "a number", bool: "true or false", type(None): "nothing"}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class Keys:
    """A mapping whose keys are asked for one by one; `finish` tells about those that nobody asked for."""

    def __init__(self, value: Value, path: str, faults: Faults, where: str = "") -> None:
        self._entries: dict[str, Entry] = {entry.key: entry for entry in entries_of(value)}
        self._known: list[str] = []
        self._path = path
        self._faults = faults
        self._where = f" in {where}" if where else ""
        self.line = value.line
        if value.kind != "map":
            self._faults.add(path, value.line, f"expected keys{self._where}, found {describe(value)}")

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def fault(self, key: str, message: str) -> None:
        """Note a fault at a key."""
        self._faults.add(self._path, self.line_of(key), message)

    def line_of(self, key: str) -> int:
        """Return the line of a key, or of the mapping when it has no such key."""
        return self._entries[key].line if key in self._entries else self.line

    def find(self, key: str, *, required: bool = False) -> Value | None:
        """Return the value of a key; None when it is absent."""
        self._known.append(key)
        if key in self._entries:
            return self._entries[key].value
        if required:
            self._faults.add(self._path, self.line, f"missing key '{key}'{self._where}")
        return None

    def text(self, key: str, *, required: bool = False, default: str = "") -> str:
        """Return a text that is not empty."""
        value = self.find(key, required=required)
        if value is None:
            return default
        if not isinstance(value.content, str):
            hint = ": put it in quotes" if isinstance(value.content, int | float) else ""
            self._wrong(key, "a text", value, hint)
            return default
        if required and not value.content.strip():
            self.fault(key, f"'{key}' is empty")
        return value.content.strip()

    def id(self, key: str = "id") -> str:
        """Return a required kebab-case id."""
        found = self.text(key, required=True)
        if found and not is_kebab(found):
            self.fault(key, f"{key} '{found}' is not kebab-case: small letters, digits and hyphens")
        return found

    def language(self, key: str, *, required: bool = True) -> str:
        """Return a language code."""
        found = self.text(key, required=required)
        if found and not _LANGUAGE.fullmatch(found):
            self.fault(key, f"'{found}' is no language code such as 'en' or 'pt-BR'")
        return found

    def whole(self, key: str, low: int, high: int, *, required: bool = False) -> int | None:
        """Return a whole number within a range."""
        value = self.find(key, required=required)
        if value is None:
            return None
        if not isinstance(value.content, int) or isinstance(value.content, bool):
            self._wrong(key, f"a whole number from {low} to {high}", value)
            return None
        if not low <= value.content <= high:
            self.fault(key, f"'{key}' is {value.content}, expected {low} to {high}")
            return None
        return value.content

    def number(self, key: str, low: float, high: float) -> float | None:
        """Return a number within a range."""
        value = self.find(key)
        if value is None:
            return None
        if not isinstance(value.content, int | float) or isinstance(value.content, bool):
            self._wrong(key, f"a number from {low:g} to {high:g}", value)
            return None
        if not low <= value.content <= high:
            self.fault(key, f"'{key}' is {value.content}, expected {low:g} to {high:g}")
            return None
        return float(value.content)

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self.find(key)
        if value is None or isinstance(value.content, bool):
            return default if value is None else bool(value.content)
        self._wrong(key, "true or false", value)
        return default

    def one_of(self, key: str, allowed: Sequence[str], default: str) -> Any:
        """Return one of the allowed words."""
        found = self.text(key, default=default)
        if found not in allowed:
            self.fault(key, f"'{key}' is '{found}', expected {_or(allowed)}{did_you_mean(found, allowed)}")
            return default
        return found

    def texts(self, key: str, allowed: Sequence[str] | None = None) -> tuple[str, ...]:
        """Return a list of texts without repetition."""
        return tuple(text for text, _ in self.texts_with_lines(key, allowed))

    def texts_with_lines(
        self, key: str, allowed: Sequence[str] | None = None, *, required: bool = False
    ) -> list[tuple[str, int]]:
        """Return a list of texts without repetition, each with its line."""
        found: dict[str, int] = {}
        for value in self.values(key, required=required):
            if not isinstance(value.content, str) or not value.content:
                self._faults.add(self._path, value.line, f"'{key}' lists {describe(value)}, expected a text")
            elif allowed is not None and value.content not in allowed:
                hint = f", expected {_or(allowed)}{did_you_mean(value.content, allowed)}"
                self._faults.add(self._path, value.line, f"'{key}' lists '{value.content}'{hint}")
            elif value.content in found:
                self._faults.add(self._path, value.line, f"'{key}' lists '{value.content}' twice")
            else:
                found[value.content] = value.line
        return list(found.items())

    def values(self, key: str, *, required: bool = False) -> Sequence[Value]:
        """Return the values of a list."""
        value = self.find(key, required=required)
        if value is None:
            return ()
        if value.kind != "list":
            self._wrong(key, "a list", value)
            return ()
        return values_of(value)

    def maps(self, key: str, *, required: bool = False) -> list[Keys]:
        """Return the mappings of a list."""
        return [
            Keys(value, self._path, self._faults, f"'{key}'")
            for value in self.values(key, required=required)
            if value.kind == "map" or self._not_keys(key, value)
        ]

    def entries(self, key: str) -> Sequence[Entry]:
        """Return the entries of a mapping."""
        value = self.find(key)
        if value is not None and value.kind != "map":
            self._wrong(key, "keys with values", value)
        return entries_of(value) if value is not None else ()

    def inner(self, key: str) -> Keys | None:
        """Return the mapping below a key; None when it is absent or none."""
        value = self.find(key)
        if value is None:
            return None
        if value.kind != "map":
            self._wrong(key, "keys with values", value)
            return None
        return Keys(value, self._path, self._faults, f"'{key}'")

    def all_entries(self) -> Sequence[Entry]:
        """Return every entry, all of which count as known."""
        self._known.extend(self._entries)
        return list(self._entries.values())

    def finish(self) -> None:
        """Note every key that was not asked for."""
        for key, entry in self._entries.items():
            if key not in self._known:
                hint = did_you_mean(key, (k for k in self._known if k not in self._entries))
                message = f"unknown key '{key}'{self._where}{hint or did_you_mean(key, self._known)}"
                self._faults.add(self._path, entry.line, message)

    def _not_keys(self, key: str, value: Value) -> bool:
        self._faults.add(self._path, value.line, f"'{key}' lists {describe(value)}, expected keys with values")
        return False

    def _wrong(self, key: str, expected: str, value: Value, hint: str = "") -> None:
        self.fault(key, f"'{key}' must be {expected}, found {describe(value)}{hint}")


def describe(value: Value) -> str:
    """Say what a value is, quoting it when it is short."""
    if value.kind == "list":
        return "a list"
    if value.kind == "map":
        return "keys with values"
    content = value.content
    if content is None:
        return "nothing"
    return f"{_KIND_NAMES[type(content)]} '{written(content)}'"


def written(content: Scalar | Any) -> str:
    """Write a scalar as it stands in YAML."""
    return {True: "true", False: "false"}[content] if isinstance(content, bool) else str(content)


def _or(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else "".join(words)
