"""Questions and quizzes: ids, outcomes, draws from banks, and pictures to point at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lms.domain.attempts import counts_for_certificate
from lms.domain.faults import Faults, did_you_mean
from lms.domain.formats.coursefiles import Opened
from lms.domain.outline import Bank, Draw, Lesson, Question, Quiz, Task, questions_in


def questions_of(opened: Opened) -> list[Question]:
    """Return every question of the course in the order of the files."""
    found: list[Question] = []
    for entry in opened.entries:
        found.extend(entry.questions if isinstance(entry, Quiz | Bank) else questions_in(entry.nodes))
    return found


def check_questions(opened: Opened, faults: Faults) -> None:
    """Check ids and outcomes of questions, the draws of quizzes, and the outcomes of lessons and tasks."""
    outcomes = opened.rules.outcomes if opened.rules else {}
    seen: dict[str, str] = {}
    for question in questions_of(opened):
        if question.id in seen:
            message = f"question id '{question.id}' is taken already by {seen[question.id]}"
            faults.add(question.path, question.line, message)
        seen.setdefault(question.id, f"{question.path}:{question.line}")
        if question.outcome is not None and question.outcome not in outcomes:
            hint = did_you_mean(question.outcome, outcomes)
            message = f"question '{question.id}' names the outcome '{question.outcome}', which does not exist{hint}"
            faults.add(question.path, question.line, message)
    for entry in opened.entries:
        if isinstance(entry, Lesson | Task):
            for outcome in entry.outcomes:
                if outcome not in outcomes:
                    line = opened.session.lines.get(f"{entry.path}#outcomes.{outcome}", 1)
                    hint = did_you_mean(outcome, outcomes)
                    faults.add(entry.path, line, f"outcome '{outcome}' does not exist{hint}")
        elif isinstance(entry, Quiz):
            _check_draws(opened, entry, faults)
            if not entry.draws and not entry.questions:
                faults.add(entry.path, 1, f"quiz '{entry.id}' has neither questions nor draws")
        elif isinstance(entry, Bank) and not entry.questions:
            faults.add(entry.path, 1, f"bank '{entry.id}' has no question")
    _check_unused_banks(opened, faults)
    _check_told_keys(opened, faults)
    _check_rubrics(opened, faults)


def _check_draws(opened: Opened, quiz: Quiz, faults: Faults) -> None:
    banks = {entry.id: entry for entry in opened.entries if isinstance(entry, Bank)}
    outcomes = opened.rules.outcomes if opened.rules else {}
    fitting: list[tuple[int, Draw, list[Question]]] = []
    for number, draw in enumerate(quiz.draws):
        line = opened.session.lines.get(f"{quiz.path}#draw.{number}", 1)
        if draw.bank and draw.bank not in banks:
            faults.add(quiz.path, line, f"bank '{draw.bank}' does not exist{did_you_mean(draw.bank, banks)}")
            continue
        if draw.outcome is not None and draw.outcome not in outcomes:
            hint = did_you_mean(draw.outcome, outcomes)
            faults.add(quiz.path, line, f"outcome '{draw.outcome}' does not exist{hint}")
            continue
        if draw.bank:
            questions = [q for q in banks[draw.bank].questions if fits(draw, q)]
            fitting.append((line, draw, questions))
            if draw.take > len(questions):
                faults.add(quiz.path, line, f"takes {draw.take} from {_named(draw)}, which has {len(questions)}")
    if all(draw.take <= len(questions) for _, draw, questions in fitting):
        _check_together(quiz, fitting, faults)


def fits(draw: Draw, question: Question) -> bool:
    """Tell whether a draw may take a question of its bank."""
    return (draw.outcome is None or question.outcome == draw.outcome) and (
        draw.tag is None or draw.tag in question.tags
    )


def _named(draw: Draw) -> str:
    kind = [f"outcome {draw.outcome}"] if draw.outcome else []
    kind += [f"tag '{draw.tag}'"] if draw.tag else []
    return f"bank '{draw.bank}'" + (f" ({', '.join(kind)})" if kind else "")


def _check_together(quiz: Quiz, fitting: Sequence[tuple[int, Draw, list[Question]]], faults: Faults) -> None:
    """Check that all draws can be filled at once, for nothing is drawn twice."""
    eligible = [[question.id for question in questions] for _, _, questions in fitting]
    holder: dict[str, int] = {}
    for number, (line, draw, _) in enumerate(fitting):
        placed = 0
        while placed < draw.take and _place(number, eligible, holder):
            placed += 1
        if placed < draw.take:
            left = f"where the other draws leave {placed}: nothing is drawn twice"
            faults.add(quiz.path, line, f"takes {draw.take} from {_named(draw)}, {left}")


def _place(number: int, eligible: Sequence[Sequence[str]], holder: dict[str, int]) -> bool:
    """Give one more question to a draw, if need be by moving others between draws (an augmenting path)."""
    came: dict[int, tuple[int, str]] = {}
    waiting = [number]
    for draw in waiting:
        for question in eligible[draw]:
            if question not in holder:
                holder[question] = draw
                while draw in came:
                    draw, question = came[draw]
                    holder[question] = draw
                return True
            other = holder[question]
            if other != number and other not in came:
                came[other] = (draw, question)
                waiting.append(other)
    return False


def _check_unused_banks(opened: Opened, faults: Faults) -> None:
    drawn = {draw.bank for entry in opened.entries if isinstance(entry, Quiz) for draw in entry.draws}
    for entry in opened.entries:
        if isinstance(entry, Bank) and entry.id not in drawn:
            faults.warn(entry.path, 1, f"unused file: no quiz draws from the bank '{entry.id}'")


def _check_told_keys(opened: Opened, faults: Faults) -> None:
    """Warn of quizzes that tell at once what an examination keeps to itself while attempts remain."""
    course = opened.course
    if course is None:
        return
    quizzes = [entry for entry in opened.entries if isinstance(entry, Quiz)]
    banks = {entry.id: entry for entry in opened.entries if isinstance(entry, Bank)}
    kept: dict[str, str] = {}
    for quiz in quizzes:
        if counts_for_certificate(course, quiz.id):
            kept.update(dict.fromkeys(_drawn_by(quiz.draws, banks), quiz.id))
    for quiz in quizzes:
        if quiz.feedback == "never" or counts_for_certificate(course, quiz.id):
            continue
        for number, draw in enumerate(quiz.draws):
            shared = sorted({kept[key] for key in _drawn_by([draw], banks) if key in kept})
            if shared:
                line = opened.session.lines.get(f"{quiz.path}#draw.{number}", 1)
                told = f"quiz '{quiz.id}' tells at once the answers to questions of {_named(draw)}"
                faults.warn(quiz.path, line, f"{told}, which '{shared[0]}' asks for the certificate: split the bank")


def _drawn_by(draws: Sequence[Draw], banks: Mapping[str, Bank]) -> set[str]:
    return {q.id for draw in draws if draw.bank in banks for q in banks[draw.bank].questions if fits(draw, q)}


def _check_rubrics(opened: Opened, faults: Faults) -> None:
    for entry in opened.entries:
        if isinstance(entry, Task) and not any(q.type == "open" and q.body.rubric for q in questions_in(entry.nodes)):
            faults.warn(entry.path, 1, f"task '{entry.id}' has no rubric: write a question of type=open with 'Rubric:'")
