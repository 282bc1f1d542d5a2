"""The signature of a PDF: PAdES-B-B by pyHanko, or B-T with a timestamp, as the author who allows no change.

No validation data is put into the file afterwards (B-LT): our own authority publishes none, and what is appended after
the signature is what whoever checks must not accept.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
import urllib.request
from datetime import UTC, datetime
from http.client import HTTPException
from io import BytesIO
from typing import Any

from asn1crypto import cms, tsp, x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from pyhanko.pdf_utils.extensions import DeveloperExtension
from pyhanko.pdf_utils.generic import ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, Signer
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator.registry import CertificateStore, SimpleCertificateStore

from lms.infra.signing.examination import Paper, examine_pdf, read_attachment
from lms.infra.signing.keys import Key, KeyProblem, Keyring, PrivateKey

__all__ = ["DocumentProblem", "Paper", "examine_pdf", "read_attachment", "sign_pdf"]

FIELD = "Signature"
BASE = "/1.7"
"""The version of PDF that PDF/A-3 is made of."""

DIGEST = "sha256"
RESERVED = 2048
"""Bytes of a signature beside its certificates: attributes, names, the value itself."""

RESERVED_TIMESTAMP = 14_000
"""Bytes of a timestamp with the certificates of who gives it."""

SAMPLE = b"the digest of no document at all"
SIGNED_DATA = cms.ContentType("signed_data").dump()
ANSWER_TIMEOUT = 15.0
LARGEST_ANSWER = 100_000

PLACE = SigFieldSpec(
    FIELD,
    # PDF/A wants it printable, PDF/UA off the page where it is not part of what is read.
    invis_sig_settings=InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True),
)


class DocumentProblem(Exception):
    """A PDF cannot be signed, or not be timestamped; the message is one sentence for the administrator."""


def sign_pdf(
    content: bytes, keyring: Keyring, *, at: datetime, name: str, location: str, timestamp_url: str | None = None
) -> bytes:
    """Return a PDF with our signature over all of it; with the address of a timestamp authority its timestamp too.

    Raises KeyProblem when there is no key, DocumentProblem for what is no PDF or has a signature already, and when the
    authority does not answer.
    """
    key = keyring.current("pdf")
    hand = _hand(keyring, key)
    timestamper = _Authority(timestamp_url) if timestamp_url else None
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=DIGEST,
        name=name or None,
        location=location or None,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    signer = PdfSigner(metadata, hand, timestamper=timestamper, new_field_spec=PLACE)
    reserved = hand.size + (RESERVED_TIMESTAMP if timestamper else 0)
    try:
        return asyncio.run(_sign(signer, content, at.astimezone(UTC).replace(microsecond=0), reserved))
    except TimestampRequestError as error:
        raise DocumentProblem(
            f"the timestamp authority {timestamp_url} did not answer as it should: {error}"
        ) from error
    except (SigningError, PdfError, ValueError) as error:
        raise DocumentProblem(f"this PDF cannot be signed: {error}") from error


async def _sign(signer: PdfSigner, content: bytes, at: datetime, reserved: int) -> bytes:
    """Do what PdfSigner.async_sign_pdf does, at a moment that is given: it takes the present one."""
    session = signer.init_signing_session(_Writer(content))
    session.system_time = at
    prepared = session.prepare_tbs_document(
        validation_info=None,
        bytes_reserved=2 * reserved,  # it counts the hexadecimal digits
        appearance_text_params=None,
    )
    digest, output = prepared.digest_tbs_document()
    await prepared.perform_signature(
        document_digest=digest.document_digest, pdf_cms_signed_attrs=PdfCMSSignedAttributes(signing_time=at)
    )
    assert isinstance(output, BytesIO)
    return output.getvalue()


class _Writer(IncrementalPdfFileWriter):
    """Adds to a PDF what is to be added, and nothing that the same facts would not give again."""

    def __init__(self, content: bytes) -> None:
        super().__init__(BytesIO(content))
        # The second half names the revision; pyHanko takes it from chance.
        self._document_id[1] = ByteStringObject(hashlib.sha256(content).digest()[:16])

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """Leave the version as it is: PDF/A-3 is PDF 1.7. pyHanko would say 2.0, for the sake of the curve."""

    def register_extension(self, ext: DeveloperExtension) -> None:
        """Declare the extension by which PDF 1.7 has PAdES, and none of a later PDF."""
        if ext.base_version <= BASE:
            super().register_extension(ext)

    def _update_meta(self) -> None:
        """Leave the metadata as they are: they are about the paper, not about its signing, and follow PDF/A."""


class _Hand(Signer):
    """Signs with a key that is loaded already, into a frame that is built once.

    pyHanko's own signer loads the key and puts the certificates and names together anew for each signature, which takes
    three times as long as all the rest.
    """

    def __init__(self, secret: PrivateKey, certificates: list[bytes]) -> None:
        self.secret = secret
        loaded = [x509.Certificate.load(one) for one in certificates]
        registry: CertificateStore = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # it says no types
        registry.register_multiple(loaded)
        super().__init__(signing_cert=loaded[0], cert_registry=registry)
        self.size = RESERVED + sum(map(len, certificates))
        self._frame: _Frame | None = None

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """Return the signature of the signed attributes."""
        assert digest_algorithm == DIGEST
        if isinstance(self.secret, EllipticCurvePrivateKey):
            return self.secret.sign(data, ECDSA(SHA256()))
        assert not isinstance(self.secret, Ed25519PrivateKey)
        return self.secret.sign(data, PKCS1v15(), SHA256())

    async def async_sign(
        self, data_digest: bytes, digest_algorithm: str, *_: Any, timestamper: Any = None, **settings: Any
    ) -> cms.ContentInfo:
        """Return what pyHanko would, from the frame of a first signature of its own making."""
        if self._frame is None:
            sample = await super().async_sign(SAMPLE, digest_algorithm, **settings)
            self._frame = _Frame(sample["content"])
        attributes = self._frame.attributes.replace(SAMPLE, data_digest)
        signature = await self.async_sign_raw(b"\x31" + attributes[1:], digest_algorithm)
        unsigned = await self.unsigned_attrs(digest_algorithm, signature, signed_attrs=None, timestamper=timestamper)
        return self._frame.fill(attributes, signature, unsigned.dump() if unsigned else b"")


class _Frame:
    """A signature (CMS SignedData, RFC 5652, section 5) without what differs: the digest and the signature itself."""

    def __init__(self, sample: cms.SignedData) -> None:
        [signer] = sample["signer_infos"]
        self.attributes: bytes = signer["signed_attrs"].dump()
        self._algorithm: bytes = signer["signature_algorithm"].dump()
        self._signer = b"".join(signer[name].dump() for name in ("version", "sid", "digest_algorithm"))
        parts = ("version", "digest_algorithms", "encap_content_info", "certificates")
        self._before = b"".join(sample[name].dump() for name in parts)
        assert self.attributes.count(SAMPLE) == 1

    def fill(self, attributes: bytes, signature: bytes, unsigned: bytes) -> cms.ContentInfo:
        """Return a whole signature; `unsigned` are the attributes that came after it, in DER."""
        # Inside the signer's information both sets carry a tag of their own: [0] and [1].
        tail = b"\xa1" + unsigned[1:] if unsigned else b""
        signer = _der(0x30, self._signer, attributes, self._algorithm, _der(0x04, signature), tail)
        signed = _der(0x30, self._before, _der(0x31, signer))
        return cms.ContentInfo.load(_der(0x30, SIGNED_DATA, _der(0xA0, signed)))


def _der(tag: int, *parts: bytes) -> bytes:
    """Return parts as one value with its tag and length (X.690, section 8.1)."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


_hands: dict[str, _Hand] = {}
_hands_lock = threading.Lock()


def _hand(keyring: Keyring, key: Key) -> _Hand:
    """Return what signs with a key, made once as long as the key stays loaded."""
    secret = keyring.secret(key.id)
    if isinstance(secret, Ed25519PrivateKey):
        raise KeyProblem(f"{key.id} does not sign PDF")
    with _hands_lock:
        found = _hands.get(key.fingerprint)
        if found is None or found.secret is not secret:
            found = _hands[key.fingerprint] = _Hand(secret, [key.certificate, *keyring.chain(key.id)])
        return found


class _Authority(TimeStamper):
    """Asks a timestamp authority (RFC 3161); pyHanko's own wants one more library for HTTP."""

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # it says no types
        if not url.startswith(("http://", "https://")):
            raise DocumentProblem(f"{url} is no address of a timestamp authority")
        self._url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Send one question and return the answer."""
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        question = urllib.request.Request(self._url, data=req.dump(), headers=headers)  # noqa: S310 - HTTP: see above
        try:
            with urllib.request.urlopen(question, timeout=ANSWER_TIMEOUT) as answer:  # noqa: S310 - likewise
                return tsp.TimeStampResp.load(answer.read(LARGEST_ANSWER))
        except (OSError, HTTPException, ValueError) as error:
            raise TimestampRequestError(str(error)) from error
