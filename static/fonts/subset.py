"""Cut the site's fonts from Noto Serif and Noto Sans, one file a script and face.

The sources are the variable fonts of npm's @fontsource-variable packages (OFL 1.1, no reserved name). To make them:

    npm install @fontsource-variable/noto-serif @fontsource-variable/noto-sans \
        @fontsource-variable/noto-serif-armenian @fontsource-variable/noto-sans-armenian \
        @fontsource-variable/noto-serif-georgian @fontsource-variable/noto-sans-georgian
    python static/fonts/subset.py node_modules static/fonts

It needs fonttools with brotli (`fonttools[woff]`, a development dependency). The serif is set at width 90 and the sans
at width 94: that gives titles their character and German its room. Weights run from 400 to 700; the italic is 400 only.
The ranges here must agree with `unicode-range` in css/site.css. A changed font gets a new file name, since browsers may
keep the old one for a year.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

LATIN = (
    "0000-00FF 0131 0152-0153 02BC 02C6 02DA 02DC 2000-200A 2010-2027 202F-203A 2044 "
    "20AC 2116 2122 2190-2193 2212 2215 2713"
)
RANGES = {
    "latin": LATIN,
    "latin-ext": "0100-017F 018F 01E6-01E7 0218-021B 0259 1E9E 0300-0304 0306-030C 0326-0328",
    "cyrillic": "0400-045F 0490-0491 04B0-04B1 2116",
    "armenian": "0530-058F FB13-FB17",
    "georgian": "10A0-10FF 1C90-1CBF",
}
WIDTHS = {"serif": 90, "sans": 94}
FEATURES = ["kern", "liga", "ccmp", "locl", "mark", "mkmk", "tnum", "lnum", "onum", "calt", "rlig"]
NAMES = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17, 25]  # of the name table: copyright, licence and family stay


@dataclass(frozen=True, slots=True)
class Cut:
    """One file to make."""

    source: str
    name: str
    width: int
    weights: tuple[int, int]
    script: str


def cuts() -> Iterator[Cut]:
    """List every file of the site."""
    for face, width in WIDTHS.items():
        for script in RANGES:
            own = script in ("armenian", "georgian")  # these live in packages of their own
            package = f"noto-{face}-{script}" if own else f"noto-{face}"
            source = f"{package}/files/{package}-{script}-standard-normal.woff2"
            yield Cut(source, f"{face}-{script}.woff2", width, (400, 700), script)
    for script in ("latin", "latin-ext", "cyrillic"):
        source = f"noto-serif/files/noto-serif-{script}-standard-italic.woff2"
        yield Cut(source, f"serif-italic-{script}.woff2", WIDTHS["serif"], (400, 400), script)


def code_points(ranges: str) -> Iterator[int]:
    """Read `0000-00FF 0131` as numbers."""
    for part in ranges.split():
        first, _, last = part.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


def make(cut: Cut, modules: Path, target: Path) -> int:
    """Fix the width, limit the weights, drop what no language of the site needs; give the size in bytes."""
    font = TTFont(modules / "@fontsource-variable" / cut.source)
    low, high = cut.weights
    limits: dict[str, object] = {"wght": low if low == high else (low, low, high)}
    if "wdth" in {axis.axisTag for axis in font["fvar"].axes}:
        limits["wdth"] = cut.width
    font = instancer.instantiateVariableFont(font, limits)
    plain = BytesIO()
    font.flavor = None
    font.save(plain)
    plain.seek(0)
    font = TTFont(plain)
    options = subset.Options(
        flavor="woff2", layout_features=FEATURES, hinting=False, name_IDs=NAMES, notdef_outline=True
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=list(code_points(RANGES[cut.script])))
    cutter.subset(font)
    font.flavor = "woff2"
    font.save(target / cut.name)
    return (target / cut.name).stat().st_size


def main(modules: Path, target: Path) -> None:
    """Make every file and name its size."""
    for cut in cuts():
        sys.stdout.write(f"{make(cut, modules, target):6d}  {cut.name}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
