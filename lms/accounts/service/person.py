"""What people tell of themselves, how two accounts become one person, and how a person is forgotten."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from lms.accounts import queries
from lms.accounts.events import AccountErased, AffiliationStated, NameChanged, SubjectsLinked
from lms.accounts.models import Account, Affiliation, Subject
from lms.accounts.service.rows import administers, fit_names, get_account
from lms.accounts.service.sessions import forget_failures
from lms.domain.errors import Refused
from lms.domain.names import tidy
from lms.infra import clock, mail, queue
from lms.infra.db import begin_write, db
from lms.infra.events import publish


def change_profile(account_id: int, *, name: str, name_latin: str, languages: Sequence[str], timezone: str) -> None:
    """Keep the name for certificates, the order of languages and the time zone; Refused for a bad name."""
    account, names = get_account(account_id), fit_names(name, name_latin)
    renamed = (account.name, account.name_latin) != names
    account.name, account.name_latin = names
    account.folded = queries.searchable(account.name, account.name_latin, account.email)
    account.languages, account.timezone = list(languages), timezone
    if renamed:
        publish(NameChanged(account_id=account_id, subject_id=account.subject_id, at=clock.now()))


def state_affiliation(subject_id: str, *, museum: str, country: str, position: str) -> str | None:
    """Keep where a person works from now on, and return the statement's id; None when he says nothing."""
    if not (museum or country or position):
        return None
    row = Affiliation(
        id=clock.new_id(), subject_id=subject_id, country=country, position=tidy(position), since=clock.now()
    )
    db.session.add(row)
    db.session.flush()
    publish(
        AffiliationStated(
            affiliation_id=row.id, subject_id=subject_id, museum=tidy(museum), country=country, at=row.since
        )
    )
    return row.id


def set_museum(affiliation_id: str, museum_id: str) -> None:
    """Keep which museum a statement meant; the feature that knows museums found it out."""
    db.session.execute(update(Affiliation).where(Affiliation.id == affiliation_id).values(museum_id=museum_id))


def link_accounts(account_id: int, other_id: int, *, actor: str) -> None:
    """Make two accounts one person's: what the other learned counts with the first. Refused when they are already."""
    begin_write()
    kept, joining = get_account(account_id), get_account(other_id)
    canonical, other = kept.subject.canonical_id, joining.subject.canonical_id
    if canonical == other:
        raise Refused("already-linked")
    db.session.execute(update(Subject).where(Subject.canonical_id == other).values(canonical_id=canonical))
    db.session.expire_all()
    publish(SubjectsLinked(canonical=canonical, other=other, at=clock.now(), actor=actor))


def erase_person(account_id: int, *, actor: str | None) -> None:
    """Delete what identifies a person, over all linked accounts; Refused when nobody could administer any longer."""
    begin_write()
    canonical = get_account(account_id).subject.canonical_id
    query = select(Account).join(Subject, Subject.id == Account.subject_id).where(Subject.canonical_id == canonical)
    accounts = db.session.scalars(query).all()
    administrators = [account for account in accounts if administers(account)]
    if administrators and queries.count_administrators() <= len(administrators):
        raise Refused("last-administrator")
    for account in accounts:
        _erase(account, actor)


def _erase(account: Account, actor: str | None) -> None:
    now = clock.now()
    number, subject_id, address = account.id, account.subject_id, account.email
    db.session.execute(
        update(Affiliation).where(Affiliation.subject_id == subject_id).values(museum_id=None, position="")
    )
    account.subject.erased_at = now
    db.session.delete(account)
    db.session.flush()
    forget_failures(address)
    mail.forget_mail_to(address)
    queue.blot(address)
    publish(AccountErased(account_id=number, subject_id=subject_id, at=now, actor=actor))
