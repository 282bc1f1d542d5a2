"""What happens around study: the site is opened, roles given, names confirmed, certificates proposed and taken back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.domain.demonstration import steps
from lms.domain.demonstration.groups import PILOT, PLACE, RUNNING, SITTERS, Members
from lms.domain.demonstration.names import MUSEUMS
from lms.domain.demonstration.people import ADMIN, COORDINATOR, LEARNER, STAFF, TRAINER, Person
from lms.domain.demonstration.steps import SITE, Step

RELEASE = 48
"""The day on which the pilot course gets the edition that gives certificates."""
SITTING = 231
SITTING_HOUR = timedelta(hours=6)
"""In UTC: ten o'clock at the museum."""
SAT_DOWN = timedelta(minutes=20)
"""From the opening of a sitting until those who are there begin."""


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The year, who learned in it, and when."""

    begun: datetime
    members: Members
    walks: Mapping[str, Sequence[Step]]

    def day(self, number: int, **time: int) -> datetime:
        """Return a time (UTC) on a day of the year, the next Monday when that is a weekend."""
        day = self.begun + timedelta(days=number)
        return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0) + timedelta(**time)

    def first(self, person: Person) -> datetime:
        """Return when somebody was first seen."""
        return self.walks[person.key][0].at

    def end(self, person: Person, course: str) -> datetime:
        """Return when somebody did the last thing in a course."""
        return max(step.at for step in self.walks[person.key] if getattr(step, "course", "") == course)


def _waiting(name: str, latin: str, museum: str, position: str, languages: tuple[str, ...]) -> Person:
    where = next(one for one in MUSEUMS if one.key == museum)
    key = latin.lower().replace(" ", "-")
    return Person(
        key=key,
        name=name,
        name_latin="" if name == latin else latin,
        email=f"{key.replace('-', '.')}@{where.domain}",
        museum=where,
        position=position,
        languages=languages,
    )


WAITING = (
    _waiting("Таццяна Шафковіч", "Tatsiana Shafkovich", "linen", "даглядчыца залы", ("be", "ru")),
    _waiting("Petru Ușescu", "Petru Usescu", "ink", "stagiar", ("ro", "en")),
)
"""Those who have registered, and not confirmed their addresses yet."""


def open_site(calendar: Calendar) -> Iterator[Step]:
    """Set the site up, and let those in who run it."""
    morning = calendar.begun + timedelta(hours=6)
    admin, *others = sorted(STAFF, key=lambda person: person.key != ADMIN)
    yield steps.Register(at=morning + timedelta(minutes=10), who=admin.key, by="administrator")
    yield steps.Grant(at=morning + timedelta(minutes=11), who=SITE, to=ADMIN, role=admin.role)
    for number, person in enumerate(one for one in others if one.role):
        moment = calendar.day(1 + number, hours=7, minutes=13 + 7 * number)
        yield steps.Register(at=moment, who=person.key, by="administrator")
        yield steps.Grant(at=moment + timedelta(minutes=2), who=ADMIN, to=person.key, role=person.role)
    lena = next(person for person in STAFF if person.key == LEARNER)
    yield steps.Register(at=calendar.first(lena) - timedelta(hours=3, minutes=8), who=LEARNER, by="mail")
    yield steps.ShipCourses(at=calendar.day(RELEASE, hours=5))


def keep_office(calendar: Calendar) -> Iterator[Step]:
    """Do what administrators, coordinators and trainers do in a year."""
    yield from _administer(calendar)
    yield from _confirm_names(calendar)
    yield from _hold_sitting(calendar)
    yield from _propose(calendar)
    yield from _mend(calendar)


def sitting_begins(calendar: Calendar) -> datetime:
    """Return when the supervised sitting is opened."""
    return calendar.day(SITTING) + SITTING_HOUR


def _administer(calendar: Calendar) -> Iterator[Step]:
    second, fourth = calendar.members["second"], calendar.members["fourth"]
    pilot, day = calendar.members["pilot"], calendar.day
    yield steps.Invite(
        at=day(98, hours=8), who=ADMIN, key="training-room", uses=20, days=30, note="Course in Telavi and Gyumri"
    )
    yield steps.Invite(at=day(264, hours=9), who=ADMIN, key="open-days", uses=30, days=120, note="Open days in Shklow")
    yield steps.Invite(at=day(300, hours=7), who=ADMIN, key="posted", uses=50, days=60, note="For the newsletter")
    yield steps.EndInvitation(at=day(302, hours=6), who=ADMIN, key="posted")
    yield steps.Invite(at=day(356, hours=8), who=ADMIN, key="next", uses=25, days=60, note="Next course, in Batumi")
    yield steps.GiveTime(at=day(106, hours=10), who=ADMIN, to=second[5].key, percent=50)
    yield steps.Grant(
        at=day(170, hours=9), who=ADMIN, to=second[4].key, role="coordinator", museum=second[4].museum.key
    )
    yield steps.Grant(
        at=day(250, hours=11),
        who=ADMIN,
        to=pilot[9].key,
        role="trainer",
        course=PLACE,
        until=day(250) + timedelta(days=365),
    )
    yield steps.Grant(
        at=day(325, hours=8), who=ADMIN, to=fourth[0].key, role="coordinator", museum=fourth[0].museum.key
    )
    yield steps.Disable(at=day(344, hours=9), who=ADMIN, whom=fourth[9].key)
    yield steps.Register(at=day(361, hours=15, minutes=41), who=WAITING[0].key, by="")
    yield steps.Register(at=calendar.begun + timedelta(days=363, hours=17, minutes=6), who=WAITING[1].key, by="")
    for number in (8, 95, 187, 270, 340, 361, 363):
        for minutes, word in enumerate((ADMIN, TRAINER, COORDINATOR)):
            yield steps.LogIn(at=day(number) + timedelta(hours=6, minutes=9 * minutes), who=word)


def _confirm_names(calendar: Calendar) -> Iterator[Step]:
    members = calendar.members
    known = [
        *(members["pilot"][n] for n in (8, 9)),
        *(members["second"][n] for n in (0, 4, 9, 10)),
        *(members["third"][n] for n in (0, 1, 6)),
        *(members["fourth"][n] for n in (2, 4)),
    ]
    for number, person in enumerate(known):
        asked = calendar.first(person) + timedelta(minutes=4)
        yield steps.AskMuseum(at=asked, who=person.key)
        yield steps.ConfirmName(
            at=_at_work(asked + timedelta(days=1 + number % 3, minutes=number), 7 + number % 6),
            who=COORDINATOR,
            of=person.key,
            seen=("document", "staff-list")[number % 2],
        )
    yield steps.WithdrawWord(
        at=calendar.day(152, hours=12),
        who=COORDINATOR,
        of=members["second"][10].key,
        reason="The staff list was that of the year before, and the name in it has changed since. "
        "Please bring a document, and I shall confirm it at once.",
    )
    for number, person in enumerate((members["new"][0], members["new"][5], members["fourth"][3])):
        yield steps.AskMuseum(at=calendar.day(355 + 2 * number, hours=9 + number), who=person.key)


def _hold_sitting(calendar: Calendar) -> Iterator[Step]:
    opened, there = sitting_begins(calendar), [calendar.members["third"][n] for n in SITTERS]
    yield steps.OpenSitting(at=opened, who=TRAINER, key="boats", course=RUNNING, museum=there[0].museum.key, hours=3)
    for number, person in enumerate(there):
        yield steps.SeePapers(
            at=opened + timedelta(minutes=4 + 2 * number), who=TRAINER, sitting="boats", of=person.key
        )
    yield steps.CloseSitting(at=opened + timedelta(hours=2, minutes=10), who=TRAINER, sitting="boats")


def _propose(calendar: Calendar) -> Iterator[Step]:
    pilot = calendar.members["pilot"]
    finished = {person.key: calendar.end(person, PILOT) for person in pilot[:6]}
    begun = max(calendar.day(RELEASE), *finished.values())
    for day, key, people, reason, decided in (
        (
            9,
            "first",
            pilot[:3],
            "They finished the pilot edition, which gave no certificates yet, and sent in the pictures of their pilot.",
            (True, "I have seen the pictures. All three are as the course asks."),
        ),
        (
            40,
            "second",
            pilot[3:4],
            "Finished the pilot edition as well; the pictures of the pilot are to follow.",
            (False, "Let us wait for the pictures, and propose it again when they are here."),
        ),
    ):
        moment = _at_work(begun + timedelta(days=day), 8)
        names = tuple(person.key for person in people)
        yield steps.Propose(at=moment, who=TRAINER, key=key, course=PILOT, people=names, reason=reason)
        agree, comment = decided
        yield steps.Decide(
            at=moment + timedelta(days=1, hours=3), who=COORDINATOR, proposal=key, agree=agree, comment=comment
        )
    yield steps.Propose(
        at=calendar.day(360, hours=13),
        who=TRAINER,
        key="third",
        course=PILOT,
        people=tuple(person.key for person in pilot[4:6]),
        reason="They finished the pilot edition. Their museum has sent the pictures of both pilots now.",
    )


def _mend(calendar: Calendar) -> Iterator[Step]:
    second = calendar.members["second"]
    wedded = second[2]
    renamed = _at_work(calendar.end(wedded, RUNNING) + timedelta(days=23), 9)
    name, latin = married(wedded)
    yield steps.Rename(at=renamed, who=wedded.key, name=name, name_latin=latin)
    yield steps.Correct(at=renamed + timedelta(days=1, hours=2), who=ADMIN, of=wedded.key, course=RUNNING)
    yield steps.Revoke(
        at=_at_work(calendar.end(second[8], PLACE) + timedelta(days=12), 11),
        who=ADMIN,
        of=second[8].key,
        course=PLACE,
        reason="Two colleagues had shared one computer, and the final examination was the other one's. "
        "The museum itself asked us to take the certificate back.",
    )
    for group, number, course in (
        ("pilot", 9, PLACE),
        ("second", 4, RUNNING),
        ("third", 6, PLACE),
        ("fourth", 8, PLACE),
    ):
        person = calendar.members[group][number]
        yield steps.DrawTranscript(at=calendar.end(person, course) + timedelta(days=6, hours=1), who=person.key)


def married(person: Person) -> tuple[str, str]:
    """Return the name and its Latin form with a second surname, as after a wedding."""
    stock = person.museum.stock.surnames
    own, latin = next(pair for both in stock for pair in both[:1] if pair[1] not in (person.name_latin or person.name))
    second = latin if not person.name_latin else own
    return f"{person.name}-{second}", f"{person.name_latin}-{latin}" if person.name_latin else ""


def _at_work(moment: datetime, hour: int) -> datetime:
    """Return an hour (UTC) of that day, or of the Monday after it."""
    day = moment.replace(hour=hour, minute=moment.minute, second=0)
    return day + timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)
