"""What a new version of a course changes for somebody who studies the old one."""

from __future__ import annotations

from dataclasses import dataclass

from lms.domain.outline import Course


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Titles of items that were added, changed or taken out."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Tell whether a learner would notice."""
        return bool(self.added or self.changed or self.removed)


def compare(old: Course, new: Course) -> Changes:
    """Compare two versions item by item, by what a learner reads and is asked."""
    before, after = old.order(), new.order()
    return Changes(
        added=tuple(new.items[key].title for key in after if key not in old.items),
        changed=tuple(
            new.items[key].title for key in after if key in old.items and _content(old, key) != _content(new, key)
        ),
        removed=tuple(old.items[key].title for key in before if key not in new.items),
    )


def _content(course: Course, key: str) -> object:
    """Return what an item says, without where in its file it says it."""
    item = course.items[key]
    return (type(item).__name__, _plain(item))


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_plain(part) for part in value)
    if hasattr(value, "__dataclass_fields__"):
        fields = value.__dataclass_fields__
        return tuple((name, _plain(getattr(value, name))) for name in fields if name not in {"line", "path"})
    if isinstance(value, dict):
        return tuple(sorted((str(k), repr(v)) for k, v in value.items()))
    return value
