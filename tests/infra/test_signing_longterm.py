"""A file of an organisation can be checked when its certificate has ended and its authority is gone.

It is long because readers of today and of later, authorities that fail in each way, and the doctor are all in it.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import crl as asn1crl
from asn1crypto import x509 as asn1x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import DocumentSecurityStore, async_validate_pdf_signature
from pyhanko.sign.validation.ades import _dss_to_local_knowledge, ades_lta_validation, ades_with_time_validation
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

from lms.infra.signing import asking
from lms.infra.signing.asking import Unanswered, ask
from lms.infra.signing.documents import DocumentProblem, sign_pdf
from lms.infra.signing.keys import KeyProblem, Keyring
from lms.infra.signing.outlook import look_ahead
from tests.factories.papers import AT, ATTACKS, CREDENTIAL, examine, make_ring, page
from tests.factories.trust import DAY, Authority, running

LATER = AT + 3 * 365 * DAY
"""The seal has ended by then, the timestamp authority's certificate has not."""


@pytest.fixture
def trust() -> Iterator[Authority]:
    authority = Authority()
    with running(authority):
        yield authority


@pytest.fixture
def ring(trust: Authority, tmp_path: Path) -> Keyring:
    return trust.bring(tmp_path)


@pytest.fixture(scope="module")
def plain() -> bytes:
    return page(CREDENTIAL)


@pytest.fixture(scope="module")
def sealed(plain: bytes, tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Keyring, Authority]:
    """Return a file with the ring that signed it and the authority, which has fallen silent since."""
    trust = Authority()
    with running(trust):
        ring = trust.bring(tmp_path_factory.mktemp("sealed"))
        return seal(plain, ring, trust), ring, trust


def seal(content: bytes, ring: Keyring, trust: Authority, *, at: datetime = AT, long_term: bool | None = None) -> bytes:
    return sign_pdf(
        content,
        ring,
        at=at,
        name="Museum Academy",
        location="academy.example.org",
        timestamp_url=trust.stamp_url,
        long_term=long_term,
    )


# Readers: pyHanko as a strict one, that fetches nothing.


def signature_of(content: bytes) -> EmbeddedPdfSignature:
    [signature] = PdfFileReader(BytesIO(content)).embedded_signatures
    return signature


def rules(trust: Authority, knowledge: LocalKnowledge) -> SignatureValidationSpec:
    """Believe the root alone, and ask for the revocation of each certificate below it in what is known."""
    return SignatureValidationSpec(
        cert_validation_policy=CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build([trust.root.loaded]),
            revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
        ),
        revinfo_gathering_policy=RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY),
        local_knowledge=knowledge,
    )


def accepted_now(content: bytes, trust: Authority) -> bool:
    """Tell whether a reader without a network accepts it today, by what is in the file (EN 319 102-1, 5.5)."""
    signature = signature_of(content)
    result = asyncio.run(
        ades_with_time_validation(
            signature.signed_data,
            rules(trust, _dss_to_local_knowledge(signature.reader)),
            timing_info=ValidationTimingInfo(AT + timedelta(minutes=1), AT + timedelta(minutes=1), True),
            raw_digest=signature.compute_digest(),
        )
    )
    return bool(result.ades_subindic.status.name == "PASSED")


def accepted_later(content: bytes, trust: Authority) -> bool:
    """Tell whether it is accepted when the seal has ended (EN 319 102-1, 5.6).

    The seal's authority is gone. The timestamp authority still publishes its list, and its timestamp proves that what
    lies beside the signature was there then.
    """
    signature = signature_of(content)
    known = _dss_to_local_knowledge(signature.reader)
    trust.now = LATER
    fresh = CRLContainer(asn1crl.CertificateList.load(trust.answer("root.crl", b"")))
    knowledge = replace(
        known, known_crls=[*known.known_crls, fresh], known_poes=list(known.assert_existence_known_at(AT))
    )
    result = asyncio.run(
        ades_lta_validation(
            signature,
            PdfSignatureValidationSpec(rules(trust, knowledge)),
            timing_info=ValidationTimingInfo(LATER, LATER, True),
        )
    )
    return bool(result.ades_subindic.status.name == "PASSED")


def accepted_as_of_its_timestamp(content: bytes, trust: Authority) -> bool:
    """Tell whether a reader accepts it that looks at everything as it was when the timestamp was given."""
    signature = signature_of(content)
    [stamped] = extract_tst_data_iter(signature.signer_info, signed=False)
    moment = stamped["encap_content_info"]["content"].parsed["gen_time"].native
    try:
        store = DocumentSecurityStore.read_dss(signature.reader)
    except NoDSSFoundError:
        return False
    context = store.as_validation_context(
        {"trust_roots": [trust.root.loaded], "moment": moment, "revocation_mode": "require"}
    )
    status = asyncio.run(async_validate_pdf_signature(signature, context, context))
    return bool(status.bottom_line and status.coverage == SignatureCoverageLevel.ENTIRE_FILE)


def test_it_is_accepted_without_a_network_and_when_the_seal_has_ended(plain: bytes, tmp_path: Path) -> None:
    trust = Authority()
    with running(trust) as stop:
        ring = trust.bring(tmp_path)
        lasting, other = seal(plain, ring, trust), seal(plain, ring, trust, long_term=False)
        stop()
    for accepted in (accepted_now, accepted_as_of_its_timestamp, accepted_later):
        assert accepted(lasting, trust), accepted.__name__
        assert not accepted(other, trust), accepted.__name__


def test_our_own_check_accepts_it_and_asks_nobody(sealed: tuple[bytes, Keyring, Authority]) -> None:
    content, ring, trust = sealed
    asked = trust.asked.copy()
    paper = examine(content, ring)
    assert paper.valid
    assert (paper.signatures, paper.whole, paper.untouched, paper.attachment) == (1, True, True, CREDENTIAL)
    assert trust.asked == asked


def test_all_of_it_stands_in_the_revision_of_the_signature(
    plain: bytes, sealed: tuple[bytes, Keyring, Authority]
) -> None:
    content = sealed[0]
    assert content.startswith(plain)
    assert content.count(b"%%EOF") == plain.count(b"%%EOF") + 1
    with pikepdf.open(BytesIO(content)) as pdf:
        store = pdf.Root.DSS
        names = {
            asn1x509.Certificate.load(bytes(one.read_bytes())).subject.native["common_name"] for one in store.Certs
        }
        assert (len(store.OCSPs), len(store.CRLs)) == (1, 1)  # of the seal; of the authority and the timestamps
        assert "/VRI" not in store
        assert not pdf.check_pdf_syntax()
    assert names == {"State Root", "State Authority", "State Responder", "Ministry of Culture", "State Time 1"}


def test_pdfsig_says_that_the_total_document_is_signed(
    sealed: tuple[bytes, Keyring, Authority], tmp_path: Path
) -> None:
    program = shutil.which("pdfsig")
    assert program, "pdfsig is in the package poppler-utils, which CI installs"
    (tmp_path / "sealed.pdf").write_bytes(sealed[0])
    told = subprocess.run([program, "-nocert", tmp_path / "sealed.pdf"], capture_output=True, text=True).stdout
    assert told.count("Signature #") == 1
    assert "Total document signed" in told
    assert "Signature is Valid." in told


def turn_evidence(content: bytes, _ring: Keyring) -> bytes:
    """Turn one bit of what is put in beside the signature."""
    with pikepdf.open(BytesIO(content)) as pdf:
        answer = bytes(pdf.Root.DSS.OCSPs[0].read_bytes())
    at = content.index(answer) + len(answer) // 2
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def leave_evidence_out(content: bytes, _ring: Keyring) -> bytes:
    return content.replace(b"/DSS", b"/DSX")


def append_evidence(content: bytes, _ring: Keyring) -> bytes:
    """Add it in a revision of its own, as other programs do."""
    target = BytesIO(content)
    DocumentSecurityStore.add_dss(target, None, force_write=True)
    return target.getvalue()


@pytest.mark.parametrize("attack", [turn_evidence, leave_evidence_out, append_evidence, *ATTACKS])
def test_no_change_to_it_is_accepted(
    attack: Callable[[bytes, Keyring], bytes], sealed: tuple[bytes, Keyring, Authority]
) -> None:
    content, ring, trust = sealed
    assert examine(content, ring).valid
    attacked = attack(content, ring)
    assert attacked != content
    assert not examine(attacked, ring).valid
    if attack in {turn_evidence, leave_evidence_out}:
        assert not accepted_as_of_its_timestamp(attacked, trust)


# Who is asked, and when.


def test_a_thousand_certificates_ask_once(plain: bytes, ring: Keyring, trust: Authority) -> None:
    for n in range(5):
        assert examine(seal(plain, ring, trust, at=AT + timedelta(minutes=n)), ring).valid
    assert trust.asked == {"time": 6, "ocsp": 1, "root.crl": 1, "root.crt": 1}


def test_a_day_later_everybody_is_asked_anew(plain: bytes, ring: Keyring, trust: Authority) -> None:
    trust.holds = 30 * DAY
    seal(plain, ring, trust)
    trust.now = AT + DAY
    seal(plain, ring, trust, at=trust.now)
    assert (trust.asked["ocsp"], trust.asked["root.crl"]) == (2, 2)


def test_an_answer_is_used_as_long_as_it_holds_when_the_next_does_not_come(
    plain: bytes, ring: Keyring, trust: Authority
) -> None:
    seal(plain, ring, trust)
    trust.silent = {"ocsp", "root.crl"}
    trust.now = AT + DAY
    assert accepted_as_of_its_timestamp(seal(plain, ring, trust, at=trust.now), trust)
    seal(plain, ring, trust, at=trust.now + timedelta(seconds=30))
    assert trust.asked["root.crl"] == 2
    trust.now = AT + trust.holds
    with pytest.raises(DocumentProblem, match=r"/root.crl does not answer: HTTP Error 503"):
        seal(plain, ring, trust, at=trust.now)
    trust.silent = set()
    assert accepted_as_of_its_timestamp(seal(plain, ring, trust, at=trust.now + timedelta(minutes=2)), trust)


@pytest.mark.parametrize(
    ("silent", "words"),
    [
        ({"ocsp"}, "nobody says that the certificate of Ministry of Culture holds: .*/ocsp does not answer"),
        ({"root.crl"}, "nobody says that the certificate of Ministry of Culture holds: .*/root.crl does not answer"),
        ({"time"}, "the timestamp authority .* did not answer as it should: .*/time does not answer"),
        ({"root.crt"}, "State Time 1 do not lead to a root, State Time 1 is the last: .*/root.crt does not answer"),
    ],
    ids=["ocsp", "list", "timestamp", "giver"],
)
def test_a_silent_authority_is_named_and_asked_again_after_a_minute(
    silent: set[str], words: str, plain: bytes, ring: Keyring, trust: Authority
) -> None:
    trust.holds = 30 * DAY
    revocable_by_ocsp_alone(trust)
    trust.silent = silent
    with pytest.raises(DocumentProblem, match=words):
        seal(plain, ring, trust)
    asked = trust.asked.copy()
    with pytest.raises(DocumentProblem, match=words):
        seal(plain, ring, trust, at=AT + timedelta(seconds=30))
    assert trust.asked == asked
    trust.silent = set()
    assert examine(seal(plain, ring, trust, at=AT + timedelta(minutes=1)), ring).valid


def revocable_by_ocsp_alone(trust: Authority) -> None:
    """Let the list that could stand in for the responder be silent for good."""
    trust.wrong["middle.crl"] = b""


def test_a_list_stands_in_for_a_silent_responder(plain: bytes, ring: Keyring, trust: Authority) -> None:
    trust.silent = {"ocsp"}
    sealed = seal(plain, ring, trust)
    assert trust.asked["middle.crl"] == 1
    assert accepted_as_of_its_timestamp(sealed, trust)


@pytest.mark.parametrize("path", ["ocsp", "root.crl"])
@pytest.mark.parametrize("content", [b"", b"<html>", b"0" * 600_000, b"\x30\x03\x0a\x01\x06"])
def test_nonsense_is_no_answer(path: str, content: bytes, plain: bytes, ring: Keyring, trust: Authority) -> None:
    revocable_by_ocsp_alone(trust)
    trust.wrong[path] = content
    with pytest.raises(DocumentProblem, match=f"nobody says that .*{trust.address}{re.escape(path)} "):
        seal(plain, ring, trust)


def test_an_answer_by_somebody_else_is_none(plain: bytes, ring: Keyring, trust: Authority) -> None:
    revocable_by_ocsp_alone(trust)
    trust.responder = trust.give("State Responder", None)
    with pytest.raises(DocumentProblem, match="nobody says that the certificate of Ministry of Culture holds"):
        seal(plain, ring, trust)


def test_an_answer_that_has_ended_is_none(plain: bytes, ring: Keyring, trust: Authority) -> None:
    trust.holds = timedelta(seconds=30)  # less than the timestamp may be away
    with pytest.raises(DocumentProblem, match="has ended already"):
        seal(plain, ring, trust)


@pytest.mark.parametrize("responder", [True, False])
def test_a_revoked_seal_signs_nothing(responder: bool, plain: bytes, ring: Keyring, trust: Authority) -> None:
    seal(plain, ring, trust)
    trust.silent = set() if responder else {"ocsp"}
    trust.now = AT + DAY
    trust.revoked[trust.seal.certificate.serial_number] = AT + timedelta(hours=1)
    for moment in (trust.now, trust.now + timedelta(seconds=30), trust.now + timedelta(minutes=2)):
        with pytest.raises(DocumentProblem, match=r"Ministry of Culture is not to be believed .* was revoked"):
            seal(plain, ring, trust, at=moment)


def test_a_timestamp_authority_with_two_certificates_is_covered(plain: bytes, ring: Keyring, trust: Authority) -> None:
    trust.stamping = -1
    for n in range(3):
        sealed = seal(plain, ring, trust, at=AT + timedelta(minutes=n))
        assert accepted_as_of_its_timestamp(sealed, trust)
    assert trust.asked["ocsp"] == 2


def test_givers_that_the_file_lacks_are_fetched(plain: bytes, trust: Authority, tmp_path: Path) -> None:
    ring = trust.bring(tmp_path, chain=False)
    sealed = seal(plain, ring, trust)
    assert (trust.asked["middle.crt"], trust.asked["root.crt"]) == (1, 2)
    assert accepted_as_of_its_timestamp(sealed, trust)


# When it is done.


def evidence(content: bytes) -> bool:
    with pikepdf.open(BytesIO(content)) as pdf:
        return "/DSS" in pdf.Root


def test_unless_it_is_said_it_is_done_where_it_means_something(
    plain: bytes, ring: Keyring, trust: Authority, tmp_path: Path
) -> None:
    assert evidence(seal(plain, ring, trust))
    assert not evidence(seal(plain, ring, trust, long_term=False))
    assert not evidence(sign_pdf(plain, ring, at=AT, name="", location=""))
    own = make_ring(tmp_path / "own")
    assert not evidence(seal(plain, own, trust))
    (tmp_path / "mute").mkdir()
    mute = trust.bring(tmp_path / "mute", seal=trust.give("Village Museum", trust.middle))
    assert not evidence(seal(plain, mute, trust))
    with pytest.raises(DocumentProblem, match="Village Museum names no address where to ask whether it was revoked"):
        seal(plain, mute, trust, long_term=True)


def test_an_organisation_s_ended_certificate_signs_nothing(plain: bytes, ring: Keyring, trust: Authority) -> None:
    with pytest.raises(KeyProblem, match="pdf-1 ended on 2028-09-13: nothing is signed with it any more"):
        seal(plain, ring, trust, at=LATER)
    assert not trust.asked


# What the doctor tells.


def outlook(ring: Keyring, trust: Authority | None, at: datetime = AT) -> tuple[str, str]:
    return look_ahead(ring, at=at, timestamp_url=trust.stamp_url if trust else None, long_term=None)


def test_the_doctor_says_how_long_signatures_will_be_believed(ring: Keyring, trust: Authority, tmp_path: Path) -> None:
    assert outlook(ring, trust) == ("ok", "pdf-1 until 2028-09-13, for the long term")
    assert outlook(ring, None)[0] == "warning"
    assert "readers then doubt what it signed; set LMS_TIMESTAMP_URL" in outlook(ring, None)[1]
    own = make_ring(tmp_path / "own")
    assert outlook(own, None)[0] == "ok"
    assert outlook(own, trust)[1].endswith(", with timestamps")
    assert outlook(own, None, AT + 40 * 365 * DAY) == (
        "warning",
        f"the certificate of pdf-1 ends on {outlook(own, None)[1][-10:]}; run lms keys rotate pdf.",
    )
    assert outlook(Keyring(tmp_path / "none"), None)[0] == "fault"


def test_the_doctor_says_when_an_organisation_s_certificate_ends(ring: Keyring, trust: Authority) -> None:
    trust.now = datetime(2028, 8, 1, tzinfo=AT.tzinfo)
    assert outlook(ring, trust, trust.now) == (
        "warning",
        "the certificate of pdf-1 ends on 2028-09-13; name a new PKCS#12 file in LMS_PDF_KEY.",
    )
    assert outlook(ring, trust, LATER) == (
        "fault",
        "the certificate of pdf-1 ended on 2028-09-13: certificates wait; name a new PKCS#12 file in LMS_PDF_KEY.",
    )
    assert outlook(ring, trust, AT - 365 * DAY)[0] == "fault"


@pytest.mark.parametrize("silent", [{"time"}, {"root.crl"}])
def test_the_doctor_names_a_silent_authority(silent: set[str], ring: Keyring, trust: Authority) -> None:
    trust.silent = silent
    state, detail = outlook(ring, trust)
    assert state == "fault"
    assert "certificates wait and are tried again" in detail
    assert f"{trust.address}{next(iter(silent))} does not answer" in detail


# Asking.


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "ldap://127.0.0.1/x", "", "http://"])
def test_nothing_but_the_web_is_asked(url: str) -> None:
    with pytest.raises(Unanswered):
        ask(url, largest=10)


def test_an_answer_is_neither_larger_nor_slower_than_it_may_be(
    trust: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(trust.root.der)
    assert ask(f"{trust.address}root.crt", largest=size) == trust.root.der
    with pytest.raises(Unanswered, match="more than"):
        ask(f"{trust.address}root.crt", largest=size - 1)
    monkeypatch.setattr(asking, "WHOLE", -1.0)
    with pytest.raises(Unanswered, match="takes longer"):
        ask(f"{trust.address}root.crt", largest=size)
