"""The parts of the pages: every macro renders, questions keep the contract's names, the sheets stay light."""

import gettext
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import html5lib
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from lms.web.kept import KeptTag

ROOT = Path(__file__).parents[2]
TYPES = ["choice", "text", "number", "match", "order", "sort", "gap", "hotspot", "open"]


@pytest.fixture(scope="module")
def pages() -> Environment:
    made = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        extensions=["jinja2.ext.i18n", KeptTag],
    )
    made.install_gettext_translations(gettext.NullTranslations(), newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(
        url_for=lambda endpoint, **values: values.get("filename", f"/{endpoint}"),
        asset=lambda path: f"/static/{path}",
        csrf_token=lambda: "token",
        get_flashed_messages=lambda with_categories: [("success", "Saved & kept.")],
        site=SimpleNamespace(
            name="Vitrine",
            demo=True,
            locale="en",
            languages=(("en", "English", False), ("ru", "Русский", True)),
            previews=True,
            switch="?lang=",
        ),
        viewer=SimpleNamespace(name="Marta", email="m@example.org", teaches=True, administers=True),
    )
    return made


def question(kind: str, **more: Any) -> SimpleNamespace:
    plain = Markup("<p>What is <em>asked</em>?</p>")
    base: dict[str, Any] = {
        "id": kind,
        "type": kind,
        "number": 1,
        "points": 2,
        "name": f"q-{kind}",
        "prompt_html": plain,
    }
    base |= {"disabled": False, "state": None, "hint_html": "", "multiple": False, "value": "", "unit": "%"}
    base |= {"correct": "", "solution": [], "lang": "", "ui": "en"}
    base |= {"feedback_html": "", "rubric_html": Markup("<p>Clear</p>")}
    base["options"] = [
        ("a", Markup("Heat"), False, None, ""),
        ("b", Markup("Wait"), True, "wrong", Markup("Too late.")),
    ]
    base["lefts"] = [
        ("fire", Markup("Fire"), "Fire", "b", "wrong", "Smoke detector"),
        ("pest", "Pest", "Pest", "", None, ""),
    ]
    base["rights"] = [("a", "Smoke detector"), ("b", "Blanket")]
    base["count"] = 2
    if kind == "order":
        base["items"] = [("x", "First", "First", 1, None), ("y", "Then", "Then", "", None)]
    else:
        base["items"] = [("x", "Felt", "Felt", "g", "wrong", "Iron things"), ("y", "Nail", "Nail", "", None, "")]
    base["groups"] = [("g", "Organic"), ("h", "Iron things")]
    base["parts"] = [
        ("text", "It read "),
        ("gap", 1, "chosen", ["52", "75"], "52", "wrong", "75"),
        ("gap", 2, "typed", [], "<hi>", None, ""),
    ]
    base["image"] = ("/store.svg", 640, 300, "A store")
    base["regions"] = [
        ("a", "Crate", True, "right", "", "rect", [10, 10, 50, 50]),
        ("b", "Shelf", False, None, "", "circle", [310, 120, 60]),
        ("c", "Door", False, None, "", "polygon", [1, 1, 9, 1, 9, 9]),
    ]
    return SimpleNamespace(**(base | more))


def render(pages: Environment, q: SimpleNamespace) -> str:
    return pages.from_string("{% from 'components/question.html' import check %}{{ check(q, '/x') }}").render(q=q)


def test_the_kit_shows_every_part(pages: Environment) -> None:
    state = SimpleNamespace(verdict="partly", score_percent=50, explanation_html=Markup("<p>So.</p>"))
    questions = [question(kind, state=state, hint_html=Markup("<p>Think.</p>")) for kind in TYPES]
    page = pages.get_template("layout/kit.html").render(questions=questions, plans=[("<svg></svg>", "<svg></svg>")])
    assert "Saved &amp; kept." in page
    html5lib.HTMLParser(strict=True).parse(page)


@pytest.mark.parametrize("code", [400, 403, 404, 409, 413, 429, 500])
def test_an_error_page_stands_alone(pages: Environment, code: int) -> None:
    page = pages.get_template(f"errors/{code}.html").render()
    assert page.count("<h1>") == 1
    assert f"({code})" in page
    html5lib.HTMLParser(strict=True).parse(page)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("choice", {"q-choice"}),
        ("text", {"q-text"}),
        ("number", {"q-number"}),
        ("match", {"q-match.fire", "q-match.pest"}),
        ("order", {"q-order.x", "q-order.y"}),
        ("sort", {"q-sort.x", "q-sort.y"}),
        ("gap", {"q-gap.g1", "q-gap.g2"}),
        ("hotspot", {"q-hotspot"}),
        ("open", {"q-open"}),
    ],
)
def test_a_question_sends_the_fields_the_contract_names(pages: Environment, kind: str, names: set[str]) -> None:
    html = render(pages, question(kind))
    assert set(re.findall(r' name="([^"]+)"', html)) - {"csrf_token"} == names
    assert html.count("<fieldset") == 1
    assert f'aria-labelledby="q-{kind}_prompt"' in html


@pytest.mark.parametrize("kind", ["text", "number", "open"])
def test_what_is_written_is_labelled_your_answer(pages: Environment, kind: str) -> None:
    assert f'<label for="q-{kind}_answer">Your answer</label>' in render(pages, question(kind))


def test_gaps_are_numbered_and_escape_what_was_typed(pages: Environment) -> None:
    html = render(pages, question("gap"))
    assert [f'aria-label="Gap {n}"' in html for n in (1, 2)] == [True, True]
    assert 'value="&lt;hi&gt;"' in html
    assert "Gap 1 is not right." in html


def test_places_are_bare_numerals(pages: Environment) -> None:
    assert re.findall(r"<option[^>]*>(\d+)</option>", render(pages, question("order"))) == ["1", "2", "1", "2"]


@pytest.mark.parametrize(
    ("verdict", "words"), [("right", "Right."), ("wrong", "Not right."), ("open", "A person will read it.")]
)
def test_a_verdict_is_told_in_words(pages: Environment, verdict: str, words: str) -> None:
    state = SimpleNamespace(verdict=verdict, score_percent=0, explanation_html="")
    assert words in render(pages, question("text", state=state))


def test_no_template_but_a_letter_carries_style() -> None:
    found = [p for p in (ROOT / "templates").rglob("*.html") if "style=" in p.read_text("utf-8")]
    assert not [p for p in found if "email" not in p.relative_to(ROOT).as_posix() and "pdf" not in p.parts]


def test_the_sheets_stay_light_and_their_fonts_exist() -> None:
    css = ROOT / "static" / "css"
    assert sum((css / name).stat().st_size for name in ("site.css", "study.css")) < 50_000
    for name in re.findall(r"url\(\.\./(fonts/[^)]+)\)", (css / "site.css").read_text("utf-8")):
        assert (ROOT / "static" / name).stat().st_size < 30_000
