"""The page of long work that somebody ordered: how far it is, a way to stop it, and the file that came of it."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, url_for
from werkzeug.wrappers import Response as Answer

from lms.accounts.queries import subjects_of
from lms.domain.errors import NotFound
from lms.infra import orders
from lms.infra.languages import gettext as _
from lms.infra.orders import OrderRow
from lms.web.downloads import from_disk
from lms.web.guards import member, require_viewer
from lms.web.orders import KINDS, Kind
from lms.web.pages import page


def add_to(blueprint: Blueprint) -> None:
    """Register the pages."""
    blueprint.add_url_rule("/jobs/<order_id>", "order", show)
    blueprint.add_url_rule("/jobs/<order_id>/file", "order_file", file)
    blueprint.add_url_rule("/jobs/<order_id>/cancel", "order_cancel", cancel, methods=["POST"])
    blueprint.add_url_rule("/jobs/<order_id>/discard", "order_discard", discard, methods=["POST"])


def _order(order_id: str) -> tuple[OrderRow, Kind]:
    """Return an order for whoever ordered it and may still have it, and for administrators."""
    row = orders.find_order(order_id)
    kind = KINDS.get(row.kind) if row else None
    who = require_viewer()
    if row is None or kind is None:
        raise NotFound(order_id)
    own = row.subject_id in {who.subject_id, *subjects_of(who.subject_id)}
    if not (own and kind.allows(who, row)) and not who.can("jobs.view"):
        raise NotFound(order_id)
    return row, kind


@member
def show(order_id: str) -> str:
    """Show how far it is, or what came of it."""
    row, kind = _order(order_id)
    return page(
        "ops/order.html",
        order=row,
        kind=kind,
        title=kind.title(row),
        back=kind.back(row),
        **kind.details(row),
    )


@member
def file(order_id: str) -> Response | Answer:
    """Hand out the file."""
    row, kind = _order(order_id)
    if not row.offered:
        return redirect(url_for("ops.order", order_id=row.id))
    return from_disk(row.path, mimetype=kind.mimetype, name=row.file_name, etag=row.id)


@member
def cancel(order_id: str) -> Answer:
    """Stop it."""
    row, _kind = _order(order_id)
    if orders.cancel(row.id):
        flash(_("The work is stopped. Nothing was changed by it."), "success")
    else:
        flash(_("It had ended already, so there was nothing to stop."))
    return redirect(url_for("ops.order", order_id=row.id))


@member
def discard(order_id: str) -> Answer:
    """Delete the file before its time."""
    row, _kind = _order(order_id)
    if orders.discard(row.id):
        flash(_("The file is deleted."), "success")
    return redirect(url_for("ops.order", order_id=row.id))
