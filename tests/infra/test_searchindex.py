"""Words as the search compares them."""

from __future__ import annotations

import sqlite3
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.infra.searchindex import MAX_LETTERS, ddl, fts5_query, stem, tsquery, words


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Ёлка, ЁЖ", ["елка", "еж"]),
        ("և", ["եւ"]),
        ("хране\u0301ние", ["хранение"]),
        ("RE-ORG 3D", ["re", "org", "3d"]),
        ("\u0130stanbul", ["istanbul"]),
        ("muşchi și", ["mușchi", "și"]),
        ("a_b\x00c", ["a", "b", "c"]),
        ("", []),
        ("?!—", []),
        ("й и\u0306", ["й", "й"]),
    ],
)
def test_words_are_folded(written: str, folded: list[str]) -> None:
    assert words(written) == folded


@pytest.mark.parametrize(
    "forms",
    [
        "хранение хранения хранению хранением хранении",
        "музей музея музею музеем музее музеи музеев музеям музеями музеях",
        "collection collections",
        "թանգարանի թանգարանը",
    ],
)
def test_forms_of_a_word_have_one_stem(forms: str) -> None:
    assert len({stem(word) for word in words(forms)}) == 1


def test_a_word_of_another_script_is_its_own_stem() -> None:
    assert stem("მუზეუმი") == "მუზეუმი"


def test_a_query_of_no_words_asks_nothing() -> None:
    assert fts5_query("?!") is None
    assert tsquery(" ") is None


def test_a_query_is_bounded() -> None:
    asked = fts5_query("слово " * 500 + "x" * 5_000)
    assert asked
    assert len(asked) < 1_000
    assert all(len(word) <= MAX_LETTERS for word in words("x" * 5_000))


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=60))
def test_whatever_is_asked_sqlite_understands_it_and_finds_it_again(text: str) -> None:
    connection = sqlite3.connect(":memory:")
    try:
        for statement in ddl("search", "sqlite"):
            connection.execute(statement)
        folded = words(text)
        row = ("k", "en", " ".join(map(stem, folded)), " ".join(folded))
        connection.execute("INSERT INTO search (key, language, stems, folded) VALUES (?, ?, ?, ?)", row)
        asked = fts5_query(text)
        if asked is None:
            return
        found = connection.execute("SELECT key FROM search WHERE search MATCH ?", (asked,)).fetchall()
        if text.isascii():
            assert found == [("k",)]
    finally:
        connection.close()


def test_stemming_in_several_threads_gives_what_one_gives() -> None:
    forms = words("collections objects museums keeping labels " * 200)
    alone = [stem(word) for word in forms]
    results: list[list[str]] = []
    threads = [threading.Thread(target=lambda: results.append([stem(word) for word in forms])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [alone] * 8
