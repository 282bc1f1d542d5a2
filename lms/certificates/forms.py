"""The shape of what is sent about sittings."""

from __future__ import annotations

from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from lms.infra.languages import lazy_gettext as _l
from lms.web.forms import Form, tidy

HOURS = 4
MOST_HOURS = 12


class ActForm(Form):
    """A button: nothing but its CSRF token."""


class SittingForm(Form):
    """A sitting to open: of which course, where, and how long."""

    course = SelectField(
        _l("Course"), validators=[InputRequired(message=_l("Choose the course whose final quiz is taken."))]
    )
    centre = StringField(
        _l("Centre"),
        filters=[tidy],
        validators=[
            InputRequired(message=_l("Say at which museum or centre you are: the certificate names it.")),
            Length(max=210, message=_l("This name is too long.")),
        ],
    )
    hours = IntegerField(
        _l("For how many hours"),
        default=HOURS,
        validators=[
            InputRequired(message=_l("Give a number from 1 to 12.")),
            NumberRange(min=1, max=MOST_HOURS, message=_l("Give a number from 1 to 12.")),
        ],
    )
