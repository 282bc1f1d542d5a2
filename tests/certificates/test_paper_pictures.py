"""The paper with pictures and in two languages: nothing runs over, nothing is too heavy, and PDF/A is kept."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pdfua
import pytest
from flask import Flask
from PIL import Image
from pypdf import PdfReader

from lms.certificates.service import look, paper, setting
from lms.domain.award import Award, Texts
from lms.infra.rasters import Raster
from tests.certificates.test_paper import LONG_NAME, LONG_TITLE, edges, made, shown, structure, text_of
from tests.factories.awards import CODE, make_award
from tests.factories.images import logo, photo, seal, signature

PEOPLE = (("Ilse Verhaegen-Konstantinopolskaya", "for the council of museums and centres"),) * 3
MUSEUM = "The Regional Museum of Local Lore, History, Economy, Ethnography and Fine Arts named after a Person"
LONG_RUSSIAN = ("Свидетельство о превентивной консервации, документировании и оцифровке смешанных коллекций " * 3)[:200]
DRAWN = {
    "site": logo(),
    "course": logo(900, 240),
    "seal": seal(),
    **{f"signature-{n}": signature(n + 1) for n in range(3)},
}
TAKEN = {place: photo(n) for n, place in enumerate(DRAWN)}


@pytest.fixture(autouse=True)
def _in_app(app: Flask, tx: object) -> Iterator[None]:
    with app.app_context():
        yield


def rasters(pictures: dict[str, bytes]) -> dict[str, Raster]:
    """Return pictures as the paper holds them, with the room and the weight of their places."""
    return {
        place: Raster(content, place, room=setting.room_of(place), most=look.MOST[place.partition("-")[0]])
        for place, content in pictures.items()
    }


def printed(award: Award, pictures: dict[str, bytes] = DRAWN) -> bytes:
    return paper.print_certificate(
        CODE,
        award,
        site="Museum of the River Port",
        base_url="https://learn.example.org",
        key="ab" * 32,
        credential=b"{}",
        pictures=rasters(pictures),
    )


def also(language: str, title: str, course: str = "", **changed: Any) -> Texts:
    facts = {"modules": ("А", "Б", "В"), "outcomes": ("Объяснить", "Вести беседу"), **changed}
    return Texts(language=language, title=title, course_title=course or title, **facts)


def images(content: bytes) -> list[Any]:
    """Return what the first page says of every image on it."""
    shown_there = PdfReader(io.BytesIO(content)).pages[0]["/Resources"]["/XObject"]
    return [one for one in (found.get_object() for found in shown_there.values()) if one["/Subtype"] == "/Image"]


def test_it_is_small_with_six_photographs_in_two_languages() -> None:
    award = make_award(signatories=PEOPLE, also=also("ru", LONG_RUSSIAN), name=LONG_NAME)
    content = printed(award, TAKEN)
    assert len(images(content)) == 6
    assert len(content) < 110_000, "the signature and the credential need some room too"


def test_pictures_are_rgb_or_grey_and_hide_nothing() -> None:
    found = images(printed(make_award(signatories=PEOPLE)))
    assert len(found) == 6
    for one in found:
        space = one["/ColorSpace"]
        assert (space[:2] if isinstance(space, list) else [space]) in (
            ["/DeviceRGB"], ["/DeviceGray"], ["/Indexed", "/DeviceRGB"],
        )  # fmt: skip
        assert "/SMask" not in one
        assert "/Mask" not in one
        assert not one.get("/Interpolate")
    root = PdfReader(io.BytesIO(printed(make_award()))).trailer["/Root"]
    assert root["/OutputIntents"][0]["/DestOutputProfile"], "what RGB means is said"


def test_other_programs_read_it(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(printed(make_award(signatories=PEOPLE, also=also("ru", "Свидетельство"))))
    done = subprocess.run(["qpdf", "--check", "a.pdf"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    listed = subprocess.run(["pdfimages", "-list", "a.pdf"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert len(listed.stdout.splitlines()) == 2 + 6
    assert not listed.stderr


@pytest.mark.parametrize("pictures", [DRAWN, TAKEN], ids=["drawn", "taken"])
def test_it_follows_pdf_ua(tmp_path: Path, pictures: dict[str, bytes]) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(printed(make_award(signatories=PEOPLE, also=also("ru", "Свидетельство")), pictures))
    assert [str(found) for found in pdfua.validate(file).findings] == []


def test_every_picture_says_what_it_is() -> None:
    reader = PdfReader(io.BytesIO(printed(make_award(signatories=PEOPLE))))
    nodes = structure(reader.trailer["/Root"]["/StructTreeRoot"])
    figures = [str(node.get("/Alt")) for node in nodes if node.get("/S") == "/Figure"]
    assert figures == [
        "Museum of the River Port",
        "Logo of the course",
        "Plan of the course as a building, with the light on in every room",
        *["Signature of Ilse Verhaegen-Konstantinopolskaya"] * 3,
        "Seal",
        "Square code that leads to learn.example.org/verify/7K3M-9XQ2-4TFA-H6RW",
    ], "in the order in which they are read"


def test_the_same_award_gives_the_same_bytes() -> None:
    award = make_award(signatories=PEOPLE, also=also("ru", "Свидетельство"))
    first = printed(award, DRAWN)
    printed(award, TAKEN)
    made(make_award())
    assert printed(award, DRAWN) == first


def test_it_prints_well_in_grey(tmp_path: Path) -> None:
    content = printed(make_award(signatories=PEOPLE))
    (tmp_path / "a.pdf").write_bytes(content)
    subprocess.run(["pdftoppm", "-r", "150", "-l", "1", "-gray", "-png", "a.pdf", "a"], cwd=tmp_path, check=True)
    with Image.open(next(tmp_path.glob("a-*.png"))) as opened:
        page = opened.convert("L")
    dots = 150 / 25.4
    places = setting.set_pictures(
        setting.set_front(make_award(signatories=PEOPLE), "", sizes := {k: r.size for k, r in rasters(DRAWN).items()}),
        sizes,
    )
    for key, place in places.items():
        left, top = place.left * dots, place.top * dots
        darkest, lightest = page.crop(
            (int(left), int(top), int(left + place.width * dots), int(top + place.height * dots))
        ).getextrema()
        assert darkest < 110, f"{key} is pale"
        assert lightest > 250, f"{key} stands on grey"


@pytest.mark.parametrize("name", ["Marta Ilyina", LONG_NAME, "Щ" * 39 + " " + "Ж" * 40])
@pytest.mark.parametrize("title", ["Свидетельство", LONG_RUSSIAN])
@pytest.mark.parametrize("pictures", [DRAWN, {}], ids=["pictures", "none"])
def test_nothing_runs_over_however_long_it_is(name: str, title: str, pictures: dict[str, bytes]) -> None:
    award = make_award(
        name=name,
        name_latin="L" + LONG_NAME[1:],
        title=LONG_TITLE,
        course_title=LONG_TITLE,
        museum=MUSEUM,
        signatories=PEOPLE,
        also=also("ru", title),
    )
    content = printed(award, pictures)
    lowest, farthest = edges(content)
    assert lowest < 196.8, "the text runs into the lower wall"
    assert farthest < 272, "the text runs into the right wall"
    front = setting.set_front(award, award.name_latin, {k: r.size for k, r in rasters(pictures).items()}, in_two=True)
    signed = front.signed_top - (setting.SIGNATURE[1] + 0.5 if pictures else 0)
    assert front.facts_top + setting.FACTS_IN_TWO < signed, "the facts run into the signatures"
    assert shown(content, "Учебных")["bottom"] < signed
    said = text_of(content)
    assert title.split()[-1] in said


def test_places_do_not_touch_each_other() -> None:
    sizes = {place: raster.size for place, raster in rasters(DRAWN).items()}
    award = make_award(signatories=PEOPLE)
    places = setting.set_pictures(setting.set_front(award, "", sizes), sizes)
    plan = setting.set_plan(award, "1 Room; 2 Room", places).place
    boxes = {**places, "plan": plan}
    for one, a in boxes.items():
        for other, b in boxes.items():
            apart = (
                a.left + a.width <= b.left or b.left + b.width <= a.left
                or a.top + a.height <= b.top or b.top + b.height <= a.top
            )  # fmt: skip
            assert one == other or apart, f"{one} lies over {other}"
        assert a.left >= 27, one
        assert a.left + a.width <= 265.01, one
        assert a.top >= 26, one


@pytest.mark.parametrize(
    "content", [photo(3, 200, 2000), photo(3, 6000, 200), photo(3, 60, 40)], ids=["tall", "wide", "small"]
)
def test_a_picture_of_any_shape_stays_in_its_room(content: bytes) -> None:
    sizes = {place: raster.size for place, raster in rasters(dict.fromkeys(DRAWN, content)).items()}
    places = setting.set_pictures(setting.set_front(make_award(signatories=PEOPLE), "", sizes), sizes)
    for key, place in places.items():
        wide, high = setting.room_of(key)
        assert 0 < place.width <= wide + 0.01
        assert 0 < place.height <= high + 0.01


def test_the_second_language_stands_on_the_first_page_and_has_a_page_of_its_own() -> None:
    award = make_award(also=also("ru", "Свидетельство по музейному образованию", "Музей как место обучения"))
    reader = PdfReader(io.BytesIO(printed(award, {})))
    pages = [" ".join(page.extract_text().split()) for page in reader.pages]
    assert len(pages) == 3
    for words in (
        award.title, "Свидетельство по музейному образованию", "Музей как место обучения", "по окончании курса",
        "14 ноября 2026",
    ):  # fmt: skip
        assert words in pages[0], words
    assert "How the work was assessed" in pages[1]
    assert "Вести беседу" in pages[2]


def test_where_our_words_come_in_one_language_they_stand_once() -> None:
    title, course = "Վկայական թանգարանային կրթության ոլորտում", "Թանգարանը որպես ուսումնառության վայր"
    other = also("en", "Certificate in museum education", "The Museum as a Place of Learning", outcomes=("Explain",))
    content = printed(make_award(language="hy", title=title, course_title=course, also=other))
    for words in (title, "Certificate in museum education", course, "The Museum as a Place of Learning"):
        assert words in text_of(content), words
    page = " ".join(PdfReader(io.BytesIO(content)).pages[0].extract_text().split())
    assert page.count("for completing the course") == 1
    assert page.count("Hours of study") == 1
    assert len(PdfReader(io.BytesIO(content)).pages) == 3


def test_a_title_that_is_not_translated_is_not_said_twice() -> None:
    award = make_award(also=also("ru", "Certificate in museum education", "Музей как место обучения"))
    page = " ".join(PdfReader(io.BytesIO(printed(award, {}))).pages[0].extract_text().split())
    assert page.count("Certificate in museum education") == 1
    assert "Музей как место обучения" in page
