"""The credential of an award: Open Badges 3.0 in the Verifiable Credentials data model 2.0.

1EdTech, Open Badges Specification 3.0, section B.1; W3C, Verifiable Credentials Data Model 2.0, section 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from lms.domain.award import Award
from lms.domain.evidence import evidence_of

CONTEXT = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
)
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
STATUS_CONTEXT = ("https://www.w3.org/ns/credentials/v2",)
LIST_LENGTH = 131_072
"""Places of a status list: so many that one place tells nobody apart (Bitstring Status List 1.0, section 6.1)."""

SPECIMEN_ORDINAL = -1
"""The number of the specimen, before all certificates: its place stands in a list of its own, the one with number 0."""

_STRIDE, _OFFSET = 48_611, 77_773
"""An odd stride walks over every place of a list once, and neighbours of one day do not stand side by side."""


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """Who issues: a site, by its address and its name."""

    base_url: str
    name: str

    @property
    def did(self) -> str:
        """Return the identifier of the site (did:web method, section 2.1)."""
        parts = urlsplit(self.base_url)
        return ":".join(["did:web", quote(parts.netloc, safe="."), *filter(None, parts.path.split("/"))])

    def method(self, key_id: str) -> str:
        """Return the name of a key of the site."""
        return f"{self.did}#{key_id}"

    def profile(self) -> dict[str, Any]:
        """Return what a credential says of its issuer."""
        return {"id": self.did, "type": ["Profile"], "name": self.name, "url": self.base_url}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the status of a certificate stands: the list and the bit."""

    number: int
    index: int


def place_of(ordinal: int) -> Place:
    """Return the place of the certificate that was given this number, counted from 0."""
    number, turn = divmod(ordinal, LIST_LENGTH)
    return Place(number=number + 1, index=(turn * _STRIDE + _OFFSET) % LIST_LENGTH)


def ordinal_of(place: Place) -> int:
    """Return the number of the certificate that has this place; ValueError for a place that no list has."""
    if place.number < 1 or not 0 <= place.index < LIST_LENGTH:
        raise ValueError(f"no list has the place {place.number}, {place.index}")
    turn = (place.index - _OFFSET) * pow(_STRIDE, -1, LIST_LENGTH) % LIST_LENGTH
    return (place.number - 1) * LIST_LENGTH + turn


class Holder(Protocol):
    """Who somebody is, as far as a credential says."""

    @property
    def name(self) -> str:
        """Return the name in its own script."""

    @property
    def name_latin(self) -> str:
        """Return the name in Latin letters."""

    @property
    def email_hash(self) -> str:
        """Return what stands in place of the address."""

    @property
    def email_salt(self) -> str:
        """Return what the address was hashed with."""


def hash_email(email: str, salt: str) -> str:
    """Return what a credential says in place of an address (Open Badges 3.0, section B.5.3)."""
    return "sha256$" + sha256(f"{email.strip().lower()}{salt}".encode()).hexdigest()


def same_email(holder: Holder, email: str) -> bool | None:
    """Tell whether an address is the holder's; None where none is known."""
    if not holder.email_hash:
        return None
    return compare_digest(hash_email(email, holder.email_salt), holder.email_hash)


def address_of(base_url: str, code: str) -> str:
    """Return the address of a certificate, its identifier."""
    return f"{base_url}/verify/{code}"


def list_address(base_url: str, number: int) -> str:
    """Return where a status list stands."""
    return f"{base_url}/status/{number}"


def status_of(base_url: str, place: Place) -> str:
    """Return the address of one place in a status list."""
    return f"{list_address(base_url, place.number)}#{place.index}"


def build(award: Award, *, code: str, issuer: Issuer, place: Place) -> dict[str, Any]:
    """Return the credential of an award, not yet signed."""
    said = moment(award.issued_at)
    achievement = f"{issuer.base_url}/courses/{award.course_slug}#edition-{award.edition}"
    subject: dict[str, Any] = {
        "type": ["AchievementSubject"],
        "identifier": identifiers_of(award),
        "activityEndDate": said,
        "creditsEarned": award.hours,
        "achievement": _achievement(award, achievement, issuer),
    }
    if award.begun_at:
        subject["activityStartDate"] = moment(award.begun_at)
    if award.grade_percent is not None and "score" in award.show:
        subject["result"] = [
            {
                "type": ["Result"],
                "resultDescription": f"{achievement}-result",
                "value": str(award.grade_percent),
                "status": "Completed",
            }
        ]
    credential = envelope(
        code,
        issuer=issuer,
        place=place,
        title=award.title,
        description=award.course_title,
        said=said,
        subject=subject,
        evidence=evidence_of(award),
    )
    if award.valid_until:
        credential["validUntil"] = moment(award.valid_until)
    return credential


def envelope(
    code: str,
    *,
    issuer: Issuer,
    place: Place,
    title: str,
    description: str,
    said: str,
    subject: Mapping[str, Any],
    evidence: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return a credential round what it says of somebody: who issued it when, and where its status stands."""
    address = address_of(issuer.base_url, code)
    return {
        "@context": list(CONTEXT),
        "id": address,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": title,
        "description": description,
        "issuer": issuer.profile(),
        "validFrom": said,
        "awardedDate": said,
        "credentialSubject": dict(subject),
        "evidence": [dict(one) for one in evidence],
        "credentialStatus": {
            "id": status_of(issuer.base_url, place),
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(place.index),
            "statusListCredential": list_address(issuer.base_url, place.number),
        },
        "refreshService": {"id": address, "type": "1EdTechCredentialRefresh"},
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
    }


def identifiers_of(holder: Holder) -> list[dict[str, Any]]:
    """Return the identity objects of a holder."""
    names = dict.fromkeys(filter(None, (holder.name, holder.name_latin)))
    found: list[dict[str, Any]] = [
        {"type": "IdentityObject", "hashed": False, "identityHash": name, "identityType": "ext:name"} for name in names
    ]
    if holder.email_hash:
        found.append(
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": holder.email_hash,
                "identityType": "emailAddress",
                "salt": holder.email_salt,
            }
        )
    return found


def _achievement(award: Award, identity: str, issuer: Issuer) -> dict[str, Any]:
    needed = f" Needed in the final quiz: {award.pass_percent} %." if award.pass_percent is not None else ""
    found: dict[str, Any] = {
        "id": identity,
        "type": ["Achievement"],
        "achievementType": "Course",
        "inLanguage": award.language,
        "name": award.course_title,
        "description": "; ".join(award.outcomes) or award.course_title,
        "humanCode": award.course_number,
        "creditsAvailable": award.hours,
        "version": str(award.edition),
        "criteria": {"id": identity, "narrative": f"Complete the course: {'; '.join(award.modules)}.{needed}"},
        "creator": {"id": issuer.did, "type": ["Profile"], "name": issuer.name},
    }
    if award.grade_percent is not None and "score" in award.show:
        result: dict[str, Any] = {
            "id": f"{identity}-result",
            "type": ["ResultDescription"],
            "name": "Result",
            "resultType": "Percent",
            "valueMin": "0",
            "valueMax": "100",
        }
        if award.pass_percent is not None:
            result["requiredValue"] = str(award.pass_percent)
        found["resultDescription"] = [result]
    return found


def status_list(issuer: Issuer, number: int, encoded: str, *, at: datetime, until: datetime) -> dict[str, Any]:
    """Return a status list as a credential, not yet signed (Bitstring Status List 1.0, section 2.2)."""
    address = list_address(issuer.base_url, number)
    return {
        "@context": list(STATUS_CONTEXT),
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer.did,
        "validFrom": _written(at),
        "validUntil": _written(until),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded,
        },
    }


def did_document(issuer: Issuer, keys: Mapping[str, str]) -> dict[str, Any]:
    """Return who the site is: every key that ever signed for it, by id and multikey (DID 1.0; Multikey)."""
    methods = [
        {"id": issuer.method(key_id), "type": "Multikey", "controller": issuer.did, "publicKeyMultibase": multikey}
        for key_id, multikey in keys.items()
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": issuer.did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def same_claims(credential: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    """Tell whether a credential claims what was issued, whatever its proofs."""
    return {k: v for k, v in credential.items() if k != "proof"} == dict(expected)


def code_of(credential: Mapping[str, Any]) -> str:
    """Return the code in a credential's identifier; '' when there is none."""
    identity = credential.get("id")
    return identity.rpartition("/verify/")[2][:40] if isinstance(identity, str) and "/verify/" in identity else ""


def moment(kept: str) -> str:
    """Write a kept moment as credentials do."""
    return _written(datetime.fromisoformat(kept))


def _written(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
