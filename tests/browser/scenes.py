"""Every page of the site in every state that looks different: who opens it, where, and what is done before looking.

It is long because it is one list: a page that is missing in it shows.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page

from lms.domain.outline import Course, Quiz
from lms.domain.solutions import solution
from tests.browser import study, trainer
from tests.factories.images import logo, seal
from tests.factories.journey import shipped_tree, wrong
from tests.site import Site

FINISHED = "museum-as-a-place-of-learning"
UNDER_WAY = "running-a-museum"
STRANGER, LEARNER, NEWCOMER, TRAINER, COORDINATOR, ADMIN, RUSSIAN = (
    "stranger",
    "learner",
    "newcomer",
    "trainer",
    "coordinator",
    "admin",
    "russian",
)


Act = Callable[[Page, Site], None]


@dataclass(frozen=True)
class Scene:
    """A page as somebody sees it."""

    name: str
    who: str
    address: str
    status: int = 200
    then: Act | None = field(default=None, compare=False)
    """What is done on the page before it is looked at."""


def pressed(button: str, **fields: str) -> Act:
    """Return what fills in fields by their names and presses a button."""

    def act(page: Page, _site: Site) -> None:
        for name, value in fields.items():
            page.get_by_role("main").locator(f'[name="{name}"]').fill(value)
        study.press(page, button)

    return act


def brought(content: bytes, name: str) -> Act:
    """Return what chooses a file and has it verified."""

    def act(page: Page, _site: Site) -> None:
        page.get_by_label("Certificate file").set_input_files({"name": name, "mimeType": "", "buffer": content})
        study.press(page, "Verify")

    return act


def followed(link: str) -> Act:
    """Return what follows a link of the main part."""
    return lambda page, _site: study.follow(page, re.compile(link))


def opened(page: Page, _site: Site) -> None:
    """Open everything that can be opened."""
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")


def answered(course: Course, rightly: bool) -> Act:
    """Return what answers each knowledge check of a lesson."""

    def act(page: Page, _site: Site) -> None:
        lesson = course.items[page.url.rsplit("/", 1)[1]]
        for question in lesson.questions():  # type: ignore[union-attr]
            study.give(page, question, solution(question) if rightly else wrong(question))
            form = page.locator("form", has=page.locator(f'input[name=question][value="{question.id}"]'))
            form.get_by_role("button", name="Check answer").click()
            page.locator(f'[id="a-{question.id}_outcome"]').wait_for()

    return act


def begun(page: Page, _site: Site) -> None:
    """Start an attempt, unless one is open."""
    if page.get_by_role("button", name="Start attempt").count():
        study.press(page, "Start attempt")


def half_answered(course: Course) -> Act:
    """Return what starts an attempt and answers every other question."""

    def act(page: Page, site: Site) -> None:
        begun(page, site)
        quiz = course.items[page.url.rsplit("/", 1)[1]]
        assert isinstance(quiz, Quiz)
        study.give_all(page, study.asked(page, course, quiz)[::2])
        page.locator("[data-saved]").get_by_text("Saved").wait_for()

    return act


def handed_in(course: Course, *, reviewed: bool) -> Act:
    """Return what fails a quiz, and perhaps looks at the review."""

    def act(page: Page, site: Site) -> None:
        begun(page, site)
        quiz = course.items[page.url.rsplit("/", 1)[1]]
        assert isinstance(quiz, Quiz)
        for question in study.asked(page, course, quiz):
            study.give(page, question, wrong(question))
        study.press(page, "Submit answers")
        if reviewed:
            study.follow(page, "Review")

    return act


def line_down(page: Page, site: Site) -> None:
    """Type an answer while nothing can be saved."""
    begun(page, site)
    page.route(re.compile("/save$"), lambda route: route.abort())
    page.locator("main form input[type=text]").first.fill("on a thin line")
    page.get_by_text("The line is down.").wait_for()


def scenes(store: Course, labels: Course) -> list[Scene]:
    """Return every scene; `prepare` has made what they show."""
    finished, running = shipped_tree(FINISHED), shipped_tree(UNDER_WAY)
    found = [
        Scene("front", STRANGER, "/"),
        Scene("catalogue", STRANGER, "/courses/"),
        Scene("catalogue-search", STRANGER, "/courses/?q=object&level=introductory"),
        Scene("catalogue-nothing", STRANGER, "/courses/?q=xylophone"),
        Scene("course", STRANGER, f"/courses/{UNDER_WAY}"),
        Scene("glossary", STRANGER, f"/courses/{UNDER_WAY}/glossary"),
        Scene("credits", STRANGER, f"/courses/{UNDER_WAY}/credits"),
        Scene("open-lesson", STRANGER, f"/learn/{UNDER_WAY}/{running.order()[0]}"),
        Scene("login", STRANGER, "/login"),
        Scene("login-refused", STRANGER, "/login", then=pressed("Log in", email="x@example.org", password="no")),
        Scene("register", STRANGER, "/register"),
        Scene("register-refused", STRANGER, "/register", then=pressed("Create account", name="Нино", email="none")),
        Scene("registered", STRANGER, "/register/done"),
        Scene("invitation", STRANGER, "/register/code"),
        Scene("confirm", STRANGER, "/confirm"),
        Scene("forgotten", STRANGER, "/reset"),
        Scene("forgotten-sent", STRANGER, "/reset", then=pressed("Send the link", email="learner@example.org")),
        Scene("verify", STRANGER, "/verify"),
        Scene("verify-no-original", STRANGER, "/verify", then=brought(b"%PDF-1.4 nothing", "scan.pdf")),
        Scene("verify-unknown", STRANGER, "/verify/AAAABBBBCCCCDDDD", 404),
        Scene("forge", STRANGER, "/verify/forge"),
        Scene("forge-noticed", STRANGER, "/verify/forge", then=forged),
        Scene("help", STRANGER, "/help"),
        Scene("privacy", STRANGER, "/privacy"),
        Scene("accessibility", STRANGER, "/accessibility"),
        Scene("licences", STRANGER, "/licences"),
        Scene("absent", STRANGER, "/no-such-page", 404),
        Scene("me", LEARNER, "/me/"),
        Scene("certificates", LEARNER, "/me/certificates"),
        Scene("certificate-own", LEARNER, "/me/certificates", then=followed("Link and badge")),
        Scene("verify-valid", LEARNER, "/me/certificates", then=verified),
        Scene("verify-address", LEARNER, "/me/certificates", then=compared("somebody@example.org")),
        Scene("verify-no-address", LEARNER, "/me/certificates", then=compared("somebody")),
        Scene("transcript", LEARNER, "/me/transcript", then=transcribed),
        Scene("verify-transcript", LEARNER, "/me/transcript", then=verified_transcript),
        Scene("profile", LEARNER, "/me/profile"),
        Scene("workplace", LEARNER, "/me/workplace"),
        Scene("link", LEARNER, "/me/link"),
        Scene("delete", LEARNER, "/me/delete"),
        Scene("password", LEARNER, "/change"),
        Scene("email", LEARNER, "/change-email"),
        Scene("password-again", LEARNER, "/log-in-again"),
        Scene("course-under-way", LEARNER, f"/courses/{UNDER_WAY}"),
        Scene("plan-under-way", LEARNER, f"/learn/{UNDER_WAY}/"),
        Scene("plan-finished", LEARNER, f"/learn/{FINISHED}/"),
        Scene("leave", LEARNER, f"/courses/{UNDER_WAY}/leave"),
        Scene("result-passed", LEARNER, f"/learn/{FINISHED}/final/result/1"),
        Scene("review-passed", LEARNER, f"/learn/{FINISHED}/final/review/1"),
        Scene("quiz-passed", LEARNER, f"/learn/{FINISHED}/final"),
        Scene("newcomer", NEWCOMER, "/me/"),
        Scene("no-certificates", NEWCOMER, "/me/certificates"),
        Scene("no-transcript", COORDINATOR, "/me/transcript"),
        Scene("plan-not-begun", NEWCOMER, "/learn/labels/"),
        Scene("new-version", NEWCOMER, "/courses/labels/move"),
        Scene("everything-in-a-lesson", NEWCOMER, "/learn/quiet-store/light", then=opened),
        Scene("checks-right", NEWCOMER, "/learn/labels/checking", then=answered(labels, True)),
        Scene("checks-wrong", NEWCOMER, "/learn/quiet-store/humidity", then=answered(store, False)),
        Scene("task-with-rubric", NEWCOMER, "/learn/quiet-store/survey"),
        Scene("quiz-rules", NEWCOMER, "/learn/quiet-store/final"),
        Scene("attempt-every-type", NEWCOMER, "/learn/labels/final", then=half_answered(labels)),
        Scene("attempt-line-down", NEWCOMER, "/learn/labels/final", then=line_down),
        Scene("attempt-timed", NEWCOMER, "/learn/quiet-store/final", then=begun),
        Scene("result-failed", NEWCOMER, "/learn/labels/final", then=handed_in(labels, reviewed=False)),
        Scene("review-failed", NEWCOMER, "/learn/labels/final", then=handed_in(labels, reviewed=True)),
        Scene("teach", TRAINER, "/teach/"),
        Scene("teach-course", TRAINER, f"/teach/{FINISHED}/"),
        Scene("teach-learner", TRAINER, f"/teach/{FINISHED}/", then=followed("Lena Lampov")),
        Scene("guide", TRAINER, f"/teach/{UNDER_WAY}/guides/{next(iter(running.guides))}"),
        Scene("packages", TRAINER, "/teach/courses"),
        Scene("versions", TRAINER, "/teach/courses/labels"),
        Scene("version", TRAINER, "/teach/courses/labels/versions/1"),
        Scene("upload", TRAINER, "/teach/upload"),
        Scene("upload-faults", TRAINER, "/teach/upload", then=uploaded),
        Scene("sittings", TRAINER, "/teach/sittings"),
        Scene("sittings-refused", TRAINER, "/teach/sittings", then=pressed("Open the sitting", centre="No such place")),
        Scene("sitting", TRAINER, "/teach/sittings", then=sat),
        Scene("sitting-present", TRAINER, "/teach/sittings", then=seen),
        Scene("museums", COORDINATOR, "/network/"),
        Scene("museum", COORDINATOR, "/network/", then=followed("Museum of the River Port")),
        Scene("colleague", COORDINATOR, "/network/", then=met),
        Scene("colleague-refused", COORDINATOR, "/network/", then=unknown),
        Scene("course-certificates", TRAINER, f"/teach/courses/{FINISHED}/certificates"),
        Scene("course-certificates-none", TRAINER, f"/teach/courses/{FINISHED}/certificates?q=xylophone&state=valid"),
        Scene("no-course-certificates", TRAINER, "/teach/courses/labels/certificates"),
        Scene("package-under-way", TRAINER, f"/teach/courses/{FINISHED}/certificates", then=trainer.under_way),
        Scene("package-stopped", TRAINER, f"/teach/courses/{FINISHED}/certificates?q=l", then=trainer.stopped),
        Scene("package-ready", TRAINER, f"/teach/courses/{FINISHED}/certificates", then=trainer.packed),
        Scene("by-hand", TRAINER, trainer.HAND),
        Scene("by-hand-refused", TRAINER, trainer.HAND, then=pressed("Propose")),
        Scene("by-hand-nobody", TRAINER, f"/teach/courses/{FINISHED}/certificates/by-hand"),
        Scene("proposed", TRAINER, trainer.HAND, then=trainer.propose),
        Scene("proposals", TRAINER, "/teach/proposals"),
        Scene("teach-with-proposal", COORDINATOR, "/teach/"),
        Scene("proposals-waiting", COORDINATOR, "/teach/proposals"),
        Scene("decide", COORDINATOR, "/teach/proposals", then=followed("Painted walls")),
        Scene("decide-refused", COORDINATOR, "/teach/proposals", then=trainer.declined_without_a_word),
        Scene("coordinator", COORDINATOR, f"/teach/{FINISHED}/"),
        Scene("nothing-begun", COORDINATOR, "/me/"),
        Scene("admin", ADMIN, "/admin/"),
        Scene("users", ADMIN, "/admin/users"),
        Scene("user", ADMIN, "/admin/users", then=followed("Lena Lampov")),
        Scene("mail", ADMIN, "/admin/mail"),
        Scene("letter", ADMIN, "/admin/mail", then=followed("Your certificate")),
        Scene("jobs", ADMIN, "/admin/jobs?all=1"),
        Scene("admin-certificates", ADMIN, "/admin/certificates"),
        Scene("admin-look", ADMIN, "/admin/certificates/look", then=pictured),
        Scene("admin-look-refused", ADMIN, "/admin/certificates/look", then=pressed("Save")),
        Scene("admin-certificate", ADMIN, "/admin/certificates", then=followed("[0-9A-Z]{4}-")),
        Scene("admin-transcripts", ADMIN, "/admin/certificates?kind=transcripts"),
        Scene("audit", ADMIN, "/admin/audit"),
        Scene("invitations", ADMIN, "/admin/invitations"),
    ]
    found += [
        Scene(f"russian-{name}", RUSSIAN, address)
        for name, address in {
            "front": "/",
            "catalogue": "/courses/",
            "course": f"/courses/{UNDER_WAY}",
            "me": "/me/",
            "profile": "/me/profile",
            "plan": f"/learn/{UNDER_WAY}/",
            "lesson": f"/learn/{UNDER_WAY}/{running.order()[0]}",
            "quiz": f"/learn/{FINISHED}/final",
            "result": f"/learn/{FINISHED}/final/result/1",
            "verify": "/verify",
            "certificates": "/me/certificates",
            "transcript": "/me/transcript",
        }.items()
    ]
    for course, who in ((running, LEARNER), (finished, LEARNER)):
        found += [
            Scene(f"{course.id}-{key}", who, f"/learn/{course.id}/{key}")
            for key in course.order()
            if not isinstance(course.items[key], Quiz)
        ]
    return found


def sat(page: Page, _site: Site) -> None:
    """Open a sitting of the course that the learner is under way in."""
    page.get_by_label("Course").select_option(UNDER_WAY)
    page.get_by_label("Centre").fill("Museum of the River Port (AZ)")
    study.press(page, "Open the sitting")


def seen(page: Page, site: Site) -> None:
    """Mark the learner as present."""
    sat(page, site)
    page.locator('input[name="seen"]').first.check()
    study.press(page, "They are here, and I have seen their papers")


def met(page: Page, _site: Site) -> None:
    """Go to a colleague whose name can be confirmed."""
    study.follow(page, "Museum of the River Port")
    study.follow(page, "Lena Lampová")


def unknown(page: Page, site: Site) -> None:
    """Confirm without saying what the name was compared with."""
    met(page, site)
    study.press(page, "Confirm this name")


def verified(page: Page, _site: Site) -> None:
    """Go from the list of certificates to the page that verifies the first."""
    file = str(page.get_by_role("link", name="Download PDF").first.get_attribute("href"))
    page.goto(file.replace("/certificates/", "/verify/").removesuffix(".pdf"))


def compared(address: str) -> Act:
    """Return what compares an address with that of the holder of the first certificate."""

    def act(page: Page, site: Site) -> None:
        verified(page, site)
        page.get_by_label("E-mail address").fill(address)
        study.press(page, "Compare")

    return act


def forged(page: Page, site: Site) -> None:
    """Bring the specimen back with another name in it."""
    until = time.monotonic() + 30
    while not page.get_by_role("link", name="Credential (JSON)").count():
        assert time.monotonic() < until, "the specimen is made soon after the start"
        time.sleep(0.5)
        page.reload()
    kept = page.request.get(f"{site.url}/verify/forge/specimen.json").body()
    content = kept.replace(b"Specimen Holder", b"Somebody Else")
    page.get_by_label("Your forgery").set_input_files({"name": "forged.json", "mimeType": "", "buffer": content})
    study.press(page, "See whether it passes")


def transcribed(page: Page, _site: Site) -> None:
    """Have a transcript made, and wait for its file."""
    study.press(page, "Make a signed transcript")
    download = page.get_by_role("link", name="Download PDF")
    for _ in range(60):
        if download.count():
            return
        page.wait_for_timeout(500)
        page.goto("/me/transcript")
    raise AssertionError("the transcript is made within half a minute")


def verified_transcript(page: Page, site: Site) -> None:
    """Go from the transcript to the page that verifies it."""
    transcribed(page, site)
    verified(page, site)


def pictured(page: Page, _site: Site) -> None:
    """Choose a logo and a seal for certificates."""
    for label, content in (("New logo", logo()), ("New seal", seal())):
        page.get_by_label(label).set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": content})
    study.press(page, "Save")


def uploaded(page: Page, site: Site) -> None:
    """Upload a package with faults."""
    page.get_by_role("main").locator("input[type=file]").set_input_files(site.data_dir / "faulty.zip")
    study.press(page, "Upload package")
