"""What a transcript says, and what holds of it later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lms.domain import transcript_credential
from lms.domain.credential import Issuer, place_of
from lms.domain.transcript import Certified, Transcript, hold_now, hours_now, without_holder
from tests.factories.transcripts import AT, learned, transcript

ISSUER = Issuer(base_url="https://academy.example.org", name="Museum Academy")


def test_it_survives_being_kept() -> None:
    said = transcript(6)
    assert Transcript.from_json(said.as_json()) == said


def test_completed_courses_come_first_and_in_the_order_in_which_they_were() -> None:
    courses = transcript(12).courses
    done = [one.completed_at for one in courses if one.completed]
    assert [one.completed for one in courses] == [True] * 10 + [False] * 2
    assert done == sorted(done)


def test_hours_are_of_completed_courses_whose_certificate_was_not_revoked() -> None:
    courses = [learned(0), learned(1), learned(4), learned(2, certified="revoked"), learned(3, certified="expired")]
    assert transcript(courses=courses).hours == 6.0 + 6.5 + 7.5


def test_a_course_without_a_certificate_counts() -> None:
    assert transcript(courses=[learned(0, certificate="", certified="", ordinal=None)]).hours == 6.0


def test_a_name_is_said_where_it_is_another_than_the_holder_s() -> None:
    courses = [learned(0, name="Marta Ilyina"), learned(1, name="Marta Petrova"), learned(2, name="Марта Ильина")]
    said = transcript(courses=courses, name="Марта Ильина", name_latin="Marta Ilyina")
    assert sorted(one.name for one in said.courses) == ["", "", "Marta Petrova"]


def test_what_says_the_same_has_the_same_digest_and_a_salt_does_not_matter() -> None:
    digest = transcript(3).digest("a@example.org")
    assert transcript(3, at=AT + timedelta(hours=3), email_salt="other").digest("a@example.org") == digest
    assert transcript(3).digest("b@example.org") != digest
    assert transcript(3, name="Another").digest("a@example.org") != digest
    further = replace(transcript(5).courses[-1], percent=46)
    assert transcript(courses=[*transcript(5).completed, further]).digest("") != transcript(5).digest("")


def test_erasure_leaves_courses_and_no_name() -> None:
    kept = without_holder(transcript(courses=[learned(0, name="Marta Petrova")]).as_json())
    assert "Marta" not in str(kept)
    assert "River Port" not in str(kept)
    assert "sha256$" not in str(kept)
    left = Transcript.from_json(kept)
    assert (left.hours, left.courses[0].title) == (6.0, "The Museum as a Place of Learning")


def test_what_was_revoked_since_is_lost_and_its_hours_too() -> None:
    said = transcript(3)
    first, second, third = said.courses
    now = {
        first.certificate: Certified(code=first.certificate, state="revoked", ended_at=AT, reason="Found out"),
        second.certificate: Certified(code="0" * 15 + "Z", state="valid"),
    }
    held = hold_now(said, now)
    assert [one.state for one in held] == ["revoked", "valid", "unknown"]
    assert [one.lost for one in held] == [True, False, True], "what the register does not know counts for nothing"
    assert [one.replaced for one in held] == [False, True, False]
    assert hours_now(held) == second.hours
    assert third.counts


def test_what_was_revoked_before_is_not_lost_since() -> None:
    said = transcript(courses=[learned(0, certified="revoked")])
    code = said.courses[0].certificate
    [one] = hold_now(said, {code: Certified(code=code, state="revoked")})
    assert (one.lost, one.counts) == (False, False)
    [again] = hold_now(said, {code: Certified(code=code, state="valid")})
    assert again.counts, "a certificate that was reinstated counts again"


def test_an_expired_certificate_takes_no_hours_away() -> None:
    said = transcript(1)
    code = said.courses[0].certificate
    [one] = hold_now(said, {code: Certified(code=code, state="expired")})
    assert (one.counts, one.lost) == (True, False)


@pytest.mark.parametrize(("count", "earned"), [(1, 6), (5, 27.0)])
def test_the_credential_earns_the_hours_and_has_a_result_for_each_course(count: int, earned: float) -> None:
    built = transcript_credential.build(transcript(count), code="7K3M9XQ24TFAH6RW", issuer=ISSUER, place=place_of(7))
    subject = built["credentialSubject"]
    assert subject["creditsEarned"] == earned
    assert subject["achievement"]["achievementType"] == "ext:Transcript"
    described = {one["id"] for one in subject["achievement"]["resultDescription"]}
    assert {one["resultDescription"] for one in subject["result"]} == described
    hours = [one for one in subject["result"] if "#course-" in one["resultDescription"]]
    assert len(hours) == count
    assert sum(float(one["value"]) for one in hours) == earned


def test_a_result_names_course_certificate_and_the_place_of_its_status() -> None:
    said = transcript(courses=[learned(3, name="Marta Petrova", certified="revoked"), learned(4)])
    built = transcript_credential.build(said, code="7K3M9XQ24TFAH6RW", issuer=ISSUER, place=place_of(9))
    taken, going = built["credentialSubject"]["result"]
    assert (taken["status"], taken["value"], going["status"], going["value"]) == ("OnHold", "0", "InProgress", "0")
    course, certificate, status = taken["alignment"]
    assert course["targetUrl"] == "https://academy.example.org/courses/course-3#edition-1"
    assert certificate["targetUrl"] == f"https://academy.example.org/verify/{said.courses[0].certificate}"
    assert certificate["targetDescription"] == "In the name of Marta Petrova."
    assert status["targetUrl"] == f"https://academy.example.org/status/1#{place_of(3).index}"
    assert len(going["alignment"]) == 1
