"""Print what the courses hold and how good their questions are: `python -m bench.curriculum_report [--lang ru]`.

Exits with 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import blind, second_answers
from bench.curriculum import Room, lix, read_courses, rooms, texts, types, without_feedback, words
from bench.table import Figure, show
from lms.domain.outline import Course
from lms.infra.languages import SOURCE

COURSES = Path(__file__).resolve().parent.parent / "courses"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report of one language; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.curriculum_report", description=__doc__)
    parser.add_argument("--lang", default="en", help="the language whose texts are measured")
    parser.add_argument("--courses", type=Path, default=COURSES, help="a course, or a folder of courses")
    asked = parser.parse_args(arguments)
    found = rooms(read_courses(asked.courses, asked.lang))
    for room in found:
        _tell(room)
    return 0 if show(figures(found, whole=asked.courses == COURSES)) else 1


def figures(found: Sequence[Room], *, whole: bool = True) -> list[Figure]:
    """Return the figures with their bars; those that count things only of the whole curriculum have one."""
    lessons = [lesson for room in found for lesson in room.lessons]
    bank = [question for room in found for question in room.bank_questions]
    everything = [question for room in found for question in room.questions]
    silent, wrong = without_feedback(everything)
    right_length = [lesson for lesson in lessons if 700 <= words(lesson.nodes) <= 1200]
    terms = {(room.course.id, term) for room in found for term in room.course.glossary}

    def least(what: str, value: float, bar: float, unit: str = "") -> Figure:
        return Figure(what=what, value=value, unit=unit, bar=bar if whole else None, least=True)

    told = [
        least("modules complete", sum(not room.lacks() for room in found), 6),
        least("lessons of 700 to 1,200 words", len(right_length), 20),
        least("figures", len({(room.course.id, path) for room in found for path in room.figures}), 14),
        least("questions in banks", len(bank), 96),
        least("types of question in banks", len(types(bank)), 7),
        least("glossary terms", len(terms), 45),
        least("tasks with a rubric", sum(len(room.tasks) for room in found), 6),
        least("trainer's guides", sum(room.guide is not None for room in found), 6),
        Figure(
            what="wrong options with feedback", value=100 * (1 - len(silent) / wrong), unit="%", bar=100, least=True
        ),
    ]
    for where, questions in [(room.module.id, room.questions) for room in found] + [("all modules", everything)]:
        choices = blind.asked(questions)
        chance = blind.chance(choices)
        for name, strategy in blind.STRATEGIES.items():
            what = f"{where}: blind, {name}"
            got = round(blind.gets(strategy, choices), 1)
            chances = f"chance {chance:.1f} % of {len(choices)}"
            told.append(Figure(what=what, value=got, unit="%", bar=round(chance + blind.ALLOWED, 1), others=chances))
    sources = {room.course.id: room.course for room in found if room.course.language == SOURCE}
    return told + [_agreement(course) for course in sources.values()]


def _agreement(course: Course) -> Figure:
    agreed = second_answers.compare(course)
    return Figure(
        what=f"{course.id}: blind second answers agree",
        value=round(100 * agreed.share, 1),
        unit="%",
        bar=98,
        least=True,
        others=f"{agreed.answered} answered, {agreed.stale} not; otherwise: {', '.join(agreed.otherwise) or 'none'}",
    )


def _tell(room: Room) -> None:
    say = sys.stdout.write
    say(f"{room.course.title} · {room.module.title}\n")
    for lesson in room.lessons:
        length, index = lix(texts(lesson.nodes))
        say(f"  {lesson.title}: {words(lesson.nodes):,} words, {length:.1f} a sentence, LIX {index:.0f}\n")
    counted = ", ".join(f"{kind} {count}" for kind, count in sorted(types(room.bank_questions).items()))
    say(f"  bank of {len(room.bank_questions)}: {counted}\n")
    say(f"  {len(room.figures)} figures, {len(room.terms)} terms linked")
    say(f", guide of {words(room.guide.nodes):,} words\n" if room.guide else "\n")
    for lack in room.lacks():
        say(f"  LACKS: {lack}\n")
    for option in without_feedback(room.questions)[0]:
        say(f"  no feedback: {option}\n")
    say("\n")


if __name__ == "__main__":
    raise SystemExit(main())
