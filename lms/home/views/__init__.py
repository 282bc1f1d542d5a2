"""The pages of home, by who they are for."""

from __future__ import annotations

from flask import Blueprint

from lms.home.views import front, me, teach

blueprint = Blueprint("home", __name__)
for part in (front, me, teach):
    part.add_to(blueprint)
