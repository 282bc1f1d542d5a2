"""The domain decides and does nothing else: standard library only, and the clock, chance and new ids are arguments."""

from __future__ import annotations

import ast
import sys

from tests.house.source import imported, name, python_files, tree

WORLDLY = {
    "asyncio", "http", "logging", "multiprocessing", "os", "secrets", "shutil", "socket", "sqlite3",
    "subprocess", "tempfile", "threading", "time", "urllib.request", "uuid",
}  # fmt: skip
WORLDLY_CALLS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "random.random", "random.choice",
                 "random.shuffle", "random.sample", "random.randint", "open", "Path", "print", "input"}  # fmt: skip


def test_the_domain_imports_the_standard_library_alone() -> None:
    foreign = [
        f"{name(path)}:{node.lineno} imports {module}"
        for path in python_files("lms")
        if "domain" in path.parts
        for node in ast.walk(tree(path))
        for module in imported(node)
        if module.split(".")[0] not in sys.stdlib_module_names and not f"{module}.".startswith("lms.domain.")
    ]
    assert not foreign


def test_the_domain_touches_neither_files_nor_clock_nor_chance() -> None:
    worldly = []
    for path in python_files("lms"):
        if "domain" not in path.parts:
            continue
        for node in ast.walk(tree(path)):
            worldly += [
                f"{name(path)}:{node.lineno} imports {module}" for module in imported(node) if module in WORLDLY
            ]
            if isinstance(node, ast.Call) and ast.unparse(node.func) in WORLDLY_CALLS:
                worldly.append(f"{name(path)}:{node.lineno} calls {ast.unparse(node.func)}")
    assert not worldly
