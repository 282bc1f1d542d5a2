"""Which feature hears of what: event → the functions that are called, in this order, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lms.accounts import events as accounts
from lms.courses import events as courses
from lms.learning import handlers as learning
from lms.network import handlers as network
from lms.ops import handlers as ops
from lms.quizzes import events as quizzes_events
from lms.quizzes import handlers as quizzes

TABLE: dict[type, tuple[Callable[[Any], None], ...]] = {
    accounts.AffiliationStated: (network.place_affiliation,),
    accounts.SubjectsLinked: (learning.linked, quizzes.linked, ops.note),
    accounts.AccountConfirmed: (ops.note,),
    accounts.AccountDisabled: (ops.note,),
    accounts.AccountEnabled: (ops.note,),
    accounts.AccountErased: (ops.note,),
    accounts.AccountLocked: (ops.note,),
    accounts.AccountUnlocked: (ops.note,),
    accounts.ConfirmationResent: (ops.note,),
    accounts.ExtraTimeSet: (ops.note,),
    accounts.InvitationMade: (ops.note,),
    accounts.InvitationWithdrawn: (ops.note,),
    accounts.PasswordResetOrdered: (ops.note,),
    accounts.RoleGranted: (ops.note,),
    accounts.RoleRevoked: (ops.note,),
    courses.CourseImported: (ops.note,),
    courses.CoursePublished: (ops.note,),
    quizzes_events.AnswerRefused: (ops.note,),
}
