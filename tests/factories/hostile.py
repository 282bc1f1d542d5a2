"""Files that are sent to do harm, each with what the answer must say of it."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable

import pikepdf

KEYWORD = b"openbadgecredential"


def chunk(name: bytes, body: bytes, length: int | None = None) -> bytes:
    """Return a part of a PNG; with `length` it lies about its own."""
    size = len(body) if length is None else length
    return struct.pack(">I", size) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(chunks: Iterable[bytes]) -> bytes:
    """Return a picture of one dot with more in it."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IEND", b"")


def baked(content: bytes, *, packed: bool = False) -> bytes:
    """Return the part in which a badge carries its credential."""
    flags = b"\0\1\0\0\0" if packed else b"\0\0\0\0\0"
    return chunk(b"iTXt", KEYWORD + flags + (zlib.compress(content, 9) if packed else content))


def written(build: Callable[[pikepdf.Pdf], None], **options: object) -> bytes:
    """Return a PDF of one page that `build` adds something to."""
    target = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        build(pdf)
        pdf.save(target, **options)  # type: ignore[arg-type]  # they are pikepdf's own
    return target.getvalue()


def many_attachments(pdf: pikepdf.Pdf) -> None:
    """Attach 10,000 files, in the tree of names and beside the document."""
    stream = pdf.make_stream(b"{}")
    described = [
        pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Filespec, F="credential.json", UF="credential.json", EF=pikepdf.Dictionary(F=stream)
            )
        )
        for _ in range(10_000)
    ]
    names = [part for number, one in enumerate(described) for part in (pikepdf.String(f"{number:05}"), one)]
    pdf.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=pikepdf.Array(names)))
    pdf.Root.AF = pikepdf.Array(described)


def many_objects(pdf: pikepdf.Pdf) -> None:
    """Hang 100,000 objects into the document, which stand packed in the file where nobody can count them."""
    pdf.Root.Many = pikepdf.Array([pdf.make_indirect(pikepdf.Dictionary()) for _ in range(100_000)])


def bomb(pdf: pikepdf.Pdf) -> None:
    """Attach a quarter of a gigabyte of zeros, packed twice, under the credential's name."""
    packer = zlib.compressobj(9)
    block = bytes(1 << 20)
    once = b"".join(packer.compress(block) for _ in range(256)) + packer.flush()
    stream = pikepdf.Stream(
        pdf, zlib.compress(once, 9), Filter=pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode])
    )
    described = pikepdf.Dictionary(
        Type=pikepdf.Name.Filespec, F="credential.json", UF="credential.json", EF=pikepdf.Dictionary(F=stream)
    )
    names = pikepdf.Array([pikepdf.String("credential.json"), pdf.make_indirect(described)])
    pdf.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=names))


def loop() -> bytes:
    """Return a PDF whose tables of objects name each other for ever."""
    table = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 1/Root 1 0 R/Prev %d>>\n"
    first = b"%PDF-1.7\n"
    second_at = len(first) + len(table % 0)
    return first + table % second_at + table % len(first) + b"startxref\n%d\n%%%%EOF\n" % len(first)


def tangle() -> bytes:
    """Return a credential whose graph is so alike in all its parts that putting it into order takes for ever."""
    count = 40
    nodes = [
        {
            "id": f"_:b{n}",
            "https://e.org/p": [{"id": f"_:b{(n + step) % count}"} for step in (1, 7, count - 1, count - 7)],
        }
        for n in range(count)
    ]
    return json.dumps({
        "@context": ["https://www.w3.org/ns/credentials/v2", {"@vocab": "https://e.org/"}],
        "type": ["VerifiableCredential"],
        "credentialSubject": nodes,
    }).encode()  # fmt: skip


def archive() -> bytes:
    """Return a ZIP with a little in it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr("a.txt", "a")
    return target.getvalue()


CREDENTIAL = b'{"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential"]}'
ELSEWHERE, DAMAGED, LARGE = "was not issued by this site", "damaged, or of another kind", "is too large"
PARTS, TWICE, LONG = "more parts than any certificate", "more than once", "took too long"

HOSTILE: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "empty": (lambda: b"", ("The file is empty",)),
    "pdf bomb": (lambda: written(bomb), (LARGE,)),
    "locked pdf": (
        lambda: written(lambda _: None, encryption=pikepdf.Encryption(owner="a", user="b")),
        ("locked with a password",),
    ),
    "10,000 attachments": (lambda: written(many_attachments), (PARTS, "not the original file", ELSEWHERE)),
    "100,000 objects": (
        lambda: (
            written(lambda pdf: [pdf.make_indirect(pikepdf.Dictionary()) for _ in range(100_000)] and None)
            + b"1 0 obj\n" * 100_000
        ),
        (PARTS,),
    ),
    "100,000 packed objects": (
        lambda: written(many_objects, object_stream_mode=pikepdf.ObjectStreamMode.generate),
        (PARTS, "not the original file", LONG),
    ),
    "tables in a loop": (loop, (DAMAGED,)),
    "truncated pdf": (lambda: written(lambda _: None)[:-40], (DAMAGED,)),
    "pdf of figures": (lambda: b"%PDF-1.7\n" + b"0" * 15_000_000, (LONG, DAMAGED)),
    "pdf of brackets": (lambda: b"%PDF-1.7\n" + b"[<<" * 100_000 + b"\nstartxref\n9\n%%EOF", (DAMAGED, LONG)),
    "pdf and zip": (lambda: written(lambda _: None) + archive(), (DAMAGED, "not the original file")),
    "zip and pdf": (lambda: archive() + written(lambda _: None), (DAMAGED, "not the original file")),
    "zip": (archive, ("not the original file",)),
    "deep json": (lambda: b'{"a":' * 10_000 + b"1" + b"}" * 10_000, ("nested too deep",)),
    "long string": (lambda: b'{"a":"' + b"x" * 10_000_000 + b'"}', (LARGE,)),
    "nan": (lambda: b'{"a": NaN, "b": [Infinity, -Infinity]}', (DAMAGED,)),
    "a name twice": (lambda: CREDENTIAL[:-1] + b', "type": []}', (TWICE,)),
    "a number without end": (lambda: b'{"a": ' + b"9" * 400_000 + b"}", (DAMAGED,)),
    "a lone half of a letter": (lambda: b'{"a": "\\ud800"}', (ELSEWHERE,)),
    "other characters": (lambda: '{"a": "б"}'.encode("utf-16"), (DAMAGED, "not the original file")),
    "50,000 names": (
        lambda: b"{" + b",".join(b'"%x":1' % n for n in range(50_000)) + b"}",
        (ELSEWHERE,),
    ),
    "poisoned graph": (tangle, (ELSEWHERE,)),
    "ten credentials": (lambda: png([baked(CREDENTIAL)] * 10), (TWICE,)),
    "packed credential": (lambda: png([baked(CREDENTIAL, packed=True)]), (ELSEWHERE,)),
    "packed bomb": (lambda: png([baked(bytes(50_000_000), packed=True)]), (LARGE,)),
    "another packed text": (
        lambda: png([chunk(b"zTXt", KEYWORD + b"\0\0" + zlib.compress(bytes(50_000_000), 9))]),
        ("not the original file",),
    ),
    "a million chunks": (lambda: png([chunk(b"teXt", b"")] * 1_000_000), (PARTS,)),
    "a chunk that lies": (lambda: png([chunk(b"iTXt", KEYWORD + b"\0\0\0\0\0{", 0xFFFFFFF0)]), (DAMAGED,)),
}
"""A name, what makes the file, and the words of which one must stand in the answer."""
