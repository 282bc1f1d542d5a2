"""Keys are made once, kept for us alone, rotated and revoked without ever being forgotten."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    load_pem_private_key,
    load_pem_public_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from lms.domain.formats.rules import MAX_MONTHS
from lms.infra.signing.authority import LONGEST_PAPER
from lms.infra.signing.keys import Key, KeyProblem, Keyring, multikey, read_multikey, verify
from lms.infra.signing.multibase import decode_base58, encode_base58

AT = datetime(2026, 9, 14, 10, 0, tzinfo=UTC)
LATER = AT + timedelta(days=400)
PASSPHRASE = "correct horse battery staple"


def ensure(ring: Keyring, at: datetime = AT) -> list[str]:
    return ring.ensure(subject="Museum Academy", host="academy.example.org", at=at)


def rotate(ring: Keyring, name: str) -> Key:
    return ring.rotate(name, subject="Museum Academy", host="academy.example.org", at=LATER)


def ids(ring: Keyring) -> list[str]:
    every = ring.keys()
    return [key.id for key in every]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def ring(folder: Path) -> Keyring:
    made = Keyring(folder)
    ensure(made)
    return made


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def bring(path: Path, password: str = "brought") -> Path:
    """Write an organisation's PKCS#12 file: a certificate that names itself."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ministry of Culture")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(AT - timedelta(days=30))
        .not_valid_after(AT + timedelta(days=700))
        .sign(key, SHA256())
    )
    encryption = BestAvailableEncryption(password.encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"seal", key, certificate, None, encryption))
    return path


def test_one_key_of_each_name_is_made(folder: Path) -> None:
    ring = Keyring(folder)
    assert ensure(ring) == ["credential-1", "pdf-1", "packages-1"]
    assert ids(ring) == ["credential-1", "pdf-1", "packages-1"]
    assert ring.problem() is None


def test_what_is_there_is_not_made_again(ring: Keyring, folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert ensure(ring, LATER) == []
    assert ensure(Keyring(folder), LATER) == []
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_private_files_and_their_folder_are_for_us_alone(ring: Keyring, folder: Path) -> None:
    assert mode(folder) == 0o700
    assert {path.name: mode(path) for path in folder.glob("*.pem")} == {
        "ca.pem": 0o600,
        "credential-1.pem": 0o600,
        "packages-1.pem": 0o600,
        "pdf-1.pem": 0o600,
    }


def test_two_processes_that_start_at_once_make_one_set(folder: Path) -> None:
    program = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path;"
        "from lms.infra.signing.keys import Keyring; sys.stdin.readline();"
        "Keyring(Path(sys.argv[1])).ensure(subject='M', host='h', at=datetime.now(UTC))"
    )
    command = [sys.executable, "-c", program, str(folder)]
    started = [subprocess.Popen(command, stdin=subprocess.PIPE, text=True) for _ in range(4)]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in started:
        process.communicate(timeout=30)
        assert process.returncode == 0
    assert ids(Keyring(folder)) == ["credential-1", "pdf-1", "packages-1"]
    assert Keyring(folder).problem() is None


def test_with_a_passphrase_private_files_are_encrypted(folder: Path) -> None:
    ring = Keyring(folder, PASSPHRASE)
    ensure(ring)
    for path in folder.glob("*.pem"):
        with pytest.raises(TypeError):
            load_pem_private_key(path.read_bytes(), None)
    assert Keyring(folder, PASSPHRASE).problem() is None
    assert Keyring(folder, PASSPHRASE).sign("credential-1", b"text")


@pytest.mark.parametrize(("given", "words"), [("another", "another one"), (None, "is encrypted")])
def test_a_wrong_passphrase_is_named(folder: Path, given: str | None, words: str) -> None:
    ensure(Keyring(folder, PASSPHRASE))
    ring = Keyring(folder, given)
    with pytest.raises(KeyProblem, match=words):
        ring.sign("credential-1", b"text")
    assert words in str(ring.problem())


def test_a_passphrase_that_protects_nothing_is_named(ring: Keyring, folder: Path) -> None:
    assert "is not encrypted" in str(Keyring(folder, PASSPHRASE).problem())


def test_what_a_key_signs_is_verified_with_its_multikey(ring: Keyring) -> None:
    key = ring.current("credential")
    signature = ring.sign(key.id, b"text")
    assert key.multikey.startswith("z6Mk")
    assert verify(key.multikey, signature, b"text")
    assert not verify(key.multikey, signature, b"texts")
    assert not verify(key.multikey, signature[:-1], b"text")
    assert not verify(ring.current("packages").multikey, signature, b"text")
    assert not verify("z6Mk", signature, b"text")


def test_the_key_of_pdf_signs_nothing_else(ring: Keyring) -> None:
    with pytest.raises(KeyProblem, match="PDF alone"):
        ring.sign("pdf-1", b"text")


def test_a_rotated_key_stays_listed_and_verifies_but_signs_no_more(ring: Keyring, folder: Path) -> None:
    old = ring.current("credential")
    signature = ring.sign(old.id, b"text")
    new = rotate(ring, "credential")
    assert new == ring.current("credential")
    assert ids(ring) == ["credential-1", "pdf-1", "packages-1", "credential-2"]
    listed = ring.keys()[0]
    assert (listed.multikey, listed.retired_at, listed.revoked_from) == (old.multikey, LATER, None)
    assert verify(listed.multikey, signature, b"text")
    assert not (folder / "credential-1.pem").exists()
    with pytest.raises(KeyProblem, match="retired"):
        ring.sign("credential-1", b"text")


def test_a_rotated_certificate_stays_and_the_authority_too(ring: Keyring) -> None:
    [authority], old = ring.authorities(), ring.current("pdf")
    new = rotate(ring, "pdf")
    assert ring.authorities() == (authority,)
    assert ring.keys()[1].certificate == old.certificate
    assert new.certificate not in {old.certificate, b""}
    assert new.fingerprint != old.fingerprint


def test_a_running_site_sees_what_a_command_changed(ring: Keyring, folder: Path) -> None:
    assert ring.current("credential").id == "credential-1"
    rotate(Keyring(folder), "credential")
    assert ring.current("credential").id == "credential-2"
    assert ring.sign("credential-2", b"text")
    with pytest.raises(KeyProblem, match="retired"):
        ring.sign("credential-1", b"text")


def test_a_revoked_key_is_listed_with_since_and_reason_and_has_a_successor_when_one_is_made(ring: Keyring) -> None:
    ring.revoke("credential-1", since=AT, reason="A backup was stolen.", at=LATER)
    listed = ring.keys()[0]
    assert (listed.revoked_from, listed.reason, listed.retired_at) == (AT, "A backup was stolen.", LATER)
    with pytest.raises(KeyProblem, match="no usable key"):
        ring.current("credential")
    assert ensure(ring, LATER) == ["credential-2"]


def test_a_key_can_be_revoked_after_it_was_rotated(ring: Keyring) -> None:
    rotate(ring, "credential")
    ring.revoke("credential-1", since=AT, reason="Stolen.", at=LATER + timedelta(days=1))
    assert (ring.keys()[0].revoked_from, ring.keys()[0].retired_at) == (AT, LATER)
    assert ring.current("credential").id == "credential-2"


@pytest.mark.parametrize("wrong", ["credential-9", ""])
def test_a_key_that_never_was_is_named(ring: Keyring, wrong: str) -> None:
    with pytest.raises(KeyProblem, match="there is no key"):
        ring.revoke(wrong, since=AT, reason="", at=AT)
    with pytest.raises(KeyProblem, match="there is no key"):
        ring.sign(wrong, b"")
    with pytest.raises(KeyProblem, match="only credential, pdf, packages"):
        ring.rotate("other", subject="", host="h", at=AT)


def test_certificates_say_what_they_are_for_and_outlive_what_they_sign(ring: Keyring) -> None:
    [authority], signer = ring.authorities(), ring.current("pdf").certificate
    root, leaf = x509.load_der_x509_certificate(authority), x509.load_der_x509_certificate(signer)
    leaf.verify_directly_issued_by(root)
    assert root.extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(True, 0)
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical and usage.value.digital_signature and usage.value.content_commitment
    assert not usage.value.key_cert_sign
    assert leaf.not_valid_after_utc > AT + LONGEST_PAPER + timedelta(days=29 * 365)
    assert root.not_valid_after_utc > leaf.not_valid_after_utc
    assert timedelta(days=MAX_MONTHS / 12 * 365.25) <= LONGEST_PAPER
    assert leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "Museum Academy"


@pytest.mark.parametrize("subject", ["", "Музей " * 40, "Հայաստանի ազգային պատկերասրահ"])
def test_any_name_of_a_site_makes_a_certificate(folder: Path, subject: str) -> None:
    ring = Keyring(folder)
    ring.ensure(subject=subject, host="localhost:5000", at=AT)
    assert ring.problem() is None


def test_a_lost_list_costs_none_of_the_files_that_it_named(ring: Keyring, folder: Path) -> None:
    before = (folder / "credential-1.pem").read_bytes()
    (folder / "keyring.json").unlink()
    assert ensure(ring) == ["credential-2", "pdf-2", "packages-2"]
    assert (folder / "credential-1.pem").read_bytes() == before


def test_problems_are_named(ring: Keyring, folder: Path) -> None:
    (folder / "pdf-1.pem").chmod(0o640)
    assert "can be read by others" in str(ring.problem())
    (folder / "pdf-1.pem").chmod(0o600)
    (folder / "credential-1.pem").unlink()
    assert "credential-1.pem cannot be read" in str(ring.problem())
    (folder / "keyring.json").write_text("[{}]", encoding="utf-8")
    assert "keyring.json cannot be read" in str(ring.problem())


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert "cannot be read" in str(Keyring(tmp_path / "none").problem())


def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KeyProblem, match="cannot be read"):
        ensure(Keyring(tmp_path / "file" / "keys"))
    blocked = tmp_path / "blocked"
    (blocked / "lock").mkdir(parents=True)
    with pytest.raises(KeyProblem, match="lock cannot be written"):
        ensure(Keyring(blocked))


def test_a_certificate_that_was_changed_on_the_disk_is_not_believed(ring: Keyring, folder: Path) -> None:
    (folder / "pdf-1.crt").write_bytes((folder / "ca.crt").read_bytes())
    with pytest.raises(KeyProblem, match=r"pdf-1\.crt"):
        Keyring(folder).keys()


def test_an_organisation_signs_with_its_own_certificate_and_the_old_stays_listed(ring: Keyring, folder: Path) -> None:
    own = ring.current("pdf")
    brought = (bring(folder.parent / "seal.p12"), "brought")
    theirs = Keyring(folder, organisation=brought)
    assert ensure(theirs, LATER) == ["pdf-2"]
    assert theirs.current("pdf").certificate != own.certificate
    assert theirs.keys()[1].retired_at == LATER
    assert len(theirs.authorities()) == 2
    assert theirs.problem() is None
    assert ensure(Keyring(folder), LATER) == ["pdf-3"]
    assert ensure(theirs, LATER) == ["pdf-4"]
    theirs.revoke("pdf-4", since=AT, reason="Stolen.", at=LATER)
    with pytest.raises(KeyProblem, match="was revoked"):
        ensure(theirs, LATER)


@pytest.mark.parametrize("wrong", ["password", "file", "nothing"])
def test_an_organisation_s_file_that_cannot_be_read_is_named(ring: Keyring, folder: Path, wrong: str) -> None:
    path = bring(folder.parent / "seal.p12")
    if wrong == "file":
        path.write_bytes(b"no PKCS#12")
    if wrong == "nothing":
        path.unlink()
    theirs = Keyring(folder, organisation=(path, "other" if wrong == "password" else "brought"))
    assert "cannot be read" in str(theirs.problem())


def test_the_public_half_is_exported_and_nothing_else(ring: Keyring, tmp_path: Path) -> None:
    rotate(ring, "pdf")
    files = ring.export_public(tmp_path / "public")
    assert {path.name for path in files} == {"keys.json", "ca.pem", "pdf-1.pem", "pdf-2.pem"}
    assert not any(b"PRIVATE" in path.read_bytes() for path in files)
    listed = {entry["id"]: entry for entry in json.loads((tmp_path / "public" / "keys.json").read_text("utf-8"))}
    assert listed["pdf-1"]["retired_at"] == LATER.isoformat()
    public = load_pem_public_key(listed["credential-1"]["pem"].encode())
    assert multikey(public.public_bytes_raw()) == ring.current("credential").multikey


@given(st.binary(max_size=80))
def test_base58_comes_back_as_it_went(content: bytes) -> None:
    assert decode_base58(encode_base58(content)) == content


@given(st.binary(min_size=32, max_size=32))
def test_a_multikey_comes_back_as_it_went(public: bytes) -> None:
    assert read_multikey(multikey(public)) == public


@pytest.mark.parametrize("wrong", ["", "z", "u6Mk", "z0", "zé", "z" + "1" * 500, encode_base58(b"\xed\x01short")])
def test_what_is_no_multikey_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="this is no"):
        read_multikey(wrong)
