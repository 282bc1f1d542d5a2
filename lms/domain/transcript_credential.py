"""The credential of a transcript: Open Badges 3.0, one achievement with a result for each course.

1EdTech, Open Badges Specification 3.0, sections B.1.17 (Result) and B.1.18 (ResultDescription). The hours of a course
are its result in points; a percentage that its certificate shows is a second result. What a result is about (the
course, its certificate, the place of the certificate's status) stands beside it as alignments.
"""

from __future__ import annotations

from typing import Any

from lms.domain.credential import (
    Issuer,
    Place,
    address_of,
    envelope,
    identifiers_of,
    moment,
    place_of,
    status_of,
)
from lms.domain.transcript import Learned, Transcript

KIND = "ext:Transcript"
"""The type of the achievement, by which programs tell a transcript from a certificate."""

STATUS_KIND = "ext:BitstringStatusListEntry"

DESCRIPTION = "Every course that the holder completed or has under way on this site, as of the date of issue."
CRITERIA = "Each completed course is listed with its hours; the certificate of the course says what it asked for."
EVIDENCE = "The records of study that the site keeps. How the work was assessed is said by each course's certificate."


def build(transcript: Transcript, *, code: str, issuer: Issuer, place: Place) -> dict[str, Any]:
    """Return the credential of a transcript, not yet signed."""
    said, address = moment(transcript.issued_at), address_of(issuer.base_url, code)
    subject: dict[str, Any] = {
        "type": ["AchievementSubject"],
        "identifier": identifiers_of(transcript),
        "activityEndDate": said,
        "creditsEarned": transcript.hours,
        "achievement": _achievement(transcript, address, issuer),
        "result": [
            result
            for number, course in enumerate(transcript.courses, 1)
            for result in _results(number, course, address, issuer.base_url)
        ],
    }
    if transcript.courses:
        subject["activityStartDate"] = moment(min(course.begun_at for course in transcript.courses))
    return envelope(
        code,
        issuer=issuer,
        place=place,
        title=transcript.title,
        description=DESCRIPTION,
        said=said,
        subject=subject,
        evidence=[{"type": ["Evidence"], "name": EVIDENCE, "genre": "Transcript"}],
    )


def _achievement(transcript: Transcript, address: str, issuer: Issuer) -> dict[str, Any]:
    return {
        "id": f"{address}#transcript",
        "type": ["Achievement"],
        "achievementType": KIND,
        "inLanguage": transcript.language,
        "name": transcript.title,
        "description": DESCRIPTION,
        "creditsAvailable": round(sum(course.hours for course in transcript.courses), 1),
        "criteria": {"id": f"{address}#criteria", "narrative": CRITERIA},
        "creator": {"id": issuer.did, "type": ["Profile"], "name": issuer.name},
        "resultDescription": [
            description
            for number, course in enumerate(transcript.courses, 1)
            for description in _descriptions(number, course, address)
        ],
    }


def _descriptions(number: int, course: Learned, address: str) -> list[dict[str, Any]]:
    found = [_description(f"{address}#course-{number}", course.title, "RawScore", f"{course.hours:g}")]
    if course.grade_percent is not None:
        found.append(_description(f"{address}#grade-{number}", course.title, "Percent", "100"))
    return found


def _description(identity: str, name: str, kind: str, most: str) -> dict[str, Any]:
    return {
        "id": identity,
        "type": ["ResultDescription"],
        "name": name,
        "resultType": kind,
        "valueMin": "0",
        "valueMax": most,
    }


def _results(number: int, course: Learned, address: str, base_url: str) -> list[dict[str, Any]]:
    # On hold: completed, and completion is not awarded, since the certificate was taken back.
    status = "Completed" if course.counts else "OnHold" if course.completed else "InProgress"
    hours = _result(f"{address}#course-{number}", f"{course.hours:g}" if course.counts else "0", status)
    found = [{**hours, "alignment": _alignments(course, base_url)}]
    if course.grade_percent is not None:
        found.append(_result(f"{address}#grade-{number}", str(course.grade_percent), status))
    return found


def _result(description: str, value: str, status: str) -> dict[str, Any]:
    return {"type": ["Result"], "resultDescription": description, "value": value, "status": status}


def _alignments(course: Learned, base_url: str) -> list[dict[str, Any]]:
    """Return what a result is about: the course, its certificate, the place of the certificate's status."""
    end = f"completed {course.completed_at[:10]}" if course.completed else f"{course.percent} % done"
    found = [
        {
            "type": ["Alignment"],
            "targetName": course.title,
            "targetUrl": f"{base_url}/courses/{course.slug}#edition-{course.edition}",
            "targetCode": course.number,
            "targetDescription": f"Edition {course.edition}, begun {course.begun_at[:10]}, {end}.",
        }
    ]
    if course.certificate:
        told = {"targetDescription": f"In the name of {course.name}."} if course.name else {}
        found.append(
            {
                "type": ["Alignment"],
                "targetName": "Certificate",
                "targetUrl": address_of(base_url, course.certificate),
                "targetCode": course.certificate,
                "targetType": "ceterms:Credential",
                **told,
            }
        )
    if course.ordinal is not None:
        found.append(
            {
                "type": ["Alignment"],
                "targetName": "Status of the certificate",
                "targetUrl": status_of(base_url, place_of(course.ordinal)),
                "targetType": STATUS_KIND,
            }
        )
    return found
