"""The X.509 side of the keys: our own authority, the certificates it gives, and the chain an organisation brings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID, ObjectIdentifier

YEAR = timedelta(days=365.25)
AUTHORITY_VALID = 100 * YEAR
SIGNER_VALID = 80 * YEAR
"""It outlives what it signs: a reader that knows nothing of signing times still accepts the paper of an old learner."""

LONGEST_PAPER = 50 * YEAR
"""How long the certificate of a course may hold at most."""

EARLIER = timedelta(days=1)
"""So much before it is made a certificate counts: clocks of readers are wrong."""

DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
"""The purpose of RFC 9336."""

ADOBE_SIGNING = ObjectIdentifier("1.2.840.113583.1.1.5")
EMAIL_PROTECTION = ObjectIdentifier("1.3.6.1.5.5.7.3.4")
"""The purpose that readers older than RFC 9336 ask for, as does the NSS of pdfsig."""

LONGEST_NAME = 64
"""Of a name in X.509 (RFC 5280, appendix A.1). Characters there; bytes here, as the strictest readers count."""

ROOT = " Root CA"


def make_authority(key: EllipticCurvePrivateKey, *, subject: str, host: str, at: datetime) -> x509.Certificate:
    """Return the certificate of an authority that may give certificates to signers and to no other authority."""
    name = _name(subject or host, _cut(subject or host, LONGEST_NAME - len(ROOT)) + ROOT)
    public = key.public_key()
    return (
        _builder(public, name, name, at, at + AUTHORITY_VALID)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(certificates=True), critical=True)
        .sign(key, SHA256())
    )


def make_signer(
    key: EllipticCurvePublicKey,
    *,
    authority: x509.Certificate,
    authority_key: EllipticCurvePrivateKey,
    subject: str,
    host: str,
    at: datetime,
) -> x509.Certificate:
    """Return the certificate of a key that signs documents and nothing else."""
    ends = min(at + SIGNER_VALID, authority.not_valid_after_utc)
    purposes = [DOCUMENT_SIGNING, EMAIL_PROTECTION, ADOBE_SIGNING]
    home = x509.UniformResourceIdentifier(f"https://{quote(host, safe=':[].')}/")
    return (
        _builder(key, _name(subject or host, subject or host), authority.subject, at, ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        .add_extension(x509.SubjectAlternativeName([home]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(
                authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
            ),
            critical=False,
        )
        .sign(authority_key, SHA256())
    )


def order_chain(signer: x509.Certificate, others: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Return those of the other certificates that lead from a signer to its root, the nearest first."""
    chain: list[x509.Certificate] = []
    while found := next((one for one in others if one not in chain and _gave(one, (chain or [signer])[-1])), None):
        chain.append(found)
    return chain


def _gave(giver: x509.Certificate, given: x509.Certificate) -> bool:
    try:
        given.verify_directly_issued_by(giver)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _builder(
    key: EllipticCurvePublicKey, subject: x509.Name, issuer: x509.Name, starts: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts - EARLIER)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(organisation: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _cut(organisation)),
            x509.NameAttribute(NameOID.COMMON_NAME, _cut(common)),
        ]
    )


def _cut(text: str, size: int = LONGEST_NAME) -> str:
    return text.encode()[:size].decode(errors="ignore").rstrip()


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=not certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )
