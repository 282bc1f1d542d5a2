"""Pages of accounts beside Flask-Security's own: after registering, the profile, linking, taking along, deleting."""

from __future__ import annotations

import orjson
from flask import Blueprint, Response, flash, redirect, session, url_for
from werkzeug.wrappers import Response as Answer

from lms.accounts import exchange, forms, jobs, queries, security, service
from lms.domain.errors import Refused
from lms.infra import clock
from lms.infra.languages import gettext as _
from lms.web.guards import member, public, require_viewer
from lms.web.pages import page

blueprint = Blueprint("accounts", __name__)

PARTS = (jobs,)
"""Imported so that its jobs register themselves."""

UNPROCESSABLE = 422

Shown = str | Answer | tuple[str, int]


@blueprint.get("/register/done")
@public
def registered() -> str:
    """Say what comes next; the same for somebody whose address was known."""
    return page("accounts/registered.html", state=session.get("registered", "waits"), mails=security.sends_mail())


@blueprint.route("/register/code", methods=["GET", "POST"])
@public
def invitation() -> Shown:
    """Confirm an account by an invitation code that came after registering."""
    form = forms.InvitationForm()
    if form.validate_on_submit():
        account_id = security.check_password(form.email.data or "", form.password.data or "", confirmed=False)
        if account_id is None:
            form.form_errors.append(_("That e-mail and password do not go together."))
        elif not service.use_invitation(form.invitation.data or ""):
            form.invitation.errors = [_("This code does not hold. Look at it again.")]
        else:
            service.confirm(account_id, by="invitation")
            flash(_("Your account is confirmed. Log in to begin."), "success")
            return redirect(url_for("security.login"))
    return page("accounts/invitation.html", form=form), UNPROCESSABLE if form.errors else 200


@blueprint.route("/me/profile", methods=["GET", "POST"])
@member
def profile() -> Shown:
    """Show and change what the person told of himself."""
    viewer = require_viewer()
    person = queries.find_account(viewer.account_id)
    assert person is not None
    form = forms.ProfileForm(obj=person)
    form.offer()
    if not form.is_submitted():
        form.show_languages(person.languages)
    elif form.validate():
        service.change_profile(
            viewer.account_id,
            name=form.name.data or "",
            name_latin=form.name_latin.data or "",
            languages=form.languages,
            timezone=form.timezone.data,
        )
        flash(_("Saved."), "success")
        return redirect(url_for("accounts.profile"))
    shown = page(
        "accounts/profile.html",
        form=form,
        person=person,
        workplaces=queries.list_workplaces(viewer.subject_id),
        accounts=queries.list_accounts_of(viewer.subject_id),
    )
    return shown, UNPROCESSABLE if form.errors else 200


@blueprint.route("/me/workplace", methods=["GET", "POST"])
@member
def workplace() -> Shown:
    """Take down where the person works from now on; what was before stays."""
    viewer = require_viewer()
    form = forms.WorkplaceForm()
    form.offer()
    if form.validate_on_submit():
        service.state_affiliation(
            viewer.subject_id,
            museum=form.museum.data or "",
            country=form.country.data or "",
            position=form.position.data or "",
        )
        flash(_("Saved. It counts for the courses that you begin from now on."), "success")
        return redirect(url_for("accounts.profile"))
    return page("accounts/workplace.html", form=form), UNPROCESSABLE if form.errors else 200


@blueprint.route("/me/link", methods=["GET", "POST"])
@member
@security.recently
def link() -> Shown:
    """Link another account of the same person, shown by its password."""
    viewer = require_viewer()
    form = forms.LinkForm()
    if form.validate_on_submit():
        other = security.check_password(form.email.data or "", form.password.data or "")
        try:
            if other is None:
                raise Refused("unknown")
            service.link_accounts(viewer.account_id, other, actor=viewer.subject_id)
        except Refused as refusal:
            form.form_errors.append(
                _("That account is linked already.")
                if refusal.reason == "already-linked"
                else _("That e-mail and password do not go together.")
            )
        else:
            flash(_("The accounts are linked. What you learned with the other counts here too."), "success")
            return redirect(url_for("accounts.profile"))
    return page("accounts/link.html", form=form), UNPROCESSABLE if form.errors else 200


@blueprint.get("/me/data")
@member
@security.recently
def data() -> Response:
    """Hand out everything that is known of the person."""
    known = exchange.export_person(require_viewer().account_id)
    body = orjson.dumps(known, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS, default=str)
    name = f"vitrine-{clock.now():%Y-%m-%d}.json"
    return Response(
        body, mimetype="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@blueprint.route("/me/delete", methods=["GET", "POST"])
@member
@security.recently
def delete() -> Shown:
    """Delete the person, after the password was typed once more."""
    viewer = require_viewer()
    form = forms.DeleteForm()
    if form.validate_on_submit():
        if security.check_password(viewer.email, form.password.data or "") is None:
            form.password.errors = [_("This is not your password.")]
        else:
            try:
                service.erase_person(viewer.account_id, actor=viewer.subject_id)
            except Refused:
                form.form_errors.append(
                    _("You are the last administrator. Give somebody else that role first, then delete your account.")
                )
            else:
                security.log_out()
                flash(_("Your account is deleted. Nothing here names you any longer."), "success")
                return redirect("/")
    accounts = queries.list_accounts_of(viewer.subject_id)
    return page("accounts/delete.html", form=form, accounts=accounts), UNPROCESSABLE if form.errors else 200
