"""An authority as an organisation buys its certificates from: it answers over HTTP, and can fall silent."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from asn1crypto import keys as asn1keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from lms.infra.signing.keys import Keyring
from tests.factories.papers import AT, make_ring

DAY = timedelta(days=1)
PASSWORD = "brought"


@cache
def make_key(_name: str) -> RSAPrivateKey:
    """Return the key of somebody, made once for all tests: it takes long."""
    return generate_private_key(65537, 2048)


@dataclass
class Subject:
    """A key and its certificate."""

    key: RSAPrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def loaded(self) -> asn1x509.Certificate:
        return asn1x509.Certificate.load(self.der)


@dataclass
class Authority:
    """A root, an authority under it, the seal it gave, and two timestamp authorities; their answers over HTTP.

    `asked` counts the questions by path. `silent` are the paths that answer 503, `wrong` those that answer nonsense.
    """

    address: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    silent: set[str] = field(default_factory=set)
    wrong: dict[str, bytes] = field(default_factory=dict)
    revoked: dict[int, datetime] = field(default_factory=dict)
    holds: timedelta = 3 * DAY
    """How long an answer holds."""
    now: datetime = AT
    stamping: int = 0
    """Which of the timestamp authority's certificates stamps; -1: both in turn."""

    def found(self, address: str) -> None:
        """Give all certificates, which name the address."""
        self.address = address
        self.root = self.give("State Root", None, authority=True, years=30)
        self.middle = self.give("State Authority", self.root, authority=True, lists="root", years=15)
        self.responder = self.give("State Responder", self.middle, purpose=ExtendedKeyUsageOID.OCSP_SIGNING, years=2)
        self.seal = self.give("Ministry of Culture", self.middle, lists="middle", asks=True, years=2)
        self.stampers = [
            self.give(f"State Time {n}", self.root, purpose=ExtendedKeyUsageOID.TIME_STAMPING, lists="root", years=12)
            for n in (1, 2)
        ]

    def give(
        self,
        name: str,
        giver: Subject | None,
        *,
        authority: bool = False,
        purpose: x509.ObjectIdentifier | None = None,
        lists: str = "",
        asks: bool = False,
        years: int = 2,
    ) -> Subject:
        """Give a certificate."""
        key = make_key(name)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(giver.certificate.subject if giver else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now - 30 * DAY)
            .not_valid_after(self.now + years * 365 * DAY)
            .add_extension(x509.BasicConstraints(authority, None), critical=True)
            .add_extension(
                x509.KeyUsage(not authority, not authority, *[False] * 3, authority, authority, False, False),
                critical=True,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        if purpose:
            builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
        if purpose == ExtendedKeyUsageOID.OCSP_SIGNING:
            builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
        if lists:
            point = x509.DistributionPoint([x509.UniformResourceIdentifier(f"{self.address}{lists}.crl")], *[None] * 3)
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        places = [(AuthorityInformationAccessOID.OCSP, "ocsp")] if asks else []
        if giver:
            which = "root" if giver is getattr(self, "root", None) else "middle"
            places.append((AuthorityInformationAccessOID.CA_ISSUERS, f"{which}.crt"))
        if places:
            described = [
                x509.AccessDescription(way, x509.UniformResourceIdentifier(self.address + path)) for way, path in places
            ]
            builder = builder.add_extension(x509.AuthorityInformationAccess(described), critical=False)
        return Subject(key, builder.sign(giver.key if giver else key, SHA256()))

    @property
    def stamp_url(self) -> str:
        return f"{self.address}time"

    def bring(self, folder: Path, *, chain: bool = True, seal: Subject | None = None) -> Keyring:
        """Return a ring that signs with the seal of a PKCS#12 file."""
        seal = seal or self.seal
        others = [self.middle.certificate, self.root.certificate] if chain else None
        packed = pkcs12.serialize_key_and_certificates(
            b"seal", seal.key, seal.certificate, others, BestAvailableEncryption(PASSWORD.encode())
        )
        file = folder / "seal.p12"
        file.write_bytes(packed)
        return make_ring(folder / "keys", organisation=(file, PASSWORD))

    def answer(self, path: str, body: bytes) -> bytes:
        """Return what is answered at a path."""
        if path in self.wrong:
            return self.wrong[path]
        if path.endswith(".crt"):
            giver: Subject = getattr(self, path.removesuffix(".crt"))
            return giver.der
        if path.endswith(".crl"):
            return self._list(getattr(self, path.removesuffix(".crl")))
        return self._status(body) if path == "ocsp" else self._stamp(body)

    def _list(self, giver: Subject) -> bytes:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(giver.certificate.subject)
            .last_update(self.now - timedelta(hours=1))
            .next_update(self.now + self.holds)
            .add_extension(x509.CRLNumber(1), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(giver.certificate.public_key()),  # type: ignore[arg-type]
                critical=False,
            )
        )
        for serial, since in self.revoked.items():
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since).build()
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(giver.key, SHA256()).public_bytes(Encoding.DER)

    def _status(self, body: bytes) -> bytes:
        serial = ocsp.load_der_ocsp_request(body).serial_number
        assert serial == self.seal.certificate.serial_number
        since = self.revoked.get(serial)
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                cert=self.seal.certificate,
                issuer=self.middle.certificate,
                algorithm=SHA1(),  # as those who ask name the giver
                cert_status=ocsp.OCSPCertStatus.REVOKED if since else ocsp.OCSPCertStatus.GOOD,
                this_update=self.now - timedelta(minutes=5),
                next_update=self.now + self.holds,
                revocation_time=since,
                revocation_reason=None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, self.responder.certificate)
            .certificates([self.responder.certificate])
        )
        return builder.sign(self.responder.key, SHA256()).public_bytes(Encoding.DER)

    def _stamp(self, body: bytes) -> bytes:
        which = self.asked["time"] % 2 if self.stamping < 0 else self.stamping
        stamper = self.stampers[which]
        secret = stamper.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        given = DummyTimeStamper(
            tsa_cert=stamper.loaded,
            tsa_key=asn1keys.PrivateKeyInfo.load(secret),
            certs_to_embed=SimpleCertificateStore(),
            fixed_dt=self.now,
        ).request_tsa_response(tsp.TimeStampReq.load(body))
        content: bytes = given.dump()
        return content


@contextmanager
def running(authority: Authority) -> Iterator[Callable[[], None]]:
    """Answer until the context ends; yield what ends it earlier."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def do_GET(self) -> None:
            self._answer(b"")

        def _answer(self, body: bytes) -> None:
            path = self.path.removeprefix("/")
            authority.asked[path] += 1
            content = b"" if path in authority.silent else authority.answer(path, body)
            self.send_response(503 if path in authority.silent else 200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def stop() -> None:
        server.shutdown()
        thread.join()
        server.server_close()

    authority.found(f"http://127.0.0.1:{server.server_port}/")
    try:
        yield stop
    finally:
        if thread.is_alive():
            stop()
