"""The migrations make exactly the tables that the models describe, on both databases, and stand alone."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect

from lms.infra import schema
from lms.infra.db import Base, db
from tests.conftest import build_app
from tests.house.source import ROOT, imported, name, python_files, tree
from tests.servers import Databases, SqliteFiles

NOT_OURS = {"alembic_version"}


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Databases:
    if request.param == "sqlite":
        return SqliteFiles(tmp_path)
    server: Databases = request.getfixturevalue("postgresql")
    return server


def test_the_newest_migration_equals_the_models(either: Databases, tmp_path: Path) -> None:
    app = build_app(either.empty(), tmp_path)
    with app.app_context():
        schema.upgrade()
        command.check(schema.settings())
        found = set(inspect(db.engine).get_table_names()) - NOT_OURS
        assert found >= set(Base.metadata.tables)
        assert schema.current() == schema.newest()
        db.engine.dispose()


def test_upgrading_twice_changes_nothing(either: Databases, tmp_path: Path) -> None:
    app = build_app(either.empty(), tmp_path)
    with app.app_context():
        schema.upgrade()
        schema.upgrade()
        assert schema.current() == schema.newest()
        db.engine.dispose()


def test_migrations_import_nothing_of_ours() -> None:
    found = [
        f"{name(path)}:{node.lineno} imports {module}"
        for path in python_files("migrations")
        if "versions" in path.parts
        for node in ast.walk(tree(path))
        for module in imported(node)
        if module.split(".")[0] == "lms"
    ]
    assert not found


def test_migrations_are_numbered_without_a_gap() -> None:
    files = sorted(path.name for path in (ROOT / "migrations/versions").glob("*.py"))
    numbers = [int(re.match(r"(\d{4})_", file).group(1)) for file in files]  # type: ignore[union-attr]
    assert numbers == list(range(1, len(files) + 1))
