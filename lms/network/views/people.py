"""The people of a museum, for those who give the museum's word for a name; and asking for it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import names_of
from lms.accounts.security import recently
from lms.domain.authority import scopes
from lms.domain.errors import Refused
from lms.infra import clock
from lms.infra.languages import gettext as _
from lms.infra.spelling import explain
from lms.network import access
from lms.network.forms import ActForm, ConfirmForm, WithdrawForm
from lms.network.queries import people
from lms.network.service import confirming
from lms.web.forms import without_control
from lms.web.guards import Viewer, member, permission, require_viewer
from lms.web.pages import page

PEOPLE = 50
MUSEUMS = 50
LONGEST_SEARCH = 200

Shown = str | Response | tuple[str, int]


def add_to(blueprint: Blueprint) -> None:
    """Register the pages."""
    blueprint.add_app_template_global(people.identification_of, "identification_of")
    blueprint.add_app_template_global(count_asking, "count_asking")
    blueprint.add_url_rule("/network/", "people", museums)
    blueprint.add_url_rule("/network/museums/<museum_id>", "museum", museum)
    blueprint.add_url_rule(
        "/network/museums/<museum_id>/people/<subject_id>", "colleague", colleague, methods=["GET", "POST"]
    )
    blueprint.add_url_rule("/me/confirmation/ask", "ask", ask, methods=["POST"])
    blueprint.add_url_rule("/me/confirmation/ask-no-longer", "ask_no_longer", ask_no_longer, methods=["POST"])


@permission(access.CONFIRM)
def museums() -> str | Response:
    """List the museums whose people one may confirm; with one alone, go to it."""
    only, search = _mine(require_viewer()), _search()
    found = people.list_museums(only, search, limit=MUSEUMS + 1)
    if only is not None and len(only) == 1 and len(found) == 1 and not search:
        return redirect(url_for("network.museum", museum_id=found[0].id))
    return page("network/museums.html", museums=found[:MUSEUMS], more=len(found) > MUSEUMS, search=search)


@permission(access.CONFIRM)
def museum(museum_id: str) -> str:
    """List the people of a museum, those first who ask to be confirmed."""
    row, search = access.museum_for_confirmer(museum_id, require_viewer().grants), _search()
    after = _mark(without_control(request.args.get("after", "")))
    found = people.list_colleagues(row.id, search, after=after, limit=PEOPLE + 1)
    last = found[PEOPLE - 1] if len(found) > PEOPLE else None
    return page(
        "network/museum.html",
        museum=row,
        asking=people.list_asking(row.id) if not after and not search else [],
        people=found[:PEOPLE],
        search=search,
        more=f"{last.account_id}-{last.name}" if last else None,
    )


@permission(access.CONFIRM)
@recently
def colleague(museum_id: str, subject_id: str) -> Shown:
    """Show a name as a certificate bears it, and give the museum's word for it or take it back."""
    who = require_viewer()
    row, person = access.colleague_for_confirmer(museum_id, subject_id, who.grants)
    confirming_form, withdrawing = ConfirmForm(formdata=None, mark=person.mark), WithdrawForm(formdata=None)
    if request.form.get("act") == "withdraw":
        withdrawing = WithdrawForm()
        if withdrawing.validate_on_submit():
            reason = withdrawing.reason.data or ""
            words = _("The confirmation is taken back. %(name)s is told, and reads the reason.", name=person.name)
            return _done(
                row.id, lambda: confirming.withdraw(subject_id, row.id, reason=reason, actor=who.subject_id), words
            )
    elif request.method == "POST":
        confirming_form = ConfirmForm()
        if confirming_form.validate_on_submit():
            mark, seen = confirming_form.mark.data or "", confirming_form.seen.data
            words = _("The name is confirmed. %(name)s is told.", name=person.name)
            return _done(
                row.id,
                lambda: confirming.confirm_name(subject_id, row.id, mark=mark, seen=seen, actor=who.subject_id),
                words,
            )
    standing = people.find_standing(subject_id)
    shown = page(
        "network/colleague.html",
        museum=row,
        person=person,
        own=person.subject_id == who.subject_id,
        standing=standing,
        by=names_of([standing.confirmed_by]).get(standing.confirmed_by, "") if standing else "",
        form=confirming_form,
        withdraw_form=withdrawing,
    )
    return shown, 422 if confirming_form.errors or withdrawing.errors else 200


@member
def ask() -> Response:
    """Ask the museum where one works to confirm the name."""
    words = _("Your museum is asked. You get a letter when your name is confirmed.")
    return _to_profile(lambda: confirming.ask(require_viewer().subject_id), words)


@member
def ask_no_longer() -> Response:
    """Ask no longer."""
    words = _("You no longer ask.")
    return _to_profile(lambda: confirming.take_back_request(require_viewer().subject_id), words)


def count_asking(viewer: Viewer) -> int:
    """Count the people who ask this viewer to confirm their names."""
    return people.count_asking(_mine(viewer))


def _mine(viewer: Viewer) -> frozenset[str] | None:
    return scopes(viewer.grants, access.CONFIRM, "museum", at=clock.now())


def _search() -> str:
    return without_control(request.args.get("q", ""))[:LONGEST_SEARCH]


def _mark(word: str) -> tuple[str, int] | None:
    number, _dash, name = word.partition("-")
    return (name, int(number)) if number.isascii() and number.isdigit() and len(number) < 16 else None


def _done(museum_id: str, act: object, words: str) -> Response:
    _try(act, words)
    return redirect(url_for("network.museum", museum_id=museum_id))


def _to_profile(act: object, words: str) -> Response:
    if ActForm().validate_on_submit():
        _try(act, words)
    return redirect(url_for("accounts.profile", _anchor="your-name"))


def _try(act: object, words: str) -> None:
    """Do something and say so, or say why it was refused."""
    assert callable(act)
    try:
        act()
    except Refused as no:
        flash(_refusal(no), "error")
    else:
        flash(words, "success")


def _refusal(no: Refused) -> str:
    if no.reason == "name":
        return _(
            "Nothing was confirmed, because the name cannot stand on a certificate. %(why)s Ask the person to "
            "mend it in the profile.",
            why=explain(no.facts["fault"]),  # type: ignore[arg-type]
        )
    return {
        "self": _(
            "Nothing was changed. Nobody can confirm their own name: ask another coordinator, or an administrator."
        ),
        "changed": _("Nothing was confirmed, because the person has changed the name meanwhile. Look at it again."),
        "confirmed": _("The name is confirmed already. Nothing was changed."),
        "no-museum": _(
            "Nobody was asked yet, because no museum is known for you. Tell where you work, then ask again."
        ),
    }[no.reason]
