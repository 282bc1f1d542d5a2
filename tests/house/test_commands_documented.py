"""Every command and every option of it stands in the documentation for administrators."""

from __future__ import annotations

from collections.abc import Iterator

import click

from lms.command import lms
from tests.house.source import ROOT

PAGE = ROOT / "docs/administrators/commands.md"
OF_EVERY_COMMAND = {"--help", "-h", "--version"}


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, with its full name."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None, name
            yield from commands(inner, f"{path} {name}")
    else:
        yield path, command


def test_every_command_and_option_is_documented() -> None:
    text = PAGE.read_text(encoding="utf-8")
    missing = []
    for path, command in commands(lms, "lms"):
        if path not in text:
            missing.append(path)
        options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
        missing += [f"{path} {option}" for option in options - OF_EVERY_COMMAND if option not in text]
    assert not missing


def test_every_command_explains_itself() -> None:
    assert not [path for path, command in commands(lms, "lms") if not command.help]
