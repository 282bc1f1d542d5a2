"""What is done to accounts. Passwords arrive here hashed; letters are enqueued, never sent."""

from __future__ import annotations

from lms.accounts.service.administration import (
    disable,
    enable,
    grant_role,
    note_reset_ordered,
    order_reset,
    revoke_role,
    set_extra_time,
    unlock,
)
from lms.accounts.service.invitations import (
    create_invitation,
    use_invitation,
    withdraw_invitation,
)
from lms.accounts.service.letters import (
    enqueue_letter,
)
from lms.accounts.service.person import (
    change_profile,
    erase_person,
    link_accounts,
    set_museum,
    state_affiliation,
)
from lms.accounts.service.registration import (
    AddressTaken,
    complete_registration,
    confirm,
    create_account,
    note_confirmed,
    resend_confirmation,
)
from lms.accounts.service.sessions import (
    forget_failures,
    forget_old_failures,
    note_email_changed,
    note_login,
    note_password_changed,
    record_login_failure,
)

__all__ = [
    "AddressTaken",
    "change_profile",
    "complete_registration",
    "confirm",
    "create_account",
    "create_invitation",
    "disable",
    "enable",
    "enqueue_letter",
    "erase_person",
    "forget_failures",
    "forget_old_failures",
    "grant_role",
    "link_accounts",
    "note_confirmed",
    "note_email_changed",
    "note_login",
    "note_password_changed",
    "note_reset_ordered",
    "order_reset",
    "record_login_failure",
    "resend_confirmation",
    "revoke_role",
    "set_extra_time",
    "set_museum",
    "state_affiliation",
    "unlock",
    "use_invitation",
    "withdraw_invitation",
]
