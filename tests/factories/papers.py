"""Papers that are signed, and what forgers do to them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import keys as asn1keys
from asn1crypto import x509 as asn1x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from lms.infra.signing.documents import Paper, examine_pdf, sign_pdf
from lms.infra.signing.keys import Keyring

AT = datetime(2026, 9, 14, 10, 0, tzinfo=UTC)
CREDENTIAL = b'{"name": "Ana"}'
TEXT = b"BT /F1 24 Tf 72 700 Td (Certificate of Ana Testova) Tj ET"


def make_ring(folder: Path, at: datetime = AT, organisation: tuple[Path, str] | None = None) -> Keyring:
    ring = Keyring(folder, organisation=organisation)
    ring.ensure(subject="Museum Academy", host="academy.example.org", at=at)
    return ring


def page(*attachments: bytes, password: str = "") -> bytes:
    """Return an unsigned PDF with a line of text and the credential attached, as often as it is given."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        fonts = pikepdf.Dictionary(F1=pikepdf.Dictionary(Type=pikepdf.Name.Font, BaseFont=pikepdf.Name.Helvetica))
        pdf.pages[0].Resources = pikepdf.Dictionary(Font=fonts)
        pdf.pages[0].Contents = pdf.make_stream(TEXT)
        for number, content in enumerate(attachments):
            described = pikepdf.AttachedFileSpec(pdf, content, filename="credential.json", mime_type="application/vc")
            pdf.attachments[f"{number}"] = described
        target = BytesIO()
        encryption = pikepdf.Encryption(owner=password, user=password) if password else None
        # Uncompressed, so that the tests find the text that they change.
        pdf.save(target, compress_streams=False, encryption=encryption or False)
    return target.getvalue()


def sign(content: bytes, ring: Keyring, at: datetime = AT, timestamp_url: str | None = None) -> bytes:
    return sign_pdf(
        content, ring, at=at, name="Museum Academy", location="academy.example.org", timestamp_url=timestamp_url
    )


def examine(content: bytes, ring: Keyring) -> Paper:
    pinned = {key.fingerprint for key in ring.keys() if key.certificate}  # noqa: SIM118 - a keyring is no mapping
    return examine_pdf(content, authorities=ring.authorities(), signers=pinned)


def gap(content: bytes) -> tuple[int, int]:
    """Return where the signature itself begins and ends in a file."""
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)", content)
    assert found
    return int(found[1]), int(found[2])


def edit_text(content: bytes, ring: Keyring) -> bytes:
    return content.replace(b"Ana Testova", b"Eva Testova")


def swap_credential(content: bytes, ring: Keyring) -> bytes:
    return content.replace(b'"Ana"', b'"Eva"')


def edit_moment(content: bytes, ring: Keyring) -> bytes:
    return content.replace(b"20260914100000", b"20250914100000")


def overlay(content: bytes, ring: Keyring) -> bytes:
    """Write other text over the page in a revision of its own."""
    writer = IncrementalPdfFileWriter(BytesIO(content))
    first = writer.root["/Pages"]["/Kids"][0]
    first["/Contents"]._data = TEXT.replace(b"Ana", b"Eva")
    writer.update_container(first["/Contents"])
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def append(content: bytes, ring: Keyring) -> bytes:
    return content + b"\n% more\n"


def append_line(content: bytes, ring: Keyring) -> bytes:
    return content + b"\n"


def prepend(content: bytes, ring: Keyring) -> bytes:
    return b"\n" + content


def cut(content: bytes, ring: Keyring) -> bytes:
    return content[: len(content) - 7]


def strip(content: bytes, ring: Keyring) -> bytes:
    target = BytesIO()
    with pikepdf.open(BytesIO(content)) as pdf:
        del pdf.Root.AcroForm
        del pdf.Root.Perms
        pdf.pages[0].Annots = pikepdf.Array()
        pdf.save(target)
    return target.getvalue()


def rewrite(content: bytes, ring: Keyring) -> bytes:
    target = BytesIO()
    with pikepdf.open(BytesIO(content)) as pdf:
        pdf.save(target)
    return target.getvalue()


def zero_contents(content: bytes, ring: Keyring) -> bytes:
    start, end = gap(content)
    return content[: start + 1] + b"0" * (end - start - 2) + content[end - 1 :]


def empty_contents(content: bytes, ring: Keyring) -> bytes:
    start, end = gap(content)
    return content[:start] + b"<>" + content[end:]


def fill_padding(content: bytes, ring: Keyring) -> bytes:
    _start, end = gap(content)
    return content[: end - 9] + b"DEADBEEF" + content[end - 1 :]


def space_padding(content: bytes, ring: Keyring) -> bytes:
    _start, end = gap(content)
    return content[: end - 9] + b"        " + content[end - 1 :]


def zero_byte_range(content: bytes, ring: Keyring) -> bytes:
    return re.sub(rb"/ByteRange \[[^]]*\]", lambda found: b"/ByteRange [0 0 0 0]".ljust(len(found[0])), content)


def no_byte_range(content: bytes, ring: Keyring) -> bytes:
    return content.replace(b"/ByteRange", b"/ByteRangf")


def short_byte_range(content: bytes, ring: Keyring) -> bytes:
    return re.sub(
        rb"(/ByteRange \[0 \d+ \d+ )\d+", lambda found: found[1] + b"1".ljust(len(found[0]) - len(found[1])), content
    )


def sign_again(content: bytes, ring: Keyring) -> bytes:
    """Add a signature of ours in a field of its own, as pyHanko refuses to where no change is allowed."""
    key = ring.current("pdf")
    secret = ring.secret(key.id).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = SimpleSigner(
        asn1x509.Certificate.load(key.certificate), asn1keys.PrivateKeyInfo.load(secret), SimpleCertificateStore()
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PdfSigner, "_enforce_certification_constraints", lambda *_: None)
        metadata = PdfSignatureMetadata(field_name="Second", md_algorithm="sha256")
        signed = PdfSigner(metadata, signer).sign_pdf(IncrementalPdfFileWriter(BytesIO(content)))
    again: bytes = signed.getvalue()
    return again


ATTACKS: list[Callable[[bytes, Keyring], bytes]] = [
    edit_text,
    swap_credential,
    edit_moment,
    overlay,
    append,
    append_line,
    prepend,
    cut,
    strip,
    rewrite,
    zero_contents,
    empty_contents,
    fill_padding,
    space_padding,
    zero_byte_range,
    no_byte_range,
    short_byte_range,
    sign_again,
]
