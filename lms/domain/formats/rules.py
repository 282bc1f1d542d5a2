"""course.yaml: what the course is, its rules, order, outcomes and certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import normpath

from lms.domain.attributes import is_kebab
from lms.domain.formats.keys import Keys
from lms.domain.formats.readers import Entry
from lms.domain.formats.session import Session
from lms.domain.outline import CertificateTerms, Level, Person, Rule

COURSE = "course.yaml"
FORMAT = 1
LEVELS = ("introductory", "intermediate", "advanced")
COMPETENCIES = ("general", "museology", "management", "programming", "collections")
SHOWN = ("hours", "outcomes", "score")
MAX_HOURS = 2_000
MAX_MONTHS = 600


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleRules:
    """A module as course.yaml has it: `items` and `guide` are files still, each item with its line."""

    id: str
    title: str
    items: tuple[tuple[str, int], ...]
    after: tuple[tuple[str, int], ...]
    guide: str
    guide_line: int
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CourseRules:
    """Everything that course.yaml says."""

    id: str
    title: str
    summary: str
    language: str
    translations: tuple[str, ...]
    authors: tuple[Person, ...]
    licence: str
    level: Level
    hours: float | None
    competencies: tuple[str, ...]
    outcomes: Mapping[str, str]
    modules: tuple[ModuleRules, ...]
    completion: tuple[Rule, ...]
    completion_lines: tuple[Mapping[str, int], ...]
    certificate: CertificateTerms | None


def read_rules(session: Session) -> CourseRules | None:
    """Read course.yaml; None when it cannot be read or lacks an id, a language or modules."""
    if COURSE not in session.files:
        session.faults.add(COURSE, 1, "there is no course.yaml")
        return None
    text = session.decode(COURSE)
    root = session.yaml(COURSE, text) if text is not None else None
    if root is None:
        return None
    keys = Keys(root, COURSE, session.faults)
    if root.kind != "map":
        return None
    version = keys.whole("format", 1, 1_000, required=True)
    if version is not None and version != FORMAT:
        keys.fault("format", f"'format' is {version}; this reader knows format {FORMAT}")
    language = keys.language("language")
    session.lang = language
    rules = _rules(session, keys, language)
    keys.finish()
    return rules if rules.id and rules.language and rules.modules else None


def _rules(session: Session, keys: Keys, language: str) -> CourseRules:
    completion, lines = _completion(keys)
    for key in ("id", "hours"):
        session.lines[f"{COURSE}#{key}"] = keys.line_of(key)
    title = _said(session, keys, "title", "title", required=True)
    hours = keys.number("hours", 0, MAX_HOURS)
    return CourseRules(
        id=keys.id(),
        title=title,
        summary=_said(session, keys, "summary", "summary"),
        language=language,
        translations=_translations(session, keys, language),
        authors=tuple(_person(person, "museum") for person in keys.maps("authors")),
        licence=keys.text("licence"),
        level=keys.one_of("level", LEVELS, "introductory"),
        hours=hours,
        competencies=keys.texts("competencies", COMPETENCIES),
        outcomes=_outcomes(session, keys),
        modules=_modules(session, keys),
        completion=completion,
        completion_lines=lines,
        certificate=_certificate(session, keys, title),
    )


def _said(session: Session, keys: Keys, key: str, context: str, *, required: bool = False) -> str:
    return session.say(COURSE, context, keys.text(key, required=required), keys.line_of(key))


def _translations(session: Session, keys: Keys, language: str) -> tuple[str, ...]:
    found = keys.texts_with_lines("translations")
    for code, line in found:
        session.lines[f"{COURSE}#translations.{code}"] = line
        if code == language:
            session.faults.add(COURSE, line, f"'translations' lists '{code}', which is the source language")
    return tuple(code for code, _ in found if code != language)


def _person(keys: Keys, second: str) -> Person:
    name, more = keys.text("name", required=True), keys.text(second)
    keys.finish()
    return Person(name=name, **{second: more})


def _outcomes(session: Session, keys: Keys) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in keys.entries("outcomes"):
        session.lines[f"{COURSE}#outcomes.{entry.key}"] = entry.line
        if not _is_outcome_id(entry):
            session.faults.add(COURSE, entry.line, f"outcome id '{entry.key}' holds more than letters, digits, hyphens")
        if not isinstance(entry.value.content, str) or not entry.value.content.strip():
            session.faults.add(COURSE, entry.line, f"outcome '{entry.key}' must be a text")
            continue
        found[entry.key] = session.say(COURSE, f"outcomes.{entry.key}", entry.value.content.strip(), entry.line)
    return found


def _is_outcome_id(entry: Entry) -> bool:
    return is_kebab(entry.key.lower())


def _modules(session: Session, keys: Keys) -> tuple[ModuleRules, ...]:
    found = []
    for module in keys.maps("modules", required=True):
        module_id = module.id()
        title = module.text("title", required=True)
        items = module.texts_with_lines("items", required=True)
        after = module.texts_with_lines("after")
        guide = module.text("guide")
        rules = ModuleRules(
            id=module_id,
            title=session.say(COURSE, f"modules.{module_id}.title", title, module.line_of("title")),
            items=tuple(items),
            after=tuple(after),
            guide=guide,
            guide_line=module.line_of("guide"),
            line=module.line_of("id"),
        )
        module.finish()
        found.append(rules)
    if "modules" in keys and not found:
        keys.fault("modules", "'modules' lists no module")
    return tuple(found)


def _completion(keys: Keys) -> tuple[tuple[Rule, ...], tuple[Mapping[str, int], ...]]:
    rules: list[Rule] = []
    lines: list[Mapping[str, int]] = []
    for line in keys.maps("completion"):
        given = [key for key in ("lessons", "tasks", "quiz") if key in line]
        if len(given) != 1:
            found = " and ".join(f"'{key}'" for key in given) or "none of them"
            line.fault("", f"a line of 'completion' names one of lessons, tasks or quiz, found {found}")
        rule, ids = _rule(line)
        line.finish()
        if rule:
            rules.append(rule)
            lines.append(ids)
    return tuple(rules), tuple(lines)


def _rule(line: Keys) -> tuple[Rule | None, dict[str, int]]:
    found: Rule | None = None
    ids: dict[str, int] = {}
    quiz, score = line.text("quiz"), line.whole("score", 0, 100)
    if quiz:
        found, ids = Rule(kind="quiz", ids=(quiz,), score=score), {quiz: line.line_of("quiz")}
    elif "score" in line:
        line.fault("score", "'score' belongs to a quiz")
    for kind in ("tasks", "lessons"):
        value = line.find(kind)
        if value is None:
            continue
        ids = {} if value.content == "all" else dict(line.texts_with_lines(kind))
        if ids or value.content == "all":
            found = Rule(kind="tasks" if kind == "tasks" else "lessons", ids=tuple(ids))
        elif value.kind == "list" and not value.content:
            line.fault(kind, f"'{kind}' lists nothing: write 'all' or ids")
    return found, ids


def _certificate(session: Session, keys: Keys, course_title: str) -> CertificateTerms | None:
    inner = keys.inner("certificate")
    if inner is None:
        return None
    title = inner.text("title")
    certificate = CertificateTerms(
        title=session.say(COURSE, "certificate.title", title, inner.line_of("title")) or course_title,
        valid_months=inner.whole("valid_months", 1, MAX_MONTHS),
        show=inner.texts("show", SHOWN),
        signatories=tuple(_signatory(session, keys, n) for n, keys in enumerate(inner.maps("signatories"), 1)),
        logo=_picture(session, inner, "logo", "course"),
        seal=_picture(session, inner, "seal", "seal"),
        second_language=inner.language("second_language", required=False),
    )
    session.lines[f"{COURSE}#certificate.second_language"] = inner.line_of("second_language")
    inner.finish()
    return certificate


def _signatory(session: Session, keys: Keys, number: int) -> Person:
    signature = _picture(session, keys, "signature", f"signature-{number - 1}")
    person = _person(keys, "role")
    role = session.say(COURSE, f"certificate.signatories.{number}.role", person.role, keys.line_of("role"))
    return Person(name=person.name, role=role, signature=signature)


def _picture(session: Session, keys: Keys, key: str, place: str) -> str:
    """Return the path below media/ of a picture on the certificate; nothing where the key names no such path."""
    session.lines[f"{COURSE}#certificate.{place}"] = keys.line_of(key)
    given = keys.text(key)
    path = normpath(given)
    if given and not path.startswith("media/"):
        keys.fault(key, f"'{key}' is '{given}', expected a file below media/")
        return ""
    return path.removeprefix("media/") if given else ""
