"""Reading and grading, one type after the other, by the format's paragraph "Marks"."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from lms.domain.outline import Question
from lms.domain.questions import TYPES
from lms.domain.questions.gap import PLACE
from tests.domain.store import read_question, try_question

SINGLE = """
The store reads 68 %. What **first**?

- [ ] Turn up the heating {#heat}
  > The swing can crack wood.
  > And it costs.
- [x] Check the reading
  with a second instrument
  > Right.

Hint: Instruments drift.
Explanation: A false reading

costs an hour.
"""
MULTIPLE = """
Which?

- [x] a
- [x] b
- [ ] c
  > no
- [ ] d
  > no
"""


def grade(question: Question, response: Any) -> Fraction | None:
    return TYPES[question.type].grade(question.body, response).score


def parts(question: Question, response: Any) -> dict[str, str]:
    return dict(TYPES[question.type].grade(question.body, response).parts)


def normalise(question: Question, raw: dict[str, list[str]]) -> Any:
    return TYPES[question.type].normalise(question.body, raw)


class TestChoice:
    def test_prompt_options_and_keys_are_read(self) -> None:
        question = read_question(SINGLE)

        assert question.prompt == "The store reads 68 %. What **first**?"
        assert [option.id for option in question.body.options] == ["heat", "o2"]
        assert question.body.options[0].feedback == "The swing can crack wood.\nAnd it costs."
        assert question.body.options[1].text == "Check the reading\nwith a second instrument"
        assert question.hint == "Instruments drift."
        assert question.explanation == "A false reading\n\ncosts an hour."

    def test_one_right_option_makes_it_single(self) -> None:
        assert not read_question(SINGLE).body.multiple

    def test_several_right_options_make_it_multiple(self) -> None:
        assert read_question(MULTIPLE).body.multiple

    def test_one_right_option_can_be_asked_for_as_multiple(self) -> None:
        assert read_question(SINGLE, attributes="multiple=yes").body.multiple

    def test_single_is_all_or_nothing(self) -> None:
        question = read_question(SINGLE)

        assert [grade(question, r) for r in (["o2"], ["heat"], ["heat", "o2"], [], None)] == [1, 0, 0, 0, 0]

    @pytest.mark.parametrize(
        ("ticks", "score"),
        [("o1 o2", 1), ("o1", Fraction(1, 2)), ("o1 o2 o3", Fraction(1, 2)), ("o1 o3", 0), ("o3 o4", 0), ("", 0)],
    )
    def test_multiple_is_right_ticks_less_wrong_ticks_over_right_answers(self, ticks: str, score: Fraction) -> None:
        assert grade(read_question(MULTIPLE), ticks.split()) == score

    def test_parts_tell_right_wrong_and_missed(self) -> None:
        assert parts(read_question(MULTIPLE), ["o1", "o3"]) == {"o1": "right", "o2": "missed", "o3": "wrong"}

    def test_unknown_ids_are_dropped(self) -> None:
        assert normalise(read_question(MULTIPLE), {"answer": ["o2", "forged", "o1", "o1"]}) == ["o1", "o2"]

    def test_two_ticks_on_a_single_choice_are_no_answer(self) -> None:
        assert normalise(read_question(SINGLE), {"answer": ["heat", "o2"]}) is None

    def test_a_literal_mark_at_the_start_of_a_line_is_no_feedback(self) -> None:
        question = read_question("p\n\n- [x] more\n  \\> 5\n- [ ] less\n  > no")

        assert question.body.options[0].text == "more\n\\> 5"

    def test_a_literal_brace_at_the_end_is_text(self) -> None:
        assert read_question("p\n\n- [x] a \\{#b}\n- [ ] c\n  > no").body.options[0].text == "a \\{#b}"

    def test_a_key_inside_code_is_text(self) -> None:
        question = read_question("```\nHint: no\n- [x] no\n```\n\n- [x] a\n- [ ] b\n  > c")

        assert question.hint == ""

    def test_a_plain_list_in_the_prompt_is_prompt(self) -> None:
        assert read_question("Given:\n\n- a\n- b\n\n- [x] c\n- [ ] d\n  > e").prompt == "Given:\n\n- a\n- b"


class TestText:
    question = (
        "Which?\n\nAnswer: hygrometer | thermo\\|hygrometer\nAnswer: «psychrometer»\nAlmost: meter | dial > Name it.\n"
    )

    @pytest.mark.parametrize("reply", ["Hygrometer.", " HYGROMETER", "thermo|hygrometer", "psychrometer"])
    def test_accepted_answers_are_folded(self, reply: str) -> None:
        assert grade(read_question(self.question, attributes="type=text"), reply) == 1

    def test_a_near_miss_earns_a_word_and_no_marks(self) -> None:
        question = read_question(self.question, attributes="type=text")
        found = TYPES["text"].grade(question.body, "Dial")

        assert (found.score, found.almost) == (0, "Name it.")

    def test_an_answer_goes_before_a_near_miss(self) -> None:
        question = read_question("p\n\nAnswer: a\nAlmost: a > b", attributes="type=text")

        assert TYPES["text"].grade(question.body, "a").almost == ""

    def test_nothing_typed_is_missed(self) -> None:
        assert parts(read_question(self.question, attributes="type=text"), None) == {"answer": "missed"}

    def test_punctuation_alone_is_not_the_answer(self) -> None:
        assert grade(read_question(self.question, attributes="type=text"), "...") == 0

    def test_an_over_long_reply_is_no_answer(self) -> None:
        question = read_question(self.question, attributes="type=text")

        assert normalise(question, {"answer": ["x" * 2_001]}) is None
        assert normalise(question, {"answer": ["x" * 2_000]}) == "x" * 2_000


class TestNumber:
    @pytest.mark.parametrize(
        ("key", "right", "wrong"),
        [
            ("50 ± 10", ["40", "60", "50,5", "50 %"], ["39.9", "61", "fifty"]),
            ("40..60", ["40", "60"], ["39", "60.1"]),
            ("-5..-3", ["-4", "−4"], ["4"]),
            ("50", ["50", "50.0", "50.000"], ["50.1"]),
            ("1234", ["1234", "1,234", "1.234", "1 234"], ["1.2340"]),
            ("1.234", ["1.234", "1,234"], ["1234"]),
            ("0.125 +/- 0.005", ["0.125", "0,13"], ["125"]),
        ],
    )
    def test_a_reply_in_the_range_is_right(self, key: str, right: list[str], wrong: list[str]) -> None:
        question = read_question(f"p\n\nAnswer: {key}\nUnit: %", attributes="type=number")

        assert [grade(question, reply) for reply in right] == [1] * len(right)
        assert [grade(question, reply) for reply in wrong] == [0] * len(wrong)

    def test_a_grouping_comma_in_the_key_is_a_warning(self) -> None:
        _, faults = try_question("p\n\nAnswer: 1,200", attributes="type=number")

        assert "read with a decimal comma" in str(faults[0])

    @pytest.mark.parametrize("key", ["fifty", "60..40", "1..2..3", "", "5 ± x"])
    def test_a_key_that_is_no_number_is_a_fault(self, key: str) -> None:
        _, faults = try_question(f"p\n\nAnswer: {key}\nHint: x", attributes="type=number")

        assert any(fault.severity == "fault" for fault in faults) or not key  # type: ignore[attr-defined]


class TestMatch:
    source = "p\n\n- Fire :: Smoke detector {#fire}\n- Water :: Leak alarm\n- Moths :: Leak alarm\n- :: Blanket\n"

    def right(self) -> dict[str, str]:
        return {pair.id: pair.right for pair in read_question(self.source, attributes="type=match").body.pairs}

    def test_an_extra_right_side_has_no_left(self) -> None:
        body = read_question(self.source, attributes="type=match").body

        assert [pair.text for pair in body.pairs] == ["Fire", "Water", "Moths"]
        assert [side.text for side in body.sides] == ["Smoke detector", "Leak alarm", "Blanket"]

    def test_each_side_has_its_share(self) -> None:
        question = read_question(self.source, attributes="type=match")

        assert grade(question, self.right()) == 1
        assert grade(question, {**self.right(), "fire": "nonsense"}) == Fraction(2, 3)
        assert grade(question, {"fire": self.right()["fire"]}) == Fraction(1, 3)

    def test_ids_of_right_sides_do_not_name_the_left(self) -> None:
        assert not set(self.right()) & set(self.right().values())

    def test_unknown_sides_are_dropped(self) -> None:
        question = read_question(self.source, attributes="type=match")

        assert normalise(question, {"fire": ["forged"], "o2": [self.right()["o2"]], "x": ["y"]}) == {
            "o2": self.right()["o2"]
        }


class TestOrder:
    source = "p\n\n1. a {#a}\n2. b {#b}\n3. c {#c}\n4. d {#d}\n"

    @pytest.mark.parametrize(
        ("order", "score"),
        [
            ("abcd", 1),
            ("bcda", Fraction(2, 3)),
            ("dcba", 0),
            ("abdc", Fraction(1, 3)),
            ("cdab", Fraction(2, 3)),
            ("acbd", 0),
        ],
    )
    def test_neighbouring_pairs_count(self, order: str, score: Fraction) -> None:
        response = {item: place for place, item in enumerate(order, 1)}

        assert grade(read_question(self.source, attributes="type=order"), response) == score

    def test_a_place_given_twice_is_no_place(self) -> None:
        question = read_question(self.source, attributes="type=order")

        assert grade(question, {"a": 1, "b": 2, "c": 2, "d": 3}) == 0

    def test_places_come_from_numerals(self) -> None:
        question = read_question(self.source, attributes="type=order")

        assert normalise(question, {"a": ["2"], "b": ["9"], "c": ["x"], "d": ["1"]}) == {"a": 2, "d": 1}

    def test_it_is_answered_when_every_item_has_a_place(self) -> None:
        question = read_question(self.source, attributes="type=order")

        assert not TYPES["order"].is_answered(question.body, {"a": 1})
        assert TYPES["order"].is_answered(question.body, {"a": 1, "b": 2, "c": 3, "d": 4})


class TestSort:
    source = "p\n\n- **Dark** {#dark}\n  - textile {#t}\n  - paper\n- **Bright**\n  - stone\n"

    def test_groups_and_items_are_read(self) -> None:
        body = read_question(self.source, attributes="type=sort").body

        assert [(group.id, group.text) for group in body.groups] == [("dark", "Dark"), ("g2", "Bright")]
        assert [(item.id, item.group) for item in body.items] == [("t", "dark"), ("o2", "dark"), ("o3", "g2")]

    def test_each_item_has_its_share(self) -> None:
        question = read_question(self.source, attributes="type=sort")

        assert grade(question, {"t": "dark", "o2": "g2"}) == Fraction(1, 3)
        assert parts(question, {"t": "dark", "o2": "g2"}) == {"t": "right", "o2": "wrong", "o3": "missed"}


class TestGap:
    source = "A [[hygrometer|thermo\\|meter]] reads [[*52 %|68 %]] or [[a\\]b|\\*c]]."

    def test_gaps_are_typed_or_chosen(self) -> None:
        gaps = read_question(self.source, attributes="type=gap").body.gaps

        assert gaps[0].answers == ("hygrometer", "thermo|meter")
        assert [(option.text, option.right) for option in gaps[1].options] == [("52 %", True), ("68 %", False)]
        assert gaps[2].answers == ("a]b", "*c")

    def test_the_text_keeps_a_place_for_each_gap(self) -> None:
        body = read_question(self.source, attributes="type=gap").body

        assert PLACE.split(body.text) == ["A ", "g1", " reads ", "g2", " or ", "g3", "."]

    def test_each_gap_has_its_share(self) -> None:
        question = read_question(self.source, attributes="type=gap")

        assert grade(question, {"g1": "Hygrometer.", "g2": "o2", "g3": "*C"}) == Fraction(2, 3)

    def test_only_known_options_are_taken(self) -> None:
        question = read_question(self.source, attributes="type=gap")

        assert normalise(question, {"g1": [" x "], "g2": ["52 %"], "g4": ["y"]}) == {"g1": "x"}

    def test_gaps_that_never_close_are_read_in_one_pass(self) -> None:
        question, _ = try_question("[[" * 20_000, attributes="type=gap")

        assert question.body.gaps == ()


class TestHotspot:
    source = (
        'Where?\n\n![A jug](media/jug.svg "Jug")\n\n- [x] Handle {circle=210,90,25}\n'
        "- [ ] Foot {#foot rect=0,0,40,10.5}\n- [ ] Lip {polygon=0,0,360,0,180,40}\n"
    )

    def test_image_and_regions_are_read(self) -> None:
        question = read_question(self.source, attributes="type=hotspot")

        assert (question.prompt, question.body.src, question.body.alt) == ("Where?", "media/jug.svg", "A jug")
        assert question.body.regions[1].coordinates == (0, 0, 40, 10.5)
        assert [region.id for region in question.body.regions] == ["o1", "foot", "o3"]

    def test_wrong_ticks_count_against_right_ones(self) -> None:
        question = read_question(self.source, attributes="type=hotspot multiple=yes")

        assert [grade(question, ticks) for ticks in (["o1"], ["o1", "foot"], ["foot"])] == [1, 0, 0]


class TestOpen:
    source = "Write.\n\nRubric:\n\n| What | Poor (0) | Good (2.5 points) |\n|---|---|---|\n| Air | a \\| b | c |\n"

    def test_the_rubric_is_read(self) -> None:
        rubric = read_question(self.source, attributes="type=open").body.rubric

        assert [(level.title, level.points) for level in rubric.levels] == [("Poor", 0), ("Good", Fraction(5, 2))]
        assert [(row.id, row.title, row.descriptions) for row in rubric.criteria] == [("c1", "Air", ("a \\| b", "c"))]
        assert rubric.maximum == Fraction(5, 2)

    def test_a_person_marks_it(self) -> None:
        assert grade(read_question(self.source, attributes="type=open"), "words") is None

    def test_a_long_text_is_cut_and_not_lost(self) -> None:
        question = read_question(self.source, attributes="type=open")

        assert len(normalise(question, {"answer": ["x" * 30_000]})) == 20_000


def test_attributes_of_a_question_are_read() -> None:
    question = read_question(SINGLE, attributes="points=2 outcome=LO2 shuffle=no tags=a,b")

    assert (question.points, question.outcome, question.shuffle, question.tags) == (2, "LO2", False, ("a", "b"))


def test_what_belongs_to_an_image_at_the_end_of_an_option_stays_with_it() -> None:
    question = read_question("p\n\n- [x] ![](media/a.svg){.decorative} {#a}\n- [ ] `{#b}`\n  > c")

    assert [(option.id, option.text) for option in question.body.options] == [
        ("a", "![](media/a.svg){.decorative}"),
        ("o2", "`{#b}`"),
    ]


def test_an_image_to_point_at_may_have_attributes() -> None:
    source = "p\n\n![a](media/b.svg){.wide}\n\n- [x] c {circle=1,2,3 #d}\n- [ ] e {circle=1,2,3}"

    assert read_question(source, attributes="type=hotspot").body.regions[0].id == "d"
