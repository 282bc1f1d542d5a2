"""Imports stand at the top of a file."""

from __future__ import annotations

import ast

from tests.house.source import functions, imported, name, python_files, tree

ALLOWED = {
    "lms/infra/press.py",  # WeasyPrint takes 2 to 4 s to import
    "lms/command.py",  # a command imports what it needs when it is called, so that `lms serve` starts at once
}


def test_no_function_imports() -> None:
    found = [
        f"{name(path)}:{node.lineno} imports {', '.join(imported(node))}"
        for path in python_files("lms", "tests", "bench", "migrations", "docs")
        if name(path) not in ALLOWED
        for function in functions(tree(path))
        for node in ast.walk(function)
        if imported(node)
    ]
    assert not found
