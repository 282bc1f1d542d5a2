"""Who is asking, and whether they may: every route names its permission or says that it is public."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for

from lms.domain.authority import Grant, allows
from lms.infra import clock

View = TypeVar("View", bound=Callable[..., object])

PUBLIC = "public"
MEMBER = "member"


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """The person behind the request."""

    account_id: int
    subject_id: str
    name: str
    email: str
    languages: tuple[str, ...]
    timezone: str
    grants: tuple[Grant, ...]

    def can(self, permission: str, scope: tuple[str, str] | None = None) -> bool:
        """Tell whether this person holds the permission, within the scope or anywhere."""
        return allows(self.grants, permission, at=clock.now(), scope=scope)

    @property
    def teaches(self) -> bool:
        """Tell whether the pages for trainers are for this person."""
        return self.can("teach.view")

    @property
    def administers(self) -> bool:
        """Tell whether the pages for administrators are for this person."""
        return self.can("admin.view")


def permission(name: str) -> Callable[[View], View]:
    """Mark a view as open to whoever holds the permission somewhere; the service asks again within the scope."""

    def mark(view: View) -> View:
        view.__permission__ = name  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Mark a view as open to everybody."""
    return permission(PUBLIC)(view)


def member(view: View) -> View:
    """Mark a view as open to whoever is logged in."""
    return permission(MEMBER)(view)


def viewer() -> Viewer | None:
    """Return who is logged in, or None; the feature that keeps accounts says how to find out."""
    if "viewer" not in g:
        g.viewer = current_app.extensions["viewer_loader"]()
    found: Viewer | None = g.viewer
    return found


def require_viewer() -> Viewer:
    """Return who is logged in; only for views that are not public."""
    found = viewer()
    if found is None:
        abort(404)
    return found


def permission_of(app: Flask, endpoint: str) -> str | None:
    """Return the permission an endpoint is under, None when it names none."""
    foreign: Mapping[str, str] = app.extensions.get("foreign_permissions", {})
    return foreign.get(endpoint) or getattr(app.view_functions.get(endpoint), "__permission__", None)


def init_app(app: Flask) -> None:
    """Ask for the permission before every view; a route that names none is closed to all."""

    @app.before_request
    def ask() -> Response | None:
        if request.endpoint is None or request.routing_exception is not None:
            return None
        if "\x00" in request.path:
            abort(404)  # no address of ours holds it, and PostgreSQL refuses it
        needed = permission_of(app, request.endpoint)
        if needed == PUBLIC:
            return None
        who = viewer()
        if who is None:
            return to_login()
        if needed is None or (needed != MEMBER and not who.can(needed)):
            abort(404)
        return None


def to_login() -> Response:
    """Send to the log-in page, and back afterwards: to this page, or to the one whose form was sent."""
    target = request.full_path.rstrip("?")
    if request.method not in {"GET", "HEAD"}:
        before = urlsplit(request.referrer or "")
        target = before.path if before.netloc == request.host else ""
    return cast(Response, redirect(url_for("security.login", next=target or None)))
