"""The offline verifier, opened from a folder without any network, in a new and in an old Chromium.

With LMS_TEST_SHOTS naming a folder, pictures of it are kept there for people to look at. It is long because every way
to fool the page stands here in one place.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lms.certificates.service import offline
from lms.domain import credential as made
from lms.infra.signing import proofs, statuslist
from tests.browser.badges import (
    ISSUER,
    LIST,
    NEW,
    OLD_LIST,
    SITE,
    STOLEN,
    TRUSTED,
    Document,
    Signer,
    baked,
    credential,
    entry,
    junk,
    pdf,
    png,
    scenes,
    status_list,
)
from tests.browser.conftest import WIDTHS, look_with_axe
from tests.conftest import build_app
from tests.factories.awards import CODE, make_award

SHOTS = os.environ.get("LMS_TEST_SHOTS")
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
MADE = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
NOW = "2026-11-02T12:00:00Z"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a way to write the page into a folder as one that hands it out would."""
    folder = tmp_path_factory.mktemp("stick")
    app = build_app(f"sqlite:///{folder}/none.sqlite3", folder / "data")
    keys = [
        {"id": TRUSTED.id, "multikey": TRUSTED.multikey, "revoked_from": None},
        {"id": STOLEN.id, "multikey": STOLEN.multikey, "revoked_from": datetime(2026, 9, 20, tzinfo=UTC)},
    ]
    lists = [
        TRUSTED.sign(status_list(LIST, [4712, 131_071])),
        TRUSTED.sign(status_list(LIST, [], validFrom="2026-08-01T06:00:00Z")),
        TRUSTED.sign(status_list(OLD_LIST, [], validUntil="2026-10-07T06:00:00Z")),
        {**TRUSTED.sign(status_list(f"{SITE}/status/3", [])), "name": "changed"},
        TRUSTED.sign(status_list(f"{SITE}/status/4", [], size=8_000_000)),
    ]

    def write(name: str = "verifier", **changed: Any) -> Path:
        told: dict[str, Any] = {
            "issuer": ISSUER, "name": "Museum Academy", "keys": keys, "status_lists": lists, "made_at": MADE, **changed
        }  # fmt: skip
        path = folder / f"{name}.html"
        with app.app_context():
            path.write_bytes(offline.build(**told))
        return path

    return write


class Desk:
    """The page in a browser, and whoever looks at it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def check(self, content: bytes | Document, name: str = "certificate.json") -> None:
        """Choose a file and wait for the verdict."""
        held = content if isinstance(content, bytes) else json.dumps(content).encode()
        before = self.page.locator("#file")
        before.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": held})
        expect(self.page.locator("#verdict .data")).to_contain_text(name)

    @property
    def title(self) -> str:
        """Return the first line of the verdict."""
        return self.page.locator("#verdict h2").inner_text()

    @property
    def told(self) -> str:
        """Return the verdict."""
        return self.page.locator("#verdict").inner_text()

    def checks(self) -> dict[str, str]:
        """Return what was checked, each with its outcome and words."""
        rows = self.page.locator(".checks li").all()
        return {
            parts[1]: f"{parts[0]} {parts[2]}"
            for parts in (re.split(r": |\n", row.inner_text().replace(":\n", ": "), maxsplit=2) for row in rows)
        }


Open = Callable[..., Desk]


@pytest.fixture(params=["new", "old"])
def visit(
    request: pytest.FixtureRequest, browser: Browser, old_browser: Browser, built: Callable[..., Path]
) -> Iterator[Open]:
    """Return a way to open the page; requests and errors on the console fail the test."""
    chosen = browser if request.param == "new" else old_browser
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def look(path: Path | None = None, *, width: str = "desk", now: str = NOW, **options: Any) -> Desk:
        context = chosen.new_context(viewport=WIDTHS[width], offline=True, reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
        page.on("request", lambda asked: faults.append(asked.url) if asked.url != own else None)
        page.add_init_script(f"{{ const at = Date.parse('{now}'); Date.now = () => at; }}")
        own = (path or built()).as_uri()
        page.goto(own)
        return Desk(page)

    yield look
    for context in contexts:
        context.close()
    assert not faults


def test_a_valid_certificate_shows_verdict_checks_and_claims(visit: Open) -> None:
    desk = visit()
    desk.check(TRUSTED.sign(credential()))
    assert desk.title == "Valid certificate"
    assert "Museum Academy signed it; on 30 September 2026 it was not revoked." in desk.told
    assert desk.checks() == {
        "Issuer’s key": "Passed This page knows it as a key of Museum Academy.",
        "Signature": "Passed It holds: nothing in the credential was changed since it was signed.",
        "Claims": "Passed They stand in what was signed, and are shown on this page as they stand there.",
        "Status": "Passed Not revoked as of 30 September 2026, the date of the issuer’s list in this page.",
        "Dates": "Passed It holds from 14 September 2026 to 14 September 2031.",
    }
    claims = desk.page.get_by_role("region", name="What the certificate says")
    for text in (
        "Certificate in preventive conservation", "Нино Ёлкина",
        "Preventive conservation for small museums, 2026.3", "6.5", "3",
        "Final examination: 94%", "Read a hygrometer <b>well</b>", "Keep a notebook of light and damp",
        "Complete all modules", "1 June 2026 – 10 September 2026", "14 September 2031", f"Museum Academy ({ISSUER})",
        f"{SITE}/credentials/7H2K9XQ4M0B8TZ3V",
    ):  # fmt: skip
        expect(claims).to_contain_text(text)
    assert "sha256$" not in claims.inner_text()
    assert claims.locator("b").count() == 0
    assert "How the holder was identified\nMuseum of Bells confirmed" in claims.inner_text()


def test_what_the_site_itself_signs_is_valid(visit: Open, built: Callable[..., Path]) -> None:
    issuer = made.Issuer(base_url=SITE, name="Museum Academy")
    signed = partial(proofs.add_jcs_proof, sign=TRUSTED.private.sign, method=TRUSTED.id)
    award = make_award(issued_at="2026-10-14T10:11:12.123456+00:00", identity="centre", identified_by="Bell Centre")
    unsigned = made.build(award, code=CODE, issuer=issuer, place=made.place_of(7))
    at = datetime(2026, 11, 1, tzinfo=UTC)
    revoked = statuslist.encode([made.place_of(8).index])
    listed = signed(made.status_list(issuer, 1, revoked, at=at, until=at + timedelta(days=7)), at=at)
    desk = visit(built("site", status_lists=[listed]))
    desk.check(signed(unsigned, at=at))
    assert desk.title == "Valid certificate"
    claims = desk.page.get_by_role("region", name="What the certificate says")
    said = ("At Bell Centre a supervisor saw", f"{award.course_title}, {award.course_number}", "86%")
    for text in (award.name, *said, *award.outcomes):
        expect(claims).to_contain_text(text)
    unsigned = made.build(award, code=CODE, issuer=issuer, place=made.place_of(8))
    desk.check(signed(unsigned, at=at), "revoked.json")
    assert desk.title == "Revoked: this certificate no longer counts"


def test_the_page_speaks_the_readers_language_and_changes_it_with_the_verdict_standing(visit: Open) -> None:
    desk = visit(locale="ru-RU")
    expect(desk.page.locator("html")).to_have_attribute("lang", "ru")
    desk.check(TRUSTED.sign(credential()))
    assert "30 сентября 2026" in desk.told
    assert "г.." not in desk.page.locator("main").inner_text()
    desk.page.get_by_role("button", name="English").click()
    expect(desk.page.locator("html")).to_have_attribute("lang", "en")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Check a certificate offline")
    assert desk.title == "Valid certificate"
    assert "30 September 2026" in desk.told
    expect(desk.page).to_have_title("Check a certificate offline – Museum Academy")


def test_outcomes_may_stand_in_the_description(visit: Open) -> None:
    document = credential()
    course = document["credentialSubject"]["achievement"]
    course |= {"alignment": [], "description": "Read a hygrometer; keep a notebook"}
    course["resultDescription"][0]["name"] = "Result"
    desk = visit()
    desk.check(TRUSTED.sign(document))
    claims = desk.page.get_by_role("region", name="What the certificate says").inner_text()
    assert "Outcomes of the course\nRead a hygrometer; keep a notebook\nResult\n94%\n" in claims


def test_it_says_what_it_cannot_tell(visit: Open) -> None:
    limits = visit().page.get_by_role("region", name="What this page cannot tell")
    for text in (
        "What happened after 30 September 2026",
        "Believe the claims",
        "Whether this copy of the page is genuine",
    ):
        expect(limits).to_contain_text(text)
    expect(limits).to_contain_text("academy.example.org/verify")


EDITS: dict[str, Callable[[Document], object]] = {
    "a claim": lambda one: one["credentialSubject"]["identifier"][0].update(identityHash="Somebody Else"),
    "a number": lambda one: one["credentialSubject"]["achievement"].update(creditsAvailable=7.5),
    "an unsigned term": lambda one: one.update(honours="with distinction"),
    "no end": lambda one: one.pop("validUntil"),
    "another context": lambda one: one["@context"].append({"@vocab": "https://evil.example/"}),
    "the date of the proof": lambda one: one["proof"][1].update(created="2026-01-01T00:00:00Z"),
    "the value of the proof": lambda one: one["proof"][1].update(proofValue="z" + "1" * 88),
    "no value": lambda one: one["proof"][1].pop("proofValue"),
    "half a letter": lambda one: one.update(name="\ud800"),
    "a number beyond numbers": lambda one: one.update(more=float("inf")),
    "__proto__": lambda one: one.update({"__proto__": {"x": 1}}),
}


@pytest.mark.parametrize("edit", EDITS)
def test_whatever_was_edited_is_not_proven(visit: Open, edit: str) -> None:
    desk, document = visit(), TRUSTED.sign(credential())
    EDITS[edit](document)
    desk.check(json.dumps(document).replace("Infinity", "1e999").encode())
    assert desk.title == "Not proven: the signature does not hold"
    assert desk.checks()["Signature"].startswith("Failed It does not hold")
    assert desk.checks()["Claims"] == "Note Not shown, because nothing proves them."
    assert desk.page.get_by_role("region", name="What the certificate says").count() == 0


def with_proofs(count: int, **options: Any) -> Document:
    """Return a credential with so many proofs of the kind that counts."""
    document = TRUSTED.sign(credential(), **options)
    return {**document, "proof": [document["proof"][0], *[document["proof"][1]] * count]}


@pytest.mark.parametrize(
    "document", [with_proofs(0), with_proofs(2), with_proofs(1, proofPurpose="authentication"), credential()]
)
def test_exactly_one_proof_of_the_kind_must_be_there(visit: Open, document: Document) -> None:
    desk = visit()
    desk.check(document)
    assert desk.title == "Not proven: the signature does not hold"
    assert "exactly one signature" in desk.checks()["Signature"]


def test_an_unknown_issuer_is_not_proven(visit: Open) -> None:
    other = "did:web:other.example.net"
    desk = visit()
    desk.check(Signer("theirs", other).sign(credential(issuer={"id": other, "name": "Other Academy"})))
    assert desk.title == "Not proven: this page does not know the issuer"
    assert other in desk.told


def test_a_key_of_ones_own_under_our_name_is_not_proven(visit: Open) -> None:
    key = Signer("impostor", "did:key:x")
    own = f"did:key:{key.multikey}"
    key.id = f"{own}#{key.multikey}"
    desk = visit()
    desk.check(key.sign(credential(issuer={"id": own, "name": "Museum Academy"})))
    assert desk.title == "Not proven: this page does not know the issuer"
    assert "It calls itself “Museum Academy”" in desk.told
    desk.check(key.sign(credential()), "again.json")
    assert desk.title == "Not proven: this page does not know the key"
    key.id = TRUSTED.id
    desk.check(key.sign(credential()), "third.json")
    assert desk.title == "Not proven: the signature does not hold"


def test_a_key_that_is_newer_than_the_page_is_said_to_be_unknown(visit: Open) -> None:
    desk = visit()
    desk.check(NEW.sign(credential()))
    assert desk.title == "Not proven: this page does not know the key"
    assert "a newer copy of the page" in desk.told


def test_a_stolen_key_signs_nothing_any_more(visit: Open) -> None:
    desk = visit()
    desk.check(STOLEN.sign(credential(), at="2026-09-20T00:00:00Z"))
    assert desk.title == "Not proven: signed with a stolen key"
    assert "after 20 September 2026" in desk.told
    desk.check(STOLEN.sign(credential(), at="2026-09-19T23:59:59Z"), "before.json")
    assert desk.title == "Valid certificate"
    assert "a thief can write any" in desk.told
    assert desk.checks()["Issuer’s key"].startswith("Note")


@pytest.mark.parametrize("index", [4712, 131_071])
def test_a_revoked_certificate_is_told_with_the_date_of_the_list(visit: Open, index: int) -> None:
    desk = visit()
    desk.check(TRUSTED.sign(credential(credentialStatus=entry(index))))
    assert desk.title == "Revoked: this certificate no longer counts"
    assert desk.checks()["Status"] == "Failed On the issuer’s list of revoked certificates of 30 September 2026."
    expect(desk.page.locator(".verdict--no")).to_be_visible()


UNKNOWN = {
    "no list": (entry(1, f"{SITE}/status/9"), "no list of revoked certificates in this page is about it"),
    "no entry": (None, "no list of revoked certificates in this page is about it"),
    "beyond": (entry(131_072), "the list of 30 September 2026 in this page does not cover it"),
    "no number": ({**entry(1), "statusListIndex": "-1"}, "does not cover it"),
    "changed list": (entry(1, f"{SITE}/status/3"), "bears no valid signature"),
    "bomb": (entry(1, f"{SITE}/status/4"), "bears no valid signature"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_a_status_that_no_list_tells_is_unknown_offline(visit: Open, case: str) -> None:
    told, why = UNKNOWN[case]
    desk = visit()
    desk.check(TRUSTED.sign(credential(credentialStatus=told)))
    assert desk.title == "Valid signature and dates; status unknown offline"
    assert desk.checks()["Status"].startswith("Note Status unknown offline: ")
    assert why in desk.checks()["Status"]


def test_a_list_that_has_run_out_is_told_with_both_dates(visit: Open) -> None:
    desk = visit()
    desk.check(TRUSTED.sign(credential(credentialStatus=entry(5, OLD_LIST))))
    assert desk.title == "Valid certificate"
    assert "The list held until 7 October 2026" in desk.checks()["Status"]


def test_a_page_without_any_list_says_so(visit: Open, built: Callable[..., Path]) -> None:
    desk = visit(built("bare", status_lists=[]))
    expect(desk.page.locator("#limits-list")).to_contain_text("Status unknown offline.")
    desk.check(TRUSTED.sign(credential()))
    assert desk.title == "Valid signature and dates; status unknown offline"


def test_dates_are_told(visit: Open) -> None:
    desk = visit()
    desk.check(TRUSTED.sign(credential(validUntil="2026-10-31T23:59:59Z")))
    assert desk.title == "Expired: this certificate held until 31 October 2026"
    desk.check(TRUSTED.sign(credential(validFrom="2026-12-01T00:00:00+04:00")), "early.json")
    assert desk.title == "Not yet valid: this certificate holds from 30 November 2026"
    desk.check(TRUSTED.sign(credential(validUntil=None)), "endless.json")
    assert desk.checks()["Dates"] == "Passed It holds from 14 September 2026 and does not expire."
    desk.check(TRUSTED.sign(credential(validUntil="for ever")), "odd.json")
    assert desk.title == "Not proven: its dates cannot be read"


def test_a_clock_that_stands_before_the_page_was_made_is_not_believed(visit: Open) -> None:
    desk = visit(now="2001-01-01T00:00:00Z")
    desk.check(TRUSTED.sign(credential()))
    assert desk.title == "Valid certificate"
    assert "1 October 2026, was taken for today" in desk.checks()["Clock"]


def test_a_signed_pdf_is_read_and_its_page_is_not_believed(visit: Open) -> None:
    desk, document = visit(), json.dumps(TRUSTED.sign(credential())).encode()
    for number, options in enumerate(
        (
            {},
            {"compress_streams": False, "stream_decode_level": pikepdf.StreamDecodeLevel.all},
            {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
        )
    ):
        desk.check(pdf(document, b"a note", **options), f"{number}.pdf")
        assert desk.title == "Valid certificate"
        assert "believe the claims below, not the paper" in desk.told
        assert desk.checks()["Page of the PDF"].startswith("Note Not compared")


def test_a_pdf_that_tells_its_lengths_elsewhere_is_read(visit: Open) -> None:
    document = zlib.compress(json.dumps(TRUSTED.sign(credential())).encode())
    stream = (
        b"7 0 obj\n<< /Params << /Size 9 >> /Type /EmbeddedFile /Filter [ /FlateDecode ] /Length 8 0 R >>\nstream\r\n"
    )
    desk = visit()
    desk.check(b"%PDF-1.7\n" + stream + document + b"\r\nendstream\nendobj\n8 0 obj\n999\nendobj\n", "odd.pdf")
    assert desk.title == "Valid certificate"


@pytest.mark.parametrize("case", junk())
def test_a_file_without_a_clear_credential_proves_nothing(visit: Open, case: str) -> None:
    content, why = junk()[case]
    desk = visit()
    desk.check(content, "junk.bin")
    assert desk.title == "Not proven: no certificate can be read from this file"
    assert why in desk.told
    assert desk.checks()["File"].startswith("Failed ")


def test_badges_are_read(visit: Open) -> None:
    desk, signed = visit(), TRUSTED.sign(credential())
    text = json.dumps(signed)
    tag = "openbadges:credential"
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    for name, content in {
        "plain.png": png(b"Comment\0\0\0\0\0hello", baked(signed)),
        "packed.png": png(baked(signed, packed=True)),
        "data.svg": f"<svg><{tag}><![CDATA[{text}]]></{tag}></svg>".encode(),
        "escaped.svg": f"<?xml version='1.0'?>\n<svg><{tag}>\n{escaped}\n</{tag}></svg>".encode(),
    }.items():
        desk.check(content, name)
        assert desk.title == "Valid certificate", name
        assert desk.checks()["Picture"].startswith("Note Not compared")


def test_it_works_by_keyboard_and_by_dropping(visit: Open) -> None:
    desk = visit()
    page = desk.page
    # Playwright begins to catch the browser's window for files some time after it is asked to.
    page.on("filechooser", lambda _chooser: None)
    for name in ("Skip to the content", *page.get_by_role("group").get_by_role("button").all_inner_texts()):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == name
    page.keyboard.press("Tab")
    expect(page.get_by_label("File of the certificate")).to_be_focused()
    with page.expect_file_chooser() as chosen:
        page.keyboard.press("Space")
    text = json.dumps(TRUSTED.sign(credential()))
    chosen.value.set_files({"name": "keys.json", "mimeType": "application/json", "buffer": text.encode()})
    expect(page.get_by_role("status")).to_contain_text("keys.json")
    assert desk.title == "Valid certificate"
    page.evaluate(
        """text => {
            const held = new DataTransfer();
            held.items.add(new File([text], 'dropped.json'));
            document.body.dispatchEvent(new DragEvent('drop', {dataTransfer: held, bubbles: true, cancelable: true}));
        }""",
        text,
    )
    expect(page.get_by_role("status")).to_contain_text("dropped.json")


def test_a_browser_without_scripts_is_told_so(visit: Open) -> None:
    page = visit(java_script_enabled=False).page
    expect(page.locator("#too-old")).to_be_visible()
    expect(page.get_by_text("cannot check signatures").first).to_be_visible()
    expect(page.locator("#ask")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_it_can_be_read_by_everybody(visit: Open, width: str, scheme: Any, request: pytest.FixtureRequest) -> None:
    for tongue in ("en-GB", "ru-RU"):
        desk = visit(width=width, color_scheme=scheme, locale=tongue)
        for name, content in {"empty": b"", **scenes()}.items():
            if name != "empty":
                desk.check(content, f"{name}.file")
            assert desk.page.evaluate(SIDEWAYS) <= 0, name
            if SHOTS and "new" in request.node.name:
                shot = Path(SHOTS, f"offline-{name}-{width}-{scheme}-{tongue[:2]}.png")
                desk.page.screenshot(path=shot, full_page=True)
            look_with_axe(desk.page)
        desk.page.set_viewport_size({"width": 320, "height": 640})
        assert desk.page.evaluate(SIDEWAYS) <= 0


def test_the_signer_of_these_tests_is_the_standards() -> None:
    """Reproduce the signed document of W3C, Data Integrity EdDSA Cryptosuites 1.0, appendix B.2."""
    contexts = ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"]
    document = {
        "@context": contexts,
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AlumniCredential"],
        "name": "Alumni Credential",
        "description": "A minimum viable example of an Alumni Credential.",
        "issuer": "https://vc.example/issuers/5678",
        "validFrom": "2023-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
    }
    signer = Signer("any")
    signer.private = Ed25519PrivateKey.from_private_bytes(
        bytes.fromhex("c96ef9ea10c5e414c471723aff9de72c35fa5b70fae97e8832ecac7d2e2b8ed6")
    )
    multikey = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
    signer.id = f"did:key:{multikey}#{multikey}"
    proof = signer.sign(document, at="2023-02-24T23:36:38Z")["proof"][1]
    assert proof["proofValue"] == (
        "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"
    )
