"""What forgers do to a real certificate, and how it is told whether anybody would be taken in."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from lms.infra.signing.keys import Keyring
from tests.factories import papers

Forge = Callable[[bytes, Keyring], bytes]
FORGED = "Somebody Else"


def rewritten(content: bytes, change: Callable[[pikepdf.Pdf], object]) -> bytes:
    """Return the file as any program writes it again after a change."""
    target = BytesIO()
    with pikepdf.open(BytesIO(content)) as pdf:
        change(pdf)
        pdf.save(target)
    return target.getvalue()


def repainted(content: bytes) -> bytes:
    """Return the content of a page with other letters: the first text that is shown becomes the second."""
    return content.replace(b" TJ", b" TJ 0 0 Td", 1)


def edit_visible_name(content: bytes, ring: Keyring) -> bytes:
    """Paint over the page where the name stands."""

    def change(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0]
        page.contents_add(b"q 1 1 1 rg 100 300 500 60 re f Q", prepend=False)
        first, *_rest = page.Contents if isinstance(page.Contents, pikepdf.Array) else [page.Contents]
        first.write(repainted(first.read_bytes()))

    return rewritten(content, change)


def overlay(content: bytes, ring: Keyring) -> bytes:
    """Paint over the page in a revision of its own, behind the signature."""
    writer = IncrementalPdfFileWriter(BytesIO(content))
    page = writer.root["/Pages"]["/Kids"][0]
    stream = page["/Contents"]
    stream = stream[0] if isinstance(stream, list) else stream
    stream._data = repainted(stream.data)
    stream._encoded_data = None
    writer.update_container(stream)
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def swap_credential(content: bytes, ring: Keyring) -> bytes:
    """Attach a credential that names somebody else in place of the one that is there."""

    def change(pdf: pikepdf.Pdf) -> None:
        stream = pdf.Root.AF[0].EF.F
        stream.write(json.dumps(renamed(json.loads(stream.read_bytes()))).encode())

    return rewritten(content, change)


def second_credential(content: bytes, ring: Keyring) -> bytes:
    """Attach another credential beside the one that is there."""

    def change(pdf: pikepdf.Pdf) -> None:
        other = json.dumps(renamed(json.loads(pdf.Root.AF[0].EF.F.read_bytes()))).encode()
        pdf.attachments["other"] = pikepdf.AttachedFileSpec(pdf, other, filename="credential.json")

    return rewritten(content, change)


def strip(content: bytes, ring: Keyring) -> bytes:
    """Take the signature out."""

    def change(pdf: pikepdf.Pdf) -> None:
        del pdf.Root.AcroForm, pdf.Root.Perms
        pdf.pages[0].Annots = pikepdf.Array()

    return rewritten(content, change)


def renamed(credential: dict[str, Any]) -> dict[str, Any]:
    """Return the credential for somebody else."""
    changed = copy.deepcopy(credential)
    changed["credentialSubject"]["identifier"][0]["identityHash"] = FORGED
    return changed


def sign_unsigned(content: bytes, theirs: Keyring) -> bytes:
    """Edit the page and sign it by an authority that has our names."""
    return papers.sign(edit_visible_name(strip(content, theirs), theirs), theirs)


ON_THE_FILE: dict[str, Forge] = {
    "edit the visible name": edit_visible_name,
    "incremental overlay": overlay,
    "append bytes": papers.append,
    "append a line": papers.append_line,
    "prepend": papers.prepend,
    "cut the end": papers.cut,
    "write it again": papers.rewrite,
    "swap the credential": swap_credential,
    "attach a second credential": second_credential,
    "strip the signature": strip,
    "zeroed Contents": papers.zero_contents,
    "empty Contents": papers.empty_contents,
    "filled Contents": papers.fill_padding,
    "spaces in Contents": papers.space_padding,
    "zeroed ByteRange": papers.zero_byte_range,
    "no ByteRange": papers.no_byte_range,
    "short ByteRange": papers.short_byte_range,
    "second signature": papers.sign_again,
}


def poisoned_graph(nodes: int = 9) -> list[dict[str, Any]]:
    """Return blank nodes of which each names every other: what a canonical graph is slow to tell apart."""
    return [
        {"id": f"_:n{one}", "related": [{"id": f"_:n{other}"} for other in range(nodes) if other != one]}
        for one in range(nodes)
    ]
