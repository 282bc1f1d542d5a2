"""Modules, items, rules and ids: that what course.yaml names exists, once, and can be reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lms.domain.faults import NEAR_PATH, Faults, did_you_mean
from lms.domain.formats.blocks import Fence
from lms.domain.formats.coursefiles import Opened
from lms.domain.formats.rules import COURSE, CourseRules, ModuleRules
from lms.domain.outline import Bank, Guide, Item

TOLERANCE = 0.2


def check_structure(opened: Opened, faults: Faults) -> None:
    """Check ids, modules, completion and hours."""
    _check_ids(opened, faults)
    _check_block_ids(opened, faults)
    if opened.rules is None:
        return
    _check_modules(opened, opened.rules, faults)
    _check_waiting(opened.rules, faults)
    _check_completion(opened, opened.rules, faults)
    _check_hours(opened, opened.rules, faults)


def _items(opened: Opened) -> list[Item]:
    return [entry for entry in opened.entries if not isinstance(entry, Bank | Guide)]


def _check_ids(opened: Opened, faults: Faults) -> None:
    """Check that ids are unique: items share one space, banks and guides have their own."""
    spaces: dict[type, dict[str, str]] = {Item: {}, Bank: {}, Guide: {}}  # type: ignore[dict-item]  # a union as a key
    for entry in opened.entries:
        space = spaces[type(entry) if isinstance(entry, Bank | Guide) else Item]  # type: ignore[index]
        _once(space, entry.id, entry.path, opened.session.lines.get(f"{entry.path}#id", 1), faults)
    modules: dict[str, str] = {}
    for module in opened.rules.modules if opened.rules else ():
        _once(modules, module.id, COURSE, module.line, faults)


def _check_block_ids(opened: Opened, faults: Faults) -> None:
    """Check that a block's id stands once in its file; questions have the whole course to be unique in."""
    for path, document in opened.session.documents.items():
        seen: dict[str, Fence] = {}
        for fence in document.fences():
            other = seen.setdefault(fence.attributes.id, fence) if fence.attributes.id else fence
            if other is not fence and not fence.name == other.name == "question":
                message = f"id '{fence.attributes.id}' is taken already by {path}:{other.start + 1}"
                faults.add(path, fence.start + 1, message)


def _once(space: dict[str, str], found: str, path: str, line: int, faults: Faults) -> None:
    if found in space:
        faults.add(path, line, f"id '{found}' is taken already by {space[found]}")
    elif found:
        space[found] = f"{path}:{line}"


def _check_modules(opened: Opened, rules: CourseRules, faults: Faults) -> None:
    paths = {item.path for item in _items(opened)}
    guides = {entry.path: entry for entry in opened.entries if isinstance(entry, Guide)}
    placed: dict[str, str] = {}
    for module in rules.modules:
        for path, line in module.items:
            if path not in opened.session.files:
                faults.add(COURSE, line, f"item '{path}' does not exist{did_you_mean(path, paths, NEAR_PATH)}")
            elif not path.startswith(("lessons/", "quizzes/", "tasks/")):
                faults.add(COURSE, line, f"item '{path}' is no lesson, quiz or task")
            elif path in placed:
                faults.add(COURSE, line, f"item '{path}' stands in module '{placed[path]}' already")
            placed.setdefault(path, module.id)
        if module.guide and module.guide not in opened.session.files:
            hint = did_you_mean(module.guide, guides, NEAR_PATH)
            faults.add(COURSE, module.guide_line, f"guide '{module.guide}' does not exist{hint}")
        elif module.guide and not module.guide.startswith("guides/"):
            faults.add(COURSE, module.guide_line, f"guide '{module.guide}' stands outside guides/")
    for item in _items(opened):
        if item.path not in placed:
            faults.warn(item.path, 1, f"{item.kind} '{item.id}' is in no module")
    _check_guides(opened, rules, guides, faults)


def _check_guides(opened: Opened, rules: CourseRules, guides: Mapping[str, Guide], faults: Faults) -> None:
    named = {module.guide: module.id for module in rules.modules if module.guide}
    ids = [module.id for module in rules.modules]
    for path, guide in guides.items():
        line = opened.session.lines.get(f"{path}#module", 1)
        if guide.module and guide.module not in ids:
            faults.add(path, line, f"module '{guide.module}' does not exist{did_you_mean(guide.module, ids)}")
        elif path in named and guide.module and named[path] != guide.module:
            faults.add(path, line, f"is the guide of module '{named[path]}' in course.yaml, not of '{guide.module}'")
        elif path not in named:
            faults.warn(path, 1, f"unused file: no module names the guide '{path}'")


def _check_waiting(rules: CourseRules, faults: Faults) -> None:
    ids = [module.id for module in rules.modules]
    for module in rules.modules:
        for after, line in module.after:
            if after not in ids:
                hint = did_you_mean(after, ids)
                faults.add(COURSE, line, f"'after' names the module '{after}', which does not exist{hint}")
    for module, way in _circles({module.id: module for module in rules.modules}):
        line = next(line for after, line in module.after if after == way[1])
        faults.add(COURSE, line, f"modules wait for each other: {' → '.join(way)}")


def _circles(modules: Mapping[str, ModuleRules]) -> Iterator[tuple[ModuleRules, list[str]]]:
    """Yield each circle once, as the module it begins at and the ids on the way round."""
    told: set[frozenset[str]] = set()
    for start in modules:
        way = _way_back(modules, start)
        if way and frozenset(way) not in told:
            told.add(frozenset(way))
            yield modules[start], way


def _way_back(modules: Mapping[str, ModuleRules], start: str) -> list[str]:
    """Return the shortest way from a module along `after` back to itself; empty when there is none."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for after, _ in modules[way[-1]].after:
            if after == start:
                return [*way, start]
            if after in modules and after not in seen:
                seen.add(after)
                ways.append([*way, after])
    return []


def _check_completion(opened: Opened, rules: CourseRules, faults: Faults) -> None:
    items = {item.id: item for item in _items(opened)}
    placed = {path for module in rules.modules for path, _ in module.items}
    kinds = {"lessons": "lesson", "tasks": "task", "quiz": "quiz"}
    for rule, lines in zip(rules.completion, rules.completion_lines, strict=True):
        kind = kinds[rule.kind]
        of_kind = [item.id for item in items.values() if item.kind == kind]
        for item_id, line in lines.items():
            item = items.get(item_id)
            if item is None or item.kind != kind:
                hint = did_you_mean(item_id, of_kind) or (f"; it is a {item.kind}" if item else "")
                faults.add(COURSE, line, f"'completion' names the {kind} '{item_id}', which does not exist{hint}")
            elif item.path not in placed:
                faults.add(COURSE, line, f"'completion' names the {kind} '{item_id}', which is in no module")


def _check_hours(opened: Opened, rules: CourseRules, faults: Faults) -> None:
    placed = {path for module in rules.modules for path, _ in module.items}
    minutes = sum(item.minutes for item in _items(opened) if item.path in placed)
    if rules.hours is None or not minutes:
        return
    if abs(rules.hours * 60 - minutes) > TOLERANCE * minutes:
        line = opened.session.lines.get(f"{COURSE}#hours", 1)
        message = f"'hours' is {rules.hours:g}, but the minutes of the items add up to {minutes / 60:.1f} hours"
        faults.warn(COURSE, line, message)
