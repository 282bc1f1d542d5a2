"""The pages of administrators."""

from __future__ import annotations

from flask import Blueprint, request

from lms.accounts import queries as people
from lms.certificates.queries.proposals import count_waiting
from lms.config import Config
from lms.domain.errors import NotFound
from lms.domain.keyset import read_mark, write_mark
from lms.infra import mail as post
from lms.infra.queue import FAILED
from lms.ops import queries as ops
from lms.web.guards import permission, require_viewer
from lms.web.pages import page
from lms.web.settings import settings

LINES = 50


def add_to(blueprint: Blueprint) -> None:
    """Register the pages."""
    blueprint.add_url_rule("/admin/", "admin", start)
    blueprint.add_url_rule("/admin/mail", "admin_mail", mail)
    blueprint.add_url_rule("/admin/mail/<mail_id>", "admin_letter", letter)
    blueprint.add_url_rule("/admin/jobs", "admin_jobs", jobs)
    blueprint.add_url_rule("/admin/audit", "admin_audit", audit)


@permission("admin.view")
def start() -> str:
    """Show what waits for the administrator."""
    config: Config = settings()
    return page(
        "ops/admin/start.html",
        unconfirmed=people.list_unconfirmed(limit=10),
        mails=post.count_waiting(),
        has_mail_server=config.mail_url is not None,
        jobs=ops.count_waiting_jobs(),
        proposals=count_waiting(None, require_viewer().subject_id),
        failed=sum(n for (_queue, status), n in ops.count_jobs().items() if status.upper() in FAILED),
    )


@permission("mail.view")
def mail() -> str:
    """Show the messages, newest first."""
    found = post.list_mail(after=_id(request.args.get("after", "")), limit=LINES + 1)
    more = found[LINES - 1].id if len(found) > LINES else None
    return page("ops/admin/mail.html", mails=found[:LINES], more=more, has_mail_server=settings().mail_url is not None)


def _id(word: str) -> str | None:
    """Return the id that a place in a list is, None for anything that is none."""
    return word if word.isascii() and word.isalnum() and len(word) == 32 else None


@permission("mail.view")
def letter(mail_id: str) -> str:
    """Show one message as text, so that its link can be handed over where there is no mail server."""
    found = post.find_mail(mail_id)
    if found is None:
        raise NotFound(mail_id)
    return page("ops/admin/letter.html", mail=found)


@permission("jobs.view")
def jobs() -> str:
    """Show background work, newest first."""
    mark = read_mark(request.args.get("after", ""))
    after = (int(mark[0].timestamp() * 1000), mark[1]) if mark else None
    found = ops.list_jobs(after=after, limit=LINES + 1, unfinished=request.args.get("all") != "1")
    last = found[LINES - 1] if len(found) > LINES else None
    return page(
        "ops/admin/jobs.html",
        jobs=found[:LINES],
        more=write_mark(last.created_at, last.key) if last else None,
        every=request.args.get("all") == "1",
    )


@permission("audit.view")
def audit() -> str:
    """Show what people with power did, newest first."""
    word = request.args.get("before", "")
    before = int(word) if word.isascii() and word.isdigit() and len(word) < 18 else None
    found = ops.list_audit(before=before, limit=LINES + 1)
    actors = {line.actor for line in found if line.actor}
    subjects = {str(line.facts["subject_id"]) for line in found if line.facts.get("subject_id")}
    return page(
        "ops/admin/audit.html",
        lines=found[:LINES],
        names=people.names_of(actors | subjects),
        more=found[LINES - 1].id if len(found) > LINES else None,
    )
