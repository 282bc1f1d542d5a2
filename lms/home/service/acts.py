"""How each step of a demonstration is carried out: by the service that a page would call, with what it would know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lms.accounts import service as accounts
from lms.accounts.queries import extra_time_of, find_workplace
from lms.certificates import queries as certificates
from lms.certificates.queries import sittings as sitting_queries
from lms.certificates.service import lifecycle, proposing, sittings, transcripts
from lms.courses.queries import CourseRow, find_published
from lms.courses.service import import_shipped
from lms.domain.authority import SITE as WHOLE_SITE
from lms.domain.demonstration import ADMIN, Person, Plan, steps
from lms.domain.demonstration.steps import Step
from lms.learning import service as learning
from lms.network.queries import find_museum
from lms.network.queries.people import find_colleague
from lms.network.service import confirming
from lms.quizzes import service as quizzes


class Stage:
    """What is known of those who act: their accounts, and the ids of what came of earlier steps."""

    def __init__(self, plan: Plan, password: str) -> None:
        self.people = {person.key: person for person in plan.people}
        self.password = password
        self.accounts: dict[str, int] = {}
        self.subjects: dict[str, str] = {}
        self.codes: dict[str, str] = {}
        self.sittings: dict[str, str] = {}
        self.proposals: dict[str, str] = {}
        self.attempts: dict[tuple[str, str, str], str] = {}
        self.enrolments: dict[tuple[str, str], str] = {}
        self._courses: dict[str, CourseRow] = {}

    def actor(self, step: Step) -> str | None:
        """Return the subject of who acts, None for the machine."""
        return self.subjects.get(step.who)

    def course(self, slug: str) -> CourseRow:
        """Return a course as it is published now."""
        if slug not in self._courses:
            found = find_published(slug)
            assert found is not None
            self._courses[slug] = found
        return self._courses[slug]

    def forget_courses(self) -> None:
        """Look at the courses again."""
        self._courses.clear()

    def museum(self, person: Person) -> str:
        """Return the museum where somebody works."""
        found = find_museum(person.museum.name, person.museum.country)
        assert found is not None
        return found

    def language(self, who: str, slug: str) -> str:
        """Return the language in which somebody studies a course."""
        return self.course(slug).reading_language(self.people[who].languages)

    def certificate(self, who: str, slug: str) -> str:
        """Return the certificate of a course that somebody has."""
        found = certificates.find_by_enrolment(self.enrolments[who, slug])
        assert found is not None
        return found.id


def act(stage: Stage, step: Step) -> None:
    """Carry a step out; the clock stands at its moment."""
    _ACTS[type(step)](stage, step)


def _ship(stage: Stage, _step: steps.ShipCourses) -> None:
    import_shipped()
    stage.forget_courses()


def _register(stage: Stage, step: steps.Register) -> None:
    person = stage.people[step.who]
    account = accounts.create_account(
        email=person.email,
        password=stage.password,
        name=person.name,
        name_latin=person.name_latin,
        languages=person.languages,
        timezone=person.museum.zone,
        consented=True,
    )
    accounts.complete_registration(
        account.id,
        museum=person.museum.name,
        country=person.museum.country,
        position=person.position,
        invitation=stage.codes[step.invitation] if step.invitation else "",
    )
    stage.accounts[step.who], stage.subjects[step.who] = account.id, account.subject_id
    if step.by == "administrator":
        actor = stage.subjects[ADMIN] if step.who != ADMIN else None
        accounts.confirm(account.id, by=step.by, actor=actor)
    elif step.by == "mail":
        accounts.confirm(account.id, by=step.by)


def _log_in(stage: Stage, step: steps.LogIn) -> None:
    accounts.note_login(stage.accounts[step.who])


def _grant(stage: Stage, step: steps.Grant) -> None:
    kind, scope = WHOLE_SITE, ""
    if step.course:
        kind, scope = "course", step.course
    elif step.museum:
        kind, scope = "museum", stage.museum(stage.people[step.to])
    accounts.grant_role(
        stage.accounts[step.to], step.role, scope_kind=kind, scope_id=scope, until=step.until, actor=stage.actor(step)
    )


def _invite(stage: Stage, step: steps.Invite) -> None:
    stage.codes[step.key] = accounts.create_invitation(
        uses=step.uses, days=step.days, note=step.note, actor=stage.subjects[step.who]
    )


def _end_invitation(stage: Stage, step: steps.EndInvitation) -> None:
    accounts.withdraw_invitation(stage.codes[step.key], actor=stage.subjects[step.who])


def _give_time(stage: Stage, step: steps.GiveTime) -> None:
    accounts.set_extra_time(stage.accounts[step.to], step.percent, actor=stage.subjects[step.who])


def _disable(stage: Stage, step: steps.Disable) -> None:
    accounts.disable(stage.accounts[step.whom], actor=stage.subjects[step.who])


def _rename(stage: Stage, step: steps.Rename) -> None:
    person = stage.people[step.who]
    accounts.change_profile(
        stage.accounts[step.who],
        name=step.name,
        name_latin=step.name_latin,
        languages=person.languages,
        timezone=person.museum.zone,
    )


def _enrol(stage: Stage, step: steps.Enrol) -> None:
    row, subject = stage.course(step.course), stage.subjects[step.who]
    workplace = find_workplace(subject)
    enrolled = learning.enrol(subject, row.id, row.version_id, workplace.id if workplace else None)
    stage.enrolments[step.who, step.course] = enrolled


def _leave(stage: Stage, step: steps.Leave) -> None:
    learning.leave(stage.subjects[step.who], stage.course(step.course).id)


def _move(stage: Stage, step: steps.MoveOn) -> None:
    row = stage.course(step.course)
    learning.move(stage.subjects[step.who], row.id, row.version_id)


def _open(stage: Stage, step: steps.Open) -> None:
    course_id, language = stage.course(step.course).id, stage.language(step.who, step.course)
    learning.open_item(stage.subjects[step.who], course_id, step.item, language)
    learning.keep_place(stage.enrolments[step.who, step.course], step.item)


def _check(stage: Stage, step: steps.Check) -> None:
    course_id, language = stage.course(step.course).id, stage.language(step.who, step.course)
    learning.check_question(stage.subjects[step.who], course_id, step.item, step.question, step.response, language)


def _mark(stage: Stage, step: steps.Mark) -> None:
    course_id, language = stage.course(step.course).id, stage.language(step.who, step.course)
    learning.mark_done(stage.subjects[step.who], course_id, step.item, language)


def _begin(stage: Stage, step: steps.Begin) -> None:
    subject = stage.subjects[step.who]
    attempt = quizzes.start_attempt(
        subject,
        stage.course(step.course).id,
        step.item,
        seed=step.seed,
        language=stage.language(step.who, step.course),
        extra_time=extra_time_of(subject),
    )
    stage.attempts[step.who, step.course, step.item] = attempt.id


def _save(stage: Stage, step: steps.Save) -> None:
    attempt_id = stage.attempts[step.who, step.course, step.item]
    quizzes.save_answers(stage.subjects[step.who], attempt_id, step.answers, 1)


def _hand_in(stage: Stage, step: steps.HandIn) -> None:
    attempt_id = stage.attempts[step.who, step.course, step.item]
    quizzes.submit_attempt(stage.subjects[step.who], attempt_id, step.answers, 1)


def _time_up(stage: Stage, step: steps.TimeUp) -> None:
    quizzes.close_in_time(stage.subjects[step.who], stage.enrolments[step.who, step.course], step.item)


def _ask_museum(stage: Stage, step: steps.AskMuseum) -> None:
    confirming.ask(stage.subjects[step.who])


def _confirm_name(stage: Stage, step: steps.ConfirmName) -> None:
    museum_id = stage.museum(stage.people[step.of])
    colleague = find_colleague(museum_id, stage.subjects[step.of])
    assert colleague is not None
    confirming.confirm_name(
        colleague.subject_id, museum_id, mark=colleague.mark, seen=step.seen, actor=stage.subjects[step.who]
    )


def _withdraw_word(stage: Stage, step: steps.WithdrawWord) -> None:
    museum_id = stage.museum(stage.people[step.of])
    confirming.withdraw(stage.subjects[step.of], museum_id, reason=step.reason, actor=stage.subjects[step.who])


def _open_sitting(stage: Stage, step: steps.OpenSitting) -> None:
    row = stage.course(step.course)
    there = next(person for person in stage.people.values() if person.museum.key == step.museum)
    stage.sittings[step.key] = sittings.open_sitting(
        row.id, row.version_id, stage.museum(there), hours=step.hours, actor=stage.subjects[step.who]
    )


def _see_papers(stage: Stage, step: steps.SeePapers) -> None:
    row = sitting_queries.find_sitting(stage.sittings[step.sitting])
    candidate = sitting_queries.find_candidate(row, stage.subjects[step.of]) if row else None
    if row and candidate:
        sittings.mark_present(row.id, [(candidate.subject_id, candidate.mark)], actor=stage.subjects[step.who])


def _close_sitting(stage: Stage, step: steps.CloseSitting) -> None:
    sittings.close(stage.sittings[step.sitting], actor=stage.subjects[step.who])


def _revoke(stage: Stage, step: steps.Revoke) -> None:
    lifecycle.revoke(stage.certificate(step.of, step.course), reason=step.reason, actor=stage.actor(step))


def _correct(stage: Stage, step: steps.Correct) -> None:
    lifecycle.correct(stage.certificate(step.of, step.course), actor=stage.actor(step))


def _propose(stage: Stage, step: steps.Propose) -> None:
    """Propose those who have no certificate; none is left where the course had given some from the beginning."""
    enrolled = [stage.enrolments[who, step.course] for who in step.people]
    without = [one for one in enrolled if certificates.find_by_enrolment(one) is None]
    if without:
        stage.proposals[step.key] = proposing.propose(
            stage.course(step.course), without, reason=step.reason, actor=stage.subjects[step.who]
        )


def _decide(stage: Stage, step: steps.Decide) -> None:
    proposal_id = stage.proposals.get(step.proposal)
    if proposal_id is None:
        return
    decide = proposing.approve if step.agree else proposing.decline
    decide(proposal_id, comment=step.comment, actor=stage.subjects[step.who])
    while step.agree and proposing.issue_next(proposal_id):
        pass


def _draw_transcript(stage: Stage, step: steps.DrawTranscript) -> None:
    transcripts.issue(stage.subjects[step.who], stage.people[step.who].languages)


_ACTS: dict[type[Step], Callable[[Stage, Any], None]] = {
    steps.ShipCourses: _ship,
    steps.Register: _register,
    steps.LogIn: _log_in,
    steps.Grant: _grant,
    steps.Invite: _invite,
    steps.EndInvitation: _end_invitation,
    steps.GiveTime: _give_time,
    steps.Disable: _disable,
    steps.Rename: _rename,
    steps.Enrol: _enrol,
    steps.Leave: _leave,
    steps.MoveOn: _move,
    steps.Open: _open,
    steps.Check: _check,
    steps.Mark: _mark,
    steps.Begin: _begin,
    steps.Save: _save,
    steps.HandIn: _hand_in,
    steps.TimeUp: _time_up,
    steps.AskMuseum: _ask_museum,
    steps.ConfirmName: _confirm_name,
    steps.WithdrawWord: _withdraw_word,
    steps.OpenSitting: _open_sitting,
    steps.SeePapers: _see_papers,
    steps.CloseSitting: _close_sitting,
    steps.Revoke: _revoke,
    steps.Correct: _correct,
    steps.Propose: _propose,
    steps.Decide: _decide,
    steps.DrawTranscript: _draw_transcript,
}
