"""The offline verifier as a file: both languages, nothing from elsewhere, data that cannot leave its place."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime
from typing import Any

import html5lib
import orjson
import pytest

from lms.certificates.service import offline
from lms.config import LANGUAGES
from lms.infra.languages import language
from tests.house.source import ROOT

pytestmark = pytest.mark.usefixtures("in_app")

ISSUER = "did:web:academy.example.org"
MADE = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
KEY = {"id": f"{ISSUER}#key-1", "multikey": "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2", "revoked_from": None}
LIBRARY = ROOT / "static/vendor/noble-ed25519"


def page(**changed: Any) -> str:
    """Return the page as text."""
    told: dict[str, Any] = {
        "issuer": ISSUER,
        "name": "Museum Academy",
        "keys": [KEY],
        "status_lists": [],
        "made_at": MADE,
    }
    return offline.build(**{**told, **changed}).decode()


def data(text: str, name: str) -> Any:
    """Return the data that stand in the page under a name."""
    found = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', text, re.S)
    assert len(found) == 1
    return orjson.loads(found[0])


def test_the_page_holds_what_it_trusts() -> None:
    stolen = {**KEY, "id": f"{ISSUER}#key-2", "revoked_from": datetime(2026, 9, 1, tzinfo=UTC)}
    listed = {"id": "https://academy.example.org/status/1", "credentialSubject": {"encodedList": "uH4sI"}}
    assert data(page(keys=[KEY, stolen], status_lists=[listed]), "trust") == {
        "issuer": ISSUER,
        "name": "Museum Academy",
        "verify": "academy.example.org/verify",
        "made_at": "2026-10-01T09:30:00Z",
        "keys": [KEY, {**stolen, "revoked_from": "2026-09-01T00:00:00Z"}],
        "lists": [listed],
    }


def test_the_same_input_gives_the_same_bytes() -> None:
    assert page() == page()


def test_the_page_names_no_host_but_the_issuers() -> None:
    text = re.sub(r"/\*!.*?\*/", "", page(), flags=re.S)  # the licence names its author's
    assert not re.findall(r"(?:https?:)?//[\w.-]+\.\w+", text)
    assert not re.search(r"\burl\(|@import|\bsrc=|<link|<img|<iframe|<form\b", text)


def test_both_languages_are_inside_and_complete() -> None:
    words = data(page(), "words")
    assert set(words) == set(LANGUAGES)
    assert len({frozenset(said) for said in words.values()}) == 1
    for code in LANGUAGES:
        with language(code):
            assert words[code] == offline.words()


def test_the_script_says_nothing_that_has_no_text_and_no_text_is_left_over() -> None:
    script = (ROOT / "static/js/offline-verifier.js").read_text(encoding="utf-8")
    template = (ROOT / "templates/certificates/offline.html").read_text(encoding="utf-8")
    quoted = set(re.findall(r'"(\w+)"', script)) | set(re.findall(r'data-(?:t|label)="(\w+)"', template)) | {"too_old"}
    made = {f"{kind}_{one}" for kind, some in KINDS.items() for one in some}
    assert set(offline.words()) <= quoted | made
    assert made <= set(offline.words())


KINDS = {
    "status": ("good", "old", "bad", "none", "beyond", "unsigned"),
    "dates": ("good", "endless", "expired", "early", "bad"),
}


def test_the_policy_lets_exactly_these_texts_work() -> None:
    text = page()
    policy = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[0].replace("&#39;", "'")
    bodies = re.findall(r'<(script type="module"|style)>(.*?)</(?:script|style)>', text, re.S)
    assert [tag for tag, _body in bodies] == ["style", 'script type="module"', 'script type="module"']
    for tag, body in bodies:
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert re.search(rf"{tag[:5]}\w*-src [^;]*'sha256-{re.escape(digest)}'", policy)
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert not re.search(r"\s(style|on\w+)=", re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.S))


def test_names_and_lists_cannot_leave_their_place() -> None:
    evil = "</script><script>alert(1)</script><!-- & \"' \u2028"
    text = page(name=evil, status_lists=[{"id": evil}], keys=[{**KEY, "multikey": evil}])
    assert data(text, "trust")["name"] == evil
    assert data(text, "trust")["lists"] == [{"id": evil}]
    assert "<script>alert" not in text
    assert text.count("<script") == 4


def test_the_page_is_valid_html() -> None:
    parser = html5lib.HTMLParser(strict=True)
    parser.parse(page())


def test_style_and_scripts_keep_their_rules_when_remarks_are_taken_out() -> None:
    text = page()
    assert "--oxide: #8a2a18" in text
    assert ".verdict--wait" in text
    assert "@font-face" not in text
    assert "Permission is hereby granted" in text
    assert offline.REMARKS.sub("", "/* alone\n */\n/* a */ b {}\n  // gone\n") == "/* a */ b {}\n"


@pytest.mark.parametrize(
    ("issuer", "address"),
    [
        ("did:web:academy.example.org", "academy.example.org/verify"),
        ("did:web:localhost%3A8000", "localhost:8000/verify"),
        ("did:key:z6Mk", ""),
    ],
)
def test_the_address_to_ask_at_comes_from_the_issuers_name(issuer: str, address: str) -> None:
    assert offline.verify_address(issuer) == address


def test_the_library_is_the_one_that_was_published() -> None:
    """The digest of `index.js` in the package @noble/ed25519 3.2.0, see decision 11."""
    digest = hashlib.sha256((LIBRARY / "noble-ed25519.js").read_bytes()).hexdigest()
    assert digest == "a4f631d1876b5d9e43a86cd71194ca27b5e1451edf4ba4db9a418f40a475569a"
    assert digest in (ROOT / "docs/decisions/0011-vendored-signatures.md").read_text(encoding="utf-8")


def test_the_page_fits_into_a_mail() -> None:
    assert len(page().encode()) < 150_000
