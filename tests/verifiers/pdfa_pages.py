"""Assertions of ISO 19005-3 about what is painted: pages, fonts, pictures, colours, what shows through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, Stream

from tests.verifiers.pdfa import Check, streams

OPERATORS = re.compile(
    r"[bBfW]\*?|BDC|BI|B[MDXT]C?|BX|cm?|CS|cs|d[01]?|Do|DP|EI|EMC|E[TX]|F|[gG]s?|[hijJkKlmMnqQsSvwy]|ID|MP|re|RG|rg|ri|"
    r"SCN?|scn?|sh|T[*cdDfjJLmrswz]|'|\"|INLINE IMAGE"
)
BLENDS = re.compile(
    "/(Normal|Compatible|Multiply|Screen|Overlay|Darken|Lighten|ColorDodge|ColorBurn|HardLight|SoftLight|Difference|"
    "Exclusion|Hue|Saturation|Color|Luminosity)"
)
INTENTS = {"/RelativeColorimetric", "/AbsoluteColorimetric", "/Perceptual", "/Saturation"}
DEEPEST = 28  # q inside q: 6.1.13
SPACES = {
    "/DeviceRGB",
    "/DeviceGray",
    "/ICCBased",
    "/Lab",
    "/CalRGB",
    "/CalGray",
    "/Pattern",
    "/Indexed",
    "/Separation",
}
"""Of which the device's own are what the output intent, of three colours, says; cyan and magenta it cannot say."""


def painted(pdf: Pdf) -> Iterator[tuple[str, Any]]:
    """Yield each page and each form that is painted, with its name."""
    for number, page in enumerate(pdf.pages, 1):
        yield f"page {number}", page
    for one in streams(pdf):
        if one.get("/Subtype") == "/Form":
            yield f"form {one.objgen[0]}", one


def resources(pdf: Pdf, kind: str) -> Iterator[Object]:
    """Yield each resource of a kind that a page or form has."""
    for _name, one in painted(pdf):
        found = one.get("/Resources")
        yield from dict((found or Dictionary()).get(f"/{kind}", Dictionary())).values()


def boxes(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.1.13: pages of a size that can be printed."""
    for number, page in enumerate(pdf.pages, 1):
        left, low, right, high = (float(edge) for edge in page.mediabox)
        if not (3 <= right - left <= 14_400 and 3 <= high - low <= 14_400):
            yield f"page {number} is {right - left} by {high - low}"


def operators(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.2.2, 6.1.13: known operators, and not too many states in each other."""
    for name, one in painted(pdf):
        depth = 0
        for _operands, operator in instructions(one):
            if not OPERATORS.fullmatch(operator):
                yield f"{name}: the operator {operator}"
            depth += (operator == "q") - (operator == "Q")
            if not 0 <= depth <= DEEPEST:
                yield f"{name}: states {depth} deep"


def tagged(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """ISO 14289-1, 7.1: whatever is painted on a page is in the tree, or said to be ornament."""
    shown = {"Tj", "TJ", "'", '"', "Do", "f", "f*", "F", "S", "s", "B", "B*", "b", "b*", "sh"}
    for number, page in enumerate(pdf.pages, 1):
        depth = 0
        for operands, operator in instructions(page):
            if operator in ("BDC", "BMC"):
                depth += 1
                if operator == "BDC" and operands[0] != "/Artifact" and "/MCID" not in named(operands[1], page):
                    yield f"page {number}: {operands[0]} is in no tree"
            depth -= operator == "EMC"
            if operator in shown and depth == 0:
                yield f"page {number}: {operator} outside of all marks"
                break


def named(properties: Any, page: Page) -> Any:
    return page.Resources.Properties[str(properties)] if isinstance(properties, Name) else properties


def fonts_inside(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.2.11.3, 6.2.11.4: every font is in the file, and found by its glyphs' own numbers."""
    for font in all_fonts(pdf):
        name = font.get("/BaseFont")
        if font.get("/Subtype") != "/Type0" or font.get("/Encoding") != "/Identity-H":
            yield f"{name} is no font of Identity-H"
            continue
        [inner] = font.DescendantFonts
        if not isinstance(inner.get("/FontDescriptor", Dictionary()).get("/FontFile2"), Stream):
            yield f"{name} is not in the file"
        if inner.get("/CIDToGIDMap") != "/Identity" or inner.CIDSystemInfo.Ordering != "Identity":
            yield f"{name}: its glyphs are not found"
        if not re.match(r"/[A-Z]{6}\+", str(name)) or name != inner.BaseFont:
            yield f"{name} is not named as a subset"


def letters(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.2.11.7: for each glyph that is shown its letter is known."""
    for font in all_fonts(pdf):
        if not isinstance(font.get("/ToUnicode"), Stream):
            yield f"{font.get('/BaseFont')} names no letters"
            continue
        known = mapping(font.ToUnicode.read_bytes().decode("latin-1"))
        lacking = shown_by(pdf, font) - known.keys()
        if lacking:
            yield f"{font.BaseFont}: no letter for the glyphs {sorted(lacking)[:5]}"
        if any(text in ("", "\0", "\ufeff", "\ufffe") for text in known.values()):
            yield f"{font.BaseFont}: a letter that is none"


def widths(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.2.11.5: each glyph is as wide as the font says."""
    for font in all_fonts(pdf):
        inner = font.DescendantFonts[0] if "/DescendantFonts" in font else Dictionary()
        file = inner.get("/FontDescriptor", Dictionary()).get("/FontFile2")
        if not isinstance(file, Stream):
            continue
        program = TTFont(BytesIO(file.read_bytes()))
        order, unit = program.getGlyphOrder(), program["head"].unitsPerEm / 1000
        said = told_widths(inner)
        for glyph in shown_by(pdf, font):
            wanted = program["hmtx"][order[glyph]][0] / unit
            if abs(said.get(glyph, float(inner.get("/DW", 1000))) - wanted) > 1:
                yield f"{font.BaseFont}: glyph {glyph} is {wanted:.0f} wide, not {said.get(glyph)}"
                break


def colours(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.2.4: colours that the output intent explains, or that explain themselves."""
    for name, one in painted(pdf):
        for operands, operator in instructions(one):
            if operator in ("k", "K") or (operator in ("cs", "CS") and operands[0] == "/DeviceCMYK"):
                yield f"{name}: four colours of a press"
                break
            if operator == "ri" and str(operands[0]) not in INTENTS:
                yield f"{name}: the intent {operands[0]}"
    for space in (*resources(pdf, "ColorSpace"), *(one.get("/ColorSpace", Name.DeviceGray) for one in pictures(pdf))):
        kind = str(space[0] if isinstance(space, Array) else space)
        if kind not in SPACES:
            yield f"the colours {kind}"
        if kind == "/ICCBased" and space[1].read_bytes()[36:40] != b"acsp":
            yield "a profile that is none"


def pictures_plain(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.2.8, 6.2.9: pictures and forms stand for themselves."""
    for one in streams(pdf):
        kind = str(one.get("/Subtype"))
        if kind == "/Image" and (one.get("/Interpolate", False) or "/Alternates" in one or "/OPI" in one):
            yield "a picture is drawn smoother than it is, or by another"
        if kind == "/PS" or (kind == "/Form" and {"/OPI", "/PS", "/Ref", "/Subtype2"} & set(one.keys())):
            yield "a form that is a program, or stands elsewhere"


def graphics_states(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.2.5, 6.2.10: no curves of a press; layers are mixed in the standard ways."""
    for one in resources(pdf, "ExtGState"):
        if {"/TR", "/HTP"} & set(one.keys()) or str(one.get("/TR2", "/Default")) != "/Default":
            yield "a state has curves of a press"
        blends = one.get("/BM", Name.Normal)
        for blend in blends if isinstance(blends, Array) else [blends]:
            if not BLENDS.fullmatch(str(blend)):
                yield f"the blend {blend}"
        for key in ("/ca", "/CA"):
            if not 0 <= float(one.get(key, 1)) <= 1:
                yield f"{key} is {one[key]}"


def groups(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.2.10: what shows through is mixed in colours that are known."""
    intent = any(one.get("/S") == "/GTS_PDFA1" for one in pdf.Root.get("/OutputIntents", Array()))
    for name, one in painted(pdf):
        group = one.get("/Group")
        if group is None:
            continue
        space = group.get("/CS")
        kind = str(space[0] if isinstance(space, Array) else space)
        if group.get("/S") != "/Transparency" or kind not in ("/ICCBased", "/CalRGB", "/DeviceRGB", "/DeviceGray"):
            yield f"{name}: mixed in {kind}"
        if kind.startswith("/Device") and not intent:
            yield f"{name}: mixed in {kind}, which nothing explains"


PAGE_CHECKS: tuple[Check, ...] = (
    boxes, operators, tagged, fonts_inside, letters, widths, colours, pictures_plain, graphics_states, groups,
)  # fmt: skip


def instructions(one: Any) -> Iterator[tuple[list[Any], str]]:
    for operands, operator in pikepdf.parse_content_stream(one):
        yield list(operands), str(operator)


def pictures(pdf: Pdf) -> Iterator[Stream]:
    return (one for one in streams(pdf) if one.get("/Subtype") == "/Image")


def all_fonts(pdf: Pdf) -> Iterator[Any]:
    """Yield each font once; the inner font of another is not one by itself."""
    seen = set()
    for font in resources(pdf, "Font"):
        if font.objgen not in seen or font.objgen == (0, 0):
            seen.add(font.objgen)
            yield font


def shown_by(pdf: Pdf, font: Any) -> set[int]:
    """Return the glyphs that are shown by a font, by their numbers."""
    found: set[int] = set()
    for _name, one in painted(pdf):
        known = {key for key, value in dict(one.get("/Resources", {}).get("/Font", {})).items() if value == font}
        current = ""
        for operands, operator in instructions(one):
            if operator == "Tf":
                current = str(operands[0])
            elif operator in ("Tj", "TJ") and current in known:
                parts = operands[0] if operator == "TJ" else [operands[0]]
                for part in parts:
                    if isinstance(part, pikepdf.String):
                        code = bytes(part)
                        found |= {int.from_bytes(code[at : at + 2], "big") for at in range(0, len(code), 2)}
    return found


def told_widths(inner: Any) -> dict[int, float]:
    """Read the widths of a font: a glyph and those from it on, or a run of equal ones."""
    found: dict[int, float] = {}
    parts = list(inner.get("/W", Array()))
    while parts:
        first, second = int(parts.pop(0)), parts.pop(0)
        if isinstance(second, Array):
            found |= {first + number: float(width) for number, width in enumerate(second)}
        else:
            width = float(parts.pop(0))
            found |= dict.fromkeys(range(first, int(second) + 1), width)
    return found


def mapping(text: str) -> dict[int, str]:
    """Read a table of glyphs and their letters."""
    found: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", text, re.S):
        for code, letter in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", block):
            found[int(code, 16)] = bytes.fromhex(letter).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", text, re.S):
        for first, last, letter in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            start = int.from_bytes(bytes.fromhex(letter), "big")
            found |= {code: chr(start + code - int(first, 16)) for code in range(int(first, 16), int(last, 16) + 1)}
    return found
