"""The pages of supervised sittings: open one, mark who is present, close it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import find_workplace
from lms.certificates import access
from lms.certificates.forms import ActForm, SittingForm
from lms.certificates.queries import sittings as reads
from lms.certificates.queries.sittings import SittingRow
from lms.certificates.service import sittings as service
from lms.courses.queries import CourseRow, find_published, get_tree, list_published
from lms.domain.authority import allows, scopes
from lms.domain.errors import Refused
from lms.domain.keyset import read_mark, write_mark
from lms.infra import clock
from lms.infra.languages import gettext as _
from lms.infra.languages import ngettext
from lms.network.queries import museum_name
from lms.web import locale
from lms.web.forms import without_control
from lms.web.guards import Viewer, permission, require_viewer
from lms.web.pages import page

COURSES = 200
LINES = 30
CANDIDATES = 50
LONGEST_SEARCH = 200


def add_to(blueprint: Blueprint) -> None:
    """Register the pages."""
    blueprint.add_app_template_global(open_sitting, "open_sitting")
    blueprint.add_url_rule("/teach/sittings", "sittings", sittings, methods=["GET", "POST"])
    blueprint.add_url_rule("/teach/sittings/<sitting_id>", "sitting", sitting)
    for word, view in (("present", present), ("absent", absent), ("close", close)):
        blueprint.add_url_rule(f"/teach/sittings/<sitting_id>/{word}", f"sitting_{word}", view, methods=["POST"])


@permission(access.SUPERVISE)
def sittings() -> str | Response | tuple[str, int]:
    """List the sittings that one may watch over, and open another."""
    who = require_viewer()
    museums = _museums(who)
    courses = _courses(who, everything=museums is None or bool(museums))
    form = SittingForm()
    form.course.choices = [(row.slug, row.title(locale.reading())[0]) for row in courses]
    if not form.is_submitted():
        form.course.data = request.args.get("course", "")
        form.centre.data = _usual_centre(who, museums)
    elif form.validate() and (opened := _open(form, who)):
        return redirect(url_for("certificates.sitting", sitting_id=opened))
    mark = read_mark(request.args.get("before", ""))
    slugs = scopes(who.grants, access.SUPERVISE, "course", at=clock.now())
    found = reads.list_sittings(slugs, museums, before=mark, limit=LINES + 1)
    last = found[LINES - 1] if len(found) > LINES else None
    shown = page(
        "certificates/sittings.html",
        form=form,
        centres=reads.list_centres(museums if slugs is not None and not slugs else None),
        sittings=found[:LINES],
        titles={row.slug: _title(row.version_id) for row in found[:LINES]},
        now=clock.now(),
        more=write_mark(last.opened_at, last.id) if last else None,
    )
    return (shown, 422) if form.errors else shown


@permission(access.SUPERVISE)
def sitting(sitting_id: str) -> str:
    """Show a sitting: who is present and what they do, and who else may be marked."""
    who = require_viewer()
    row = access.sitting_for_supervisor(sitting_id, who.grants)
    is_open, search = row.is_open(clock.now()), without_control(request.args.get("q", ""))[:LONGEST_SEARCH]
    teaches = allows(who.grants, access.SUPERVISE, at=clock.now(), scope=("course", row.slug))
    near = None if teaches else row.museum_id
    candidates = reads.list_candidates(row, near, search, limit=CANDIDATES + 1) if is_open else []
    exam = service.exam_of(row)
    return page(
        "certificates/sitting.html",
        sitting=row,
        is_open=is_open,
        course=_title(row.version_id),
        exam=get_tree(row.version_id, locale.reading()).items[exam.id].title,
        sitters=reads.list_sitters(row, exam.id),
        candidates=[one for one in candidates[:CANDIDATES] if one.subject_id not in (who.subject_id, row.opened_by)],
        more=len(candidates) > CANDIDATES,
        search=search,
    )


@permission(access.SUPERVISE)
def present(sitting_id: str) -> Response:
    """Mark those as present who were ticked."""
    row = access.sitting_for_supervisor(sitting_id, require_viewer().grants)
    seen = [(subject, mark) for subject, _dot, mark in (word.partition(".") for word in request.form.getlist("seen"))]

    def mark() -> str:
        count = service.mark_present(row.id, seen, actor=require_viewer().subject_id)
        return ngettext("%(num)d learner is marked as present.", "%(num)d learners are marked as present.", count)

    if not seen:
        flash(_("Nobody was ticked. Nothing was changed."))
        return _back(row)
    return _try(row, mark)


@permission(access.SUPERVISE)
def absent(sitting_id: str) -> Response:
    """Take back that somebody was marked by mistake."""
    row = access.sitting_for_supervisor(sitting_id, require_viewer().grants)

    def take_back() -> str:
        service.take_back(row.id, request.form.get("subject", "")[:32], actor=require_viewer().subject_id)
        return _("The mark is taken back.")

    return _try(row, take_back)


@permission(access.SUPERVISE)
def close(sitting_id: str) -> Response:
    """End a sitting."""
    row = access.sitting_for_supervisor(sitting_id, require_viewer().grants)

    def end() -> str:
        service.close(row.id, actor=require_viewer().subject_id)
        return _("The sitting is closed. What was handed in before counts as supervised.")

    return _try(row, end)


def open_sitting(subject_id: str, course_id: str) -> SittingRow | None:
    """Return the sitting at which a learner of a course is present now."""
    return reads.find_open_for(subject_id, course_id, clock.now())


def _try(row: SittingRow, act: object) -> Response:
    """Do something and say what came of it."""
    assert callable(act)
    if ActForm().validate_on_submit():
        try:
            flash(act(), "success")
        except Refused as no:
            flash(_refusal(no), "error")
    return _back(row)


def _refusal(no: Refused) -> str:
    return {
        "closed": _("Nothing was changed, because the sitting has ended. You can open another."),
        "self": _("Nobody was marked. Nobody can watch over their own quiz: let somebody else open a sitting."),
        "changed": _(
            "Nobody was marked, because the name of %(name)s was changed meanwhile. Look at it again.",
            name=no.facts.get("name", ""),
        ),
        "begun": _("The mark stays, because the learner has begun the quiz here."),
    }[no.reason]


def _open(form: SittingForm, who: Viewer) -> str | None:
    """Open the sitting that the form asks for; None when the form says why not."""
    course, centres = find_published(form.course.data), reads.find_centre(form.centre.data or "")
    if not centres:
        form.centre.errors = [_("No museum is called so here. Choose one that is offered.")]
    elif len(centres) > 1:
        form.centre.errors = [_("Several museums are called so. Choose the one that is offered with your country.")]
    elif course is None or not access.may_supervise(who.grants, course.slug, centres[0][0]):
        form.centre.errors = [_("You coordinate another museum. Choose yours, or ask the trainer of the course.")]
    if form.centre.errors or course is None:
        return None
    try:
        return service.open_sitting(
            course.id, course.version_id, centres[0][0], hours=form.hours.data or service.HOURS, actor=who.subject_id
        )
    except Refused:
        form.course.errors = [_("No quiz of this course decides over a certificate.")]
        return None


def _courses(who: Viewer, *, everything: bool) -> list[CourseRow]:
    """Return the courses that one may watch over: the coordinator of a centre any, a trainer the own ones."""
    slugs = scopes(who.grants, access.SUPERVISE, "course", at=clock.now())
    return [
        row
        for row in list_published(limit=COURSES)
        if row.facts.get("certificate")
        and row.facts.get("quizzes")
        and (everything or slugs is None or row.slug in slugs)
    ]


def _museums(who: Viewer) -> frozenset[str] | None:
    return scopes(who.grants, access.SUPERVISE, "museum", at=clock.now())


def _usual_centre(who: Viewer, museums: frozenset[str] | None) -> str:
    """Return the centre that is meant most often: the only one that one coordinates, else where one works."""
    if museums and len(museums) == 1:
        return next(iter(reads.list_centres(museums)), "")
    workplace = find_workplace(who.subject_id)
    if workplace is None or not workplace.museum_id or (museums and workplace.museum_id not in museums):
        return ""
    name = museum_name(workplace.museum_id)
    return f"{name} ({workplace.country})" if workplace.country else name


def _title(version_id: str) -> str:
    return get_tree(version_id, locale.reading()).title


def _back(row: SittingRow) -> Response:
    return redirect(url_for("certificates.sitting", sitting_id=row.id))
