"""The five groups of learners of a demonstration, and what becomes of each learner in the courses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lms.domain.demonstration.people import Person
from lms.domain.demonstration.study import Way

RUNNING, DIGITAL, PLACE = "running-a-museum", "museums-go-digital", "museum-as-a-place-of-learning"
PILOT = DIGITAL
"""The course whose first edition gives no certificates."""

Part = tuple[Way, ...]
"""What one learner does."""

FAIL_PASS, ALL_FAIL = (False, True), (False, False, False)

SITTERS = range(6)
"""Who of the third group sits the final quiz at the museum."""
PASSED, COPIED = 11, 13
"""Who of the second group handed in what, and who handed in the same the day after."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Those who began together: on which day of the year, how many of each museum, doing what."""

    key: str
    begins: int
    museums: tuple[tuple[str, int], ...]
    parts: tuple[Part, ...]
    invitation: str = ""
    """The code that they registered with; without one by mail."""
    together: bool = False
    """Whether they begin within four days, and not over some weeks."""


GROUPS = (
    Group(
        key="pilot",
        begins=10,
        museums=(("river-port", 6), ("ink", 6)),
        parts=(
            (Way(DIGITAL),),
            (Way(DIGITAL),),
            (Way(DIGITAL, finals=FAIL_PASS), Way(RUNNING, 120)),
            (Way(DIGITAL),),
            (Way(DIGITAL),),
            (Way(DIGITAL),),
            (Way(DIGITAL, part=0.5),),
            (Way(DIGITAL, away_after=0.45, away=150, moves=True),),
            (Way(RUNNING),),
            (Way(RUNNING), Way(PLACE, 90, finals=FAIL_PASS)),
            (Way(RUNNING, part=0.15),),
            (Way(RUNNING, finals=ALL_FAIL),),
        ),
    ),
    Group(
        key="second",
        begins=100,
        museums=(("cellars", 7), ("clocks", 7)),
        parts=(
            (Way(RUNNING, finals=FAIL_PASS),),
            (Way(PLACE),),
            (Way(RUNNING),),
            (Way(RUNNING), Way(DIGITAL, 80)),
            (Way(RUNNING), Way(PLACE, 60), Way(DIGITAL, 140)),
            (Way(RUNNING, part=0.4),),
            (Way(RUNNING, part=0.3, leaves=True),),
            (Way(PLACE),),
            (Way(PLACE),),
            (Way(PLACE, finals=FAIL_PASS),),
            (Way(PLACE, part=0.6),),
            (Way(RUNNING, mistakes=3),),
            (Way(RUNNING, hurried=True),),
            (Way(RUNNING),),
        ),
        invitation="training-room",
        together=True,
    ),
    Group(
        key="third",
        begins=186,
        museums=(("small-boats", 9), ("cellars", 4)),
        parts=(
            *((Way(RUNNING),) for _sitter in SITTERS),
            (Way(PLACE),),
            (Way(PLACE), Way(DIGITAL, 70)),
            (Way(PLACE, part=0.3),),
            (Way(DIGITAL, finals=FAIL_PASS, runs_out=True),),
            (Way(DIGITAL),),
            (Way(DIGITAL, part=0.1),),
            (Way(RUNNING, finals=FAIL_PASS),),
        ),
    ),
    Group(
        key="fourth",
        begins=268,
        museums=(("linen", 9), ("ink", 2)),
        parts=(
            (Way(DIGITAL),),
            (Way(DIGITAL, finals=FAIL_PASS),),
            (Way(RUNNING),),
            (Way(RUNNING), Way(PLACE, 60, part=0.5)),
            (Way(PLACE),),
            (Way(PLACE),),
            (Way(DIGITAL, part=0.5),),
            (Way(RUNNING, part=0.7),),
            (Way(PLACE, finals=(False, False, True)),),
            (Way(RUNNING, part=0.15),),
            (Way(DIGITAL), Way(PLACE, 50, part=0.7)),
        ),
        invitation="open-days",
    ),
    Group(
        key="new",
        begins=338,
        museums=(("clocks", 4), ("river-port", 3), ("ink", 2)),
        parts=(
            (Way(RUNNING),),
            (Way(RUNNING, part=0.4, rests=True),),
            (Way(DIGITAL, part=0.6),),
            (Way(PLACE),),
            (Way(PLACE, part=0.3, rests=True),),
            (Way(DIGITAL, part=0.3),),
            (Way(PLACE, part=0.5),),
            (Way(RUNNING, part=0.2, rests=True),),
            (Way(DIGITAL, part=0.3),),
        ),
        together=True,
    ),
)

Members = Mapping[str, list[Person]]
"""Who is in each group, by its key."""


def members_of(people: Mapping[str, list[Person]]) -> dict[str, list[Person]]:
    """Share the people of the museums out among the groups, each in one alone."""
    left = {museum: list(there) for museum, there in people.items()}
    found: dict[str, list[Person]] = {}
    for group in GROUPS:
        found[group.key] = []
        for museum, count in group.museums:
            found[group.key] += left[museum][:count]
            del left[museum][:count]
    return found
