"""The shape of what the pages of courses send."""

from __future__ import annotations

from flask_wtf.file import FileField, FileRequired

from lms.infra.languages import lazy_gettext as _l
from lms.web.forms import Form


class UploadForm(Form):
    """A course as a package."""

    package = FileField(_l("Package"), validators=[FileRequired(_l("Choose the .zip file of the course."))])
