"""What makes a file PDF/A-3a and PDF/UA-1, as assertions with names; the numbers are clauses of ISO 19005-3.

Not every clause: those that a file like ours could break. Each takes the file and yields what is wrong.
What is about pages, fonts and colours stands in `pdfa_pages.py`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

Check = Callable[[Pdf, bytes], Iterator[str]]

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
PDFA, PDFUA = "{http://www.aiim.org/pdfa/ns/id/}", "{http://www.aiim.org/pdfua/ns/id/}"
SCHEMA, PROPERTY = "{http://www.aiim.org/pdfa/ns/schema#}", "{http://www.aiim.org/pdfa/ns/property#}"
PREDEFINED = (PDFA, RDF, "{adobe:ns:meta/}", "{http://purl.org/dc/elements/1.1/}", "{http://ns.adobe.com/pdf/1.3/}",
    "{http://ns.adobe.com/xap/1.0/}", "{http://www.aiim.org/pdfa/ns/extension/}", SCHEMA, PROPERTY)  # fmt: skip
FORBIDDEN_ACTIONS = {
    "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/JavaScript", "/Hide", "/SetOCGState", "/Rendition",
    "/Trans", "/GoTo3DView", "/GoToE", "/GoToR", "/SubmitForm",
}  # fmt: skip
LINK, PRINTED = "/Link", 0b100
UNSEEN = 0b100011  # invisible, hidden, not on screen
DATE = re.compile(r"D:(\d{14})(Z|[+-]\d\d'\d\d')")
STANDARD_TYPES = {
    "/Document", "/Part", "/Art", "/Sect", "/Div", "/BlockQuote", "/Caption", "/TOC", "/TOCI", "/Index", "/NonStruct",
    "/Private", "/P", "/H", "/H1", "/H2", "/H3", "/H4", "/H5", "/H6", "/L", "/LI", "/Lbl", "/LBody", "/Table", "/TR",
    "/TH", "/TD", "/THead", "/TBody", "/TFoot", "/Span", "/Quote", "/Note", "/Reference", "/BibEntry", "/Code", "/Link",
    "/Annot", "/Ruby", "/Warichu", "/Figure", "/Formula", "/Form",
}  # fmt: skip


def header(_pdf: Pdf, raw: bytes) -> Iterator[str]:
    """6.1.2: the version, then a line that tells programs that the file is not text."""
    if not re.match(rb"%PDF-1\.[0-7]\r?\n%[\x80-\xff]{4}", raw):
        yield f"the file begins with {raw[:20]!r}"


def end(_pdf: Pdf, raw: bytes) -> Iterator[str]:
    """6.1.3: nothing after the last mark of the end."""
    if not re.search(rb"%%EOF(\r\n|\n|\r)?\Z", raw):
        yield f"the file ends with {raw[-20:]!r}"


def identifier(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.1.3: the file has an identifier."""
    found = pdf.trailer.get("/ID")
    if not isinstance(found, Array) or len(found) != 2 or not all(bytes(part) for part in found):
        yield "no identifier of two parts"


def version(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """PDF/A-3 is PDF 1.7: neither the catalogue nor an extension says a later one."""
    if str(pdf.Root.get("/Version", "/1.7")) > "/1.7":
        yield f"the catalogue says version {pdf.Root.Version}"
    for name, one in dict(pdf.Root.get("/Extensions", {})).items():
        if name != "/Type" and (isinstance(one, Array) or str(one.BaseVersion) > "/1.7"):
            yield f"the extension {name} is of a later version"


def not_encrypted(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.1.3: nobody needs a password."""
    if pdf.is_encrypted or "/Encrypt" in pdf.trailer:
        yield "the file is encrypted"


def plain_filters(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.1.7: no LZW, no encryption of single streams, nothing that stands in another file."""
    for stream in streams(pdf):
        filters = stream.get("/Filter", Array())
        named = {str(one) for one in (filters if isinstance(filters, Array) else [filters])}
        if named & {"/LZWDecode", "/LZW", "/Crypt"}:
            yield f"a stream is packed by {sorted(named)}"
        if "/F" in stream or "/FFilter" in stream or "/FDecodeParms" in stream:
            yield "a stream stands in another file"


def small_objects(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.1.13: names, texts and numbers of a size that every reader takes."""
    for value in values(pdf):
        if isinstance(value, Name) and len(str(value).encode()) > 128:
            yield f"a name has {len(str(value))} letters"
        if isinstance(value, String) and len(bytes(value)) > 32_767:
            yield f"a text has {len(bytes(value))} bytes"
        if isinstance(value, int) and not -(2**31) <= value < 2**31:
            yield f"the number {value}"


def metadata(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.6.2, 6.6.4: metadata that name part and level."""
    stream = pdf.Root.get("/Metadata")
    if not isinstance(stream, Stream) or (stream.get("/Type"), stream.get("/Subtype")) != ("/Metadata", "/XML"):
        yield "no metadata"
        return
    for name, wanted in ((f"{PDFA}part", "3"), (f"{PDFA}conformance", "A")):
        if (found := said(pdf, name)) != [wanted]:
            yield f"{name} is {found}"


def universal_access(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """ISO 14289-1, 5: the metadata name the part; 6.6.2.3: and explain the word, which PDF/A does not know."""
    if (found := said(pdf, f"{PDFUA}part")) != ["1"]:
        yield f"pdfuaid:part is {found}"
    explained = set(said(pdf, f"{SCHEMA}namespaceURI"))
    if PDFUA.strip("{}") not in explained or "part" not in said(pdf, f"{PROPERTY}name"):
        yield "no schema explains pdfuaid:part"
    for name in xmp_names(pdf):
        if not name.startswith(PREDEFINED) and name.partition("}")[0][1:] not in explained:
            yield f"no schema explains {name}"


def dates_agree(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.6.3: what the dictionary of the document says, the metadata say too."""
    ns = {"dc": "{http://purl.org/dc/elements/1.1/}", "pdf": PREDEFINED[4], "xmp": PREDEFINED[5]}
    pairs = {
        "/Title": f"{ns['dc']}title", "/Author": f"{ns['dc']}creator", "/Subject": f"{ns['dc']}description",
        "/Creator": f"{ns['xmp']}CreatorTool", "/Producer": f"{ns['pdf']}Producer",
        "/CreationDate": f"{ns['xmp']}CreateDate", "/ModDate": f"{ns['xmp']}ModifyDate",
    }  # fmt: skip
    for key, name in pairs.items():
        told = str(pdf.docinfo.get(key, ""))
        texts = said(pdf, name)
        if key.endswith("Date"):
            texts = [datetime.fromisoformat(text).strftime("D:%Y%m%d%H%M%SZ") for text in texts]
        if texts != [told]:
            yield f"{key} says {told!r}, the metadata {texts}"


def output_intent(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.2.3: what red, green and blue look like."""
    found = [one for one in pdf.Root.get("/OutputIntents", Array()) if one.get("/S") == "/GTS_PDFA1"]
    if len(found) != 1 or not isinstance(found[0].get("/DestOutputProfile"), Stream):
        yield f"{len(found)} intents with a profile"
        return
    if "/OutputConditionIdentifier" not in found[0]:
        yield "the intent has no name"
    profile = found[0].DestOutputProfile
    content = profile.read_bytes()
    if content[36:40] != b"acsp" or content[12:16] not in (b"mntr", b"prtr") or content[8] > 4:
        yield "this is no profile of a screen or a printer"
    if (content[16:20], int(profile.N)) != (b"RGB ", 3):
        yield "the profile is not of three colours"


def no_actions(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.5: nothing happens by itself, and no program is inside."""
    for value in values(pdf):
        if isinstance(value, Dictionary):
            if str(value.get("/S")) in FORBIDDEN_ACTIONS and "/K" not in value:
                yield f"the action {value.S}"
            for key in {"/AA", "/JS", "/OpenAction"} & set(value.keys()):
                yield f"{key} in {value.get('/Type', 'a dictionary')}"
    if "/JavaScript" in pdf.Root.get("/Names", {}):
        yield "scripts in the tree of names"


def forms(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.4: a form is what it looks like; 6.1.12: and a signature forbids or allows changes in the usual way."""
    form = pdf.Root.get("/AcroForm", Dictionary())
    if form.get("/NeedAppearances", False) or "/XFA" in form:
        yield "the form is drawn anew by each reader"
    if set(pdf.Root.get("/Perms", Dictionary()).keys()) - {"/UR3", "/DocMDP"}:
        yield "unknown permissions"


def annotations(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.3: what is laid over the page is printed, seen, and drawn where it takes room."""
    for number, page in enumerate(pdf.pages, 1):
        for one in page.get("/Annots", Array()):
            kind, flags = str(one.Subtype), int(one.get("/F", 0))
            if kind not in ("/Widget", LINK):
                yield f"page {number}: a {kind}"
            if not flags & PRINTED or flags & UNSEEN:
                yield f"page {number}: {kind} has the flags {flags:b}"
            left, low, right, high = (float(edge) for edge in one.Rect)
            if kind != LINK and (left, low) != (right, high) and "/AP" not in one:
                yield f"page {number}: {kind} takes room and is not drawn"
            if kind == LINK and "/Contents" not in one:
                yield f"page {number}: a link says not where it leads (ISO 14289-1, 7.18.5)"
        if page.get("/Annots") and page.get("/Tabs") != "/S":
            yield f"page {number}: no order of what is reached by the tabulator (ISO 14289-1, 7.18.3)"


def attachments(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.8: each attached file says what it is, what it is to the document, how long, how old."""
    listed = list(pdf.Root.get("/AF", Array()))
    tree = pdf.Root.get("/Names", Dictionary()).get("/EmbeddedFiles", Dictionary())
    named = list(tree.get("/Names", Array()))[1::2]
    if sorted(one.objgen for one in listed) != sorted(one.objgen for one in named) or len(named) != 1:
        yield f"{len(named)} attached, {len(listed)} associated with the document"
    for one in named:
        if one.get("/F") is None or one.get("/F") != one.get("/UF") or "/Desc" not in one:
            yield "an attached file lacks a name or a description"
        if str(one.get("/AFRelationship")) not in ("/Source", "/Data", "/Alternative", "/Supplement"):
            yield f"AFRelationship is {one.get('/AFRelationship')}"
        stream = one.EF.F
        content, known = stream.read_bytes(), stream.get("/Params", Dictionary())
        if (
            not re.fullmatch(r"/[\w.+-]+/[\w.+-]+", str(stream.get("/Subtype")))
            or stream.get("/Type") != "/EmbeddedFile"
        ):
            yield f"Subtype is {stream.get('/Subtype')}"
        if int(known.get("/Size", -1)) != len(content):
            yield "Size is not its length"
        if bytes(known.get("/CheckSum", b"")) != hashlib.md5(content).digest():
            yield "CheckSum is not its digest"
        if not DATE.fullmatch(str(known.get("/ModDate"))):
            yield "ModDate is no date"


def marked(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.7.2: all that is read is marked as what it is; its title is shown (ISO 14289-1, 7.1)."""
    info = pdf.Root.get("/MarkInfo", Dictionary())
    if info.get("/Marked") is not True or info.get("/Suspects", False):
        yield "the content is not marked, or doubtful"
    if pdf.Root.get("/ViewerPreferences", Dictionary()).get("/DisplayDocTitle") is not True:
        yield "the title is not shown"


def language(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.7.4: the document says which language it is in."""
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", str(pdf.Root.get("/Lang", ""))):
        yield f"Lang is {pdf.Root.get('/Lang')!r}"


def structure(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.7.3: a tree of standard types; figures have words in their place, headings go down by single steps."""
    root = pdf.Root.get("/StructTreeRoot")
    if root is None or "/ParentTree" not in root:
        yield "no tree"
        return
    roles, depth = {str(k): str(v) for k, v in dict(root.get("/RoleMap", {})).items()}, 0
    for element in elements(root.get("/K")):
        kind = str(element.S)
        kind = roles.get(kind, kind)
        if kind not in STANDARD_TYPES:
            yield f"{kind} is no standard type"
        if kind in ("/Figure", "/Formula") and not str(element.get("/Alt", "")):
            yield "a figure has no words in its place"
        if re.fullmatch(r"/H[1-6]", kind):
            if int(kind[2]) > depth + 1 or "/K" not in element:
                yield f"{kind} follows a heading of level {depth}, or is empty"
            depth = int(kind[2])


def nothing_optional(pdf: Pdf, _raw: bytes) -> Iterator[str]:
    """6.9, 6.10, 6.11: one way to look at it, and no demand on the reader."""
    if found := {"/OCProperties", "/Requirements", "/Collection", "/PieceInfo"} & set(pdf.Root.keys()):
        yield f"the catalogue has {sorted(found)}"
    if found := {"/AlternatePresentations", "/Renditions"} & set(pdf.Root.get("/Names", Dictionary()).keys()):
        yield f"the tree of names has {sorted(found)}"
    if any("/PresSteps" in page for page in pdf.pages):
        yield "a page goes by in steps"


FILE_CHECKS: tuple[Check, ...] = (
    header, end, identifier, version, not_encrypted, plain_filters, small_objects, metadata, universal_access,
    dates_agree, output_intent, no_actions, forms, annotations, attachments, marked, language, structure,
    nothing_optional,
)  # fmt: skip


def values(pdf: Pdf) -> Iterator[Any]:
    """Yield everything in the file, each once, with what stands in it."""
    left: list[Any] = [pdf.trailer, *pdf.objects]
    while left:
        value = left.pop()
        yield value
        if isinstance(value, Dictionary | Stream):
            left += [Name(key) for key in value.keys()]  # noqa: SIM118 - neither is a mapping
            left += [part for part in dict(value).values() if not indirect(part)]
        elif isinstance(value, Array):
            left += [part for part in list(value) if not indirect(part)]


def indirect(value: Any) -> bool:
    return isinstance(value, pikepdf.Object) and value.is_indirect


def streams(pdf: Pdf) -> Iterator[Stream]:
    return (one for one in pdf.objects if isinstance(one, Stream))


def elements(node: Any) -> Iterator[Any]:
    """Yield every element of the tree, in the order in which it is read."""
    if isinstance(node, Array):
        for one in node:
            yield from elements(one)
    elif isinstance(node, Dictionary) and "/S" in node:
        yield node
        yield from elements(node.get("/K"))


def xmp(pdf: Pdf) -> ElementTree.Element:
    content = pdf.Root.Metadata.read_bytes()
    return ElementTree.parse(BytesIO(content)).getroot()


def xmp_names(pdf: Pdf) -> set[str]:
    return {name for one in xmp(pdf).iter() for name in (one.tag, *one.attrib) if name.startswith("{")} - {
        "{http://www.w3.org/XML/1998/namespace}lang"
    }


def said(pdf: Pdf, name: str) -> list[str]:
    """Return what the metadata say by a name, as attribute or as element."""
    root = xmp(pdf)
    found = [one.attrib[name] for one in root.iter() if name in one.attrib]
    return found + ["".join(one.itertext()) for one in root.iter(name)]
