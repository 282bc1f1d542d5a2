"""Whether a PDF is ours as we signed it: one signature, by a pinned certificate, over every byte. Hostile files too.

pyHanko says how much of a file a signature covers by adding up lengths; that the gap is the signature's own place,
byte for byte, is looked at here. What is appended later is not weighed: nothing may be.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import Any

from asn1crypto import parser, x509
from pyhanko.pdf_utils.decode_limits import DecodeLimits, DocumentDecodeBudget, StreamDecodeLimits
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject
from pyhanko.pdf_utils.misc import PdfDecodeLimitError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, async_validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

ATTACHMENT = "credential.json"
LARGEST = 20 * 1024 * 1024
LARGEST_ATTACHMENT = 512 * 1024
MOST_ATTACHMENTS = 20
MOST_SIGNATURES = 20
MOST_OBJECTS = 20_000
"""A certificate has some two hundred."""

MOST_REVISIONS = 100
DEEPEST = 8
HEAD = b"%PDF-"
HEAD_WITHIN = 1024
"""Bytes at whose beginning the head of a PDF stands, as readers understand it."""

OBJECT = b"obj"
ENTRY = re.compile(rb" [nf](?<=\d{10} \d{5} [nf])")
"""An entry of the table of objects. It begins with what is rare, so that 20 MB are looked through in milliseconds."""

HEXADECIMAL = re.compile(rb"[0-9A-Fa-f]*")
UNPACKED = 8 * 1024 * 1024
LIMITS = DecodeLimits(
    per_stream=StreamDecodeLimits(max_output_size=UNPACKED),
    document_budget=DocumentDecodeBudget(base_allowance=4 * UNPACKED, max_ratio=1),
)
"""What is unpacked at all are tables of objects and the attachment; fonts and pages stay packed."""

USAGES = KeyUsageConstraints(key_usage={"non_repudiation", "digital_signature"})
"""One of the two; an organisation's certificate may have only the second."""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What a PDF shows of itself."""

    signatures: int = 0
    intact: bool = False
    """Whether the bytes that the one signature is about are those that were signed."""
    trusted: bool = False
    """Whether a pinned certificate signed that leads to one of the authorities, valid at the time of signing."""
    whole: bool = False
    """Whether the signature is about every byte of the file but its own."""
    untouched: bool = False
    """Whether nothing was added after it."""
    signed_at: datetime | None = None
    signer: str = ""
    attachment: bytes | None = None
    problem: str = ""
    """'' when the file could be read, or encrypted, not-a-pdf, too-large, too-many-objects, damaged."""

    @property
    def valid(self) -> bool:
        """Tell whether this is a file of ours as we signed it."""
        return (
            not self.problem and self.signatures == 1 and self.intact and self.trusted and self.whole and self.untouched
        )


def examine_pdf(content: bytes, *, authorities: Sequence[bytes], signers: Collection[str]) -> Paper:
    """Say what a file shows; `signers` are the fingerprints of our certificates. Never raises for what is in it.

    A certificate counts that was valid when the file says it was signed: it may be retired, or have ended, since.
    Whether it was revoked before is for the caller to compare.
    """
    if problem := _find_limit(content):
        return Paper(problem=problem)
    try:
        reader = _open(content)
        if reader.encrypted:
            return Paper(problem="encrypted")
        fields = list(islice(enumerate_sig_fields(reader, filled_status=True), MOST_SIGNATURES))
        paper = Paper(signatures=len(fields), attachment=_find_attachment(reader))
    except Exception as error:
        return Paper(problem=_name(error))
    if len(fields) != 1:
        return paper
    try:
        name, _value, field = fields[0]
        return _examine_signature(paper, content, EmbeddedPdfSignature(reader, field, name), authorities, signers)
    except Exception as error:
        # A signature that makes no sense is one that does not hold; the file may well be readable.
        return replace(paper, problem="too-large") if isinstance(error, MemoryError) else paper


def read_attachment(content: bytes) -> bytes | None:
    """Return the credential attached to a PDF, signed or not, None when there is not just one. Never raises."""
    if _find_limit(content):
        return None
    try:
        reader = _open(content)
        return None if reader.encrypted else _find_attachment(reader)
    except Exception:
        return None


def _find_limit(content: bytes) -> str:
    if len(content) > LARGEST:
        return "too-large"
    if HEAD not in content[:HEAD_WITHIN]:
        return "not-a-pdf"
    entries = sum(1 for _ in islice(ENTRY.finditer(content), MOST_OBJECTS + 1))
    # Each object begins with the word and ends with it.
    if content.count(OBJECT) > 2 * MOST_OBJECTS or entries > MOST_OBJECTS or content.count(b"/Prev") > MOST_REVISIONS:
        return "too-many-objects"
    return ""


def _open(content: bytes) -> PdfFileReader:
    return PdfFileReader(BytesIO(content), strict=True, decode_limits=LIMITS)


def _name(error: Exception) -> str:
    """Name what is wrong with a file. pyHanko's parsers raise whatever their inner workings do, as does asn1crypto."""
    return "too-large" if isinstance(error, PdfDecodeLimitError | MemoryError) else "damaged"


def _examine_signature(
    paper: Paper,
    content: bytes,
    signature: EmbeddedPdfSignature,
    authorities: Sequence[bytes],
    signers: Collection[str],
) -> Paper:
    signer = hashlib.sha256(signature.signer_cert.dump()).hexdigest()
    signed_at = signature.self_reported_timestamp
    if signed_at is None or signed_at.tzinfo is None:
        return replace(paper, signer=signer)
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(one) for one in authorities],
        moment=signed_at,
        best_signature_time=signed_at,
        allow_fetching=False,
    )
    status = asyncio.run(
        async_validate_pdf_signature(
            signature,
            signer_validation_context=context,
            ts_validation_context=context,
            key_usage_settings=USAGES,
            skip_diff=True,
        )
    )
    coverage: SignatureCoverageLevel | None = signature.coverage
    whole = coverage == SignatureCoverageLevel.ENTIRE_FILE and _fills_gap(content, signature)
    return replace(
        paper,
        intact=bool(status.intact and status.valid),
        trusted=bool(status.trusted and status.seed_value_ok) and signer in signers,
        whole=whole,
        untouched=whole and signature.signed_revision == signature.reader.xrefs.total_revisions - 1,
        signed_at=signed_at,
        signer=signer,
    )


def _fills_gap(content: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Tell whether all that is not signed is the signature itself, written out, between its angle brackets."""
    numbers = [int(number) for number in signature.byte_range]
    if len(numbers) != 4:
        return False
    start, opening, closing, rest = numbers
    if start != 0 or not 0 < opening < closing or closing + rest != len(content) or rest <= 0:
        return False
    gap = content[opening:closing]
    digits = gap[1:-1]
    return (
        gap[:1] == b"<"
        and gap[-1:] == b">"
        and len(digits) % 2 == 0
        and HEXADECIMAL.fullmatch(digits) is not None
        and bytes.fromhex(digits.decode()) == signature.pkcs7_content
        and not signature.pkcs7_content[parser.peek(signature.pkcs7_content) :].strip(b"\0")
    )


def _find_attachment(reader: PdfFileReader) -> bytes | None:
    """Return the one attached file that has the credential's name; of two nobody could say which one counts."""
    found: dict[object, StreamObject] = {}
    for described in islice(_specifications(reader.root), 2 * MOST_ATTACHMENTS):
        specification = _resolve(described)
        if isinstance(specification, DictionaryObject) and ATTACHMENT in _names(specification):
            place = specification["/EF"]
            reference: Any = place.raw_get("/UF" if "/UF" in place else "/F")
            stream = _resolve(reference)
            key = reference.reference if isinstance(reference, IndirectObject) else id(stream)
            if isinstance(stream, StreamObject):
                found[key] = stream
    if len(found) != 1:
        return None
    [stream] = found.values()
    data: bytes = stream.data
    if len(data) > LARGEST_ATTACHMENT:
        raise PdfDecodeLimitError("the attachment is too large")
    return data


def _resolve(value: Any) -> Any:
    return value.reference.get_object() if isinstance(value, IndirectObject) else value


def _names(specification: DictionaryObject) -> set[str]:
    return {str(specification[name]) for name in ("/F", "/UF") if name in specification}


def _specifications(root: DictionaryObject) -> Iterator[object]:
    """Yield what describes the attached files: those associated with the document, then those in its tree of names."""
    associated = root.get("/AF", None)
    if isinstance(associated, ArrayObject):
        yield from islice(associated, MOST_ATTACHMENTS)
    names = root.get("/Names", None)
    if isinstance(names, DictionaryObject):
        yield from islice(_leaves(names.get("/EmbeddedFiles", None), DEEPEST), MOST_ATTACHMENTS)


def _leaves(node: object, depth: int) -> Iterator[object]:
    if not isinstance(node, DictionaryObject) or depth == 0:
        return
    leaves = node.get("/Names", None)
    if isinstance(leaves, ArrayObject):
        yield from islice(leaves, 1, 2 * MOST_ATTACHMENTS, 2)
    branches = node.get("/Kids", None)
    if isinstance(branches, ArrayObject):
        for branch in islice(branches, MOST_ATTACHMENTS):
            yield from _leaves(_resolve(branch), depth - 1)
