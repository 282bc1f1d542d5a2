"""The readers that the domain is handed: YAML, Markdown's references, PO."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.domain.formats.po import write_po
from lms.domain.formats.readers import Catalogue, Entry, PoEntry, Value
from lms.infra.readers import MAX_ALIASES, READERS


def plain(value: Value | None) -> object:
    if value is None or value.kind == "scalar":
        return value.content if value else None
    assert isinstance(value.content, tuple)
    if value.kind == "list":
        return [plain(item) for item in value.content if isinstance(item, Value)]
    return {entry.key: plain(entry.value) for entry in value.content if isinstance(entry, Entry)}


class TestYaml:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("a: 1", {"a": 1}),
            ("a: -1.5", {"a": -1.5}),
            ("a: true\nb: No", {"a": True, "b": "No"}),
            ("a: yes", {"a": "yes"}),
            ("a: 24h", {"a": "24h"}),
            ("a: '1'", {"a": "1"}),
            ("a: 2026-01-01", {"a": "2026-01-01"}),
            ("a:\nb: ~", {"a": None, "b": None}),
            ("a: [b, {c: d}]", {"a": ["b", {"c": "d"}]}),
            ("a: |\n  b\n  c\n", {"a": "b\nc\n"}),
            ("- a\n- b", ["a", "b"]),
            ("a: &x [b]\nc: *x", {"a": ["b"], "c": ["b"]}),
            ("", None),
        ],
    )
    def test_values_are_those_of_the_core_schema(self, text: str, expected: object) -> None:
        found = READERS.yaml(text)

        assert (plain(found.root), found.problems) == (expected, ())

    def test_keys_and_values_have_their_lines(self) -> None:
        root = READERS.yaml("# words\na: 1\nb:\n  - c\n").root

        assert root is not None and isinstance(root.content, tuple)
        assert [(entry.key, entry.line) for entry in root.content if isinstance(entry, Entry)] == [("a", 2), ("b", 3)]

    @pytest.mark.parametrize(
        ("text", "line", "message"),
        [
            ("a: b\na: c", 2, "key 'a' stands twice"),
            ("a: [", 1, "not YAML"),
            ("a: b\n c: d", 2, "not YAML"),
            ("a: b\n---\nc: d", 2, "more than one YAML document"),
            ("? [a]\n: b", 1, "a YAML key must be a plain text"),
            ("a: \x07", 1, "not YAML"),
        ],
    )
    def test_what_cannot_be_read_is_told_with_its_line(self, text: str, line: int, message: str) -> None:
        (problem,) = READERS.yaml(text).problems

        assert problem.line == line and message in problem.message

    @pytest.mark.parametrize(
        "text",
        [
            "a: !!python/object/apply:os.system [x]",
            "a: !x y",
            "!!map {a: b}",
            "a: &a [*a]",
            "a: *b",
            "a: &a x\nb: [" + "*a, " * (MAX_ALIASES + 1) + "]",
            "[" * 50 + "]" * 50,
        ],
    )
    def test_tags_and_too_many_aliases_are_unsafe(self, text: str) -> None:
        found = READERS.yaml(text)

        assert found.root is None and found.problems[0].unsafe

    def test_a_bomb_of_aliases_is_refused_at_once(self) -> None:
        lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40))]

        assert READERS.yaml("\n".join(lines)).problems[0].unsafe

    @settings(max_examples=60, deadline=None)
    @given(st.text(alphabet="ab:-[]{}&*!|>'\"\n #?~1", max_size=40))
    def test_any_text_is_read_or_told(self, text: str) -> None:
        found = READERS.yaml(text)

        assert found.root is None or isinstance(found.root, Value)


class TestReferences:
    def test_links_have_target_words_and_line(self) -> None:
        found = READERS.references("a\n[b *c*](d%20e.md)\n\n> [f](term:g)\n")

        assert [(link.line, link.target, link.text) for link in found.links] == [
            (1, "d e.md", "b c"),
            (3, "term:g", "f"),
        ]

    def test_unsafe_links_are_told_too(self) -> None:
        assert [link.target for link in READERS.references("[a](javascript:b)").links] == ["javascript:b"]

    def test_images_have_alt_title_and_classes(self) -> None:
        (image,) = READERS.references('![a b](c.svg "d"){.decorative .x}').images

        assert (image.target, image.text, image.title, image.classes) == ("c.svg", "a b", "d", ("decorative", "x"))

    def test_links_inside_tables_lists_and_footnotes_are_found(self) -> None:
        text = "| [a](1) |\n|-|\n\n- [b](2)\n\nx[^1]\n\n[^1]: [c](3)\n"

        assert [link.target for link in READERS.references(text).links] == ["1", "2", "3"]

    def test_reference_links_and_autolinks_are_found(self) -> None:
        assert [link.target for link in READERS.references("[a][b] <https://c.org>\n\n[b]: d.md").links] == [
            "d.md",
            "https://c.org",
        ]

    def test_code_holds_no_links(self) -> None:
        assert READERS.references("`[a](b)`\n\n```\n[a](b)\n```\n").links == ()

    def test_headings_have_their_level(self) -> None:
        found = READERS.references("## a\n\nb\n===\n\n#### c *d*\n").headings

        assert [(heading.line, heading.level, heading.text) for heading in found] == [
            (0, 2, "a"),
            (2, 1, "b"),
            (5, 4, "c *d*"),
        ]

    def test_raw_html_is_told(self) -> None:
        assert READERS.references("a <b>\n\n<div>\nc\n</div>\n").raw_html == ((0, "<b>"), (2, "<div>"))


class TestPo:
    def test_entries_are_read(self) -> None:
        text = (
            '# words\nmsgid ""\nmsgstr "Language: ru\\n"\n\n#: a.md:3\n#, fuzzy\n#| msgid "old"\n'
            'msgctxt "a.md#b"\nmsgid ""\n"one\\n"\n"two"\nmsgstr "три"\n\n#~ msgid "x"\n#~ msgstr "y"\n'
        )
        found = READERS.po(text)
        first, last = found.entries

        assert (found.header, found.comment) == ((("Language", "ru"),), "words")
        assert (first.context, first.source, first.text) == ("a.md#b", "one\ntwo", "три")
        assert (first.fuzzy, first.previous, first.references, first.line) == (True, "old", (("a.md", 3),), 5)
        assert last.obsolete

    def test_what_is_no_catalogue_is_told_with_its_line(self) -> None:
        assert READERS.po('msgid "a"\nmsgstr "b"\nnonsense\n').problem is not None

    def test_an_empty_file_is_an_empty_catalogue(self) -> None:
        assert READERS.po("").entries == ()

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(
            st.builds(
                PoEntry,
                context=st.text("ab#.", min_size=1, max_size=5),
                source=st.text('aж \n\t"\\%', min_size=1, max_size=12),
                text=st.text('aж \n\t"\\%', max_size=12),
                fuzzy=st.booleans(),
            ),
            unique_by=lambda entry: (entry.context, entry.source),
            max_size=5,
        )
    )
    def test_what_is_written_is_read_again(self, entries: list[PoEntry]) -> None:
        found = READERS.po(write_po(Catalogue(tuple(entries), (("Language", "ru"),))))

        assert [(e.context, e.source, e.text, e.fuzzy) for e in found.entries] == [
            (e.context, e.source, e.text, e.fuzzy) for e in entries
        ]
