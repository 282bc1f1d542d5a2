"""Commands for accounts: `lms users …`."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from lms.accounts import queries, security, service
from lms.domain.authority import ROLES
from lms.domain.names import latin_fault, name_fault, tidy
from lms.infra.commands import in_app
from lms.infra.spelling import explain


def refuse(reason: str) -> NoReturn:
    """End with the status that says no."""
    click.echo(reason, err=True)
    sys.exit(1)


@click.group()
def users() -> None:
    """Make and mend accounts."""


@users.command()
@click.argument("email")
@click.option("--name", required=True, help="As it should stand on certificates.")
@click.option("--name-latin", default="", help="The same name in Latin letters.")
@click.option("--role", "roles", multiple=True, type=click.Choice(sorted(ROLES)), help="May be given several times.")
@click.option("--language", "languages", multiple=True, default=("en",), show_default=True)
@click.option("--timezone", default="UTC", show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@in_app
def create(
    email: str,
    name: str,
    name_latin: str,
    roles: tuple[str, ...],
    languages: tuple[str, ...],
    timezone: str,
    password_stdin: bool,
) -> None:
    """Make an account that is confirmed at once; without a password, print the link that sets one."""
    address = security.normal_address(email)
    if address is None:
        refuse(f"'{email}' is no e-mail address.")
    if fault := name_fault(tidy(name)) or (latin_fault(tidy(name_latin)) if name_latin else None):
        refuse(f"The name cannot stand on a certificate. {explain(fault)}")
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    if password is not None and (weakness := security.find_password_fault(password, address, name)):
        refuse(weakness)
    try:
        account = service.create_account(
            email=address,
            password=security.hash_password(password) if password is not None else None,
            name=name,
            name_latin=name_latin,
            languages=languages,
            timezone=timezone,
        )
    except service.AddressTaken:
        refuse(f"There is an account with the address {address} already.")
    service.confirm(account.id, by="administrator")
    for role in roles:
        service.grant_role(account.id, role, actor=None)
    click.echo(f"Made the account {address}.", err=True)
    if password is None:
        click.echo(security.reset_link(account.id))


@users.command()
@click.argument("email")
@in_app
def confirm(email: str) -> None:
    """Confirm an account, as an administrator does."""
    person = _find(email)
    service.confirm(person.account_id, by="administrator")


@users.command("reset-link")
@click.argument("email")
@in_app
def reset_link(email: str) -> None:
    """Print the link by which somebody sets a new password; it works once, for one day."""
    person = _find(email)
    service.note_reset_ordered(person.account_id, actor=None)
    click.echo(security.reset_link(person.account_id))


@users.command()
@click.argument("email")
@click.argument("role", type=click.Choice(sorted(ROLES)))
@in_app
def grant(email: str, role: str) -> None:
    """Give somebody a role for the whole site."""
    service.grant_role(_find(email).account_id, role, actor=None)


def _find(email: str) -> queries.Person:
    person = queries.find_by_email(email)
    if person is None:
        refuse(f"Nobody has the address {email}.")
    return person
