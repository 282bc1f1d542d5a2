"""Front matter and fences by exact lines: law 2 of the course format stands on this."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.domain.attributes import read_attributes, split_attributes
from lms.domain.formats.blocks import Document, Fence, Text, chunks, definitions, parse
from tests.domain.store import store

LINES = st.sampled_from(
    [
        "",
        "words",
        "::: note",
        ':::: case {#c title="T"}',
        ":::",
        "::::",
        ":::::",
        "```",
        "~~~ text",
        "- item",
        "  - ```",
        "    ::: tip",
        "---",
        "> ::: note",
        "::: {",
        "\u2028x\x0b",
    ]
)
TEXTS = st.lists(st.tuples(LINES, st.sampled_from(["\n", "\r\n", "\r"])), max_size=25).map(
    lambda lines: "".join(text + ending for text, ending in lines)
)
PAGES = [content.decode() for path, content in store().items() if path.endswith(".md")]


def body(text: str) -> Document:
    return parse(text, front_matter=False)


def names(document: Document) -> list[str]:
    return [fence.name for fence in document.fences()]


def messages(text: str) -> list[str]:
    return [f"{line}: {message}" for line, message in body(text).problems]


@given(TEXTS, st.booleans())
def test_writing_every_part_again_gives_the_same_text(text: str, front_matter: bool) -> None:
    assert parse(text, front_matter=front_matter).text() == text


@given(st.text())
def test_any_text_at_all_is_written_again_as_it_was(text: str) -> None:
    assert parse(text).text() == text


@given(TEXTS)
def test_rewriting_any_block_with_itself_changes_nothing(text: str) -> None:
    document = body(text)

    assert all(document.replaced(fence, document.source(fence)) == text for fence in document.fences())


@pytest.mark.parametrize("text", PAGES)
def test_a_page_of_a_course_is_written_again_as_it_was(text: str) -> None:
    assert parse(text).text() == text


@given(TEXTS)
def test_inner_parts_lie_inside_their_fence_in_order(text: str) -> None:
    for fence in body(text).fences():
        edges = [fence.start + 1, *(edge for part in fence.parts for edge in (part.start, part.stop))]
        assert edges == sorted(edges) and edges[-1] <= fence.stop


def test_editing_one_block_changes_only_its_lines() -> None:
    document = body("a\r\n::: note\r\nb\r\n:::\r\nc")
    (fence,) = document.fences()

    assert document.replaced(fence, "::: tip\nB\n:::\n") == "a\r\n::: tip\nB\n:::\nc"


def test_a_longer_fence_holds_another_block() -> None:
    document = body(":::: case\na\n\n::: question {#q}\nb\n\n:::\n\n::::\n")
    (outer,) = (part for part in document.parts if isinstance(part, Fence))

    assert [type(part) for part in outer.parts] == [Text, Fence, Text]
    assert names(document) == ["case", "question"]


@pytest.mark.parametrize(
    "text",
    ["```\n::: note\n```\n", "~~~\n::: note\n```\n~~~\n", "    ::: note\n", "- ```\n  ::: note\n  ```\n"],
)
def test_fences_inside_code_are_text(text: str) -> None:
    assert names(body(text)) == []


def test_a_block_after_code_is_a_block() -> None:
    assert names(body("````\n```\n````\n::: note\n:::\n")) == ["note"]


def test_code_in_a_list_ends_with_the_list() -> None:
    assert names(body("- ```\n  code\n\nwords\n\n::: note\n:::\n")) == ["note"]


def test_braces_are_optional_and_so_is_the_blank_line_before_the_end() -> None:
    assert messages("::: note\na\n:::\n::: note {}\nb\n\n:::\n") == []


def test_an_unclosed_block_is_told_at_its_opening() -> None:
    assert messages("a\n::: note\nb\n") == ["2: block 'note' is never closed: write ':::' below it"]


def test_code_that_hides_the_end_is_named() -> None:
    assert messages("::: note\n```\n:::\n") == [
        "1: block 'note' is never closed: write ':::' below it; the code fence in line 2 is still open"
    ]


def test_an_end_without_a_block_is_told() -> None:
    assert messages("a\n:::\n") == ["2: ':::' closes no block"]


def test_a_block_inside_one_of_the_same_fence_is_told() -> None:
    (message,) = messages("::: note\n::: tip\n:::\n:::\n")

    assert message.startswith("2: block 'tip' stands inside 'note', which needs a longer fence: '::::'")


def test_an_unreadable_opening_is_quoted() -> None:
    assert messages("::: note and more\n:::\n") == [
        "1: cannot read the block's opening '::: note and more': write '::: name {key=value}'"
    ]


def test_the_outer_end_closes_a_forgotten_inner_block() -> None:
    assert messages(":::: case\n::: note\n::::\n") == ["2: block 'note' is never closed: write ':::' below it"]


def test_front_matter_keeps_its_line_numbers() -> None:
    document = parse("---\nid: a\n---\nb\n")

    assert document.front_matter() == "\nid: a\n"
    assert document.numbered(3, 4)[0].number == 4


@pytest.mark.parametrize(("text", "problem"), [("id: a\n", "no front matter"), ("---\nid: a\n", "never closed")])
def test_missing_front_matter_is_told(text: str, problem: str) -> None:
    assert problem in parse(text).problems[0][1]


def test_attributes_are_read() -> None:
    found = read_attributes('#q-1 points=2 title="two \\"words\\"" .wide .tall tags=a,b')

    assert (found.id, found.classes) == ("q-1", ("wide", "tall"))
    assert found.pairs == {"points": "2", "title": 'two "words"', "tags": "a,b"}


@pytest.mark.parametrize("inside", ["#a #b", "x=1 x=2", "words", 'title="open', "=1"])
def test_attributes_that_cannot_be_read_are_told(inside: str) -> None:
    assert read_attributes(inside).problems


@given(st.text())
def test_any_attributes_can_be_read(text: str) -> None:
    read_attributes(text)
    assert text.startswith(split_attributes(text)[0].rstrip())


def test_prose_is_cut_at_blank_lines_and_followers_stay() -> None:
    document = body("a\nb\n\n- c\n\n  d\n\n```\ne\n\nf\n```\n\n[^1]: g\n\n    h\n")
    (run,) = document.parts
    assert isinstance(run, Text)

    assert [document.source(chunk) for chunk in chunks(document, run)] == [
        "a\nb\n",
        "- c\n\n  d\n",
        "```\ne\n\nf\n```\n",
        "[^1]: g\n\n    h\n",
    ]


def test_footnotes_and_link_definitions_are_found_wherever_they_stand() -> None:
    document = body("a[^1]\n\n::: note\n[^1]: b\n    c\n[D]: https://d\n:::\n")

    assert definitions(document) == {"^1": "[^1]: b\n    c", "d": "[D]: https://d"}
