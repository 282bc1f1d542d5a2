"""What happened to accounts. `actor` is the subject id of who did it; None when a command or the person's mail did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class AccountRegistered:
    """Somebody made an account for himself, or an administrator for somebody."""

    account_id: int
    subject_id: str
    at: datetime
    actor: str | None


@dataclass(frozen=True, kw_only=True)
class AffiliationStated:
    """A person told where he works from now on; the museum is what he typed, '' when he named none."""

    affiliation_id: str
    subject_id: str
    museum: str
    country: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class AccountConfirmed:
    """The address was shown to be the person's: by 'mail', an 'invitation', or an 'administrator'."""

    account_id: int
    subject_id: str
    by: str
    at: datetime
    actor: str | None


@dataclass(frozen=True, kw_only=True)
class ConfirmationResent:
    """An administrator sent the letter with the confirmation link again."""

    account_id: int
    subject_id: str
    at: datetime
    actor: str | None


@dataclass(frozen=True, kw_only=True)
class PasswordResetOrdered:
    """An administrator sent, or looked at, a link that sets a new password."""

    account_id: int
    subject_id: str
    at: datetime
    actor: str | None


@dataclass(frozen=True, kw_only=True)
class PasswordChanged:
    """The password is new, and every session of the account has ended."""

    account_id: int
    subject_id: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class EmailChanged:
    """The person confirmed a new address."""

    account_id: int
    subject_id: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class NameChanged:
    """The name as it stands on certificates is another from now on."""

    account_id: int
    subject_id: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class AccountDisabled:
    """The account can no longer be used."""

    account_id: int
    subject_id: str
    at: datetime
    actor: str | None


@dataclass(frozen=True, kw_only=True)
class AccountEnabled:
    """The account can be used again."""

    account_id: int
    subject_id: str
    at: datetime
    actor: str | None


@dataclass(frozen=True, kw_only=True)
class AccountUnlocked:
    """The failed log-ins were forgotten."""

    account_id: int
    subject_id: str
    at: datetime
    actor: str | None


@dataclass(frozen=True, kw_only=True)
class AccountLocked:
    """So many log-ins failed that the address must wait; only told when it has an account."""

    account_id: int
    subject_id: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RoleGranted:
    """Somebody holds a role within a scope."""

    account_id: int
    subject_id: str
    role: str
    scope_kind: str
    scope_id: str
    until: datetime | None
    at: datetime
    actor: str | None


@dataclass(frozen=True, kw_only=True)
class RoleRevoked:
    """Somebody no longer holds a role within a scope."""

    account_id: int
    subject_id: str
    role: str
    scope_kind: str
    scope_id: str
    at: datetime
    actor: str | None


@dataclass(frozen=True, kw_only=True)
class ExtraTimeSet:
    """Every time limit is longer by so many per cent for this person."""

    account_id: int
    subject_id: str
    percent: int
    at: datetime
    actor: str | None


@dataclass(frozen=True, kw_only=True)
class InvitationMade:
    """A code exists that confirms whoever registers with it."""

    code: str
    uses: int
    expires_at: datetime
    at: datetime
    actor: str | None


@dataclass(frozen=True, kw_only=True)
class InvitationWithdrawn:
    """The code confirms nobody any longer."""

    code: str
    at: datetime
    actor: str | None


@dataclass(frozen=True, kw_only=True)
class SubjectsLinked:
    """Two subjects are one person: what was learned under `other` counts under `canonical` from now on."""

    canonical: str
    other: str
    at: datetime
    actor: str | None


@dataclass(frozen=True, kw_only=True)
class AccountErased:
    """The person is gone; whoever keeps a name, an address or a museum beside this subject erases it now."""

    account_id: int
    subject_id: str
    at: datetime
    actor: str | None
