"""Everything that people read goes through gettext, and every catalogue is complete."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel import Locale
from jinja2 import Environment

from lms.config import LANGUAGES
from lms.infra.languages import SOURCE, catalogue
from tests.house.source import ROOT, name, python_files, templates, tree

ATTRIBUTES = re.compile(r"\b(alt|title|placeholder|aria-label|aria-description|summary)=\"([^\"\x00]*)\"")
NO_TEXT = re.compile(r"<!--.*?-->|<(script|style|code|kbd)\b.*?</\1>|<[^>]*>|&[a-z]+;|&#\w+;|\b[a-z-]+=\"", re.S)
LETTERS = re.compile(r"[^\W\d_]{2,}")
SAME_EVERYWHERE = {
    "PDF", "JSON", "ZIP", "CSV", "SVG", "PNG", "SHA", "EN", "Vitrine", "Creative", "Commons", "CC", "BY", "SA",
    "Apache", "Noto", "Serif", "Sans", "WeasyPrint", "SIL", "Open", "Font", "License",
}  # fmt: skip
"""Names, which no language translates."""

FOR_US = {"templates/layout/kit.html"}
"""The sheet of all parts of pages, for those who write templates; no visitor sees it."""

GETTEXT = {"_", "_l", "gettext", "lazy_gettext", "ngettext", "pgettext"}
SPOKEN = {"flash", "ValidationError", "StopValidation"}
"""What is called with a text for people as its first argument; form fields are too."""


def literal_text(source: str) -> list[tuple[int, str]]:
    """Return the words of a template that stand outside any expression, with their lines."""
    text, line_of, statement, silent = "", list[int](), list[str](), ""
    for line, kind, value in Environment().lex(source):
        if kind == "block_begin":
            statement = []
        elif kind == "name":
            statement.append(value)
        elif kind == "block_end" and statement:
            # Between trans and endtrans is a text for translators; a block of classes is no text at all.
            if statement[0] == "trans" or (statement[0] == "block" and statement[1].endswith("_class")):
                silent = f"end{statement[0]}"
            elif statement[0] == silent:
                silent = ""
        if kind == "data" and not silent:
            for part in value.splitlines(keepends=True):
                text += part
                line_of += [line] * len(part)
                line += part.endswith("\n")
        elif kind in ("variable_begin", "block_begin"):
            text += "\x00"
            line_of.append(line)
    found = [(line_of[match.start()], match.group(2)) for match in ATTRIBUTES.finditer(text)]
    bare = NO_TEXT.sub(lambda match: "\x00" * len(match[0]), text)
    found += [(line_of[match.start()], match.group()) for match in re.finditer(r"[^\x00\n]+", bare)]
    return [(line, said) for line, said in found if set(LETTERS.findall(said)) - SAME_EVERYWHERE]


@pytest.mark.parametrize("path", [path for path in templates() if name(path) not in FOR_US], ids=name)
def test_templates_say_nothing_outside_gettext(path: Path) -> None:
    said = [f"line {line}: {text.strip()[:60]}" for line, text in literal_text(path.read_text(encoding="utf-8"))]
    assert not said


def test_the_finder_finds() -> None:
    assert literal_text("<p>Hello {{ name }}</p>") == [(1, "Hello ")]
    assert literal_text('<p>{{ _("Hello") }} – {{ name }}</p>\n<img alt="A cat">') == [(2, "A cat")]
    assert literal_text("{% trans %}Hello{% endtrans %}<p>{{ x }} PDF</p>") == []
    assert literal_text("{% block main_class %}main wide{% endblock %}\n{% block main %}Hello{% endblock %}") == [
        (2, "Hello")
    ]


def calls(path: Path) -> list[ast.Call]:
    """Return the calls of a file."""
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]


def called(call: ast.Call) -> str:
    """Return the name of what is called."""
    return ast.unparse(call.func).rsplit(".", 1)[-1]


def test_gettext_gets_whole_sentences_with_named_placeholders() -> None:
    wrong = []
    for path in python_files("lms"):
        if name(path) == "lms/infra/languages.py":
            continue
        for call in calls(path):
            if not (isinstance(call.func, ast.Name) and call.func.id in GETTEXT) or not call.args:
                continue
            first = call.args[0]
            if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
                wrong.append(
                    f"{name(path)}:{call.lineno} {ast.unparse(first)[:60]}: cannot be collected for translators"
                )
    assert not wrong


def speech(path: Path, call: ast.Call) -> list[ast.expr]:
    """Return what a call would show to people as it stands."""
    in_form = path.stem == "forms"
    named = [word.value for word in call.keywords if word.arg in {"label", "description", "message"}]
    if called(call) in SPOKEN or (in_form and called(call).endswith("Field")):
        return [*call.args[:1], *named]
    return named if in_form else []


def is_text(node: ast.expr) -> bool:
    """Tell whether an expression is words written down in the program."""
    if isinstance(node, ast.JoinedStr):
        return True
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and LETTERS.search(node.value) is not None


def test_texts_for_people_in_the_program_go_through_gettext() -> None:
    wrong = [
        f"{name(path)}:{call.lineno} {ast.unparse(text)[:60]}"
        for path in python_files("lms")
        for call in calls(path)
        for text in speech(path, call)
        if is_text(text)
    ]
    assert not wrong


def test_catalogues_are_complete() -> None:
    """Every text translated, none fuzzy, placeholders the same, nothing left over."""
    checked = subprocess.run([sys.executable, ROOT / ".ci/strings", "--check"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != SOURCE])
def test_plural_forms_are_those_of_the_language(language: str) -> None:
    """Numbers of one category of CLDR have one form."""
    category, forms = Locale.parse(language).plural_form, catalogue(language)
    counted = {n: forms.ngettext("%(num)d lesson", "%(num)d lessons", n) for n in range(201)}
    shapes = {category(n): said for n, said in counted.items()}
    assert all(counted[n] == shapes[category(n)] for n in counted)
    assert "%(num)d lesson" not in counted.values()
