"""The certificates of a course, for those who teach it: a list to search and filter, as CSV and as a package."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from lms.accounts.queries import subjects_of
from lms.certificates.queries import course as selected
from lms.certificates.queries.course import STATES, Place, Selection
from lms.certificates.queries.proposals import count_finished
from lms.certificates.service import packing, roll
from lms.courses.access import COURSE, course_for_trainer
from lms.domain.errors import Refused
from lms.domain.keyset import read_mark, write_mark
from lms.infra import clock, pdf
from lms.infra.languages import gettext as _
from lms.infra.languages import ngettext
from lms.web import locale
from lms.web.downloads import in_pieces, stream
from lms.web.forms import without_control
from lms.web.guards import permission, require_viewer
from lms.web.pages import page

LINES = 50
LONGEST_SEARCH = 100
PACKAGES = 5
FIELDS = ("q", "state", "since", "until")


def add_to(blueprint: Blueprint) -> None:
    """Register the pages."""
    address = "/teach/courses/<slug>/certificates"
    blueprint.add_url_rule(address, "of_course", of_course)
    blueprint.add_url_rule(f"{address}.csv", "of_course_list", as_list)
    blueprint.add_url_rule(f"{address}/package", "of_course_package", package, methods=["POST"])


@permission("teach.learners")
def of_course(slug: str) -> str:
    """List a course's certificates, newest first."""
    who = require_viewer()
    row = course_for_trainer(slug, who.grants, "teach.learners")
    selection, wrong = read_selection(request.args)
    now = clock.now()
    found = selected.list_selected(
        row.id, selection, now, before=read_mark(request.args.get("before", "")), limit=LINES + 1
    )
    last = found[LINES - 1] if found[LINES:] else None
    chosen = _chosen(request.args)
    title, lang = row.title(locale.reading())
    may_propose = who.can("certificates.propose", (COURSE, slug))
    return page(
        "certificates/course.html",
        row=row,
        title=title,
        lang=lang,
        certificates=found[:LINES],
        count=selected.count_selected(row.id, selection, now),
        narrowed=bool(selection),
        wrong=wrong,
        chosen=chosen,
        states=STATES,
        file_state=roll.file_state,
        can_be_made=pdf.available(),
        now=now,
        more=f"?{urlencode({**chosen, 'before': write_mark(last.issued_at, last.id)})}" if last else None,
        packages=packing.list_packages_of(row.id, [who.subject_id, *subjects_of(who.subject_id)])[:PACKAGES],
        may_propose=may_propose,
        without=count_finished(row.id) if may_propose else 0,
    )


@permission("teach.learners")
def as_list(slug: str) -> Response:
    """Send the list as CSV, piece by piece; it follows the filter."""
    row = course_for_trainer(slug, require_viewer().grants, "teach.learners")
    selection, _wrong = read_selection(request.args)
    words, now = roll.wording(locale.current(), locale.zone()), clock.now()

    def read(place: Place | None) -> tuple[bytes, Place | None]:
        rows = selected.list_onwards(row.id, selection, now, place)
        text = roll.lines(((one, words.files[roll.file_state(one)]) for one in rows), words, now)
        following = (rows[-1].issued_at, rows[-1].id) if rows else None
        return (text if place else roll.head(words) + text), following

    name = f"{slug}_{now:%Y-%m-%d}.csv"
    return stream(in_pieces(read), mimetype="text/csv", name=name)


@permission("teach.learners")
def package(slug: str) -> Answer:
    """Order the files as a package; the same filter is sent along."""
    who = require_viewer()
    row = course_for_trainer(slug, who.grants, "teach.learners")
    selection, _wrong = read_selection(request.form)
    try:
        order_id = packing.order_package(
            row, selection, actor=who.subject_id, code=locale.current(), zone=locale.zone()
        )
    except Refused as no:
        flash(_why(no), "warning")
        return redirect(f"{url_for('certificates.of_course', slug=slug)}?{urlencode(_chosen(request.form))}")
    return redirect(url_for("ops.order", order_id=order_id))


def _why(no: Refused) -> str:
    most = int(str(no.facts["most"]))
    if no.reason == "too-many-open":
        return ngettext(
            "You have %(num)d package under way already. Wait until it is done, then order the next.",
            "You have %(num)d packages under way already. Wait until one is done, then order the next.",
            most,
        )
    return ngettext(
        "You have %(num)d package here already. Open it below and delete the file, then order the next.",
        "You have %(num)d packages here already. Open one below and delete the file, then order the next.",
        most,
    )


def read_selection(sent: MultiDict[str, str]) -> tuple[Selection, str]:
    """Return which certificates are meant, and what of it cannot be read, in words."""
    since, until = _day(sent.get("since", "")), _day(sent.get("until", ""))
    state = sent.get("state", "")
    unread = [name for name, day in (("since", since), ("until", until)) if sent.get(name) and day is None]
    selection = Selection(
        search=without_control(sent.get("q", ""))[:LONGEST_SEARCH].strip(),
        state=state if state in STATES else "",
        since=_begin(since) if since else None,
        until=_begin(until + timedelta(days=1)) if until else None,
    )
    if unread:
        return selection, _(
            "A date was not understood and is left out. Write it as year-month-day, such as 2026-05-31."
        )
    if since and until and since > until:
        return selection, _("The first day is after the last, so nothing can be found. Change one of them.")
    return selection, ""


def _chosen(sent: MultiDict[str, str]) -> dict[str, str]:
    """Return what was chosen, as it was sent, so that it stands in the form again."""
    return {name: sent[name] for name in FIELDS if sent.get(name)}


def _day(word: str) -> date | None:
    try:
        found = date.fromisoformat(word.strip())
    except ValueError:
        return None
    # Beyond these no calendar of a database follows, and no time zone.
    return found if 1970 <= found.year <= 9000 else None


def _begin(day: date) -> datetime:
    """Return when a day begins where the reader is."""
    return datetime.combine(day, time(), ZoneInfo(locale.zone()))
