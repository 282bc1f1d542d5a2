"""A PDF counts as ours when it has our one signature over every byte; each way to deceive is found.

It is long because attacks, files of any kind, organisations and timestamps each need a paper and a ring of their own.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import keys as asn1keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from lms.infra.signing import documents, examination
from lms.infra.signing.documents import DocumentProblem, Paper, examine_pdf, read_attachment
from lms.infra.signing.keys import KeyProblem, Keyring
from tests.factories.papers import (
    AT,
    ATTACKS,
    CREDENTIAL,
    edit_text,
    examine,
    gap,
    make_ring,
    overlay,
    page,
    sign,
    sign_again,
    strip,
)


def relative(moment: datetime, *, years: int) -> datetime:
    return moment.replace(year=moment.year + years)


def sign_until(content: bytes, ring: Keyring, at: datetime, until: datetime) -> bytes:
    return documents.sign_pdf(content, ring, at=at, name="Museum Academy", location="academy.example.org", until=until)


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    return make_ring(tmp_path_factory.mktemp("ours") / "keys")


@pytest.fixture(scope="module")
def plain() -> bytes:
    return page(CREDENTIAL)


@pytest.fixture(scope="module")
def signed(ring: Keyring, plain: bytes) -> bytes:
    return sign(plain, ring)


def test_a_signed_file_is_valid_and_says_when_and_by_whom(ring: Keyring, signed: bytes) -> None:
    paper = examine(signed, ring)
    assert paper.valid
    assert paper == Paper(
        signatures=1,
        intact=True,
        trusted=True,
        whole=True,
        untouched=True,
        signed_at=AT,
        signer=ring.current("pdf").fingerprint,
        attachment=CREDENTIAL,
    )


def test_what_was_signed_begins_the_file(plain: bytes, signed: bytes) -> None:
    assert signed.startswith(plain)


def test_the_same_facts_give_the_same_bytes_but_for_the_signature_itself(
    ring: Keyring, plain: bytes, signed: bytes
) -> None:
    start, end = gap(signed)
    again = sign(plain, ring)
    assert (again[:start], again[end:]) == (signed[:start], signed[end:])


def test_each_signature_has_its_own_moment(ring: Keyring, plain: bytes) -> None:
    later = AT + timedelta(days=30, microseconds=1)
    assert examine(sign(plain, ring, later), ring).signed_at == later.replace(microsecond=0)
    assert examine(sign(page(), ring), ring).valid


def test_the_signature_forbids_every_change_and_is_not_seen(signed: bytes) -> None:
    with pikepdf.open(BytesIO(signed)) as pdf:
        signature = pdf.Root.Perms.DocMDP
        assert signature.Reference[0].TransformParams.P == 1
        assert signature.SubFilter == "/ETSI.CAdES.detached"
        assert (str(signature.Name), str(signature.Location)) == ("Museum Academy", "academy.example.org")
        field = pdf.Root.AcroForm.Fields[0]
        assert [float(edge) for edge in field.Rect[:2]] == [float(edge) for edge in field.Rect[2:]]
        assert int(field.F) & 0b110 == 0b100  # printable, not hidden


def test_pdfsig_accepts_it(signed: bytes, tmp_path: Path) -> None:
    (tmp_path / "signed.pdf").write_bytes(signed)
    told = subprocess.run(["pdfsig", tmp_path / "signed.pdf"], capture_output=True, text=True).stdout
    assert told.count("Signature #") == 1
    assert "Total document signed" in told
    assert "Signature is Valid." in told
    assert "Signer Certificate Common Name: Museum Academy" in told


# Attacks.


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_leaves_a_valid_file(attack: Callable[[bytes, Keyring], bytes], ring: Keyring, signed: bytes) -> None:
    attacked = attack(signed, ring)
    assert attacked != signed
    assert not examine(attacked, ring).valid


def test_an_edited_file_is_not_intact_but_names_its_signer(ring: Keyring, signed: bytes) -> None:
    paper = examine(edit_text(signed, ring), ring)
    assert (paper.signatures, paper.intact, paper.whole) == (1, False, True)
    assert paper.signer == ring.current("pdf").fingerprint


def test_an_overlay_leaves_what_was_signed_intact_but_not_whole(ring: Keyring, signed: bytes) -> None:
    paper = examine(overlay(signed, ring), ring)
    assert (paper.signatures, paper.intact, paper.whole, paper.untouched) == (1, True, False, False)


def test_a_stripped_copy_is_unsigned_and_its_credential_can_be_read(ring: Keyring, signed: bytes) -> None:
    assert examine(strip(signed, ring), ring) == Paper(attachment=CREDENTIAL)


def test_signatures_are_counted(ring: Keyring, signed: bytes) -> None:
    assert examine(sign_again(signed, ring), ring).signatures == 2


def test_only_an_untouched_paper_without_problems_is_valid(ring: Keyring, signed: bytes) -> None:
    paper = examine(signed, ring)
    for field, value in (
        ("signatures", 2),
        ("signatures", 0),
        ("intact", False),
        ("trusted", False),
        ("whole", False),
        ("untouched", False),
        ("problem", "damaged"),
    ):
        assert not replace(paper, **{field: value}).valid


def test_an_authority_with_our_names_is_not_ours(ring: Keyring, plain: bytes, tmp_path: Path) -> None:
    theirs = make_ring(tmp_path / "keys")
    forged = sign(plain, theirs)
    assert examine(forged, theirs).valid
    paper = examine(forged, ring)
    assert paper.intact and paper.whole and not paper.trusted and not paper.valid
    pinned = theirs.current("pdf").fingerprint
    assert not examine_pdf(forged, authorities=ring.authorities(), signers=[pinned]).trusted
    assert not examine_pdf(forged, authorities=theirs.authorities(), signers=[]).trusted
    assert not examine_pdf(forged, authorities=[], signers=[pinned]).trusted


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_bit_outside_the_signature_can_be_turned(ring: Keyring, signed: bytes, data: st.DataObject) -> None:
    start, end = gap(signed)
    place = data.draw(st.integers(0, len(signed) - 1).filter(lambda at: not start <= at < end))
    turned = bytearray(signed)
    turned[place] ^= 1 << data.draw(st.integers(0, 7))
    assert not examine(bytes(turned), ring).valid


# Time.


def test_a_rotated_key_s_papers_stay_valid(plain: bytes, tmp_path: Path) -> None:
    ring = make_ring(tmp_path / "keys")
    old = sign(plain, ring)
    ring.rotate("pdf", subject="Museum Academy", host="academy.example.org", at=AT + timedelta(days=1))
    assert examine(old, ring).valid
    new = examine(sign(plain, ring), ring)
    assert new.valid and new.signer == ring.current("pdf").fingerprint


def test_a_certificate_that_has_ended_since_still_counts(plain: bytes, tmp_path: Path) -> None:
    long_ago = datetime(1971, 1, 1, tzinfo=UTC)
    ring = make_ring(tmp_path / "keys", at=long_ago)
    old = sign(plain, ring, long_ago + timedelta(days=1))
    assert examine(old, ring).valid
    assert examine_pdf(old, authorities=ring.authorities(), signers=[ring.current("pdf").fingerprint]).signed_at < AT


def test_nothing_is_signed_with_a_certificate_before_it_holds_or_when_it_has_ended(
    plain: bytes, tmp_path: Path
) -> None:
    ring = make_ring(tmp_path / "keys")
    ends = x509.load_der_x509_certificate(ring.current("pdf").certificate).not_valid_after_utc
    assert examine(sign(plain, ring, ends), ring).valid
    with pytest.raises(KeyProblem, match=r"pdf-1 ended on 2106-\d\d-\d\d: nothing is signed with it any more"):
        sign(plain, ring, ends + timedelta(seconds=1))
    with pytest.raises(KeyProblem, match="holds from 2026-09-13 on"):
        sign(plain, ring, AT - timedelta(days=2))


def test_our_own_certificate_outlives_what_it_signs(plain: bytes, tmp_path: Path) -> None:
    ring = make_ring(tmp_path / "keys")
    longest = relative(AT, years=50)
    assert examine(sign_until(plain, ring, AT, longest), ring).valid
    later = relative(AT, years=35)
    assert examine(sign_until(plain, ring, later, relative(later, years=40)), ring).valid
    with pytest.raises(KeyProblem, match="before what it would sign: run lms keys rotate pdf"):
        sign_until(plain, ring, later, relative(later, years=50))
    ring.rotate("pdf", subject="Museum Academy", host="academy.example.org", at=later)
    assert examine(sign_until(plain, ring, later, relative(later, years=50)), ring).valid


def test_without_a_key_nothing_is_signed(plain: bytes, tmp_path: Path) -> None:
    with pytest.raises(KeyProblem):
        sign(plain, Keyring(tmp_path))


def test_what_cannot_be_signed_is_named(ring: Keyring, signed: bytes) -> None:
    for content in (b"", b"text", signed):
        with pytest.raises(DocumentProblem, match="cannot be signed"):
            sign(content, ring)


# Files of any kind.


def bomb() -> bytes:
    """Return a PDF whose attachment is small packed and large unpacked."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.attachments["credential.json"] = pikepdf.AttachedFileSpec(
            pdf, bytes(64 * 1024 * 1024), filename="credential.json"
        )
        target = BytesIO()
        pdf.save(target, compress_streams=True)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "not-a-pdf"),
        (b"{}", "not-a-pdf"),
        (b" " * 2000 + b"%PDF-1.7", "not-a-pdf"),
        (b"%PDF-1.7", "damaged"),
        (b"%PDF-1.7\n" + b"[" * 100_000 + b"\nstartxref\n9\n%%EOF", "damaged"),
        (page(CREDENTIAL, password="secret"), "encrypted"),
        (page(bytes(600 * 1024)), "too-large"),
        (bomb(), "too-large"),
        (b"%PDF-1.7" + bytes(20 * 1024 * 1024), "too-large"),
        (b"%PDF-1.7\n" + b"1 0 obj\n" * 50_000, "too-many-objects"),
        (b"%PDF-1.7\n" + b"<</Prev 9>>" * 200, "too-many-objects"),
    ],
    ids=range(11),
)
def test_files_that_cannot_be_read_are_named(content: bytes, problem: str, ring: Keyring) -> None:
    assert examine(content, ring) == Paper(problem=problem)
    assert read_attachment(content) is None


def test_an_unsigned_file_is_no_problem_and_not_valid(ring: Keyring, plain: bytes) -> None:
    assert examine(plain, ring) == Paper(attachment=CREDENTIAL)
    assert examine(page(), ring) == Paper()
    assert read_attachment(plain) == CREDENTIAL


def test_of_two_credentials_neither_is_taken(ring: Keyring) -> None:
    assert examine(page(CREDENTIAL, CREDENTIAL), ring).attachment is None


def test_of_many_attachments_few_are_looked_at(ring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    look = examination._names
    monkeypatch.setattr(examination, "_names", lambda described: seen.append(described) or look(described))
    examine(page(*[CREDENTIAL] * 100), ring)
    assert len(seen) <= 40


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_damage_makes_it_fail(ring: Keyring, signed: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(signed)))
    end = data.draw(st.integers(start, len(signed)))
    examine(signed[:start] + data.draw(st.binary(max_size=20)) + signed[end:], ring)


# An organisation's own certificate, and timestamps; for the long term see test_signing_longterm.py.


def certify(
    subject: str, key: object, issuer: tuple[x509.Certificate, object] | None, *, authority: bool, stamps: bool = False
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    giver, giver_key = (issuer[0].subject, issuer[1]) if issuer else (name, key)
    builder = (
        x509.CertificateBuilder(giver, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(AT - timedelta(days=1))
        .not_valid_after(AT + timedelta(days=700))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(x509.KeyUsage(not authority, *[False] * 4, authority, *[False] * 3), critical=True)
    )
    if stamps:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return builder.sign(giver_key, SHA256())


@pytest.mark.parametrize("chained", [True, False])
def test_an_organisation_s_certificate_signs_with_its_chain(chained: bool, plain: bytes, tmp_path: Path) -> None:
    root_key, middle_key, key = (generate_rsa(65537, 2048) for _ in range(3))
    root = certify("State root", root_key, None, authority=True)
    middle = certify("State CA", middle_key, (root, root_key), authority=True)
    leaf = certify("Ministry of Culture", key, (middle, middle_key) if chained else None, authority=False)
    file = tmp_path / "seal.p12"
    others = [root, middle] if chained else None
    encryption = BestAvailableEncryption(b"brought")
    file.write_bytes(pkcs12.serialize_key_and_certificates(b"seal", key, leaf, others, encryption))
    ring = make_ring(tmp_path / "keys", organisation=(file, "brought"))
    assert ring.authorities() == ((root if chained else leaf).public_bytes(Encoding.DER),)
    assert examine(sign(plain, ring), ring).valid


@pytest.fixture
def authority() -> Iterator[str]:
    """Run a timestamp authority; return its address."""
    key = generate_rsa(65537, 2048)
    certificate = certify("Timestamps", key, None, authority=False, stamps=True)
    stamper = DummyTimeStamper(
        tsa_cert=asn1x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
        tsa_key=asn1keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
        fixed_dt=AT,
    )

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = stamper.request_tsa_response(tsp.TimeStampReq.load(body)).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_a_timestamp_is_put_in_and_takes_nothing_away(authority: str, ring: Keyring, plain: bytes) -> None:
    stamped = sign(plain, ring, timestamp_url=authority)
    reader = examination._open(stamped)
    [signature] = reader.embedded_signatures
    assert [one["type"].native for one in signature.signer_info["unsigned_attrs"]] == ["signature_time_stamp_token"]
    assert examine(stamped, ring).valid


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "file:///etc/passwd", "tsa"])
def test_an_authority_that_does_not_answer_is_named(url: str, ring: Keyring, plain: bytes) -> None:
    with pytest.raises(DocumentProblem, match="timestamp authority"):
        sign(plain, ring, timestamp_url=url)


def test_a_signature_always_fits_the_place_kept_for_it(ring: Keyring, signed: bytes) -> None:
    start, end = gap(signed)
    hand = documents._hand(ring, ring.current("pdf"))
    assert end - start == 2 * hand.size + 2
    used = len(signed[start + 1 : end - 1].rstrip(b"0")) // 2
    assert used < hand.size - 500
