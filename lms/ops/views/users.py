"""Accounts as an administrator looks after them."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from lms.accounts import queries as people
from lms.accounts import service
from lms.accounts.queries import Person
from lms.accounts.security import recently
from lms.domain.errors import NotFound, Refused
from lms.infra.languages import gettext as _
from lms.network.queries import museum_names
from lms.ops.forms import ROLE_NAMES, ActForm, ExtraTimeForm, LinkForm, RoleForm
from lms.web.forms import without_control
from lms.web.guards import permission, require_viewer
from lms.web.pages import page

PEOPLE = 50
LONGEST_SEARCH = 200


def add_to(blueprint: Blueprint) -> None:
    """Register the pages."""
    blueprint.add_url_rule("/admin/users", "admin_users", users)
    blueprint.add_url_rule("/admin/users/<int:account_id>", "admin_user", user)
    for word, view in (
        ("act", act),
        ("role", give_role),
        ("role/end", end_role),
        ("extra-time", extra_time),
        ("link", link),
    ):
        name = "admin_user_" + word.replace("/", "_").replace("-", "_")
        blueprint.add_url_rule(f"/admin/users/<int:account_id>/{word}", name, view, methods=["POST"])


@permission("accounts.view")
def users() -> str:
    """List accounts by name, or those whose name or address begins as searched."""
    search = without_control(request.args.get("q", ""))[:LONGEST_SEARCH]
    after = _mark(without_control(request.args.get("after", "")))
    found = people.list_people(search, after=after, limit=PEOPLE + 1)
    last = found[PEOPLE - 1] if len(found) > PEOPLE else None
    return page(
        "ops/admin/users.html",
        people=found[:PEOPLE],
        search=search,
        more=f"{last.account_id}-{last.name}" if last else None,
    )


def _mark(word: str) -> tuple[str, int] | None:
    number, _dash, name = word.partition("-")
    return (name, int(number)) if number.isascii() and number.isdigit() and len(number) < 16 else None


@permission("accounts.view")
def user(account_id: int) -> str:
    """Show one account and what can be done with it."""
    return _page(_person(account_id))


def _page(
    person: Person,
    role: RoleForm | None = None,
    extra: ExtraTimeForm | None = None,
    linking: LinkForm | None = None,
) -> str:
    roles = people.list_roles(person.account_id)
    return page(
        "ops/admin/user.html",
        person=person,
        roles=roles,
        museums=museum_names([held.scope_id for held in roles if held.scope_kind == "museum"]),
        role_names=ROLE_NAMES,
        lock=people.find_lock(person.email),
        linked=[p for p in people.list_accounts_of(person.canonical_id) if p.account_id != person.account_id],
        act_form=ActForm(),
        role_form=role or RoleForm(formdata=None),
        extra_form=extra or ExtraTimeForm(formdata=None, data={"percent": person.extra_time}),
        link_form=linking or LinkForm(formdata=None),
    )


@permission("accounts.manage")
@recently
def act(account_id: int) -> Response:
    """Do what the button says: disable, enable, confirm, unlock, resend, reset."""
    person, actor = _person(account_id), require_viewer().subject_id
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "disable": (lambda: service.disable(account_id, actor=actor), _("The account is disabled.")),
        "enable": (lambda: service.enable(account_id, actor=actor), _("The account can be used again.")),
        "confirm": (
            lambda: service.confirm(account_id, by="administrator", actor=actor),
            _("The account is confirmed: the person can log in now."),
        ),
        "unlock": (lambda: service.unlock(account_id, actor=actor), _("The person can try to log in again now.")),
        "resend": (
            lambda: service.resend_confirmation(account_id, actor=actor),
            _("The letter with the confirmation link is on its way. Without a mail server you find it under Mail."),
        ),
        "reset": (
            lambda: service.order_reset(account_id, actor=actor),
            _("The letter with a link for a new password is on its way. Without a mail server you find it under Mail."),
        ),
    }
    chosen = acts.get(request.form.get("act", ""))
    if chosen is None:
        raise NotFound(account_id)
    _tell(chosen[0], chosen[1])
    return _back(person)


@permission("accounts.grant")
@recently
def give_role(account_id: int) -> Response | tuple[str, int]:
    """Give a role."""
    person, form = _person(account_id), RoleForm()
    if not form.validate_on_submit():
        return _page(person, role=form), 422
    scope_id = "" if form.scope_kind.data == "site" else form.scope_id.data or ""
    service.grant_role(
        account_id,
        form.role.data,
        scope_kind=form.scope_kind.data,
        scope_id=scope_id,
        actor=require_viewer().subject_id,
    )
    flash(_("The role is given."), "success")
    return _back(person)


@permission("accounts.grant")
@recently
def end_role(account_id: int) -> Response:
    """Take a role."""
    person = _person(account_id)
    held = next((r for r in people.list_roles(account_id) if str(r.id) == request.form.get("held")), None)
    if held is None:
        raise NotFound(account_id)
    _tell(
        lambda: service.revoke_role(
            account_id,
            held.role,
            scope_kind=held.scope_kind,
            scope_id=held.scope_id,
            actor=require_viewer().subject_id,
        ),
        _("The role is taken."),
    )
    return _back(person)


@permission("accounts.manage")
@recently
def extra_time(account_id: int) -> Response | tuple[str, int]:
    """Set how much longer every time limit is for this person."""
    person, form = _person(account_id), ExtraTimeForm()
    if not form.validate_on_submit():
        return _page(person, extra=form), 422
    service.set_extra_time(account_id, form.percent.data or 0, actor=require_viewer().subject_id)
    flash(_("The extra time is set. It counts in attempts that begin from now on."), "success")
    return _back(person)


@permission("accounts.link")
@recently
def link(account_id: int) -> Response | tuple[str, int]:
    """Make another account the same person's."""
    person, form = _person(account_id), LinkForm()
    valid = form.validate_on_submit()
    other = people.find_by_email(form.email.data or "") if valid else None
    if valid and (other is None or other.account_id == account_id):
        form.email.errors = [*form.email.errors, _("No other account has this address.")]
    if other is None or form.errors:
        return _page(person, linking=form), 422
    _tell(
        lambda: service.link_accounts(account_id, other.account_id, actor=require_viewer().subject_id),
        _("The two accounts are one person’s now: what was learned with either counts together."),
    )
    return _back(person)


def _tell(work: Callable[[], object], done: str) -> None:
    """Do something and say so, or say why it was refused."""
    try:
        work()
    except Refused as refusal:
        reasons = {
            "last-administrator": _("This is the last administrator: give the role to somebody else first."),
            "already-confirmed": _("The account was confirmed already. Nothing was changed."),
            "already-linked": _("The two accounts are one person’s already. Nothing was changed."),
        }
        flash(reasons.get(refusal.reason, _("This cannot be done. Nothing was changed.")), "error")
        return
    flash(done, "success")


def _person(account_id: int) -> Person:
    found = people.find_account(account_id)
    if found is None:
        raise NotFound(account_id)
    return found


def _back(person: Person) -> Response:
    return redirect(url_for("ops.admin_user", account_id=person.account_id))
