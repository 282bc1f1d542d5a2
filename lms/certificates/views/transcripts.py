"""One's own transcript: what was learned by now, and the signed ones that were made of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from lms.certificates.queries import transcripts as queries
from lms.certificates.queries.transcripts import TranscriptRow
from lms.certificates.service import transcript_paper, transcripts, verdict, words
from lms.certificates.service.checking import Checked
from lms.domain.errors import Refused
from lms.domain.keyset import read_mark, write_mark
from lms.domain.transcript import Held, hold_now, hours_now, hours_of, in_order
from lms.infra import clock
from lms.infra.languages import gettext as _
from lms.infra.languages import ngettext
from lms.web import locale
from lms.web.guards import member, require_viewer
from lms.web.pages import page

A_PAGE = 12


def add_to(blueprint: Blueprint) -> None:
    """Register the pages."""
    blueprint.add_url_rule("/me/transcript", "transcript", mine)
    blueprint.add_url_rule("/me/transcript", "make_transcript", make, methods=["POST"])


@member
def mine() -> str:
    """Show everything that one learned, and the transcripts that were made."""
    who, lang = require_viewer(), locale.current()
    courses = in_order(queries.list_learned(who.subject_id, _languages()))
    rows = queries.list_by_subject(who.subject_id, read_mark(request.args.get("before", "")), limit=A_PAGE + 1)
    last = rows[A_PAGE - 1] if rows[A_PAGE:] else None
    lines = [transcript_paper.line_of(course, lang) for course in courses]
    return page(
        "certificates/transcript.html",
        completed=[line for line in lines if line.course.completed],
        under_way=[line for line in lines if not line.course.completed],
        hours=hours_of(courses),
        transcripts=rows[:A_PAGE],
        more=write_mark(last.issued_at, last.id) if last else None,
        now=clock.now(),
    )


@member
def make() -> Response:
    """Issue a transcript as of now; its file is made in the background."""
    try:
        _code, fresh = transcripts.issue(require_viewer().subject_id, _languages())
    except Refused as no:
        flash(_refused(no), "error")
    else:
        flash(
            _("Your transcript is being made. It will be here in a minute; you need not wait.")
            if fresh
            else _("Nothing has changed since the transcript of today that you have, so it is still the right one."),
            "success",
        )
    return redirect(url_for("certificates.transcript"), 303)


def _refused(no: Refused) -> str:
    if no.reason == "too-many":
        return ngettext(
            "Nothing was made: there is %(num)d transcript of today already. It is below; a new one can be made "
            "tomorrow.",
            "Nothing was made: there are %(num)d transcripts of today already. They are all below; a new one can be "
            "made tomorrow.",
            transcripts.MOST_A_DAY,
        )
    if no.reason == "paused":
        return _(
            "Nothing was made: the site was restored from a backup and waits until its register is whole again. "
            "Try again later; what you have learned is kept."
        )
    return _("Nothing was made: you have not begun a course yet. Enrol in one first.")


def _languages() -> tuple[str, ...]:
    """Return the language of the page, then those that the reader knows: titles come in the first there is."""
    return tuple(dict.fromkeys((locale.current(), *locale.reading())))


def claims(row: TranscriptRow, file: Checked | None) -> dict[str, object]:
    """Return what the page that verifies shows: the courses as they were issued, and what holds today of each."""
    now, lang, said = clock.now(), locale.current(), row.said
    held = _held(row)
    state, lost = row.state(now), sum(one.lost for one in held)
    return {
        "certificate": row,
        "transcript": said,
        "said": verdict.on_transcript(row, state, lang, lost=lost, whole=file is not None),
        "state": state,
        "checked": words.moment(now, lang),
        "issued": words.day(row.issued_at.isoformat(), lang),
        "ended": words.day(row.ended_at.isoformat(), lang) if row.ended_at else "",
        "signed": words.moment(row.made_at, lang) if row.made_at else "",
        "completed": [(one, transcript_paper.line_of(one.course, lang)) for one in held if one.course.completed],
        "under_way": [(one, transcript_paper.line_of(one.course, lang)) for one in held if not one.course.completed],
        "lost": lost,
        "hours": said.hours,
        "hours_now": hours_now(held),
    }


def summary(row: TranscriptRow) -> dict[str, Any]:
    """Return the same for programs."""
    now, said = clock.now(), row.said
    held = _held(row)
    return {
        "kind": "transcript",
        "code": row.code,
        "state": row.state(now),
        "checked_at": now.isoformat(timespec="seconds"),
        "issued_at": row.issued_at.isoformat(),
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "reason": row.reason or None,
        "replaced_by": row.replaced_by if row.standing == "superseded" else None,
        "file_sha256": row.file_digest,
        "hours": said.hours,
        "hours_now": hours_now(held),
        "claims": {"name": row.award.name, "name_latin": row.award.name_latin, "language": row.language}
        if row.award
        else None,
        "courses": [_course(one) for one in held],
    }


def _held(row: TranscriptRow) -> tuple[Held, ...]:
    return hold_now(row.said, queries.certified_now(course.certificate for course in row.said.courses))


def _course(one: Held) -> dict[str, Any]:
    course = one.course
    return {
        "title": course.title,
        "number": course.number,
        "edition": course.edition,
        "hours": course.hours,
        "begun_at": course.begun_at,
        "completed_at": course.completed_at or None,
        "percent": course.percent,
        "grade_percent": course.grade_percent,
        "certificate": course.certificate or None,
        "certificate_state_as_issued": course.certified or None,
        "certificate_state_now": one.state or None,
        "certificate_now": one.code or None,
        "counts_now": one.counts,
    }
