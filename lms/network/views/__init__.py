"""Pages of the network: what the forms of accounts offer, and the people of a museum."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from lms.domain.names import fold_title
from lms.network import exchange, queries
from lms.network.views import people
from lms.web.guards import public

blueprint = Blueprint("network", __name__)
blueprint.add_app_template_global(queries.offer_museums, "offer_museums")
blueprint.add_app_template_global(queries.museum_name, "museum_name")

SUGGESTED = 12

PARTS = (exchange,)
"""Imported so that they register themselves."""


people.add_to(blueprint)


@blueprint.get("/network/museums")
@public
def museums() -> Response:
    """Answer with the names of known museums that contain what is being typed."""
    typed = request.args.get("q", "")[:200]
    return jsonify(queries.offer_museums(typed, SUGGESTED) if len(fold_title(typed)) > 1 else [])
