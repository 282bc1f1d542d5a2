"""Issuing by hand: proposing it, and deciding as a second person."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import names_of
from lms.accounts.security import recently
from lms.certificates import access
from lms.certificates.forms import DecisionForm, ProposalForm
from lms.certificates.queries import find_canonical
from lms.certificates.queries import proposals as queries
from lms.certificates.queries.proposals import ProposalRow
from lms.certificates.service import issuing, proposing
from lms.courses.access import COURSE, course_for_trainer, reach
from lms.courses.queries import get_tree
from lms.domain.errors import Refused
from lms.domain.keyset import read_mark, write_mark
from lms.infra import clock
from lms.infra.languages import gettext as _
from lms.web import locale
from lms.web.guards import permission, require_viewer
from lms.web.pages import page

LEARNERS = 100
PROPOSALS = 30
UNPROCESSABLE = 422

Shown = str | Response | tuple[str, int]


def add_to(blueprint: Blueprint) -> None:
    """Register the pages."""
    address = "/teach/courses/<slug>/certificates/by-hand"
    blueprint.add_url_rule(address, "by_hand", by_hand, methods=["GET", "POST"])
    blueprint.add_url_rule("/teach/proposals", "proposals", proposals)
    blueprint.add_url_rule("/teach/proposals/<proposal_id>", "proposal", proposal)
    for word, view in (("decide", decide), ("withdraw", withdraw)):
        one = f"/teach/proposals/<proposal_id>/{word}"
        blueprint.add_url_rule(one, f"proposal_{word}", view, methods=["POST"])


@permission("certificates.propose")
def by_hand(slug: str) -> Shown:
    """Show who completed the course and has no certificate; propose those who are ticked."""
    who = require_viewer()
    row = course_for_trainer(slug, who.grants, "certificates.propose")
    form, ticked = ProposalForm(), request.form.getlist("learner")[: 10 * LEARNERS]
    if form.validate_on_submit() and ticked:
        try:
            made = proposing.propose(row, ticked, reason=form.reason.data or "", actor=who.subject_id)
        except Refused as no:
            if no.reason == "proposed":
                flash(_("You have proposed this already; it is not proposed twice."))
                return redirect(url_for("certificates.proposal", proposal_id=no.facts["proposal_id"]))
            form.form_errors.append(
                _(
                    "The list has changed meanwhile: somebody you ticked has a certificate now, or is proposed "
                    "already. Nothing was proposed. Look at the list and send the form again."
                )
            )
        else:
            flash(_("It is proposed. Those who may decide it get a letter; nothing is issued before."), "success")
            return redirect(url_for("certificates.proposal", proposal_id=made))
    elif form.is_submitted() and not ticked:
        form.form_errors.append(_("Nobody is ticked. Tick those who are to get a certificate."))
    mark = read_mark(request.args.get("before", ""))
    found = queries.list_finished(row.id, before=mark, limit=LEARNERS + 1)
    last = found[LEARNERS - 1] if found[LEARNERS:] else None
    title, lang = row.title(locale.reading())
    terms = issuing.find_terms(row.version_id, row.id)
    shown = page(
        "certificates/by_hand.html",
        row=row,
        title=title,
        lang=lang,
        form=form,
        learners=found[:LEARNERS],
        ticked=frozenset(ticked),
        award=get_tree(terms, locale.reading()).certificate if terms else None,
        approvers=len(queries.list_approvers(slug, [who.subject_id], clock.now())),
        more=write_mark(last.completed_at, last.enrolment_id) if last else None,
        first=mark is None,
    )
    return (shown, UNPROCESSABLE) if form.is_submitted() else shown


@permission("certificates.propose")
def proposals() -> str:
    """Show what waits for this person's decision, and every proposal within reach."""
    who = require_viewer()
    now = clock.now()
    mark = read_mark(request.args.get("before", ""))
    found = queries.list_proposals(reach(who.grants, "certificates.propose", at=now), before=mark, limit=PROPOSALS + 1)
    last = found[PROPOSALS - 1] if found[PROPOSALS:] else None
    approves = who.can("certificates.approve")
    slugs = reach(who.grants, "certificates.approve", at=now)
    waiting = queries.list_waiting(slugs, who.subject_id) if approves and mark is None else []
    rows = found[:PROPOSALS]
    return page(
        "certificates/proposals.html",
        rows=rows,
        waiting=waiting,
        titles={row.id: get_tree(row.version_id, locale.reading()).title for row in (*rows, *waiting)},
        names=_names(*rows, *waiting),
        more=write_mark(last.proposed_at, last.id) if last else None,
        first=mark is None,
    )


@permission("certificates.propose")
def proposal(proposal_id: str) -> str:
    """Show who is to get a certificate, why, what was decided and what came of it."""
    return _page(_row(proposal_id), DecisionForm(formdata=None))


@permission("certificates.approve")
@recently
def decide(proposal_id: str) -> Shown:
    """Approve or decline."""
    who = require_viewer()
    row = access.proposal_for_trainer(proposal_id, who.grants, "certificates.approve")
    form = DecisionForm()
    if not form.validate_on_submit():
        return _page(row, form), UNPROCESSABLE
    act = proposing.approve if form.decision.data == "approve" else proposing.decline
    try:
        act(row.id, comment=form.comment.data or "", actor=who.subject_id)
    except Refused as no:
        flash(OBJECTIONS[no.reason](), "warning")
    else:
        flash(
            _("Approved. The certificates are being issued; each holder gets a letter.")
            if form.decision.data == "approve"
            else _("Declined. Nothing is issued; whoever proposed it gets a letter."),
            "success",
        )
    return redirect(url_for("certificates.proposal", proposal_id=row.id))


@permission("certificates.propose")
def withdraw(proposal_id: str) -> Response:
    """Take one's own proposal back."""
    row = _row(proposal_id)
    try:
        proposing.withdraw(row.id, actor=require_viewer().subject_id)
    except Refused as no:
        flash(OBJECTIONS[no.reason](), "warning")
    else:
        flash(_("The proposal is withdrawn. Nothing is issued."), "success")
    return redirect(url_for("certificates.proposal", proposal_id=row.id))


OBJECTIONS = {
    "decided": lambda: _("Nothing was changed: this proposal was decided meanwhile. Below stands how."),
    "own": lambda: _("Nothing was changed: you proposed this yourself. A second person must decide it."),
    "for-oneself": lambda: _("Nothing was changed: one of these certificates is for you. Somebody else must decide."),
    "not-own": lambda: _("Nothing was changed: only whoever proposed it can withdraw it."),
}


def _row(proposal_id: str) -> ProposalRow:
    return access.proposal_for_trainer(proposal_id, require_viewer().grants, "certificates.propose")


def _page(row: ProposalRow, form: DecisionForm) -> str:
    who = require_viewer()
    course = course_for_trainer(row.slug, who.grants, "certificates.propose")
    terms = issuing.find_terms(course.version_id, row.course_id)
    tree = get_tree(course.version_id, locale.reading())
    concerned = [find_canonical(row.proposed_by) or row.proposed_by]
    may_decide = who.can("certificates.approve", (COURSE, row.slug))
    return page(
        "certificates/proposal.html",
        proposal=row,
        course=tree,
        award=get_tree(terms, locale.reading()).certificate if terms else None,
        candidates=proposing.candidates(row),
        names=_names(row),
        objection=proposing.find_objection(row, who.subject_id) if may_decide else None,
        may_decide=may_decide,
        own=concerned[0] == who.subject_id,
        approvers=len(queries.list_approvers(row.slug, concerned, clock.now())),
        changed=course.version_id != row.version_id,
        form=form,
    )


def _names(*rows: ProposalRow) -> dict[str, str]:
    """Return the names of those who proposed and decided, by the subject that stands in the proposal."""
    subjects = {subject for row in rows for subject in (row.proposed_by, row.decided_by) if subject}
    people = {subject: find_canonical(subject) or subject for subject in subjects}
    known = names_of(set(people.values()))
    return {subject: known[person] for subject, person in people.items() if person in known}
