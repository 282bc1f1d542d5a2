"""The command line `lms`: names its commands and imports the one that is called."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import click

from lms.config import ConfigError

if TYPE_CHECKING:
    from flask import Flask

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("lms.ops.cli.start", "Prepare or upgrade the database and the shipped courses."),
    "serve": ("lms.ops.cli.start", "Serve the site, with one background worker."),
    "worker": ("lms.ops.cli.site", "Run one background worker alone."),
    "doctor": ("lms.ops.cli.site", "Check everything the site needs."),
    "backup": ("lms.ops.cli.site", "Write everything the site keeps into one place."),
    "restore": ("lms.ops.cli.site", "Bring back what a backup holds."),
    "users": ("lms.accounts.cli", "Create people, and give or take roles."),
    "courses": ("lms.courses.cli", "Check, import, export and translate courses."),
    "certificates": ("lms.certificates.cli", "Issue, verify and revoke certificates."),
    "keys": ("lms.certificates.cli", "List, rotate and revoke the keys of certificates."),
    "learning": ("lms.learning.cli", "Fold the learning records again."),
    "prepare": ("lms.ops.cli.site", ""),
    "site": ("lms.ops.cli.site", ""),
}
"""Where each command lives (a function of its name), and what it does; one without a word is for other commands."""


class Lazily(click.Group):
    """A group whose commands are imported when they are called, so that each starts as fast as it can."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return [name for name, (_module, what) in COMMANDS.items() if what]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module a command lives in."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(importlib.import_module(COMMANDS[cmd_name][0]), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


def make_app() -> Flask:
    """Return the application, for the commands that need it."""
    from lms.app import create_app
    from lms.infra import log

    log.configure()
    return create_app()


@click.command(cls=Lazily, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="vitrine", prog_name="Vitrine")
@click.pass_context
def lms(ctx: click.Context) -> None:
    """Vitrine: courses, quizzes and verifiable certificates for people who work in museums."""
    ctx.obj = ctx.obj or make_app


def main() -> None:
    """Run the command line; a setting that cannot be used ends it with one sentence."""
    try:
        lms()
    except ConfigError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
