"""Signed credentials and status lists as anybody can make them, and the files that carry them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import struct
import zlib
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import pikepdf
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ISSUER, SITE = "did:web:academy.example.org", "https://academy.example.org"
LIST, OLD_LIST = f"{SITE}/status/1", f"{SITE}/status/2"
LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
COURSE = f"{SITE}/achievements/preventive-conservation/3"
Document = dict[str, Any]


def base58(content: bytes) -> str:
    number, text = int.from_bytes(content, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = LETTERS[digit] + text
    return "1" * (len(content) - len(content.lstrip(b"\0"))) + text


class Signer:
    """A key of somebody's, as the standard of the proof has it."""

    def __init__(self, seed: str, owner: str = ISSUER, name: str | None = None) -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest())
        self.multikey = "z" + base58(b"\xed\x01" + self.private.public_key().public_bytes_raw())
        self.id = f"{owner}#{name or self.multikey}"

    def sign(self, document: Document, at: str = "2026-09-14T10:00:01Z", **options: Any) -> Document:
        """Return the document with a proof of its own kind behind one that the page does not look at."""
        proof = {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022",
            "created": at,
            "verificationMethod": self.id,
            "proofPurpose": "assertionMethod",
            "@context": document["@context"],
            **options,
        }
        said = b"".join(hashlib.sha256(rfc8785.dumps(part)).digest() for part in (proof, document))
        other = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "proofValue": "z0"}
        return {**document, "proof": [other, {**proof, "proofValue": "z" + base58(self.private.sign(said))}]}


TRUSTED, STOLEN, NEW = Signer("ours", name="key-1"), Signer("stolen", name="key-2"), Signer("new", name="key-3")


def credential(**changed: Any) -> Document:
    """Return an unsigned credential, with some members changed; those that become None are left out."""
    document: Document = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": f"{SITE}/credentials/7H2K9XQ4M0B8TZ3V",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Certificate in preventive conservation",
        "issuer": {"id": ISSUER, "type": ["Profile"], "name": "Museum Academy"},
        "validFrom": "2026-09-14T10:00:00Z",
        "awardedDate": "2026-09-14T10:00:00Z",
        "validUntil": "2031-09-14T10:00:00Z",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {"type": "IdentityObject", "hashed": False, "identityHash": "Нино Ёлкина", "identityType": "ext:name"},
                {"type": "IdentityObject", "hashed": True, "identityHash": "sha256$0", "identityType": "emailAddress"},
            ],
            "activityStartDate": "2026-06-01T00:00:00Z",
            "activityEndDate": "2026-09-10T00:00:00Z",
            "achievement": {
                "id": COURSE,
                "type": ["Achievement"],
                "inLanguage": "en",
                "name": "Preventive conservation for small museums",
                "humanCode": "2026.3",
                "creditsAvailable": 6.5,
                "version": "3",
                "criteria": {"narrative": "Complete all modules and pass the final examination with at least 70 %."},
                "alignment": [
                    {"type": ["Alignment"], "targetName": "Read a hygrometer <b>well</b>"},
                    {"type": ["Alignment"], "targetName": "Keep a notebook of light and damp"},
                ],
                "resultDescription": [{"id": f"{COURSE}#final", "name": "Final examination", "resultType": "Percent"}],
            },
            "result": [{"type": ["Result"], "resultDescription": f"{COURSE}#final", "value": "94.0"}],
        },
        "evidence": [
            {"type": ["Evidence"], "name": "Quizzes graded by the site.", "genre": "Assessment"},
            {
                "type": ["Evidence"],
                "name": "Identity confirmed by a museum",
                "description": "Museum of Bells confirmed that it knows the holder.",
                "genre": "Identification",
            },
        ],
        "credentialStatus": entry(4711),
        "numbers": [1.0, 1e21, 0.000001, -0.0, 1e-7, 333333333.33333329],
        "euro\u20ac \U0001f600 \ufb33 \x80": "keys are sorted by UTF-16 units",
    }
    document |= changed
    return {key: value for key, value in document.items() if value is not None}


def entry(index: int, address: str = LIST) -> Document:
    """Return where in a list a credential stands."""
    return {
        "id": f"{address}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(index),
        "statusListCredential": address,
    }


def status_list(address: str, revoked: Sequence[int], *, size: int = 16_384, **changed: Any) -> Document:
    """Return an unsigned list."""
    bits = bytearray(size)
    for index in revoked:
        bits[index // 8] |= 128 >> index % 8
    packed = base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).rstrip(b"=").decode()
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": ISSUER,
        "validFrom": "2026-09-30T06:00:00Z",
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": f"u{packed}",
        },
        **changed,
    }


def png(*chunks: bytes) -> bytes:
    """Return a picture of one dot with such iTXt chunks."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head, dot = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0), zlib.compress(b"\0\0")
    texts = b"".join(chunk(b"iTXt", text) for text in chunks)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + texts + chunk(b"IDAT", dot) + chunk(b"IEND", b"")


def baked(document: Document, *, packed: bool = False) -> bytes:
    text = json.dumps(document).encode()
    flag, content = (b"\x01", zlib.compress(text)) if packed else (b"\x00", text)
    return b"openbadgecredential\0" + flag + b"\0\0\0" + content


def pdf(*attachments: bytes, **options: Any) -> bytes:
    """Return a PDF with attachments."""
    document, out = pikepdf.new(), io.BytesIO()
    document.add_blank_page()
    for number, content in enumerate(attachments):
        document.attachments[f"file-{number}.json"] = content
    document.save(out, **options)
    return out.getvalue()


def junk() -> dict[str, tuple[bytes, str]]:
    """Return files without one clear credential, each with what is said of it."""
    signed = TRUSTED.sign(credential())
    text = json.dumps(signed).encode()
    other = json.dumps(TRUSTED.sign(credential(name="Another"))).encode()
    none, several = "There is no credential in it.", "There is more than one credential in it"
    return {
        "noise": (bytes(range(256)) * 40, none),
        "nothing": (b"", none),
        "text": (b"Dear colleague", none),
        "JSON": (b'{"type": "Letter"}', none),
        "broken JSON": (text[:-2], "cannot be read"),
        "deep": (b'{"a":' + b"[" * 41 + b"]" * 41 + b"}", "nested too deeply"),
        "very deep": (b'{"a":' + b"[" * 200_000, "nested too deeply"),
        "PNG without": (png(b"Comment\0\0\0\0\0hello"), none),
        "PNG with two": (png(baked(signed), baked(signed)), several),
        "PNG that is cut": (png(baked(signed))[:400], none),
        "PNG badly packed": (png(b"openbadgecredential\0\1\0\0\0nonsense"), "cannot be read"),
        "PNG bomb": (png(b"openbadgecredential\0\1\0\0\0" + zlib.compress(bytes(50_000_000))), "larger than"),
        "PDF without": (pdf(), none),
        "PDF with two": (pdf(text, other), several),
        "PDF with many": (pdf(*[b"%d" % number for number in range(60)]), "more attachments"),
        "PDF bomb": (pdf(bytes(50_000_000)), none),
        "SVG with two": (b"<svg>" + b"<openbadges:credential>{}</openbadges:credential>" * 2 + b"</svg>", several),
        "too large": (b" " * (20 * 1024 * 1024 + 1), "larger than 20 MB"),
    }


def scenes() -> dict[str, bytes | Document]:
    """Return a file for each way that the page can look."""
    long = deepcopy(credential(credentialStatus=entry(1, f"{SITE}/status/9")))
    long["credentialSubject"]["identifier"][0]["identityHash"] = "Konstantinopolskaya-Wolkonskaja" * 3
    return {
        "valid": pdf(json.dumps(TRUSTED.sign(credential())).encode()),
        "unknown": TRUSTED.sign(long),
        "revoked": TRUSTED.sign(credential(credentialStatus=entry(4712))),
        "impostor": Signer("impostor", "did:web:evil.example").sign(credential(issuer="did:web:evil.example")),
        "junk": b"junk",
    }
