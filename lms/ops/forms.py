"""The shape of what administrators send."""

from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import IntegerField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Regexp

from lms.infra.languages import lazy_gettext as _l
from lms.web.forms import Form, lower, tidy

ROLE_NAMES = {
    "trainer": _l("trainer"),
    "reviewer": _l("reviewer"),
    "coordinator": _l("coordinator"),
    "admin": _l("administrator"),
}
"""The roles that can be given, in words."""

MOST_EXTRA_TIME = 200
MOST_USES = 500
MOST_DAYS = 365


class ActForm(Form):
    """A button: nothing but its CSRF token."""


class ReasonForm(Form):
    """Why a certificate is taken back."""

    reason = StringField(
        _l("Reason"),
        filters=[tidy],
        validators=[
            InputRequired(message=_l("Say why: everybody who verifies the certificate reads it.")),
            Length(max=500, message=_l("This is too long.")),
        ],
    )


class LookForm(Form):
    """What the site shows on its certificates."""

    logo = FileField(_l("New logo"))
    seal = FileField(_l("New seal"))


class RoleForm(Form):
    """A role to give, for the whole site, one course or one museum."""

    role = SelectField(_l("Role"), choices=[SelectChoice(*role) for role in ROLE_NAMES.items()])
    scope_kind = SelectField(
        _l("For"),
        choices=[
            SelectChoice("site", _l("the whole site")),
            SelectChoice("course", _l("one course")),
            SelectChoice("museum", _l("one museum")),
        ],
    )
    scope_id = StringField(
        _l("Which one"),
        filters=[tidy],
        validators=[
            Length(max=64, message=_l("This is too long.")),
            Regexp(r"[A-Za-z0-9-]*$", message=_l("Give it as it stands in its address, such as running-a-museum.")),
        ],
    )

    def validate(self, extra_validators: object = None) -> bool:
        """Ask which course or museum where one is meant."""
        valid = super().validate(extra_validators)
        if self.scope_kind.data != "site" and not self.scope_id.data:
            self.scope_id.errors = [*self.scope_id.errors, _l("Say which course or museum this role is for.")]
            return False
        return valid


class ExtraTimeForm(Form):
    """How much longer every time limit is for one person."""

    percent = IntegerField(
        _l("Extra time, percent"),
        validators=[
            InputRequired(message=_l("Give a number from 0 to 200.")),
            NumberRange(min=0, max=MOST_EXTRA_TIME, message=_l("Give a number from 0 to 200.")),
        ],
    )


class LinkForm(Form):
    """Another account of the same person."""

    email = StringField(
        _l("Email of the other account"),
        filters=[lower],
        validators=[InputRequired(message=_l("Give the address of the other account.")), Length(max=254)],
    )


class InvitationForm(Form):
    """A code that confirms whoever registers with it."""

    uses = IntegerField(
        _l("For how many people"),
        default=30,
        validators=[
            InputRequired(message=_l("Give a number from 1 to 500.")),
            NumberRange(min=1, max=MOST_USES, message=_l("Give a number from 1 to 500.")),
        ],
    )
    days = IntegerField(
        _l("For how many days"),
        default=7,
        validators=[
            InputRequired(message=_l("Give a number from 1 to 365.")),
            NumberRange(min=1, max=MOST_DAYS, message=_l("Give a number from 1 to 365.")),
        ],
    )
    note = StringField(_l("What for"), filters=[tidy], validators=[Length(max=200, message=_l("This is too long."))])
