"""The pages of whoever runs the site, and what machines ask."""

from __future__ import annotations

from flask import Blueprint

from lms.ops.views import administration, certificates, invitations, look, machine, orders, users

blueprint = Blueprint("ops", __name__)
for part in (machine, administration, users, certificates, look, invitations, orders):
    part.add_to(blueprint)
