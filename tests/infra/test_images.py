"""Pictures: the same bytes each time, drawings as they are on paper, and long texts that fit."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from lms.infra.drawings import Paint, trace
from lms.infra.examiner import Believed, examine
from lms.infra.images import Canvas, bake, fit, shown
from lms.infra.pdf import POINT, face

LONG = {
    "en": "The care of collections in small museums: light, damp, dust, insects and people, how they are measured, how "
    "they are recorded, and what a single keeper with two hands and no money can do about it",
    "ru": "Сохранность коллекций в малых музеях: свет, сырость, пыль, насекомые и люди, как их измеряют, как их "
    "учитывают и что может сделать каждый день один-единственный хранитель с двумя руками и без денег",
    "hy": "Հավաքածուների պահպանությունը փոքր թանգարաններում. լույս, խոնավություն, փոշի, միջատներ և մարդիկ, ինչպես են "
    "դրանք չափվում, գրանցվում և ինչ կարող է անել ամեն օր մեկ պահապան երկու ձեռքով և առանց փողի",
    "ka": "კოლექციების მოვლა მცირე მუზეუმებში: სინათლე, ნესტი, მტვერი, მწერები და ადამიანები, როგორ იზომება და "
    "აღირიცხება და რა შეუძლია ყოველდღე ერთ მცველს ორი ხელით და უფულოდ, როცა არავინ ეხმარება მას",
}


def picture(canvas: Canvas) -> Image.Image:
    return Image.open(io.BytesIO(canvas.png())).convert("RGB")


def test_the_same_picture_has_the_same_bytes() -> None:
    def draw() -> bytes:
        canvas = Canvas(120, 80, "#f2ede3")
        canvas.write("Ծ Ж ა Q", 10, 50, font="serif-italic", size=30, colour="#1e1a15")
        canvas.line(((0, 0), (120, 80)), 3, "#8a2a18")
        return canvas.png()

    assert draw() == draw()


def test_a_hole_in_a_wall_stays_open_and_lines_have_their_colour() -> None:
    drawing = trace(
        '<svg viewBox="0 0 40 40"><path class="wall" d="M0 0h40v40H0zM10 10h20v20H10z"/>'
        '<circle class="dot" cx="20" cy="20" r="6"/><path class="way" d="M0 38h40"/></svg>',
        {"wall": Paint(fill="1e1a15"), "dot": Paint(fill="8a2a18"), "way": Paint(stroke="19544a", width=2)},
    )
    canvas = Canvas(80, 80, "#ffffff")
    canvas.hang(drawing, 0, 0, 80)
    seen = picture(canvas)
    colours = {place: seen.getpixel(place) for place in ((4, 40), (24, 24), (40, 40), (40, 76))}
    assert colours == {
        (4, 40): (0x1E, 0x1A, 0x15),
        (24, 24): (255, 255, 255),
        (40, 40): (0x8A, 0x2A, 0x18),
        (40, 76): (0x19, 0x54, 0x4A),
    }


@pytest.mark.parametrize("lang", sorted(LONG))
def test_a_title_of_two_hundred_letters_is_shown_whole(lang: str) -> None:
    text = LONG[lang]
    assert 180 <= len(text) <= 200
    assert not face("serif-italic").missing([text])
    size, lines = fit(text, font="serif-italic", width=464, height=206, sizes=range(60, 17, -2))
    assert size >= 22
    assert " ".join(lines) == text
    assert len(lines) * size * 1.18 <= 206
    assert max(face("serif-italic").width(line) for line in lines) * size <= 464
    larger = size + 2
    assert face("serif-italic").lines(text, larger, 464 * POINT) * larger * 1.18 > 206, "it is not smaller than needed"


def test_what_fits_nowhere_ends_with_a_sign_of_it() -> None:
    size, lines = fit("word " * 90, font="sans", width=200, height=60, sizes=(24, 18))
    assert (size, len(lines)) == (18, 2)
    assert lines[-1].endswith("…")


def test_letters_that_no_font_of_ours_has_are_left_out() -> None:
    assert shown("Ana 吴 Ильина") == "Ana  Ильина"


def test_a_baked_picture_is_a_picture_with_one_credential_inside() -> None:
    canvas = Canvas(40, 40, "#f2ede3")
    plain = canvas.png()
    baked = bake(plain, b'{"name": "\xc3\x89va"}')
    with Image.open(io.BytesIO(baked)) as image:
        image.verify()
    with Image.open(io.BytesIO(baked)) as image:
        image.load()
        assert image.info["openbadgecredential"] == '{"name": "Éva"}'
    found = examine(baked, Believed(multikeys={}))
    assert (found.kind, found.credential) == ("png", {"name": "Éva"})
    assert examine(bake(baked, b"{}"), Believed(multikeys={})).problem == "ambiguous"
