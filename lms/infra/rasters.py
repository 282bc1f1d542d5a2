"""Pictures of others on paper: a logo, a seal, a signature, read from PNG or JPEG and made small enough to carry."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import pydyf
from PIL import Image, ImageChops, ImageCms, ImageOps, ImageStat

from lms.domain.formats.pictures import PNG, Fault, find_fault

DOTS = 300 / 25.4
"""Pixels in a millimetre of paper."""

COLOURS, UNSEEN = (128, 64, 32), 2.5
"""Colours that a drawing is reduced to, and how far from its own they may be on the average, of 255."""

STEPS = ((1, 85), (1, 75), (1, 60), (1, 45), (0.75, 60), (0.75, 45), (0.5, 60), (0.5, 45), (0.5, 25))
"""How much smaller and how faithful a JPEG is; the first that is light enough is taken."""

DEPTH = 24
"""Where in a PNG file its bits a pixel stand."""

WHITE = 246
"""The grey from which a margin counts as paper."""

KINDS = ("PNG", "JPEG")

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
"""What the colours of the paper are meant in."""


class NoPicture(Exception):
    """A file cannot be shown on paper; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault: Fault = fault


class Raster:
    """A picture with white behind it, as PDF holds it; WeasyPrint takes it for an image of its own."""

    def __init__(self, content: bytes, identity: str, *, room: tuple[float, float], most: int) -> None:
        """Read a picture for a room of so many millimetres, in about so many bytes at most; raises NoPicture."""
        self.id = identity
        picture = _read(content, (round(room[0] * DOTS), round(room[1] * DOTS)))
        self.size = picture.size
        self.data, self.described = _packed(picture, most)

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[float, float, float]:
        """Return width, height and their ratio."""
        return float(self.size[0]), float(self.size[1]), self.size[0] / self.size[1]

    def draw(self, stream: Any, width: float, height: float, _style: object) -> None:
        """Draw it at this size."""
        name = stream.add_image(self, True, 1)
        with stream.stacked():
            stream.transform(a=width, d=-height, f=height)
            stream.draw_x_object(name)

    def get_x_object(self, _interpolate: bool, _ratio: float) -> Any:
        """Return it as an object of a PDF (ISO 32000-2, 8.9.5)."""
        return pydyf.Stream([self.data], dict(self.described))


def measure(content: bytes) -> tuple[int, int]:
    """Read a whole picture and return its width and height in pixels; raises NoPicture."""
    return _opened(content).size


def _opened(content: bytes, side: int = 0) -> Image.Image:
    """Return a picture that is decoded; a large photograph at a fraction of its size, though not below a side."""
    if fault := find_fault(content):
        raise NoPicture(fault)
    try:
        found = Image.open(io.BytesIO(content), formats=KINDS)
        if side:
            found.draft(None, (side, side))
        found.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, zlib.error) as error:
        raise NoPicture("broken") from error
    return found


def _read(content: bytes, box: tuple[int, int]) -> Image.Image:
    """Return a picture on white without margins, at most so many pixels wide and high; grey where it has no colour."""
    found = _opened(content, 4 * max(box))
    turned = ImageOps.exif_transpose(found)
    turned.thumbnail((4 * max(box), 4 * max(box)))
    colours = _as_meant(_eight_bits(turned), found.info.get("icc_profile"))
    paper = Image.new("RGBA", colours.size, "white")
    paper.alpha_composite(colours)
    flat = _trimmed(paper.convert("RGB"))
    flat.thumbnail(box)
    grey = flat.convert("L")
    return grey if grey.convert("RGB").tobytes() == flat.tobytes() else flat


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Return a picture with 8 bits a colour: of 16 bits of grey the upper ones."""
    return picture.point(lambda value: value * (1 / 256)).convert("L") if picture.mode.startswith("I") else picture


def _as_meant(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Return a picture in the paper's colours with its transparency, by the profile that it brings."""
    converted = picture.convert("RGBA")
    if not profile:
        return converted
    plain = picture if picture.mode in {"RGB", "CMYK", "L"} else converted.convert("RGB")
    try:
        meant = ImageCms.profileToProfile(plain, io.BytesIO(profile), SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return converted
    assert meant is not None
    meant.putalpha(converted.getchannel("A"))
    return meant


def _trimmed(picture: Image.Image) -> Image.Image:
    """Return a picture without its white margins, so that what is drawn fills the room."""
    drawn = picture.convert("L").point(lambda value: 255 if value < WHITE else 0).getbbox()
    return picture.crop(drawn) if drawn else picture


def _packed(picture: Image.Image, most: int) -> tuple[bytes, dict[str, Any]]:
    """Return the data of a picture and how PDF is to read them: the most faithful way that is light enough."""
    for kept in _drawn(picture):
        png = _saved(kept, "PNG", optimize=True)
        data = b"".join(_lines(png))
        if len(data) <= most:
            bits = png[DEPTH]
            bands = len(kept.getbands())
            lines = f"<</Predictor 15 /Colors {bands} /BitsPerComponent {bits} /Columns {kept.width}>>"
            return data, {**_described(kept, bits), "Filter": "/FlateDecode", "DecodeParms": lines}
    for scale, quality in STEPS:
        kept = picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))
        data = _saved(kept, "JPEG", quality=quality, optimize=True)
        if len(data) <= most:
            break
    return data, {**_described(kept, 8), "Filter": "/DCTDecode"}


def _drawn(picture: Image.Image) -> Iterator[Image.Image]:
    """Yield a picture as it is, then in fewer colours as long as nobody sees a difference."""
    yield picture
    colours = picture.convert("RGB")
    for count in COLOURS:
        fewer = colours.quantize(count, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        if max(ImageStat.Stat(ImageChops.difference(fewer.convert("RGB"), colours)).rms) > UNSEEN:
            return
        yield fewer


def _described(picture: Image.Image, bits: int) -> dict[str, Any]:
    return {
        "Type": "/XObject",
        "Subtype": "/Image",
        "Width": picture.width,
        "Height": picture.height,
        "ColorSpace": _colour_space(picture),
        "BitsPerComponent": bits,
    }


def _colour_space(picture: Image.Image) -> str:
    palette = picture.getpalette()
    if palette is None:
        return "/DeviceGray" if picture.mode == "L" else "/DeviceRGB"
    return f"[/Indexed /DeviceRGB {len(palette) // 3 - 1} <{bytes(palette).hex()}>]"


def _saved(picture: Image.Image, kind: str, **how: Any) -> bytes:
    target = io.BytesIO()
    picture.info = {}
    picture.save(target, kind, **how)
    return target.getvalue()


def _lines(png: bytes) -> Iterator[bytes]:
    """Yield the compressed lines of a PNG file, which PDF holds as they are (ISO 32000-2, 7.4.4.4)."""
    at = len(PNG)
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        if kind == b"IDAT":
            yield png[at + 8 : at + 8 + size]
        at += size + 12
