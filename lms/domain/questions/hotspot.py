"""Hotspot: named regions of an image to be pointed at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lms.domain.attributes import Attributes
from lms.domain.questions.choice import grade_ticks, is_multiple, is_ticked, read_ticks, tick_changes, ticked
from lms.domain.questions.responses import FIELD, as_ids
from lms.domain.questions.source import Ids, Problem, Reading, Source
from lms.domain.scoring import Grade

KEYS: tuple[str, ...] = ()
ATTRIBUTES: tuple[str, ...] = ("multiple",)
SHAPES = ("circle", "rect", "polygon")
_CLASSES = re.compile(r"(?<=\))\{[^{}]*\}$")
IMAGE = re.compile(
    r"!\[(?P<alt>(?:\\.|[^\]\\])*)\]\(\s*<?(?P<src>[^\s()<>]+)>?(?:\s+\"(?P<title>(?:\\.|[^\"\\])*)\")?\s*\)$"
)

Shape = Literal["circle", "rect", "polygon"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Region:
    """A region in the image's own pixels: circle (x, y, r), rect (x, y, w, h) or polygon (x1, y1 and so on)."""

    id: str
    text: str
    right: bool
    feedback: str
    shape: Shape
    coordinates: tuple[float, ...]

    def points(self) -> list[tuple[float, float]]:
        """Return the points that have to lie in the image."""
        at = self.coordinates
        if self.shape == "circle":
            return [(at[0], at[1])]
        if self.shape == "rect":
            return [(at[0], at[1]), (at[0] + at[2], at[1] + at[3])]
        return list(zip(at[::2], at[1::2], strict=True))


@dataclass(frozen=True, kw_only=True, slots=True)
class HotspotBody:
    """The image (`src` as written) and its regions; `multiple` asks for checkboxes."""

    src: str
    alt: str
    title: str
    regions: tuple[Region, ...]
    multiple: bool


def read(source: Source) -> Reading:
    """Read the prompt, the image and the regions."""
    prompt, items, problems = read_ticks(source)
    lines = prompt.split("\n")
    at = next((n for n in reversed(range(len(lines))) if _match_image(lines[n])), None)
    image = _match_image(lines[at]) if at is not None else None
    if image is None:
        problems.append(Problem(source.line, f"question '{source.id}' has no image: write '![alt](media/…)' on a line"))
    ids = Ids(problems)
    regions = []
    for item in items:
        shape, coordinates = _read_shape(item.attributes, item.line, problems)
        item_id = ids.next(item.attributes, item.line)
        region = Region(
            id=item_id,
            text=item.text,
            right=is_ticked(item),
            feedback=item.feedback,
            shape=shape,
            coordinates=coordinates,
        )
        regions.append(region)
        if not item.text:
            problems.append(Problem(item.line, "a region has no text that names the place"))
    body = HotspotBody(
        src=image["src"] if image else "",
        alt=image["alt"] if image else "",
        title=(image["title"] or "") if image else "",
        regions=tuple(regions),
        multiple=is_multiple(source, tuple(regions)),
    )
    words = "\n".join(line for n, line in enumerate(lines) if n != at).strip("\n").rstrip()
    return Reading(prompt=words, body=body, problems=tuple(problems))


def _match_image(text: str) -> re.Match[str] | None:
    return IMAGE.fullmatch(_CLASSES.sub("", text.strip()))


def _read_shape(attributes: Attributes, line: int, problems: list[Problem]) -> tuple[Shape, tuple[float, ...]]:
    given = [shape for shape in SHAPES if shape in attributes.pairs]
    unknown = [key for key in attributes.pairs if key not in SHAPES]
    problems.extend(Problem(line, f"unknown attribute '{key}' of a region") for key in unknown)
    if len(given) != 1:
        problems.append(Problem(line, "a region needs one of {circle=x,y,r} {rect=x,y,w,h} {polygon=x1,y1,…}"))
        return "circle", (0.0, 0.0, 0.0)
    shape = given[0]
    written = attributes.pairs[shape]
    numbers = [float(n) for n in written.split(",") if re.fullmatch(r"\s*-?\d{1,6}(\.\d{1,6})?\s*", n)]
    count = len(numbers)
    fits = {"circle": count == 3, "rect": count == 4, "polygon": count >= 6 and count % 2 == 0}[shape]
    if not fits or count != len(written.split(",")) or (shape != "polygon" and min(numbers[2:]) <= 0):
        problems.append(Problem(line, f"cannot read the region '{shape}={written}'"))
        return "circle", (0.0, 0.0, 0.0)
    return shape, tuple(numbers)  # type: ignore[return-value]  # one of SHAPES, which are the literal's values


def fields(body: HotspotBody) -> tuple[str, ...]:
    """Return the one field, whose values are region ids."""
    return (FIELD,)


def normalise(body: HotspotBody, raw: Mapping[str, list[str]]) -> list[str] | None:
    """Return the ids pointed at, in the body's order; None for none, or for several where one is asked for."""
    return ticked(body.regions, body.multiple, raw)


def grade(body: HotspotBody, response: Any) -> Grade:
    """Grade right ticks less wrong ticks over right answers, never below 0."""
    return grade_ticks(body.regions, response)


def is_answered(body: HotspotBody, response: Any) -> bool:
    """Tell whether anything is pointed at."""
    return any(region.id in as_ids(response) for region in body.regions)


def changes(source: HotspotBody, translated: HotspotBody) -> tuple[str, ...]:
    """Say what a translation changed that it may not."""
    if len(source.regions) != len(translated.regions):
        return (f"has {len(translated.regions)} regions instead of {len(source.regions)}",)
    found = list(tick_changes(source.regions, translated.regions))
    shapes = {region.id: (region.shape, region.coordinates) for region in source.regions}
    if not found and shapes != {r.id: (r.shape, r.coordinates) for r in translated.regions}:
        found.append("moves a region")
    if source.src != translated.src:
        found.append(f"shows the image '{translated.src}' instead of '{source.src}'")
    return tuple(found)


def joined(source: HotspotBody, translated: HotspotBody) -> HotspotBody:
    """Return the translation as it is graded."""
    return translated
