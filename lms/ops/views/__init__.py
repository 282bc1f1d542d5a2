"""The pages of whoever runs the site, and what machines ask."""

from __future__ import annotations

from flask import Blueprint

from lms.ops.views import administration, certificates, invitations, look, machine, users

blueprint = Blueprint("ops", __name__)
for part in (machine, administration, users, certificates, look, invitations):
    part.add_to(blueprint)
