"""Make the fonts of the certificates: one TrueType file a style, with every script that a name may stand in.

The sources are Noto's variable fonts (OFL, no reserved name) as npm packages cut by script:

    npm install --prefix /tmp/noto @fontsource-variable/noto-{serif,sans}{,-armenian,-georgian}@5.3.0
    .venv/bin/python static/fonts/pdf/make.py /tmp/noto

They are cut to the weights and widths of the site's own fonts and merged. Several files of one family told apart by
`unicode-range`, which browsers like, print garbage with WeasyPrint 70; one file a style prints right.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from fontTools import merge, subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

HERE = Path(__file__).parent
MAIN = ("latin", "latin-ext", "vietnamese", "cyrillic", "cyrillic-ext", "greek")
SCRIPTS = ("armenian", "georgian")
WIDTH = {"serif": 90, "sans": 94}
STYLES = {  # file: family, weight, slope, name of the style
    "serif-name": ("serif", 500, "normal", "Medium"),
    "serif-italic": ("serif", 400, "italic", "Italic"),
    "sans": ("sans", 400, "normal", "Regular"),
    "sans-bold": ("sans", 600, "normal", "SemiBold"),
}
FEATURES = ["kern", "liga", "ccmp", "locl", "mark", "mkmk", "tnum", "lnum", "calt", "rlig"]
WANTED = frozenset(
    (
        *range(0x20, 0x460), *range(0x48A, 0x590), *range(0x10A0, 0x1100), *range(0x1C90, 0x1CC0),
        *range(0x1E00, 0x1F00), *range(0x2000, 0x2070), *range(0x20A0, 0x20C0),
        0x2116, 0x2122, 0x2212, *range(0xFB13, 0xFB18),
    )
)  # fmt: skip
"""Latin with all its marks, Greek, Cyrillic of every living language, Armenian, Georgian; and what is between words."""

DRAWN_AS = {
    0x2007: 0x20, 0x2009: 0x20, 0x202F: 0x20, 0x2010: 0x2D, 0x2011: 0x2D, 0x2012: 0x2013, 0x2015: 0x2014,
}  # fmt: skip
"""Spaces and dashes that Noto leaves out of these files, and the glyph each is drawn with."""


def sources(packages: Path, family: str, slope: str) -> list[Path]:
    """Return the files that make up a style. Armenian and Georgian know no italic: their upright stands in for it."""
    found = [packages / f"noto-{family}/files/noto-{family}-{part}-standard-{slope}.woff2" for part in MAIN]
    return found + [
        packages / f"noto-{family}-{script}/files/noto-{family}-{script}-{script}-standard-normal.woff2"
        for script in SCRIPTS
    ]


def cut(path: Path, family: str, weight: int, taken: set[int]) -> TTFont | None:
    """Return the letters of a file that no file before it had, at one weight and width."""
    font = instancer.instantiateVariableFont(TTFont(path), {"wght": weight, "wdth": WIDTH[family]})
    font.flavor = None
    letters = set(font.getBestCmap()) & WANTED - taken
    if not letters:
        return None
    taken |= letters
    options = subset.Options(
        layout_features=FEATURES, hinting=False, notdef_outline=True, name_IDs=[], glyph_names=True
    )
    options.drop_tables += ["STAT", "MVAR", "HVAR", "avar", "DSIG", "meta"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=letters)
    subsetter.subset(font)
    kept = BytesIO()
    font.save(kept)
    kept.seek(0)
    return TTFont(kept)


def build(packages: Path, file: str) -> None:
    """Merge one style and write it beside this script."""
    family, weight, slope, style = STYLES[file]
    taken: set[int] = set()
    parts: list[BytesIO] = []
    for path in sources(packages, family, slope):
        font = cut(path, family, weight, taken)
        if font is not None:
            parts.append(BytesIO())
            font.save(parts[-1])
    for part in parts:
        part.seek(0)
    merged = merge.Merger().merge(parts)
    for table in merged["cmap"].tables:
        for letter, model in DRAWN_AS.items():
            if letter not in table.cmap and model in table.cmap:
                table.cmap[letter] = table.cmap[model]
    _name(merged, f"Vitrine {family.title()}", style)
    merged["OS/2"].usWeightClass = weight
    merged["OS/2"].fsType = 0
    # Fixed, so that making the fonts again changes nothing.
    merged["head"].created = merged["head"].modified = 3_800_000_000
    merged.recalcTimestamp = False
    target = HERE / f"{file}.ttf"
    merged.save(target)
    sys.stdout.write(f"{target.name}: {len(merged.getBestCmap())} letters, {target.stat().st_size // 1000} kB\n")


def _name(font: TTFont, family: str, style: str) -> None:
    table = font["name"]
    table.names = []
    postscript = f"{family}-{style}".replace(" ", "")
    licence = "SIL Open Font License 1.1; https://openfontlicense.org"
    texts = {1: family, 2: style, 3: f"1;{postscript}", 4: f"{family} {style}", 6: postscript, 13: licence}
    for key, text in texts.items():
        table.setName(text, key, 3, 1, 0x409)


if __name__ == "__main__":
    for name in STYLES:
        build(Path(sys.argv[1]) / "node_modules/@fontsource-variable", name)
