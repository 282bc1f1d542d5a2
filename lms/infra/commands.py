"""The edge of a command: the application around it, and one commit at its end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click
from flask import Flask, current_app
from sqlalchemy.exc import OperationalError

from lms.infra.db import db

P = ParamSpec("P")
R = TypeVar("R")


def in_app(function: Callable[P, R]) -> Callable[P, R]:
    """Run a command inside the application; commit when it returns, roll back when it raises or exits.

    Write it below `@click.command()` and its options. The application is made when the command runs, by the
    function that the root of the command line keeps as the context's object, so that `--help` stays quick.
    """

    @wraps(function)
    def edge(*args: P.args, **kwargs: P.kwargs) -> R:
        if not current_app:
            context = click.get_current_context()
            make_app: Callable[[], Flask] = context.find_root().obj
            context.with_resource(make_app().app_context())
        try:
            result = function(*args, **kwargs)
            db.session.commit()
        except OperationalError as error:
            click.echo(f"The database does not answer: {str(error.orig).strip().splitlines()[0]}", err=True)
            sys.exit(2)
        finally:
            db.session.rollback()
        return result

    return edge


def keep_so_far() -> None:
    """Commit what a long command has done until here, and forget what it has read."""
    db.session.commit()
    db.session.expunge_all()
