"""What a document may name while it is set: our own style sheets, fonts and drawings, and nothing else."""

from __future__ import annotations

import io
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from lms.infra import pdf, press
from lms.infra.drawings import Drawing, Paint, path, trace
from lms.infra.places import place

STYLE = "css/certificate.css"
PAGE = '<!doctype html><html lang="en"><head><title>T</title></head><body>{}</body></html>'


@pytest.fixture(autouse=True)
def _in_app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "https://example.org/a.css",
        "ftp://example.org/a.css",
        "data:text/css,x",
        "own:../lms/config.py",
        "own:/etc/passwd.css",
        "own:css/../../pyproject.toml",
        "own:img/favicon.svg",
        "own:fonts/pdf/make.py",
        "//example.org/a.css",
        "css/certificate.css",
    ],
)
def test_no_other_address_is_fetched(address: str) -> None:
    with pytest.raises(ValueError, match="may not fetch"):
        press.own_bytes(address, place("static"))


def test_our_own_style_sheets_and_fonts_are() -> None:
    assert b"@page" in press.own_bytes("own:css/certificate.css", place("static"))
    assert press.own_bytes("own:fonts/pdf/sans.ttf", place("static"))[:4] == b"\x00\x01\x00\x00"


def test_programs_that_are_started_later_still_find_their_fonts() -> None:
    pdf.render(PAGE.format("A"), shared=PAGE.format("B"), style=STYLE, drawings={}, identifier="x")
    assert "fonts/pdf" not in os.environ.get("FONTCONFIG_FILE", "")


def test_a_document_that_names_a_file_gets_nothing_of_it(tmp_path: object) -> None:
    secret = place("static") / "css" / "certificate.css"
    body = f'<p>A</p><img src="file://{secret}" alt="x"><link rel="attachment" href="file://{secret}">'
    drawing = Drawing(10, 10, b"")
    content = pdf.render(
        PAGE.format(body), shared=PAGE.format("B"), style=STYLE, drawings={"room": drawing}, identifier="x"
    )
    assert b"EmbeddedFile" not in content
    assert b"/Filespec" not in content


def test_shared_pages_are_laid_out_once_and_hang_each_document_s_own_drawing() -> None:
    shared = PAGE.format('<div style="page:back">kept</div><img src="own:seal" alt="seal">')

    def content(ink: bytes) -> bytes:
        drawings = {"seal": Drawing(10, 10, ink), "room": Drawing(1, 1, b""), "back": Drawing(1, 1, b"")}
        return pdf.render(PAGE.format("front"), shared=shared, style=STYLE, drawings=drawings, identifier="x")

    first = content(b"0 0 5 5 re f")
    assert content(b"1 1 2 2 re f") != first
    assert content(b"0 0 5 5 re f") == first


def test_a_text_is_set_as_large_as_fits() -> None:
    steps = ((36.0, 1), (20.0, 1), (20.0, 2), (10.0, 2))
    assert pdf.fit("Short", font="sans", width=100, steps=steps) == 36
    assert pdf.fit("A rather longer line", font="sans", width=100, steps=steps) == 20
    assert pdf.fit("m" * 26, font="sans", width=100, steps=((20.0, 3), (10.0, 1))) == 10, "no word is broken inside"
    assert pdf.fit("word " * 100, font="sans", width=100, steps=steps) == 10, "the last step when none fits"


def test_a_word_that_is_too_long_for_a_line_is_counted_as_broken() -> None:
    face = pdf.face("sans")
    assert face.lines("m" * 200, 10, 50) > 5
    assert face.lines("", 10, 50) == 1


def test_lines_are_balanced_without_taking_more_of_them() -> None:
    face = pdf.face("serif-italic")
    text = "Certificate in running a museum"
    assert face.broken(text, 36, 134) == ["Certificate in running a", "museum"]
    assert face.balanced(text, 36, 134) == ["Certificate in", "running a museum"]


def test_a_double_name_keeps_its_hyphen_on_one_line() -> None:
    face = pdf.face("serif-name")
    assert face.broken("Maria Konstantinopolskaya-Wolkonskaja", 16, 100) == ["Maria", "Konstantinopolskaya-Wolkonskaja"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="abс Մღ-", max_size=80), st.floats(8, 40), st.floats(20, 140))
def test_broken_lines_lose_nothing_and_fit(text: str, size: float, width: float) -> None:
    face = pdf.face("sans")
    lines = face.broken(text, size, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(face.width(line) * size * pdf.POINT <= width + 1e-6 or len(line) == 1 for line in lines)


def test_a_drawing_needs_a_size() -> None:
    with pytest.raises(ValueError, match="viewBox"):
        trace("<svg></svg>", {})


def test_shapes_become_operators() -> None:
    paints = {"a": Paint(fill="ff0000"), "b": Paint(stroke="000000", width=2)}
    svg = (
        '<svg viewBox="-1 -2 10 20"><rect class="a" x="1" y="2" width="3" height="4"/>'
        '<circle class="b" cx="5" cy="5" r="1"/><path class="unknown" d="M0 0h9"/><script>alert(1)</script></svg>'
    )
    drawing = trace(svg, paints)
    assert (drawing.width, drawing.height) == (10, 20)
    lines = drawing.operators.decode().splitlines()
    assert lines[:4] == ["1 0 0 1 1 2 cm", "1 0 0 rg", "1 2 3 4 re", "f*"]
    assert lines[4] == "0 0 0 RG 2 w"
    assert [line[-1] for line in lines[5:]] == ["m", "c", "c", "c", "c", "h", "S"]


@pytest.mark.parametrize(
    ("data", "last"),
    [
        ("M1 2h3v4h-3z", "h"),
        ("m1 2l3 4", "4 6 l"),
        ("M1 2L3 4 5 6", "5 6 l"),
        ("M0 0c1 1 2 2 3 3", "1 1 2 2 3 3 c"),
        ("M10 0a10 10 0 0 1 -10 10", "10 5.523 5.523 10 0 10 c"),
        ("M10 0A10 10 0 0 0 0 10", "4.477 0 0 4.477 0 10 c"),
        ("M0 0a0 5 0 0 0 3 3", "3 3 l"),
        ("M3.500 1.8.2l0-1", "0.2 -1 l"),
    ],
)
def test_paths_become_operators(data: str, last: str) -> None:
    *_, operator = path(data.replace("1.8.2l0-1", "1L0.2 -1") if ".8.2" in data else data)
    assert operator == last


def test_large_arcs_are_drawn_in_quarters() -> None:
    curves = [operator for operator in path("M10 0a10 10 0 1 1 -20 0") if operator.endswith("c")]
    assert len(curves) == 2
    assert curves[-1].endswith("-10 0 c")
    assert len(list(path("M0 10a10 10 0 1 1 10 10"))) == 4


def test_figures_are_drawn_as_outlines() -> None:
    drawing = trace(
        '<svg viewBox="0 0 9 9"><text class="n" x="1" y="8">10</text></svg>',
        {"n": Paint(fill="0" * 6, font="sans", size=8)},
    )
    assert re.search(rb"\bc\b", drawing.operators)
    assert b"Tj" not in drawing.operators


LAYER = '<!doctype html><html lang="en"{}><head><title>T</title></head><body>{}</body></html>'


def test_what_lies_under_a_page_and_the_page_are_read_as_one() -> None:
    under = LAYER.format("", '<h1 data-n="1">First</h1><p data-n="3">Third</p>')
    own = LAYER.format("", '<p data-n="2" style="position:absolute;top:90mm">Second</p>')
    content = pdf.render(own, under=under, style=STYLE, drawings={}, identifier="x")
    [page] = PdfReader(io.BytesIO(content)).pages
    assert "".join(page.extract_text().split()) == "FirstThirdSecond", "as it is painted"
    assert list(read_aloud(content)) == ["First", "Second", "Third"]


def read_aloud(content: bytes) -> Iterator[str]:
    """Yield the texts of the only page in the order of its structure."""
    with pikepdf.open(io.BytesIO(content)) as opened:
        page = opened.pages[0]
        marked, number = {}, None
        fonts = {name: letters_of(font) for name, font in page.Resources.Font.items()}
        letters: dict[str, str] = {}
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) == "BDC":
                number = int(operands[1].MCID)
            elif str(operator) == "Tf":
                letters = fonts[str(operands[0])]
            elif str(operator) == "TJ" and number is not None:
                codes = "".join(bytes(part).hex() for part in operands[0] if isinstance(part, pikepdf.String))
                text = "".join(letters[codes[n : n + 4]] for n in range(0, len(codes), 4))
                marked[number] = marked.get(number, "") + text
        yield from (marked[number] for number in numbers(opened.Root.StructTreeRoot.K))


def letters_of(font: pikepdf.Object) -> dict[str, str]:
    pairs = re.findall(rb"<([0-9a-f]{4})> <([0-9a-f]{4})>", font.ToUnicode.read_bytes())
    return {code.decode(): chr(int(letter, 16)) for code, letter in pairs}


def numbers(kids: pikepdf.Object) -> Iterator[int]:
    for kid in kids:
        if isinstance(kid, int):
            yield kid
        else:
            yield from numbers(kid.K)


@pytest.mark.parametrize(
    "kept",
    [
        "<p>Only text</p>",
        '<p style="color:rgba(0,0,0,.5)">half</p>',
        '<p style="opacity:.5">a group of its own</p>',
        '<p style="background:linear-gradient(#fff,#000)">a shading</p>',
        '<img src="own:seal" alt="seal"><p>and text</p>',
    ],
)
def test_a_kept_page_is_painted_as_it_would_be_by_itself(kept: str) -> None:
    drawings = {"seal": Drawing(10, 10, b"0 0 5 5 re f")}
    front = LAYER.format("", "<p>Other letters: xyz</p>")
    pages = [LAYER.format("", f"{kept}<p>{n}</p>") for n in range(2)]
    plain = [look(pdf.render(page, style=STYLE, drawings=drawings, identifier="x")) for page in pages]
    for _again in range(2):
        together = pdf.render(front, shared=pages, style=STYLE, drawings=drawings, identifier="x")
        assert look(together)[1:] == [plain[0][0], plain[1][0]]


def look(content: bytes) -> list[bytes]:
    """Return what each page looks like."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "a.pdf").write_bytes(content)
        subprocess.run(["pdftoppm", "-r", "40", "-png", "a.pdf", "a"], cwd=folder, check=True)
        return [path.read_bytes() for path in sorted(Path(folder).glob("*.png"))]


def test_walls_are_behind_each_page_and_read_by_nobody() -> None:
    walls = LAYER.format(' data-walls="own:room"', '<p style="break-after:page">One</p><p>Two</p>')
    drawings = {"room": Drawing(297, 210, b"1 0 0 rg 0 0 50 50 re f")}
    bare = pdf.render(walls.replace("data-walls", "data-none"), style=STYLE, drawings=drawings, identifier="x")
    content = pdf.render(LAYER.format("", "<p>Front</p>"), shared=walls, style=STYLE, drawings=drawings, identifier="x")
    with pikepdf.open(io.BytesIO(content)) as opened:
        streams = [page.Contents.read_bytes() for page in opened.pages]
    assert [b"/Artifact" in stream and b"0 0 50 50 re" in stream for stream in streams] == [False, True, True]
    assert b"50 50 re" not in b"".join(page.Contents.read_bytes() for page in pikepdf.open(io.BytesIO(bare)).pages)
