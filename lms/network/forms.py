"""The shape of what is sent about people and their museums."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, RadioField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from lms.infra.languages import lazy_gettext as _l
from lms.web.forms import Form, tidy


class ActForm(Form):
    """A button: nothing but its CSRF token."""


class ConfirmForm(Form):
    """The word of a museum for a name."""

    mark = HiddenField()
    seen = RadioField(
        _l("The name is as in"),
        choices=[
            SelectChoice("document", _l("an identity document that I have seen")),
            SelectChoice("staff-list", _l("the staff list of the museum")),
        ],
        validators=[InputRequired(message=_l("Say what you compared the name with."))],
    )
    known = BooleanField(
        _l("I know this person, and I compared the name letter by letter"),
        validators=[InputRequired(message=_l("Confirm only whom you know."))],
    )


class WithdrawForm(Form):
    """Why a museum takes its word back."""

    reason = StringField(
        _l("Reason"),
        filters=[tidy],
        validators=[
            InputRequired(message=_l("Say why: the person reads it.")),
            Length(max=500, message=_l("This is too long.")),
        ],
    )
