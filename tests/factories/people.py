"""The fixed cast of the tests: eight people with what each may do, made through the service as real people are."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cache

from flask import Flask
from flask_security import hash_password

from lms.accounts import service
from lms.infra.db import db
from tests.pages import PageClient

PASSWORD = "a-quiet-room-2026"
MUSEUM = "City Museum of Harbour Town"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody in the cast."""

    account_id: int
    subject_id: str
    email: str
    name: str
    uniquifier: str


def make_person(
    email: str,
    name: str,
    *,
    role: str | None = None,
    scope: tuple[str, str] | None = None,
    museum: str = "",
    confirmed: bool = True,
) -> Person:
    """Make somebody who has registered and, unless told otherwise, confirmed the address."""
    account = service.create_account(
        email=email, password=_hashed(PASSWORD), name=name, languages=("en",), consented=True
    )
    service.state_affiliation(account.subject_id, museum=museum, country="AM", position="Curator")
    if confirmed:
        service.confirm(account.id, by="test")
    if role:
        kind, scope_id = scope or ("site", "")
        service.grant_role(account.id, role, scope_kind=kind, scope_id=scope_id, actor=None)
    db.session.flush()
    return Person(
        account_id=account.id,
        subject_id=account.subject_id,
        email=account.email,
        name=name,
        uniquifier=account.fs_uniquifier,
    )


@cache
def _hashed(password: str) -> str:
    return str(hash_password(password))


@dataclass(frozen=True)
class Cast:
    """The people, by what they are."""

    learner: Person
    colleague: Person  # of the learner's museum
    stranger: Person  # a learner somewhere else
    trainer: Person
    other_trainer: Person  # of a course that the others have nothing to do with
    coordinator: Person
    reviewer: Person
    admin: Person
    app: Flask | None = None
    _browsers: dict[str, PageClient] = field(default_factory=dict)

    def on(self, app: Flask) -> Cast:
        """Return the same people, in front of this application."""
        return Cast(**{**vars(self), "app": app, "_browsers": {}})

    def browser(self, who: str) -> PageClient:
        """Return a browser in which this person is logged in; None of them shares one."""
        if who not in self._browsers:
            assert self.app is not None
            person: Person = getattr(self, who)
            self._browsers[who] = browser_of(self.app, person)
        return self._browsers[who]


def browser_of(app: Flask, person: Person) -> PageClient:
    """Return a browser with the session that logging in leaves (`tests/accounts` logs in by the form)."""
    browser = app.test_client()
    assert isinstance(browser, PageClient)
    with browser.session_transaction() as session:
        session.update(_user_id=person.uniquifier, _fresh=True, fs_cc="set", fs_paa=time.time())
    return browser


def make_cast() -> Cast:
    """Make everybody."""
    return Cast(
        learner=make_person("lilit@example.org", "Lilit Sargsyan", museum=MUSEUM),
        colleague=make_person("karen@example.org", "Karen Abovyan", museum=MUSEUM),
        stranger=make_person("ion@example.org", "Ion Ceban", museum="House of Crafts"),
        trainer=make_person("nino@example.org", "Nino Beridze", role="trainer"),
        other_trainer=make_person(
            "olga@example.org", "Ольга Иванова", role="trainer", scope=("course", "another-course")
        ),
        coordinator=make_person("aysel@example.org", "Aysel Məmmədova", role="coordinator"),
        reviewer=make_person("pavel@example.org", "Pavel Novik", role="reviewer"),
        admin=make_person("admin@example.org", "Anna Admin", role="admin"),
    )
