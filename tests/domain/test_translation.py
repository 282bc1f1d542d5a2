"""Extracting, merging and showing translations."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lms.domain.formats.coursefiles import read_course
from lms.domain.formats.translation import CatalogueUnreadable, extract, in_language, merge
from lms.domain.outline import Block, Course, Lesson, Prose, Question, Quiz
from lms.domain.questions import TYPES
from lms.infra.readers import READERS
from tests.domain.store import added, changed, removed, store

PO = "i18n/ru.po"


def source(files: dict[str, bytes]) -> Course:
    found = read_course(files, READERS).course
    assert found is not None
    return found


def shown(files: dict[str, bytes], languages: str | Sequence[str] = "ru") -> Course:
    return in_language(source(files), files, languages, READERS)


def lesson(course: Course, lesson_id: str = "humidity") -> Lesson:
    found = course.items[lesson_id]
    assert isinstance(found, Lesson)
    return found


def question(course: Course, question_id: str) -> Question:
    return next(q for q in course.banks["air"].questions if q.id == question_id)


class TestExtract:
    def entries(self) -> dict[tuple[str, str], object]:
        return {(e.context, e.source): e for e in READERS.po(extract(store(), "ru", READERS)).entries}

    def test_a_block_with_an_id_is_one_entry_with_its_fences(self) -> None:
        (found,) = [text for context, text in self.entries() if context == "banks/air.md#q-gap"]

        assert found.startswith("::: question {#q-gap type=gap outcome=LO1}\n") and found.endswith("\n\n:::")

    def test_prose_is_an_entry_a_paragraph(self) -> None:
        assert ("quizzes/check.md", "Take your time.") in self.entries()
        assert ("lessons/humidity.md", "## What the figures say") in self.entries()

    def test_titles_and_texts_of_yaml_are_entries(self) -> None:
        contexts = {context for context, _ in self.entries()}

        assert {
            "course.yaml#title",
            "course.yaml#modules.air.title",
            "course.yaml#outcomes.LO1",
            "course.yaml#certificate.title",
            "lessons/humidity.md#title",
            "glossary.yaml#rh.text",
        } <= contexts

    def test_a_reference_names_the_line(self) -> None:
        assert "#: quizzes/check.md:9\n" in extract(store(), "ru", READERS)

    def test_equal_blocks_share_an_entry(self) -> None:
        files = added("quizzes/check.md", store()["quizzes/check.md"] + b"\nTake your time.\n")

        assert "#: quizzes/check.md:9\n#: quizzes/check.md:11\n" in extract(files, "ru", READERS)

    def test_what_has_no_words_is_left_to_no_translator(self) -> None:
        assert "dot.png" not in extract(store(), "ru", READERS)

    def test_line_endings_do_not_count(self) -> None:
        files = {p: c.replace(b"\n", b"\r\n") if p.endswith(".md") else c for p, c in store().items()}

        assert extract(files, "ru", READERS) == extract(store(), "ru", READERS)

    def test_the_header_names_course_and_language(self) -> None:
        assert dict(READERS.po(extract(store(), "hy", READERS)).header)["Language"] == "hy"


class TestMerge:
    def test_a_catalogue_that_fits_stays_byte_for_byte(self) -> None:
        assert merge(store(), "ru", READERS).encode() == store()[PO]

    def test_without_a_catalogue_it_is_an_extract(self) -> None:
        assert merge(removed(PO), "ru", READERS) == extract(store(), "ru", READERS)

    def test_a_changed_block_with_an_id_becomes_fuzzy(self) -> None:
        files = changed("quizzes/final.md", "You find a wet wall.", "You find a very wet wall.")
        entries = READERS.po(merge(files, "ru", READERS)).entries
        (found,) = [entry for entry in entries if entry.context == "quizzes/final.md#q-own"]

        assert found.fuzzy and "Стена мокрая" in found.text
        assert "You find a wet wall." in found.previous and "a very wet wall" in found.source

    def test_a_paragraph_changed_a_little_becomes_fuzzy(self) -> None:
        files = changed("quizzes/check.md", "Take your time.", "Take your own time.")
        (found,) = [e for e in READERS.po(merge(files, "ru", READERS)).entries if e.source == "Take your own time."]

        assert (found.text, found.fuzzy) == ("Не спешите.", True)

    def test_another_paragraph_is_not_taken_for_it(self) -> None:
        files = changed("quizzes/check.md", "Take your time.", "Now open the window.")
        entries = READERS.po(merge(files, "ru", READERS)).entries
        (fresh,) = [entry for entry in entries if entry.source == "Now open the window."]
        (old,) = [entry for entry in entries if entry.source == "Take your time."]

        assert (fresh.text, fresh.fuzzy, old.obsolete) == ("", False, True)

    def test_merging_twice_is_merging_once(self) -> None:
        files = changed("quizzes/final.md", "You find a wet wall.", "You find a very wet wall.")
        files |= {"quizzes/check.md": files["quizzes/check.md"].replace(b"Take your time.", b"Now open the window.")}
        once = merge(files, "ru", READERS)

        assert merge(files | {PO: once.encode()}, "ru", READERS) == once

    def test_a_catalogue_that_cannot_be_read_is_not_overwritten(self) -> None:
        with pytest.raises(CatalogueUnreadable, match=r"i18n/ru.po:1: is not UTF-8"):
            merge(added(PO, b"\xff"), "ru", READERS)


class TestInLanguage:
    def test_titles_and_texts_are_translated(self) -> None:
        course = shown(store())

        assert (course.language, course.title) == ("ru", "Спокойное хранилище")
        assert course.modules[0].title == "Воздух хранилища"
        assert course.items["humidity"].title == "Влажность и что с ней делать"
        assert course.glossary["rh"].term == "относительная влажность"
        assert course.language_of("course.yaml#title") == "ru"

    def test_every_node_says_its_language(self) -> None:
        assert {node.lang for item in shown(store()).items.values() for node in item.nodes} == {"ru"}

    def test_a_block_without_a_translation_is_shown_in_the_source(self) -> None:
        worded = '"::: activity {minutes=15}\\n"\n"Поставьте рядом два гигрометра до завтра.\\n"\n"\\n"\n":::"\n'
        course = shown(changed(PO, worded, ""))
        last = lesson(course).nodes[3]

        assert isinstance(last, Block) and last.lang == "en"
        assert last.children[0].lang == "en"

    def test_prose_is_parted_by_language(self) -> None:
        course = shown(changed(PO, 'msgstr "## О чём говорят цифры"', 'msgstr ""'))
        nodes = lesson(course).nodes

        assert [node.lang for node in nodes[:3]] == ["ru", "en", "ru"]
        assert isinstance(nodes[1], Prose) and nodes[1].markdown == "## What the figures say"

    def test_a_title_without_a_translation_says_so(self) -> None:
        course = shown(changed(PO, 'msgstr "Итоговый экзамен"', 'msgstr ""'))

        assert course.items["final"].title == "Final examination"
        assert course.language_of("quizzes/final.md#title") == "en"

    def test_a_fuzzy_translation_is_shown_and_marked(self) -> None:
        course = shown(changed(PO, "#: quizzes/check.md:9\n", "#: quizzes/check.md:9\n#, fuzzy\n"))
        (node,) = course.items["check"].nodes

        assert (node.lang, node.fuzzy) == ("ru", True)

    def test_a_translation_that_moves_the_right_option_is_left_out(self) -> None:
        old, new = '"- [x] Убрать предметы\\n"\n"- [ ] Покр', '"- [ ] Убрать предметы\\n"\n"- [x] Покр'
        quiz = shown(changed(PO, old, new)).items["final"]

        assert isinstance(quiz, Quiz)
        assert [q.lang for q in quiz.questions] == ["en", "ru"]

    @pytest.mark.parametrize(
        ("question_id", "response"),
        [
            ("q-instrument", "психрометр"),
            ("q-instrument", "hygrometer"),
            ("q-gap", {"g1": "термогигрометр", "g2": "o1"}),
            ("q-gap", {"g1": "hygrometer", "g2": "o1"}),
            ("q-half", "50 процентов"),
            ("q-half", "50 %"),
        ],
    )
    def test_answers_of_both_languages_count(self, question_id: str, response: object) -> None:
        found = question(shown(store()), question_id)

        assert TYPES[found.type].grade(found.body, response).score == 1

    def test_an_answer_given_in_one_language_is_graded_alike_in_the_other(self) -> None:
        english, russian = question(source(store()), "q-match"), question(shown(store()), "q-match")
        response = {pair.id: pair.right for pair in english.body.pairs}

        assert TYPES["match"].grade(russian.body, response).score == 1

    def test_a_footnote_is_the_translated_one(self) -> None:
        first = lesson(shown(store())).nodes[0]

        assert isinstance(first, Prose)
        assert first.markdown.endswith("[^drift]: Приборы уходят примерно на два процента в год.")

    def test_a_replaced_picture_is_taken(self) -> None:
        course = shown(store())

        assert course.media["hygrometer.svg"].file == "i18n/ru/media/hygrometer.svg"
        assert course.media["shelf.svg"].file == "media/shelf.svg"
        assert course.media["hygrometer.svg"].digest != source(store()).media["hygrometer.svg"].digest

    def test_the_next_language_of_the_reader_comes_before_the_source(self) -> None:
        romanian = 'msgid ""\nmsgstr ""\n\nmsgctxt "course.yaml#title"\nmsgid "A quiet store"\nmsgstr "Un depozit"\n'
        course = shown(added("i18n/ro.po", romanian), ("ro", "ru", "en"))

        assert (course.title, course.language_of("course.yaml#title")) == ("Un depozit", "ro")
        assert (course.modules[0].title, course.language_of("course.yaml#modules.air.title")) == (
            "Воздух хранилища",
            "ru",
        )

    def test_the_source_language_ends_the_list(self) -> None:
        assert shown(store(), ("hy", "en", "ru")).title == "A quiet store"

    def test_the_source_language_is_the_source(self) -> None:
        course = source(store())

        assert in_language(course, store(), "en", READERS) is course

    def test_a_catalogue_that_cannot_be_read_counts_as_absent(self) -> None:
        assert shown(added(PO, "nonsense\nmore")).title == "A quiet store"

    def test_ids_and_digest_stay_those_of_the_source(self) -> None:
        english, russian = source(store()), shown(store())

        assert russian.order() == english.order()
        assert russian.digest == english.digest
        assert [q.id for q in lesson(russian).questions()] == [q.id for q in lesson(english).questions()]

    def test_the_tree_tells_which_blocks_were_translated(self) -> None:
        assert "lessons/humidity.md:43" in shown(store()).translated
        assert source(store()).translated == frozenset()
