"""Search by words in several languages: folding and stemming here, finding in the database.

A text is kept twice: as the stems of its words, so that "хранение" finds "хранения", and as the folded words, so that
the beginning of a word finds it. SQLite keeps both in an FTS5 table, PostgreSQL in a tsvector with a GIN index. The
table is described by no model; a migration makes it with `ddl`.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Mapping

import snowballstemmer
from sqlalchemy import Select, TextClause, column, select, text

from lms.infra.db import db, is_sqlite

MAX_WORDS = 8
"""Words of a query that count; the rest could only narrow what is found."""

MAX_LETTERS = 40
"""Letters of a word that count."""

_WORD = re.compile(r"[^\W_]+")
_SAME = str.maketrans({"ё": "е", "և": "եւ", "ş": "ș", "ţ": "ț"})
_LANGUAGES = (("\u0400", "\u052f", "russian"), ("\u0530", "\u058f", "armenian"), ("a", "\u024f", "english"))
_MUSEUM = re.compile(r"(музе)(?:й|я|ю|ем|е|и|ев|ям|ями|ях)|(թանգարան)[ա-և]{0,6}")

_stemmers = threading.local()


def words(written: str) -> list[str]:
    """Return the words of a text, folded: NFC, lower case, ё as е, և as եւ, without accents that no letter has."""
    lowered = unicodedata.normalize("NFC", written.replace("\x00", " ")).lower()
    plain = "".join(c for c in lowered if unicodedata.category(c) != "Mn")
    return [word[:MAX_LETTERS] for word in _WORD.findall(plain.translate(_SAME))]


def stem(word: str) -> str:
    """Return the stem of a folded word by the rules of its script; a word of another script is its own stem."""
    if museum := _MUSEUM.fullmatch(word):
        # Snowball cuts "музей" to another stem than "музея"; no site like ours can live with that.
        return museum[1] or museum[2]
    for first, last, language in _LANGUAGES:
        if first <= word[0] <= last:
            return str(_stemmer(language).stemWord(word)) or word
    return word


def _stemmer(language: str) -> snowballstemmer.BaseStemmer:
    """Return this thread's stemmer: it keeps the word that it works on in itself."""
    if not hasattr(_stemmers, language):
        setattr(_stemmers, language, snowballstemmer.stemmer(language))
    return getattr(_stemmers, language)


def fts5_query(query: str) -> str | None:
    """Return what FTS5 is asked for a query: every word by its stem or its beginning; None when it has no words."""
    asked = words(query)[:MAX_WORDS]
    return " AND ".join(f'(stems : "{stem(word)}" OR folded : "{word}" *)' for word in asked) or None


def tsquery(query: str) -> str | None:
    """Return what PostgreSQL is asked for a query; None when it has no words."""
    asked = words(query)[:MAX_WORDS]
    return " & ".join(f"('{stem(word)}' | '{word}':*)" for word in asked) or None


def ddl(table: str, dialect: str) -> tuple[str, ...]:
    """Return the statements that make a search table."""
    if dialect == "sqlite":
        tokens = "tokenize='unicode61 remove_diacritics 0'"
        return (f"CREATE VIRTUAL TABLE {table} USING fts5(key UNINDEXED, language UNINDEXED, stems, folded, {tokens})",)
    return (
        f"CREATE TABLE {table} (key VARCHAR(32) NOT NULL, language VARCHAR(8) NOT NULL, words TSVECTOR NOT NULL, "
        f"CONSTRAINT pk_{table} PRIMARY KEY (key, language))",
        f"CREATE INDEX ix_{table}_words ON {table} USING gin (words)",
    )


class SearchIndex:
    """A search table: texts by key and language."""

    def __init__(self, table: str) -> None:
        self._forget = text(f"DELETE FROM {table} WHERE key = :key")  # noqa: S608 - the table's name is ours
        kept = f"INSERT INTO {table} (key, language, stems, folded) VALUES (:key, :language, :stems, :folded)"  # noqa: S608
        vector = "array_to_tsvector(CAST(:words AS text[]))"
        self._keep = {
            "sqlite": text(kept),
            "postgresql": text(f"INSERT INTO {table} (key, language, words) VALUES (:key, :language, {vector})"),  # noqa: S608
        }
        self._sqlite = text(f"SELECT key FROM {table} WHERE {table} MATCH :asked")  # noqa: S608
        self._postgresql = text(f"SELECT key FROM {table} WHERE words @@ CAST(:asked AS tsquery)")  # noqa: S608

    def replace(self, key: str, texts: Mapping[str, str]) -> None:
        """Keep the texts of a key, by language, instead of those it had."""
        db.session.execute(self._forget, {"key": key})
        for language, written in texts.items():
            folded = words(written)
            stems = [stem(word) for word in folded]
            row = {"key": key, "language": language}
            if is_sqlite():
                row |= {"stems": " ".join(stems), "folded": " ".join(folded)}
                db.session.execute(self._keep["sqlite"], row)
            else:
                db.session.execute(self._keep["postgresql"], {**row, "words": sorted({*stems, *folded})})

    def keys(self, query: str) -> Select[tuple[str]] | None:
        """Return a subquery of the keys that a query finds; None when it has no words to look for."""
        asked = fts5_query(query) if is_sqlite() else tsquery(query)
        if asked is None:
            return None
        statement: TextClause = self._sqlite if is_sqlite() else self._postgresql
        found = statement.bindparams(asked=asked).columns(column("key")).subquery()
        return select(found.c.key)
