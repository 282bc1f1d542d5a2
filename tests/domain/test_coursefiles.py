"""The tree that a course's files make."""

from __future__ import annotations

from fractions import Fraction
from hashlib import sha256

import pytest

from lms.domain.formats.coursefiles import read_course
from lms.domain.formats.manifest import digest
from lms.domain.outline import Block, Card, Course, Draw, Lesson, Person, Prose, Question, Quiz, Rule, Task
from lms.infra.readers import READERS
from tests.domain.store import added, changed, removed, store


@pytest.fixture(scope="module")
def course() -> Course:
    found = read_course(store(), READERS).course
    assert found is not None
    return found


def read(files: dict[str, bytes]) -> Course:
    found = read_course(files, READERS).course
    assert found is not None
    return found


def test_a_good_course_has_no_fault() -> None:
    assert [fault for fault in read_course(store(), READERS).faults if fault.severity == "fault"] == []


def test_course_yaml_is_read(course: Course) -> None:
    assert (course.id, course.title, course.language, course.translations) == (
        "quiet-store",
        "A quiet store",
        "en",
        ("ru",),
    )
    assert course.authors == (Person(name="Ana Example", museum="City Museum"),)
    assert (course.level, course.hours, course.competencies) == ("introductory", 2, ("collections", "management"))
    assert course.outcomes == {"LO1": "Read a hygrometer", "LO2": "Decide what to do first"}


def test_modules_name_items_by_id(course: Course) -> None:
    assert [(module.id, module.items, module.after, module.guide) for module in course.modules] == [
        ("air", ("humidity", "light", "check"), (), "guide-air"),
        ("plan", ("survey", "final"), ("air",), None),
    ]


def test_completion_is_read(course: Course) -> None:
    assert course.completion == (
        Rule(kind="lessons"),
        Rule(kind="tasks", ids=("survey",)),
        Rule(kind="quiz", ids=("check",)),
        Rule(kind="quiz", ids=("final",), score=70),
    )


def test_the_certificate_is_read(course: Course) -> None:
    assert course.certificate is not None
    assert (course.certificate.valid_months, course.certificate.show) == (36, ("hours", "outcomes", "score"))
    assert course.certificate.signatories == (Person(name="Ana Example", role="Director"),)


def test_a_quiz_is_read_with_its_rules(course: Course) -> None:
    quiz = course.items["final"]

    assert isinstance(quiz, Quiz)
    assert (quiz.pass_mark, quiz.attempts, quiz.keep, quiz.time_limit, quiz.mode) == (70, 3, "best", 20, "online")
    assert (quiz.feedback, quiz.shuffle, quiz.wait_seconds) == ("end", True, 86_400)
    assert quiz.draws == (Draw(bank="air", take=2, outcome="LO2"), Draw(bank="air", take=1, tag="tool"))
    assert [question.id for question in quiz.questions] == ["q-own", "q-words"]


def test_a_quiz_has_defaults(course: Course) -> None:
    quiz = course.items["check"]

    assert isinstance(quiz, Quiz)
    assert (quiz.attempts, quiz.keep, quiz.time_limit, quiz.wait_seconds) == (None, "best", None, 0)
    assert [type(node) for node in quiz.nodes] == [Prose]


@pytest.mark.parametrize(("written", "seconds"), [("30m", 1_800), ("24h", 86_400), ("2d", 172_800)])
def test_a_wait_is_read_in_seconds(written: str, seconds: int) -> None:
    quiz = read(changed("quizzes/final.md", "wait: 24h", f"wait: {written}")).items["final"]

    assert isinstance(quiz, Quiz) and quiz.wait_seconds == seconds


def test_a_lesson_is_prose_and_blocks_in_order(course: Course) -> None:
    lesson = course.items["humidity"]

    assert isinstance(lesson, Lesson)
    assert [type(node) for node in lesson.nodes] == [Prose, Card, Block, Block, Prose]
    assert [(node.path, node.line) for node in lesson.nodes][:3] == [
        ("lessons/humidity.md", line) for line in (9, 33, 43)
    ]


def test_a_question_inside_a_block_is_a_question_of_the_lesson(course: Course) -> None:
    lesson = course.items["humidity"]

    assert isinstance(lesson, Lesson)
    assert [question.id for question in lesson.questions()] == ["q-mould"]


def test_prose_brings_the_footnotes_that_it_uses(course: Course) -> None:
    lesson = course.items["humidity"]

    assert isinstance(lesson, Lesson) and isinstance(lesson.nodes[0], Prose)
    assert lesson.nodes[0].markdown.endswith("\n\n[^drift]: Instruments drift by about two percent a year.")


def test_a_card_has_its_picture_and_what_it_shows(course: Course) -> None:
    lesson = course.items["humidity"]

    assert isinstance(lesson, Lesson) and isinstance(lesson.nodes[1], Card)
    assert lesson.nodes[1].fields["image"] == "media/shelf.svg"
    assert lesson.nodes[1].fields["alt"] == "A felt hat with a wide brim and a ribbon"


def test_every_node_is_in_the_source_language(course: Course) -> None:
    assert {node.lang for item in course.items.values() for node in item.nodes} == {"en"}


def test_a_question_without_an_id_is_named_by_its_lesson_and_place() -> None:
    lesson = read(changed("lessons/humidity.md", "{#q-mould ", "{")).items["humidity"]

    assert isinstance(lesson, Lesson)
    assert [question.id for question in lesson.questions()] == ["humidity.1"]


def test_a_task_has_the_rubric_of_its_open_question(course: Course) -> None:
    task = course.items["survey"]

    assert isinstance(task, Task) and isinstance(task.nodes[1], Question)
    assert task.nodes[1].body.rubric.maximum == 4


def test_a_rubric_may_stand_in_the_task_itself() -> None:
    page = "---\nid: survey\ntitle: T\n---\n\nDo.\n\nRubric:\n\n| a | b (0) | c (3) |\n|-|-|-|\n| d | e | f |\n"
    task = read(added("tasks/survey.md", page)).items["survey"]

    assert isinstance(task, Task) and isinstance(task.nodes[1], Question)
    assert (task.nodes[1].id, task.nodes[1].body.rubric.maximum) == ("survey.rubric", Fraction(3))


def test_prose_of_a_bank_is_no_question(course: Course) -> None:
    assert [question.type for question in course.banks["air"].questions] == [
        "text",
        "number",
        "match",
        "order",
        "sort",
        "gap",
        "hotspot",
        "choice",
    ]


def test_media_have_digest_credit_and_size(course: Course) -> None:
    medium = course.media["shelf.svg"]

    assert medium.digest == sha256(store()["media/shelf.svg"]).hexdigest()
    assert (medium.width, medium.height, medium.file) == (360, 240, "media/shelf.svg")
    assert (course.media["dot.png"].width, course.media["dot.png"].height) == (2, 3)
    assert course.media["hygrometer.svg"].source == "drawn for this course"


def test_terms_are_read(course: Course) -> None:
    assert course.glossary["lux"].text == "The unit of the light that falls on a surface."


def test_terms_may_stand_below_a_key() -> None:
    glossary = "terms:\n" + "".join(f"  {line}\n" for line in store()["glossary.yaml"].decode().splitlines())

    assert read(added("glossary.yaml", glossary)).glossary.keys() == {"rh", "lux"}


def test_the_digest_is_that_of_the_files(course: Course) -> None:
    assert course.digest == digest(store())


def test_dotfiles_are_no_part_of_a_course() -> None:
    assert read_course(added("lessons/.draft.md", "x") | {".git/config": b""}, READERS).faults == ()


def test_a_course_with_a_broken_lesson_can_be_previewed() -> None:
    course = read(changed("lessons/light.md", "id: light\n", ""))

    assert course.modules[0].items == ("humidity", "check")


def test_without_modules_there_is_no_course() -> None:
    assert read_course(changed("course.yaml", "modules:", "module:"), READERS).course is None


def test_without_course_yaml_there_is_no_course() -> None:
    assert read_course(removed("course.yaml"), READERS).course is None


def test_hours_come_from_the_minutes_when_nothing_says_them() -> None:
    assert read(changed("course.yaml", "hours: 2\n", "")).hours == 2


def test_a_course_of_the_required_keys_alone_is_one() -> None:
    files = {
        "course.yaml": b"format: 1\nid: a\ntitle: A\nlanguage: en\n"
        b"modules: [{id: m, title: M, items: [lessons/l.md]}]\n",
        "lessons/l.md": b"---\nid: l\ntitle: L\n---\n",
    }
    result = read_course(files, READERS)

    assert result.faults == ()
    assert result.course is not None and result.course.order() == ("l",)
    assert (result.course.completion, result.course.certificate) == ((), None)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_line_endings_make_no_other_tree(ending: str) -> None:
    files = {
        path: content.replace(b"\n", ending.encode()) if path.endswith((".md", ".yaml")) else content
        for path, content in store().items()
    }

    assert read(files).items == read(store()).items
