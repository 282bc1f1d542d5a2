"""Where files lie, and how long they are."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.house.source import ROOT, kept_files, name, python_files, tree

FEATURES = {
    "accounts", "network", "courses", "learning", "quizzes", "tasks", "certificates", "community", "authoring",
    "reports", "rest", "xapi", "lti", "sync", "ops", "home",
}  # fmt: skip
ROOMS = {
    "__init__", "models", "events", "queries", "access", "service", "emails", "forms", "jobs", "handlers", "exchange",
    "views", "cli",
}  # fmt: skip
EXTRA_ROOMS = {("accounts", "security")}
"""The one adapter to Flask-Security."""

EXPLAIN_ABOVE = 350
SPLIT_ABOVE = 500
WHY = re.compile(r"\blong\b.*\bbecause\b", re.I | re.S)


def test_features_have_only_the_rooms_that_everybody_knows() -> None:
    strange = []
    for path in python_files("lms"):
        inside = path.relative_to(ROOT / "lms")
        if inside.parts[0] not in FEATURES:
            continue
        room = Path(inside.parts[1]).stem
        if room not in ROOMS and (inside.parts[0], room) not in EXTRA_ROOMS:
            strange.append(name(path))
    assert not strange, f"no room is called so: {strange}"


def test_a_storey_exists_when_it_has_something_in_it() -> None:
    empty = [
        name(folder)
        for folder in (ROOT / "lms").iterdir()
        if folder.is_dir() and folder.name in FEATURES and not any(folder.glob("[a-z]*"))
    ]
    assert not empty


def test_long_files_say_why_and_very_long_ones_are_split() -> None:
    too_long, unexplained = [], []
    for path in python_files("lms", "tests", "bench", "docs"):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > SPLIT_ABOVE:
            too_long.append(f"{name(path)} ({lines} lines)")
        elif lines > EXPLAIN_ABOVE and not re.search(
            r"\blong\b.*\bbecause\b", ast.get_docstring(tree(path)) or "", re.I | re.S
        ):
            unexplained.append(f"{name(path)} ({lines} lines)")
    assert not too_long, f"split: {too_long}"
    assert not unexplained, f"its docstring should say '… long because …': {unexplained}"


def test_only_what_is_listed_stands_at_the_root() -> None:
    known = {
        "lms", "templates", "static", "courses", "migrations", "tests", "docs", "bench", "deploy", ".ci",
        "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "Makefile", "pyproject.toml",
        "requirements.txt", "requirements-dev.txt", "package.json", "package-lock.json", ".npmrc", ".gitignore",
        "babel.cfg", "mkdocs.yml", ".editorconfig",
    }  # fmt: skip
    strange = {path.relative_to(ROOT).parts[0] for path in kept_files()} - known
    assert not strange
