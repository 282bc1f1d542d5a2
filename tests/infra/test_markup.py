"""Markdown to sanitised HTML."""

from __future__ import annotations

import re

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.infra.markup import Picture, inline_html, to_html

HOSTILE = st.lists(
    st.sampled_from(
        [
            "<script>",
            "</script>",
            "<img src=x onerror=alert(1)>",
            "[a](javascript:alert(1))",
            "[a](JaVaScRiPt&#58;alert(1))",
            "![a](data:text/html,x)",
            "![a](x.svg){onclick=alert(1) style=x .b}",
            "<style>",
            "<a href='javascript:x'>",
            "[a](//evil.org)",
            "[a]: javascript:x",
            "[a]",
            "`",
            "\n",
            " ",
            "|a|b|\n|:-:|-|\n|c|d|\n",
            "<svg/onload=alert(1)>",
            "&lt;script&gt;",
            "<!-- x -->",
        ]
    ),
    max_size=12,
).map("".join)


def html(markdown: str, prefix: str = "") -> str:
    return to_html(
        markdown,
        resolve_link=lambda target: f"/to/{target}" if target != "dead" else None,
        resolve_image=lambda target: Picture(f"/m/{target}", 30, 20) if "dead" not in target else None,
        resolve_term=lambda term: f"#term-{term}" if term != "dead" else None,
        prefix=prefix,
    )


def test_prose_is_commonmark() -> None:
    assert html("a **b** *c* `d`") == "<p>a <strong>b</strong> <em>c</em> <code>d</code></p>\n"


def test_a_title_makes_way_for_the_page_s_own() -> None:
    assert html("# a\n\n## b") == "<h2>a</h2>\n<h2>b</h2>\n"


def test_an_image_alone_is_a_figure_with_its_caption() -> None:
    assert html('![An *old* jug](media/a.svg "Jug <1>")') == (
        '<figure><img src="/m/media/a.svg" alt="An old jug" width="30" height="20" loading="lazy">'
        "<figcaption>Jug &lt;1&gt;</figcaption></figure>\n"
    )


def test_an_image_among_words_stays_there() -> None:
    assert "<p>a <img " in html("a ![b](c.svg)")


def test_a_decorative_image_has_an_empty_alt() -> None:
    assert '<img src="/m/a.svg" alt="" class="decorative"' in html("![](a.svg){.decorative}")


def test_an_image_that_is_nowhere_leaves_its_words() -> None:
    assert html("![b](dead.svg)") == "<p>b</p>\n"


def test_a_picture_of_unknown_size_has_none() -> None:
    assert to_html("a ![b](c)", resolve_image=lambda _: ("/c", None, None)) == (
        '<p>a <img src="/c" alt="b" loading="lazy"></p>\n'
    )


def test_a_link_inside_the_course_is_resolved() -> None:
    assert html("[a](../b%20c.md#d)") == '<p><a href="/to/../b c.md#d">a</a></p>\n'


def test_a_link_that_leads_nowhere_leaves_its_words() -> None:
    assert html("[a *b*](dead) c") == "<p>a <em>b</em> c</p>\n"


@pytest.mark.parametrize("target", ["https://x.org/", "http://x.org/", "mailto:a@x.org", "tel:+3741"])
def test_a_link_outside_is_kept_and_knows_no_opener(target: str) -> None:
    assert html(f"[a]({target})") == f'<p><a href="{target}" rel="noopener">a</a></p>\n'


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "data:text/html,x", "ftp://x", "//x.org", "/\\x.org", "vbscript:x"]
)
def test_any_other_scheme_is_dropped(target: str) -> None:
    assert html(f"[a]({target})") == "<p>a</p>\n"


def test_a_term_is_marked() -> None:
    assert html("[a](term:rh) [b](term:dead)") == '<p><a href="#term-rh" class="term">a</a> b</p>\n'


def test_a_table_can_be_scrolled_and_has_no_styles() -> None:
    found = to_html("| a | b |\n| - | -: |\n| c | d |", table_label="Tabelle")

    assert found.startswith('<div class="scroll" tabindex="0" role="group" aria-label="Tabelle">\n<table>')
    assert '<th class="align-right" scope="col">b</th>' in found and "style" not in found


def test_footnotes_of_two_texts_have_different_ids() -> None:
    ids = [set(re.findall(r' id="([^"]+)"', html("a[^1]\n\n[^1]: b", prefix))) for prefix in ("p1", "p2")]

    assert len(ids[0]) == 2 and not ids[0] & ids[1]


def test_a_definition_list_is_one() -> None:
    assert html("a\n: b") == "<dl>\n<dt>a</dt>\n<dd>b</dd>\n</dl>\n"


def test_raw_html_is_taken_out_and_its_words_stay() -> None:
    assert html("a <b onclick='x'>b</b>\n\n<div><p>c</p><script>d</script></div>") == "<p>a b</p>\n<p>c</p>\n"


def test_a_place_for_a_gap_comes_through() -> None:
    assert html("a \ue000g1\ue001 **b**") == "<p>a \ue000g1\ue001 <strong>b</strong></p>\n"


def test_inline_text_has_no_paragraphs() -> None:
    assert inline_html("**a**\n\n- b") == "<strong>a</strong>\n- b"


def test_inline_text_resolves_terms() -> None:
    assert inline_html("[a](term:b)", resolve_term=lambda term: f"#{term}") == '<a href="#b" class="term">a</a>'


@settings(max_examples=100, deadline=None)
@given(HOSTILE)
def test_nothing_hostile_comes_through(markdown: str) -> None:
    for found in (html(markdown), inline_html(markdown, resolve_link=lambda t: f"/to/{t}")):
        tree = html5lib.parseFragment(found, namespaceHTMLElements=False)
        for element in tree.iter():
            assert element.tag not in ("script", "style", "svg", "iframe", "object", "form", "input")
            assert not any(name.startswith("on") or name == "style" for name in element.attrib)
            for name in ("href", "src"):
                assert re.match(r"$|/to/|/m/|#|https?:|mailto:|tel:", element.attrib.get(name, ""))


@settings(max_examples=60, deadline=None)
@given(st.text())
def test_any_text_can_be_rendered(markdown: str) -> None:
    html(markdown)
    inline_html(markdown)
