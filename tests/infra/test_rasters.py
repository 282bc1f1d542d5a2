"""Pictures of others on paper: as they were meant, small enough to carry, and refused with the reason."""

from __future__ import annotations

import io
import zlib
from typing import Any

import pytest
from PIL import Image, ImageCms

from lms.domain.formats.pictures import LARGEST_FILE
from lms.infra.rasters import NoPicture, Raster, measure
from tests.factories.images import logo, photo, saved, seal, signature

ROOM, MOST = (40.0, 20.0), 10_000
RED = (200, 30, 20)


def raster(content: bytes, *, room: tuple[float, float] = ROOM, most: int = MOST) -> Raster:
    return Raster(content, "a", room=room, most=most)


def seen(one: Raster) -> Image.Image:
    """Return what a reader of PDF sees, in red, green and blue."""
    told = one.described
    size = (told["Width"], told["Height"])
    if told["Filter"] == "/DCTDecode":
        return Image.open(io.BytesIO(one.data)).convert("RGB")
    # As a PNG file of the same lines, which another program reads.
    space = told["ColorSpace"]
    kind = {"/DeviceGray": 0, "/DeviceRGB": 2}.get(space, 3)
    parts = [
        (
            b"IHDR",
            size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big") + bytes([told["BitsPerComponent"], kind, 0, 0, 0]),
        )
    ]
    if kind == 3:
        parts.append((b"PLTE", bytes.fromhex(space.split("<")[1].split(">")[0])))
    parts += [(b"IDAT", one.data), (b"IEND", b"")]
    file = b"\x89PNG\r\n\x1a\n" + b"".join(
        len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big") for name, body in parts
    )
    return Image.open(io.BytesIO(file)).convert("RGB")


def plain(mode: str, colour: Any, size: tuple[int, int] = (60, 30)) -> Image.Image:
    return Image.new(mode, size, colour)


def near(found: Any, wanted: tuple[int, int, int], by: int = 6) -> bool:
    return all(abs(a - b) <= by for a, b in zip(found, wanted, strict=True))


@pytest.mark.parametrize("content", [photo(), logo(), seal(), signature()], ids=["photo", "logo", "seal", "signature"])
def test_a_picture_is_as_light_as_it_was_asked_to_be(content: bytes) -> None:
    one = raster(content)
    assert len(one.data) <= MOST
    assert one.size[0] <= 473
    assert one.size[1] <= 237


def test_even_a_wide_photograph_is_light() -> None:
    assert len(raster(photo(2, 3000, 600), room=(90, 14), most=8_000).data) <= 8_000


def test_what_is_drawn_loses_nothing_that_is_seen() -> None:
    one = raster(logo(), room=(60, 11), most=8_000)
    assert one.described["Filter"] == "/FlateDecode"
    shown = seen(one)
    assert near(shown.getpixel((3, 3)), (138, 42, 24), 2)
    assert near(shown.getpixel((one.size[1] // 2, one.size[1] // 2)), (255, 255, 255), 0), "a hole shows the paper"
    assert near(shown.getpixel((one.size[0] - 20, one.size[1] // 2)), (30, 26, 21), 2)


def test_what_has_no_colour_is_grey() -> None:
    one = raster(signature())
    assert one.described["ColorSpace"] == "/DeviceGray"
    shades = seen(one).convert("L").getextrema()
    assert shades[0] < 60
    assert shades[1] == 255


def test_there_is_no_transparency_left() -> None:
    for content in (logo(), seal(), saved(plain("LA", (0, 100))), saved(plain("P", 1))):
        assert "SMask" not in raster(content).described
    assert near(seen(raster(saved(plain("RGBA", (*RED, 128))))).getpixel((9, 9)), (227, 142, 137))


def test_white_margins_are_cut_off() -> None:
    wide, tight = raster(signature(margin=600)), raster(signature(margin=0))
    assert abs(wide.size[0] / wide.size[1] - tight.size[0] / tight.size[1]) < 0.1
    assert raster(saved(plain("L", 255))).size == (60, 30), "of white alone everything is kept"


def test_sixteen_bits_of_grey_are_not_taken_for_white() -> None:
    content = saved(Image.frombytes("I;16", (50, 50), (0x4000).to_bytes(2, "little") * 2500))
    assert near(seen(raster(content)).getpixel((9, 9)), (64, 64, 64), 1)


def test_a_photograph_taken_upright_stands_upright() -> None:
    about = Image.Exif()
    about[0x0112] = 6
    one = raster(saved(plain("RGB", RED), "JPEG", exif=about))
    assert one.size == (30, 60)


def test_colours_for_print_become_colours_for_the_screen() -> None:
    assert near(seen(raster(saved(plain("CMYK", (0, 255, 255, 0)), "JPEG"))).getpixel((9, 9)), (255, 0, 0), 12)


def test_the_profile_of_a_picture_counts() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    own = raster(saved(plain("RGB", RED), icc_profile=lab))
    assert near(seen(own).getpixel((9, 9)), RED, 2)
    broken = raster(saved(plain("RGB", RED), icc_profile=b"no profile"))
    assert near(seen(broken).getpixel((9, 9)), RED, 2)


def test_the_same_picture_gives_the_same_bytes() -> None:
    for content in (photo(), logo(), signature()):
        first, second = raster(content), raster(content)
        assert (first.data, first.described) == (second.data, second.described)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "kind"),
        (b"GIF89a" + b"\0" * 50, "kind"),
        (b"%PDF-1.7", "kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind"),
        (saved(plain("RGB", RED), "WEBP"), "kind"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * LARGEST_FILE, "large"),
        (saved(Image.new("1", (10_001, 4))), "large"),
        (saved(Image.new("1", (6_000, 5_000))), "large"),
        (logo()[:2000], "broken"),
        (photo()[:5000], "broken"),
        (b"\x89PNG\r\n\x1a\n", "broken"),
        (b"\xff\xd8\xff\xe0", "broken"),
        (seal()[:200] + b"\0" * 400 + seal()[600:], "broken"),
    ],
    ids=[
        "nothing",
        "gif",
        "pdf",
        "svg",
        "webp",
        "bytes",
        "side",
        "bomb",
        "png",
        "jpeg",
        "png head",
        "jpeg head",
        "inside",
    ],
)
def test_what_cannot_be_shown_says_why(content: bytes, fault: str) -> None:
    for read in (raster, measure):
        with pytest.raises(NoPicture) as told:
            read(content)
        assert told.value.fault == fault
