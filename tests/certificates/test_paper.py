"""The paper: names in every script, nothing that runs over, the same bytes each time, and nothing let in."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from flask import Flask
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from lms.certificates.service import paper, pictures, setting, words
from lms.config import LANGUAGES
from lms.domain.award import Award, Module
from lms.infra import pdf
from lms.infra.languages import language
from lms.infra.places import place
from tests.factories.awards import CODE, make_award
from tests.house.source import ROOT

BASE = "https://learn.example.org"
NAMES = {
    "latin": "Marta Ilyina",
    "marks": "Aysel Məmmədova-Ştefănescu Żółć Đặng Ñíguez",
    "cyrillic": "Марта Ильинична Ёлкина-Ґудзь Қазыбек Ўктам",
    "armenian": "Լիլիթ Սարգսյան-Տեր-Պետրոսյան և որդիք",
    "georgian": "ნინო ბერიძე-ჯავახიშვილი",
    "greek": "Ελένη Παπαδοπούλου",
}
LONG_NAME = "Maria-Alexandra Konstantinopolskaya-Wolkonskaja de la Fuente Ferreira y Sandoval"
LONG_TITLE = ("Certificate in preventive conservation, documentation, digitisation and the care of mixed " * 3)[:200]


@pytest.fixture(autouse=True)
def _in_app(app: Flask, tx: object) -> Iterator[None]:
    with app.app_context():
        yield


def made(award: Award, code: str = CODE, base: str = BASE) -> bytes:
    return paper.print_certificate(code, award, site="Vitrine", base_url=base, key="ab" * 32, credential=b"{}")


def text_of(content: bytes) -> str:
    """Return what pdftotext reads, with runs of space as one."""
    done = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


@pytest.mark.parametrize("script", NAMES)
def test_a_name_prints_right_in_its_own_script(script: str) -> None:
    content = made(make_award(name=NAMES[script], name_latin="Latin Name"))
    read = text_of(content)
    assert NAMES[script] in read
    assert "Latin Name" in read
    fonts = subprocess.run(
        ["pdffonts", "-"], input=content, capture_output=True, text=False, check=True
    ).stdout.decode()
    lines = fonts.splitlines()[2:]
    assert lines
    assert all("+Vitrine-" in line for line in lines), f"set in a font of this machine:\n{fonts}"


def test_every_font_has_the_same_letters() -> None:
    files = [path.stem for path in (place("static") / "fonts/pdf").glob("*.ttf")]
    letters = [set(pdf.face(file).advances) for file in files]
    assert len(files) == 4
    assert all(one == letters[0] for one in letters)


@pytest.mark.parametrize(
    "letters", ["ÀÿĀſƏəȘșȚțẠỹ", "АяЁёҐґЎўІіЇїЄєЂђЋћҒғҚқҢңӨөҮүҰұҲҳҶҷӢӣӮӯӘәҺһ", "ԱֆՙՀև", "აჰⴀ", "ΑωΆώ"]
)
def test_letters_of_the_neighbourhood_are_there(letters: str) -> None:
    lacking = pdf.face("serif-name").missing([letters])
    assert set(lacking) <= {"ⴀ"}, "Nuskhuri is the church's own and no script of names"


def test_a_letter_that_no_font_has_is_told_and_not_drawn_as_a_box() -> None:
    with pytest.raises(paper.Unprintable) as told:
        made(make_award(name="吴 Wu 龘"))
    assert told.value.letters == "吴龘"


def test_the_first_page_says_all_and_the_second_the_rest() -> None:
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(made(make_award()))).pages]
    assert len(pages) == 2
    for said in (
        "Certificate in museum education", "Marta Ilyina", "Museum of the River Port", "2026.3", "86%",
        "Hours of study", "The Museum as a Place of Learning", "14 November 2026", "14 November 2029", "Ilse Verhaegen",
        "7K3M-9XQ2-4TFA-H6RW", "learn.example.org/verify", "Explain how people learn in a museum",
    ):  # fmt: skip
        assert said in pages[0], said
    for said in (
        "How the work was assessed", "No document was checked", "How to verify", "edition 2", "9f3c9f3c",
        "Planning a programme (2 h)", "3 modules; 3 lessons; 3 quizzes", "Needed in the final quiz: 70%",
    ):  # fmt: skip
        assert said in pages[1], said


def test_what_the_course_does_not_show_is_not_shown() -> None:
    read = text_of(made(make_award(show=(), valid_until=None, name_latin="Marta Ilyina", museum="")))
    for word in ("86", "Valid until", "Outcomes of the course Explain how people learn in a museum Lead"):
        assert word not in read
    assert read.count("Marta Ilyina") == 1, "the same name in Latin letters is not repeated"


def test_it_speaks_russian_where_course_and_holder_do() -> None:
    content = made(make_award(name="Марта Ильина", language="ru"))
    read = text_of(content)
    assert "14 ноября 2026" in read
    with language("ru"):
        assert words.identity_of(make_award()) in read
    assert PdfReader(io.BytesIO(content)).trailer["/Root"]["/Lang"] == "ru"


def test_the_words_of_a_course_in_another_language_are_english() -> None:
    content = made(make_award(title="სერტიფიკატი", language="ka"))
    assert "სერტიფიკატი" in text_of(content)
    assert "Awarded" in text_of(content)


@pytest.mark.parametrize("name", [LONG_NAME, "Щ" * 39 + " " + "Ж" * 40, "Մ" * 80, "ღ" * 40 + "-" + "ჭ" * 39])
def test_the_longest_names_and_titles_stay_inside_the_walls(name: str) -> None:
    assert len(name) == 80
    assert len(LONG_TITLE) == 200
    museum = "The Regional Museum of Local Lore, History, Economy, Ethnography and Fine Arts named after a Person"
    people = (("Ilse Verhaegen-Konstantinopolskaya", "for the council of museums and centres"),) * 3
    award = make_award(
        name=name, name_latin=LONG_NAME, title=LONG_TITLE, course_title=LONG_TITLE, museum=museum, signatories=people
    )
    content = made(award)
    assert len(PdfReader(io.BytesIO(content)).pages) == 2
    lowest, farthest = edges(content)
    assert lowest < 196.8, "the text runs into the lower wall"
    assert farthest < 272, "the text runs into the right wall"
    assert shown(content, "Hours of study")["bottom"] + 10 < shown(content, "Ilse")["top"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_longest_names_of_a_centre_push_nothing_off_the_second_page(lang: str) -> None:
    centre = ("Международный центр подготовки и повышения квалификации хранителей музейных собраний и " * 3)[
        :200
    ].strip()
    award = make_award(identity="centre", identified_by=centre, supervised_by=centre, title=LONG_TITLE, language=lang)
    content = made(award)
    assert len(PdfReader(io.BytesIO(content)).pages) == 2
    read = " ".join(page_text(content, 2).split())
    with language(lang):
        assert " ".join(words.identity_of(award).split()) in read
        assert " ".join(words.signing().split()) in read
    assert "ab" * 4 in read, "the fingerprint of the key stands last"


def page_text(content: bytes, number: int) -> str:
    """Return what pdftotext reads on one page."""
    which = ["-f", str(number), "-l", str(number)]
    return subprocess.run(
        ["pdftotext", *which, "-", "-"], input=content, capture_output=True, check=True
    ).stdout.decode()


def edges(content: bytes) -> tuple[float, float]:
    """Return how far down and right the text of the first page goes, in millimetres."""
    boxes = words_on_first_page(content)
    return max(box["bottom"] for box in boxes), max(box["right"] for box in boxes)


def shown(content: bytes, text: str) -> dict[str, float]:
    """Return where the first word of a text stands on the first page."""
    first = text.split()[0]
    return next(box for box in words_on_first_page(content) if box["text"] == first)


def words_on_first_page(content: bytes) -> list[dict[str, float]]:
    done = subprocess.run(["pdftotext", "-bbox", "-l", "1", "-", "-"], input=content, capture_output=True, check=True)
    found = []
    for line in done.stdout.decode().splitlines():
        if "<word" in line:
            box = dict(part.split("=") for part in line.split("<word ")[1].split(">")[0].split())
            sides = {key: float(value.strip('"')) * pdf.POINT for key, value in box.items()}
            text = line.split(">")[1].split("<")[0]
            found.append(
                {
                    "bottom": sides["yMax"],
                    "top": sides["yMin"],
                    "left": sides["xMin"],
                    "right": sides["xMax"],
                    "text": text,
                }
            )
    return found


def test_a_course_of_many_rooms_and_outcomes_goes_on_to_a_third_page() -> None:
    titles = tuple(f"Room {n} with a title that is neither short nor very long" for n in range(30))
    rooms = tuple(Module(minutes=60, kinds=("lesson",), after=()) for _ in titles)
    outcomes = tuple(f"Outcome {n}: " + "do what has to be done in a museum " * 5 for n in range(20))
    pages = PdfReader(io.BytesIO(made(make_award(modules=titles, rooms=rooms, outcomes=outcomes)))).pages
    assert len(pages) == 3
    assert "Outcome 19" in " ".join(page.extract_text() for page in pages[1:])
    assert "Room 29" in pages[-1].extract_text()


def test_html_in_a_name_is_text() -> None:
    name = '<img src="file:///etc/passwd">&lt;<b>'
    read = text_of(made(make_award(name=name, museum="<script>alert(1)</script>")))
    assert name in read
    assert "<script>alert(1)</script>" in read


def test_the_same_award_gives_the_same_bytes() -> None:
    award = make_award(name=NAMES["armenian"])
    first = made(award)
    for other in (make_award(), make_award(**awards_of_another_course()), make_award(name="A")):
        made(other, "0" * 16)
    assert made(award) == first


def awards_of_another_course() -> dict[str, object]:
    return {"course_number": "2026.9", "title": "Other", "outcomes": (), "modules": ("One",), "rooms": (
        Module(minutes=30, kinds=("lesson", "quiz"), after=()),
    )}  # fmt: skip


def test_another_process_gives_the_same_bytes() -> None:
    program = (
        "import sys, hashlib; from tests.factories.awards import *; from lms.certificates.service import paper\n"
        "from flask import Flask; from lms.web import locale; from lms.infra.places import place\n"
        "app = Flask('x', template_folder=str(place('templates')))\n"
        "app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True\n"
        "locale.init_app(app, None)\n"
        "with app.app_context():\n"
        "    made = paper.print_certificate(CODE, make_award(), site='Vitrine', base_url='https://learn.example.org', "
        "key='ab' * 32, credential=b'{}')\n"
        "sys.stdout.write(hashlib.sha256(made).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True,
            text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert digests == {hashlib.sha256(made(make_award())).hexdigest()}


def test_it_is_small() -> None:
    for name in NAMES.values():
        assert len(made(make_award(name=name))) < 120_000


def test_it_says_what_it_is_to_programs() -> None:
    reader = PdfReader(io.BytesIO(made(make_award())))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    told = root["/Metadata"].get_object().get_data().decode()
    assert 'pdfaid:part="3" pdfaid:conformance="A"' in told
    assert 'pdfuaid:part="1"' in told
    assert reader.metadata is not None
    assert reader.metadata.title == "Certificate in museum education – Marta Ilyina"
    assert reader.metadata.author == "Vitrine"
    assert reader.metadata.creation_date_raw == reader.metadata.modification_date_raw == "D:20261114101112Z"


def test_every_picture_says_what_it_shows() -> None:
    reader = PdfReader(io.BytesIO(made(make_award())))
    figures = [node for node in structure(reader.trailer["/Root"]["/StructTreeRoot"]) if node.get("/S") == "/Figure"]
    assert len(figures) == 2
    assert all(figure.get("/Alt") for figure in figures)


def structure(node: object) -> Iterator[dict[str, object]]:
    """Yield every element of the tree that a screen reader walks."""
    found = node.get_object() if isinstance(node, IndirectObject) else node
    if isinstance(found, list):
        for one in found:
            yield from structure(one)
    elif isinstance(found, dict):
        if "/S" in found:
            yield found
        yield from structure(found.get("/K", []))


def test_the_square_code_leads_to_the_page_and_needs_29_modules() -> None:
    address = words.link(BASE, CODE)
    assert address == f"HTTPS://LEARN.EXAMPLE.ORG/VERIFY/{CODE}"
    drawing = pictures.draw_code(address)
    assert (drawing.width, drawing.height) == (29, 29)
    assert words.link("https://example.org/Learn", CODE) == f"https://example.org/Learn/verify/{CODE}", (
        "a path keeps its case"
    )


def test_the_square_code_is_printed_module_by_module(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(made(make_award()))
    subprocess.run(["pdftoppm", "-r", "300", "-l", "1", "-gray", "-png", "a.pdf", "a"], cwd=tmp_path, check=True)
    picture = next(tmp_path.glob("a-*.png"))
    matrix = segno.make(words.link(BASE, CODE), error="m", mask=pictures.MASK, boost_error=False).matrix
    scale = 300 / 25.4
    with Image.open(picture) as opened:
        page = opened.convert("L")
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            at = ((175 + (x + 0.5) * 27 / 29) * scale, (159.5 + (y + 0.5) * 27 / 29) * scale)
            assert (page.getpixel((int(at[0]), int(at[1]))) < 128) == bool(dark), (x, y)  # type: ignore[operator]


def test_the_second_page_is_set_as_large_as_it_fits() -> None:
    assert setting.set_back(make_award(), ["A sentence of the usual length on how it was assessed."]).size == 9.5
    crowded = make_award(outcomes=tuple(f"Outcome {n} of a course with a great many of them" for n in range(40)))
    assert setting.set_back(crowded, ["Short."]).size == 7


def test_the_second_page_repeats_the_result_and_names_those_who_answer() -> None:
    content = made(make_award())
    second = " ".join(PdfReader(io.BytesIO(content)).pages[1].extract_text().split())
    assert "Answering for the course" in second
    assert "Ilse Verhaegen" in second
    shown = pictures.back("AAAA-BBBB", "Result: 86%")
    assert len(shown.operators) > len(pictures.back("AAAA-BBBB").operators)
