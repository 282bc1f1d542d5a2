"""The signature of a PDF: PAdES-B-B by pyHanko, B-T with a timestamp, or B-LT, as the author who allows no change.

For B-LT what shows that the certificates held is put in together with the signature: what is appended after it is what
whoever checks must not accept. Our own authority publishes nothing of the kind; an organisation's does.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from asn1crypto import cms, x509
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
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PdfSignatureMetadata,
    PdfSigner,
    PreSignValidationStatus,
    SigDSSPlacementPreference,
)
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator.registry import CertificateStore, SimpleCertificateStore

from lms.infra.signing import longterm
from lms.infra.signing.asking import DIGEST, TimestampAuthority
from lms.infra.signing.examination import Paper, examine_pdf, read_attachment
from lms.infra.signing.keys import Key, KeyProblem, Keyring, PrivateKey
from lms.infra.signing.revocation import publishes

__all__ = ["DocumentProblem", "Paper", "examine_pdf", "read_attachment", "sign_pdf"]

FIELD = "Signature"
BASE = "/1.7"
"""The version of PDF that PDF/A-3 is made of."""

RESERVED = 2048
"""Bytes of a signature beside its certificates: attributes, names, the value itself."""

RESERVED_TIMESTAMP = 14_000
"""Bytes of a timestamp with the certificates of who gives it."""

SAMPLE = b"the digest of no document at all"
SIGNED_DATA = cms.ContentType("signed_data").dump()
ATTEMPTS = 4
"""How many certificates a timestamp authority may answer with in turn."""

BESIDE = DSSContentSettings(include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE)

PLACE = SigFieldSpec(
    FIELD,
    # PDF/A wants it printable, PDF/UA off the page where it is not part of what is read.
    invis_sig_settings=InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True),
)


class DocumentProblem(Exception):
    """A PDF cannot be signed, or not be timestamped; the message is one sentence for the administrator."""


def sign_pdf(
    content: bytes,
    keyring: Keyring,
    *,
    at: datetime,
    name: str,
    location: str,
    timestamp_url: str | None = None,
    long_term: bool | None = None,
    until: datetime | None = None,
) -> bytes:
    """Return a PDF with our signature over all of it; with the address of a timestamp authority its timestamp too.

    `long_term` puts in what shows that the certificates held; None: when an organisation's certificate allows it.
    `until` is when what the paper says ends. Raises KeyProblem when no key may sign it, DocumentProblem for what is no
    PDF or has a signature already, and when an authority does not answer.
    """
    key = keyring.current("pdf")
    hand = _hand(keyring, key)
    if reason := hand.refuses(at, until if key.own else None):
        raise KeyProblem(f"the certificate of {key.id} {reason}")
    timestamper = TimestampAuthority(timestamp_url) if timestamp_url else None
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=DIGEST,
        name=name or None,
        location=location or None,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        dss_settings=BESIDE,
    )
    signer = PdfSigner(metadata, hand, timestamper=timestamper, new_field_spec=PLACE)
    reserved = hand.size + (RESERVED_TIMESTAMP if timestamper else 0)
    moment = at.astimezone(UTC).replace(microsecond=0)
    try:
        if timestamper and lasts(keyring, timestamp_url=timestamp_url, long_term=long_term):
            return _sign_for_long(signer, hand, content, moment, reserved, timestamper)
        return asyncio.run(_sign(signer, content, moment, reserved))
    except TimestampRequestError as error:
        raise DocumentProblem(
            f"the timestamp authority {timestamp_url} did not answer as it should: {error}"
        ) from error
    except longterm.EvidenceProblem as problem:
        raise DocumentProblem(str(problem)) from problem
    except (SigningError, PdfError, ValueError) as error:
        raise DocumentProblem(f"this PDF cannot be signed: {error}") from error


def lasts(keyring: Keyring, *, timestamp_url: str | None, long_term: bool | None) -> bool:
    """Tell whether signatures are made that can be checked when their certificates have ended (PAdES-B-LT).

    Unless it is said, they are where that means something: with a timestamp, by a certificate that names an address
    where to ask whether it was revoked.
    """
    if long_term is not None:
        return long_term
    key = keyring.current("pdf")
    return timestamp_url is not None and not key.own and publishes(_hand(keyring, key).certificates[0])


def try_out(keyring: Keyring, *, at: datetime, timestamp_url: str, long_term: bool | None) -> None:
    """Ask whomever signing asks; DocumentProblem when one of them does not answer as it should."""
    authority = TimestampAuthority(timestamp_url)
    try:
        asyncio.run(authority.try_out())
        if lasts(keyring, timestamp_url=timestamp_url, long_term=long_term):
            longterm.gather(_hand(keyring, keyring.current("pdf")).certificates, authority, at=at)
    except TimestampRequestError as error:
        raise DocumentProblem(
            f"the timestamp authority {timestamp_url} did not answer as it should: {error}"
        ) from error
    except longterm.EvidenceProblem as problem:
        raise DocumentProblem(str(problem)) from problem


def _sign_for_long(
    signer: PdfSigner, hand: _Hand, content: bytes, at: datetime, reserved: int, authority: TimestampAuthority
) -> bytes:
    """Sign with the evidence beside the signature, as often as the timestamp comes with a certificate new to us."""
    for _ in range(ATTEMPTS):
        evidence = longterm.gather(hand.certificates, authority, at=at)
        signed = asyncio.run(_sign(signer, content, at, reserved, evidence.info))
        if evidence.covers(authority):
            return signed
    raise DocumentProblem(f"the timestamp authority {authority.url} answers with another certificate each time")


async def _sign(
    signer: PdfSigner, content: bytes, at: datetime, reserved: int, evidence: PreSignValidationStatus | None = None
) -> bytes:
    """Do what PdfSigner.async_sign_pdf does, at a moment that is given: it takes the present one."""
    session = signer.init_signing_session(_Writer(content))
    session.system_time = at
    prepared = session.prepare_tbs_document(
        validation_info=evidence,
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
        self.certificates = loaded
        self.size = RESERVED + sum(map(len, certificates))
        self._starts, self._ends = loaded[0].not_valid_before, loaded[0].not_valid_after
        self._frame: _Frame | None = None

    def refuses(self, at: datetime, until: datetime | None) -> str | None:
        """Say why nothing is signed at a moment that holds until another one, None when it may be."""
        if at < self._starts:
            return f"holds from {self._starts:%Y-%m-%d} on: nothing is signed with it before"
        if at > self._ends:
            return f"ended on {self._ends:%Y-%m-%d}: nothing is signed with it any more"
        if until and until > self._ends:
            return f"ends on {self._ends:%Y-%m-%d}, before what it would sign: run lms keys rotate pdf"
        return None

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
