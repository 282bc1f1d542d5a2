"""Pictures of others on paper: a logo, a seal, a signature, read from PNG or JPEG and made small enough to carry."""

from __future__ import annotations

import io
import zlib
from functools import cached_property
from typing import Any, Literal

import pydyf
from PIL import Image, UnidentifiedImageError

LARGEST_FILE = 4_000_000
LARGEST_SIDE = 10_000
"""Bytes and pixels of what is read."""

SIDE = 800
"""Pixels of the longer side as it is kept: 300 to the inch at 6.7 centimetres."""

HEAVY = 30_000
"""Bytes beyond which a picture is kept as JPEG."""

QUALITY = 85
KINDS = ("PNG", "JPEG")

Fault = Literal["large", "kind", "broken"]


class NoPicture(Exception):
    """A file cannot be shown on paper; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault: Fault = fault


class Raster:
    """A picture with white behind it, as PDF holds it; WeasyPrint takes it for an image of its own."""

    def __init__(self, content: bytes, identity: str) -> None:
        """Read a picture; raises NoPicture."""
        self.id = identity
        picture = _read(content)
        self.size = picture.size
        self._grey = picture.mode == "L"
        self._data, self._filter = zlib.compress(picture.tobytes(), 9), "/FlateDecode"
        if len(self._data) > HEAVY:
            target = io.BytesIO()
            picture.save(target, "JPEG", quality=QUALITY, optimize=True)
            if target.tell() < len(self._data):
                self._data, self._filter = target.getvalue(), "/DCTDecode"

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
        return pydyf.Stream([self._data], dict(self._described))

    @cached_property
    def _described(self) -> dict[str, Any]:
        return {
            "Type": "/XObject",
            "Subtype": "/Image",
            "Width": self.size[0],
            "Height": self.size[1],
            "ColorSpace": "/DeviceGray" if self._grey else "/DeviceRGB",
            "BitsPerComponent": 8,
            "Filter": self._filter,
        }


def _read(content: bytes) -> Image.Image:
    if len(content) > LARGEST_FILE:
        raise NoPicture("large")
    try:
        with Image.open(io.BytesIO(content), formats=KINDS) as found:
            if max(found.size) > LARGEST_SIDE:
                raise NoPicture("large")
            # A large photograph is read at a fraction of its size.
            found.draft("RGB", (2 * SIDE, 2 * SIDE))
            picture = found.convert("RGBA")
    except UnidentifiedImageError as error:
        raise NoPicture("kind") from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NoPicture("broken") from error
    picture.thumbnail((SIDE, SIDE))
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture)
    flat = paper.convert("RGB")
    grey = flat.convert("L")
    return grey if grey.convert("RGB").tobytes() == flat.tobytes() else flat
