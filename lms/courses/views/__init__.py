"""The pages of courses, by who they are for."""

from __future__ import annotations

from flask import Blueprint

from lms.courses.views import catalogue, course, media, teach, upload

blueprint = Blueprint("courses", __name__)
for part in (catalogue, course, media, teach, upload):
    part.add_to(blueprint)
