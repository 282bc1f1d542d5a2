"""How things are called."""

from __future__ import annotations

import ast
import re

from tests.house.source import ROOT, functions, name, python_files, templates, tree

EMPTY_WORDS = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}
WHOLE = ("layout", "components", "email", "questions", "pdf")
"""Folders of templates that are neither pages nor parts of one: frames, macros, messages, question types, papers."""


def words(identifier: str) -> set[str]:
    """Return the words of a name in snake case or camel case."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", identifier)}


def test_nothing_is_called_by_an_empty_word() -> None:
    found = []
    for path in python_files("lms", "tests", "bench", "migrations"):
        if words(path.stem) & EMPTY_WORDS or EMPTY_WORDS & set(path.parts):
            found.append(name(path))
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.ClassDef | ast.FunctionDef)
                and node.name[0] != "_"
                and words(node.name) & EMPTY_WORDS
            ):
                found.append(f"{name(path)}:{node.lineno} {node.name}")
    assert not found


def test_what_is_no_whole_page_begins_with_an_underscore() -> None:
    wrong = []
    for path in templates():
        if set(path.relative_to(ROOT / "templates").parts[:-1]) & set(WHOLE) or path.suffix != ".html":
            continue
        is_page = re.search(r"{%-?\s*extends\b|<!doctype html>", path.read_text(encoding="utf-8"), re.I)
        if not is_page and not path.name.startswith("_"):
            wrong.append(name(path))
    assert not wrong


def test_find_may_return_none_and_get_may_not() -> None:
    wrong = []
    for path in python_files("lms"):
        if not {path.stem, path.parent.name} & {"queries", "service", "access"}:
            continue
        for function in functions(tree(path)):
            returns = ast.unparse(function.returns) if function.returns else ""
            optional = "None" in returns
            if (re.match("find_(?!or_)", function.name) and not optional) or (
                function.name.startswith("get_") and optional
            ):
                wrong.append(f"{name(path)}:{function.lineno} {function.name} -> {returns}")
    assert not wrong


def test_templates_and_static_files_have_plain_names() -> None:
    wrong = [
        name(path)
        for path in templates()
        if not re.fullmatch(r"_?[a-z0-9]+([_-][a-z0-9]+)*\.(html|txt|svg|css|xml)", path.name)
    ]
    assert not wrong
