"""The shape of what is sent about certificates, and about sittings at which somebody watches."""

from __future__ import annotations

from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

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


LONGEST = 1000


def _trim(value: str | None) -> str | None:
    return value.strip() if value else value


class ProposalForm(Form):
    """Why certificates are to be issued by hand; whom they are for is ticked beside it."""

    reason = TextAreaField(
        _l("Reason"),
        filters=[_trim],
        validators=[
            InputRequired(message=_l("Say why: the second person decides by it.")),
            Length(max=LONGEST, message=_l("This is too long.")),
        ],
    )


class DecisionForm(Form):
    """What the second person says of a proposal."""

    comment = TextAreaField(
        _l("Comment"), filters=[_trim], validators=[Optional(), Length(max=LONGEST, message=_l("This is too long."))]
    )
    decision = StringField()

    def validate(self, extra_validators: object = None) -> bool:
        """Ask for a reason where the answer is no."""
        valid = super().validate(extra_validators)
        if self.decision.data != "approve" and not self.comment.data:
            self.comment.errors = [*self.comment.errors, _l("Say why: whoever proposed it reads this.")]
            return False
        return valid
