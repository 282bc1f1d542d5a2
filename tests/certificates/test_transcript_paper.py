"""The paper of a transcript: pages that are told apart, the same bytes each time, readable by programs."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask
from openbadgeslib.ob3 import OB3LdpVerifier
from openbadgeslib.ob3.verifier import OB3VerificationError
from pdfua.validator import Validator
from pypdf import PdfReader

from lms.certificates.service import paper, transcript_paper
from lms.domain import transcript_credential
from lms.domain.credential import Issuer, place_of
from lms.domain.transcript import Transcript
from lms.infra.signing.proofs import add_proofs
from tests.certificates.test_paper import LONG_NAME, NAMES, structure
from tests.factories.awards import CODE
from tests.factories.awards import make_award as award
from tests.factories.transcripts import AT, learned, transcript

BASE = "https://learn.example.org"
SPACED = "7K3M-9XQ2-4TFA-H6RW"
LONG_TITLE = ("Preventive conservation, documentation, digitisation and the care of mixed collections " * 3)[:200]
ISSUER = Issuer(base_url="https://academy.example.org", name="Museum Academy")
SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture(autouse=True)
def _in_app(app: Flask, tx: object) -> Iterator[None]:
    with app.app_context():
        yield


def made(said: Transcript) -> bytes:
    """Return the unsigned file of a transcript."""
    return transcript_paper.print_transcript(CODE, said, site="Vitrine", base_url=BASE, key="ab" * 32, credential=b"{}")


def pages_of(content: bytes) -> list[str]:
    """Return what pdftotext reads of each page, with runs of space as one."""
    done = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
    return [" ".join(page.split()) for page in done.stdout.decode().split("\f")[:-1]]


@pytest.mark.parametrize(("count", "most"), [(1, 1), (12, 2), (60, 6)])
def test_every_page_bears_code_address_and_its_number(count: int, most: int) -> None:
    pages = pages_of(made(transcript(count)))
    assert len(pages) <= most
    for number, page in enumerate(pages, 1):
        assert SPACED in page
        assert "learn.example.org/verify" in page
        assert f"{number}/{len(pages)}" in page.replace(" ", "")
        assert "Marta Ilyina" in page, "a page that was put into another transcript shows"


def test_it_says_each_course_and_the_hours() -> None:
    courses = [
        learned(0, name="Marta Petrova"), learned(1, certified="revoked", title="A course taken back"), learned(4),
        learned(2, certificate="", certified="", ordinal=None),
    ]  # fmt: skip
    read = " ".join(pages_of(made(transcript(courses=courses))))
    for said in (
        "Transcript of learning", "Museum of the River Port", "14 November 2026", "The Museum as a Place of Learning",
        "2026.1, edition 1", "86%", "0000-0000-0000-0000", "in the name of Marta Petrova", "A course taken back",
        "revoked: does not count", "gives none", "45%", "Courses under way", "believe the page", "abababab",
    ):  # fmt: skip
        assert said in read, said
    # Those of the course that was taken back and of the one under way are not among them.
    assert "Hours of study completed 13" in read


@pytest.mark.parametrize("script", NAMES)
def test_a_name_prints_right_in_its_own_script_on_every_page(script: str) -> None:
    for page in pages_of(made(transcript(12, name=NAMES[script], name_latin="Latin Name"))):
        assert NAMES[script] in page


def test_it_speaks_russian() -> None:
    content = made(transcript(2, language="ru", title="Справка об обучении", name="Марта Ильина"))
    read = " ".join(pages_of(content))
    assert "14 ноября 2026" in read
    assert "05.10.2026" in read
    assert PdfReader(io.BytesIO(content)).trailer["/Root"]["/Lang"] == "ru"


def test_the_longest_names_and_titles_stay_inside_the_walls() -> None:
    courses = [learned(n, title=LONG_TITLE, name=LONG_NAME) for n in range(4)] + [learned(4, title="W" * 200)]
    content = made(transcript(courses=courses, name="Щ" * 39 + " " + "Ж" * 40, name_latin=LONG_NAME))
    done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=content, capture_output=True, check=True)
    words = [line for line in done.stdout.decode().splitlines() if "<word" in line]
    assert len(words) > 100
    for word in words:
        sides = {key: float(value) * 25.4 / 72 for key, value in (part.split("=") for part in _sides(word))}
        assert 14 < sides["xMin"] < sides["xMax"] < 196.5, word
        assert 14 < sides["yMin"] < sides["yMax"] < 283.5, word


def _sides(word: str) -> list[str]:
    return word.split("<word ")[1].split(">")[0].replace('"', "").split()


def test_a_letter_that_no_font_has_is_told() -> None:
    with pytest.raises(paper.Unprintable) as told:
        made(transcript(courses=[learned(0, title="Музей 龘")]))
    assert told.value.letters == "龘"


def test_html_in_a_title_is_text() -> None:
    [page] = pages_of(made(transcript(courses=[learned(0, title="<script>alert(1)</script>", name="<b>x</b>")])))
    assert "<script>alert(1)</script>" in page
    assert "in the name of <b>x</b>" in page


def test_the_same_facts_give_the_same_bytes_and_certificates_keep_theirs() -> None:
    said = transcript(12, name=NAMES["armenian"])
    first, certificate = made(said), certified()
    made(transcript(1))
    assert certified() == certificate
    assert made(said) == first


def certified() -> bytes:
    return paper.print_certificate(CODE, award(), site="Vitrine", base_url=BASE, key="ab" * 32, credential=b"{}")


def test_it_is_small() -> None:
    assert len(made(transcript(60))) < 120_000


@pytest.mark.parametrize("count", [1, 60])
def test_an_independent_validator_finds_nothing_against_pdf_ua(tmp_path: Path, count: int) -> None:
    (tmp_path / "t.pdf").write_bytes(made(transcript(count)))
    report = Validator().validate(str(tmp_path / "t.pdf"))
    assert [finding.message for finding in report.findings] == []
    assert len(report.outcomes) > 5


def test_headings_of_tables_say_what_they_are_of() -> None:
    reader = PdfReader(io.BytesIO(made(transcript(6))))
    nodes = list(structure(reader.trailer["/Root"]["/StructTreeRoot"]))
    scopes = [node["/A"]["/Scope"] for node in nodes if node["/S"] == "/TH"]  # type: ignore[index]
    assert scopes.count("/Row") == 6
    assert scopes.count("/Column") == 5 + 4
    assert sum(node["/S"] == "/Table" for node in nodes) == 2
    assert [node["/S"] for node in nodes if node["/S"] in {"/H1", "/H2"}] == ["/H1", "/H2", "/H2"]
    told = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert 'pdfaid:part="3" pdfaid:conformance="A"' in told
    assert 'pdfuaid:part="1"' in told


def signed(count: int) -> dict[str, object]:
    """Return the signed credential of a transcript."""
    said = transcript(count)
    unsigned = transcript_credential.build(said, code=CODE, issuer=ISSUER, place=place_of(99))
    return add_proofs(unsigned, sign=SECRET.sign, method=ISSUER.method("credential-1"), at=AT)


@pytest.mark.parametrize("count", [1, 12, 60])
def test_an_independent_verifier_accepts_its_credential(count: int) -> None:
    public = SECRET.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    found = OB3LdpVerifier(public, ISSUER.did).verify(json.dumps(signed(count)))
    assert found.id == f"https://academy.example.org/verify/{CODE}"


def test_an_independent_verifier_refuses_a_row_that_was_edited() -> None:
    public = SECRET.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    edited = json.loads(json.dumps(signed(3)))
    edited["credentialSubject"]["result"][0]["value"] = "60"
    with pytest.raises(OB3VerificationError):
        OB3LdpVerifier(public, ISSUER.did).verify(json.dumps(edited))
