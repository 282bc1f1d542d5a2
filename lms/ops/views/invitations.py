"""Invitation codes: for a training room without a mail server."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from lms.accounts import queries as people
from lms.accounts import service
from lms.infra.languages import gettext as _
from lms.ops.forms import ActForm, InvitationForm
from lms.web.guards import permission, require_viewer
from lms.web.pages import page


def add_to(blueprint: Blueprint) -> None:
    """Register the pages."""
    blueprint.add_url_rule("/admin/invitations", "admin_invitations", invitations, methods=["GET", "POST"])
    blueprint.add_url_rule("/admin/invitations/end", "admin_invitation_end", end, methods=["POST"])


@permission("accounts.invite")
def invitations() -> str | Response | tuple[str, int]:
    """Show the codes that can be used, and make a new one."""
    form = InvitationForm()
    if form.validate_on_submit():
        code = service.create_invitation(
            uses=form.uses.data or 1,
            days=form.days.data or 1,
            note=form.note.data or "",
            actor=require_viewer().subject_id,
        )
        flash(_("The code is %(code)s. Whoever registers with it is confirmed at once.", code=code), "success")
        return redirect(url_for("ops.admin_invitations"))
    shown = page(
        "ops/admin/invitations.html", form=form, codes=people.list_invitations(), act_form=ActForm(formdata=None)
    )
    return (shown, 422) if form.errors else shown


@permission("accounts.invite")
def end() -> Response:
    """Let a code confirm nobody any longer."""
    service.withdraw_invitation(request.form.get("code", ""), actor=require_viewer().subject_id)
    flash(_("The code can no longer be used."), "success")
    return redirect(url_for("ops.admin_invitations"))
