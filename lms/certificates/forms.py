"""The shape of what is sent about certificates."""

from __future__ import annotations

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from lms.infra.languages import lazy_gettext as _l
from lms.web.forms import Form

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
