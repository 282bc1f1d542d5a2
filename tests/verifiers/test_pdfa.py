"""Each assertion about PDF/A-3a and PDF/UA-1 holds of a certificate, in each language, and each can fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf

from tests.verifiers.conftest import Issued
from tests.verifiers.pdfa import FILE_CHECKS, Check
from tests.verifiers.pdfa_pages import PAGE_CHECKS, all_fonts

CHECKS: Mapping[str, Check] = {check.__name__: check for check in (*FILE_CHECKS, *PAGE_CHECKS)}
Spoil = Callable[[Pdf], object]

ONE_LETTER = b"1 beginbfchar\n<0001> <0041>\nendbfchar"

pytestmark = pytest.mark.filterwarnings("ignore::pikepdf.PageCopyWarning")


def faults(check: Check, content: bytes) -> list[str]:
    with pikepdf.open(BytesIO(content)) as pdf:
        return list(check(pdf, content))


@pytest.mark.parametrize("name", CHECKS)
def test_a_certificate_is_so(name: str, issued: Issued) -> None:
    assert faults(CHECKS[name], issued.pdf) == []


def test_the_language_is_that_of_the_certificate(papers: Mapping[str, Issued]) -> None:
    for language, issued in papers.items():
        with pikepdf.open(BytesIO(issued.pdf)) as pdf:
            assert pdf.Root.Lang == language


# Each way to spoil it, and the assertion that says so.


def put(path: str, value: Any) -> Spoil:
    """Set what stands at a path from the catalogue; None takes it away."""

    def spoil(pdf: Pdf) -> None:
        *parents, last = path.split("/")
        place: Any = pdf.Root
        for part in parents:
            place = place[int(part)] if part.isdigit() else place[f"/{part}"]
        if value is None:
            del place[f"/{last}"]
        else:
            place[f"/{last}"] = value

    return spoil


def in_metadata(old: str, new: str) -> Spoil:
    def spoil(pdf: Pdf) -> None:
        told = pdf.Root.Metadata.read_bytes().decode()
        assert old in told
        pdf.Root.Metadata.write(told.replace(old, new).encode())

    return spoil


def painting(content: bytes) -> Spoil:
    return lambda pdf: pdf.pages[0].contents_add(b"q " + content + b" Q")


def in_font(change: Callable[[Any], object]) -> Spoil:
    return lambda pdf: change(next(all_fonts(pdf)))


def inner(font: Any) -> Any:
    return font.DescendantFonts[0]


def in_file(key: str, value: Any) -> Spoil:
    """Change what describes the attached file."""
    return lambda pdf: pdf.Root.AF[0].__setitem__(f"/{key}", value)


def in_stream(key: str, value: Any) -> Spoil:
    return lambda pdf: pdf.Root.AF[0].EF.F.__setitem__(f"/{key}", value)


def annotation(**values: Any) -> Spoil:
    def spoil(pdf: Pdf) -> None:
        one = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], F=4, Contents="there", **values)
        pdf.pages[0].Annots.append(pdf.make_indirect(one))

    return spoil


def silent_link(pdf: Pdf) -> None:
    annotation()(pdf)
    del pdf.pages[0].Annots[1].Contents


def new_stream(**values: Any) -> Spoil:
    return lambda pdf: pdf.Root.__setitem__("/Extra", pdf.make_stream(b"", **values))


def lzw(pdf: Pdf) -> None:
    pdf.Root.Extra = pdf.make_stream(b"")
    pdf.Root.Extra.write(b"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", filter=Name.LZWDecode)


def in_state(key: str, value: Any) -> Spoil:
    return lambda pdf: pdf.pages[0].Resources.ExtGState["/a1"].__setitem__(key, value)


def in_element(kind: str, change: Callable[[Any], object]) -> Spoil:
    """Change the first element of a kind in the tree."""

    def find(node: Any) -> Any:
        for one in node if isinstance(node, Array) else [node]:
            if isinstance(one, Dictionary) and "/S" in one:
                if str(one.S) == kind:
                    return one
                if (found := find(one.get("/K"))) is not None:
                    return found
        return None

    def spoil(pdf: Pdf) -> None:
        found = find(pdf.Root.StructTreeRoot.K)
        assert found is not None
        change(found)

    return spoil


def group(space: Any) -> Spoil:
    return lambda pdf: pdf.pages[0].obj.__setitem__("/Group", Dictionary(S=Name.Transparency, CS=space))


SPOILT: dict[str, tuple[str, Spoil]] = {
    "version of the catalogue": ("version", put("Version", Name("/2.0"))),
    "extension of a later version": ("version", put("Extensions", Dictionary(ISO_=Array()))),
    "LZW": ("plain_filters", lzw),
    "a stream elsewhere": ("plain_filters", new_stream(F="elsewhere.bin")),
    "a long name": ("small_objects", put("Extra", Name("/" + "n" * 200))),
    "a long text": ("small_objects", put("Extra", pikepdf.String("t" * 40_000))),
    "a large number": ("small_objects", put("Extra", 2**40)),
    "no metadata": ("metadata", put("Metadata", None)),
    "another part": ("metadata", in_metadata('pdfaid:part="3"', 'pdfaid:part="2"')),
    "another level": ("metadata", in_metadata('conformance="A"', 'conformance="B"')),
    "no word of access": ("universal_access", in_metadata('pdfuaid:part="1"', "")),
    "an unexplained word": ("universal_access", in_metadata(
        "http://www.aiim.org/pdfua/ns/id/</pdfaSchema", "http://example.org/</pdfaSchema"
    )),
    "another title": ("dates_agree", lambda pdf: pdf.docinfo.__setitem__("/Title", "Another")),
    "another date": ("dates_agree", lambda pdf: pdf.docinfo.__setitem__("/ModDate", "D:20200101000000Z")),
    "no intent": ("output_intent", put("OutputIntents", None)),
    "an intent without a profile": ("output_intent", put("OutputIntents/0/DestOutputProfile", None)),
    "no profile": ("output_intent", lambda pdf: pdf.Root.OutputIntents[0].DestOutputProfile.write(b"x" * 99)),
    "a script at the start": ("no_actions", put("OpenAction", Dictionary(S=Name.JavaScript, JS="app.alert(1)"))),
    "a program to start": ("no_actions", annotation(A=Dictionary(S=Name.Launch, F="calc"))),
    "an action of a page": ("no_actions", lambda pdf: pdf.pages[0].obj.__setitem__("/AA", Dictionary())),
    "a form drawn anew": ("forms", put("AcroForm/NeedAppearances", True)),
    "a form of XML": ("forms", put("AcroForm/XFA", "x")),
    "a film": ("annotations", lambda pdf: pdf.pages[0].Annots[0].__setitem__("/Subtype", Name.Movie)),
    "a hidden field": ("annotations", lambda pdf: pdf.pages[0].Annots[0].__setitem__("/F", 2)),
    "a field that is not drawn": ("annotations", lambda pdf: pdf.pages[0].Annots[0].__setitem__("/Rect", [0, 0, 9, 9])),
    "a link that says nothing": ("annotations", silent_link),
    "no order of tabs": ("annotations", lambda pdf: pdf.pages[0].obj.__delitem__("/Tabs")),
    "no relation": ("attachments", in_file("AFRelationship", Name.Unspecified)),
    "no description": ("attachments", lambda pdf: pdf.Root.AF[0].__delitem__("/Desc")),
    "two names": ("attachments", in_file("UF", "other.json")),
    "not associated": ("attachments", put("AF", Array())),
    "associated twice": ("attachments", lambda pdf: pdf.Root.AF.append(pdf.Root.AF[0])),
    "no kind": ("attachments", in_stream("Subtype", Name("/json"))),
    "another length": ("attachments", lambda pdf: pdf.Root.AF[0].EF.F.Params.__setitem__("/Size", 1)),
    "another digest": ("attachments", lambda pdf: pdf.Root.AF[0].EF.F.Params.__setitem__("/CheckSum", b"0" * 16)),
    "no date": ("attachments", lambda pdf: pdf.Root.AF[0].EF.F.Params.__delitem__("/ModDate")),
    "not marked": ("marked", put("MarkInfo", None)),
    "doubtful": ("marked", put("MarkInfo/Suspects", True)),
    "no title shown": ("marked", put("ViewerPreferences", None)),
    "no language": ("language", put("Lang", None)),
    "no tree": ("structure", put("StructTreeRoot", None)),
    "an unknown type": ("structure", in_element("/P", lambda one: one.__setitem__("/S", Name.Paragraph))),
    "a figure without words": ("structure", in_element("/Figure", lambda one: one.__delitem__("/Alt"))),
    "a heading too deep": ("structure", in_element("/H1", lambda one: one.__setitem__("/S", Name.H3))),
    "layers": ("nothing_optional", put("OCProperties", Dictionary())),
    "a demand": ("nothing_optional", put("Requirements", Array())),
    "a page like a wall": ("boxes", lambda pdf: pdf.pages[0].obj.__setitem__("/MediaBox", [0, 0, 99_999, 99])),
    "an unknown operator": ("operators", painting(b"1 quux")),
    "states in states": ("operators", painting(b"q " * 30 + b"Q " * 30)),
    "paint outside of marks": ("tagged", painting(b"0 0 9 9 re f")),
    "paint in no tree": ("tagged", painting(b"/P <<>> BDC 0 0 9 9 re f EMC")),
    "a font outside": ("fonts_inside", in_font(lambda one: inner(one).FontDescriptor.__delitem__("/FontFile2"))),
    "a whole font": ("fonts_inside", in_font(lambda one: one.__setitem__("/BaseFont", Name.Helvetica))),
    "glyphs not found": ("fonts_inside", in_font(lambda one: inner(one).__delitem__("/CIDToGIDMap"))),
    "no letters": ("letters", in_font(lambda one: one.__delitem__("/ToUnicode"))),
    "letters left out": ("letters", in_font(lambda one: one.ToUnicode.write(ONE_LETTER))),
    "other widths": ("widths", in_font(lambda one: inner(one).__setitem__("/W", [0, [1, 2, 3]]))),
    "ink": ("colours", painting(b"/Artifact BMC 0 0 0 1 k 0 0 9 9 re f EMC")),
    "colours of ink": ("colours", lambda pdf: pdf.pages[0].Resources.ColorSpace.__setitem__("/ink", Name.DeviceCMYK)),
    "a smoothed picture": ("pictures_plain", new_stream(Subtype=Name.Image, Interpolate=True)),
    "a picture with others": ("pictures_plain", new_stream(Subtype=Name.Image, Alternates=[])),
    "a form elsewhere": ("pictures_plain", new_stream(Subtype=Name.Form, BBox=[0, 0, 1, 1], Ref=Dictionary())),
    "curves of a press": ("graphics_states", in_state("/TR", Name.Identity)),
    "an unknown blend": ("graphics_states", in_state("/BM", Name.Strange)),
    "more than all": ("graphics_states", in_state("/ca", 2)),
    "mixed in ink": ("groups", group(Name.DeviceCMYK)),
    "mixed in nothing": ("groups", group(Name.Nothing)),
}  # fmt: skip


def rewritten(content: bytes, spoil: Spoil | None, **options: Any) -> bytes:
    target = BytesIO()
    with pikepdf.open(BytesIO(content)) as pdf:
        if spoil:
            spoil(pdf)
        pdf.save(target, compress_streams=False, **options)
    return target.getvalue()


def test_writing_it_again_breaks_no_assertion(papers: Mapping[str, Issued]) -> None:
    """So that what breaks below is what was spoilt."""
    again = rewritten(papers["en"].pdf, None)
    assert {name: faults(check, again) for name, check in CHECKS.items() if faults(check, again)} == {}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_each_fault_is_found(spoilt: str, papers: Mapping[str, Issued]) -> None:
    name, spoil = SPOILT[spoilt]
    assert faults(CHECKS[name], rewritten(papers["en"].pdf, spoil)) != []


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("header", lambda raw: b"%PDF-2.0" + raw[8:]),
        ("header", lambda raw: raw.replace(raw[8:14], b"\n%text", 1)),
        ("end", lambda raw: raw + b"more"),
        ("identifier", lambda raw: raw.replace(b"/ID", b"/Id")),
    ],
    ids=["another version", "text", "more at the end", "no identifier"],
)
def test_each_fault_of_the_bytes_is_found(
    name: str, spoil: Callable[[bytes], bytes], papers: Mapping[str, Issued]
) -> None:
    assert faults(CHECKS[name], spoil(papers["en"].pdf)) != []


def test_a_password_is_found(papers: Mapping[str, Issued]) -> None:
    locked = rewritten(papers["en"].pdf, None, encryption=pikepdf.Encryption(owner="o", user=""))
    assert faults(CHECKS["not_encrypted"], locked) != []


def test_no_assertion_stands_without_a_fault_that_it_finds() -> None:
    by_bytes = {"header", "end", "identifier", "not_encrypted"}
    assert {name for name, _spoil in SPOILT.values()} | by_bytes == set(CHECKS)
