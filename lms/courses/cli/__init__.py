"""Commands for courses: `lms courses …`. Each is imported when it is called: the checker needs no application."""

from __future__ import annotations

import importlib

import click

COMMANDS = {
    "check": ("lms.courses.cli.checking", "check", "Check courses, packages or folders of courses."),
    "import": ("lms.courses.cli.storing", "import_", "Import a course from its folder or package."),
    "export": ("lms.courses.cli.storing", "export", "Write the latest state of a course into a folder."),
    "translate": ("lms.courses.cli.translating", "translate", "Make and check the translations of a course."),
}
"""Where each command lives, the function it is, and what it does."""


class Lazily(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module a command lives in."""
        if cmd_name not in COMMANDS:
            return None
        module, function, _what = COMMANDS[cmd_name]
        command = getattr(importlib.import_module(module), function)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, what) for name, (_module, _function, what) in COMMANDS.items()])


@click.group(cls=Lazily)
def courses() -> None:
    """Check, import, export and translate courses."""
