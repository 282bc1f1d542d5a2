"""What certificates show beside their text: chosen by the site and the course, and kept with the award."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import event, update

from lms.accounts import service as accounts
from lms.accounts.models import Account
from lms.certificates.models import Certificate
from lms.certificates.service import issuing, lifecycle, look, making
from lms.courses.queries import find_newest, find_published, version_files
from lms.domain.award import Award as Facts
from lms.domain.award import Texts
from lms.infra.db import db
from lms.infra.storage import storage
from tests.certificates.conftest import Award
from tests.factories.courses import publish_course
from tests.factories.images import logo, photo, seal
from tests.factories.people import Cast, Person
from tests.factories.pictured import ENGLISH, PICTURES, RUSSIAN, pictured
from tests.factories.study import SLUG, Study
from tests.pages import PageClient

COURSES = {"course": "media/logo.png", "seal": "media/seal.png", "signature-0": "media/ana.png"}


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def finished(app: Flask, person: Person, files: dict[str, bytes], languages: tuple[str, ...] = ("en",)) -> Award:
    """Return the certificate of somebody who has finished a course."""
    with app.app_context():
        publish_course(SLUG, files)
        db.session.execute(update(Account).where(Account.id == person.account_id).values(languages=list(languages)))
        study = Study(person.subject_id)
        enrolment_id = study.enrol()
        study.finish()
        db.session.commit()
    return Award(app, study, enrolment_id)


@pytest.fixture
def shown(app: Flask, tx: object) -> None:
    """Let the site show a logo and a seal."""
    with app.app_context():
        look.set_picture("site", logo(), actor=None)
        look.set_picture("seal", seal(), actor=None)
        db.session.commit()


def facts(award: Award) -> Facts:
    assert award.row.award is not None
    return award.row.award


def test_an_award_names_its_pictures_by_their_digests(app: Flask, cast: Cast, shown: None) -> None:
    award = facts(finished(app, cast.learner, pictured()))
    wanted = {place: digest(PICTURES[path]) for place, path in COURSES.items()}
    assert award.pictures == {"site": digest(logo()), **wanted}, "the seal of the course goes before that of the site"


def test_a_course_without_pictures_shows_those_of_the_site(award: Award, app: Flask, shown: None, cast: Cast) -> None:
    assert facts(award).pictures == {}, "what is chosen later changes no certificate"
    with app.app_context():
        other = Study(cast.colleague.subject_id)
        enrolment_id = other.enrol()
        other.finish()
        db.session.commit()
    assert facts(Award(app, other, enrolment_id)).pictures == {"site": digest(logo()), "seal": digest(seal())}


def test_issuing_asks_once_for_the_pictures_of_the_site(app: Flask, study: Study) -> None:
    asked: list[str] = []
    with app.app_context():
        publish_course(SLUG, pictured("ru"))
        event.listen(db.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
        study.finish()
    assert len([statement for statement in asked if "certificates_picture" in statement]) == 1


@pytest.mark.parametrize(
    ("languages", "own", "other"),
    [(("en",), ("en", ENGLISH), ("ru", RUSSIAN)), (("ru", "en"), ("ru", RUSSIAN), ("en", ENGLISH))],
)
def test_a_certificate_is_set_in_the_learners_language_and_in_the_second(
    app: Flask, cast: Cast, languages: tuple[str, ...], own: tuple[str, str], other: tuple[str, str]
) -> None:
    award = finished(app, cast.learner, pictured("ru"), languages)
    said = facts(award)
    assert said.also is not None
    assert ((said.language, said.title), (said.also.language, said.also.title)) == (own, other)
    award.work()
    with app.app_context():
        content = storage().get(award.row.file_digest or "")
    read = subprocess.run(["pdftotext", "-l", "1", "-", "-"], input=content, capture_output=True, check=True)
    words = " ".join(read.stdout.decode().split())
    assert ENGLISH in words
    assert RUSSIAN in words
    assert len(PdfReader(io.BytesIO(content)).pages) == 3


@pytest.mark.parametrize(("second", "translated"), [("en", True), ("hy", True), ("ru", False), ("", True)])
def test_without_another_language_there_is_one(app: Flask, cast: Cast, second: str, translated: bool) -> None:
    award = facts(finished(app, cast.learner, pictured(second, translated=translated)))
    assert award.also is None


def test_what_takes_its_place_keeps_pictures_and_languages(app: Flask, cast: Cast, shown: None) -> None:
    award = finished(app, cast.learner, pictured("ru"))
    before = facts(award)
    with app.app_context():
        look.clear_picture("site", actor=None)
        lifecycle.reissue(award.row.id, actor=None)
        db.session.commit()
    assert facts(award) == before
    with app.app_context():
        accounts.change_profile(
            cast.learner.account_id, name="Another Name", name_latin="", languages=("en",), timezone="UTC"
        )
        lifecycle.correct(award.row.id, actor=None)
        db.session.commit()
    after = facts(award)
    assert (after.name, after.pictures, after.also) == ("Another Name", before.pictures, before.also)


def test_who_gets_it_by_hand_gets_the_same_pictures(app: Flask, cast: Cast, shown: None) -> None:
    award = finished(app, cast.learner, pictured("ru"))
    before = facts(award)
    with app.app_context():
        db.session.delete(db.session.get(Certificate, award.row.id))
        db.session.flush()
        issuing.issue_by_hand(award.study.subject_id, award.study.course_id)
        db.session.commit()
    after = facts(award)
    assert (after.pictures, after.also) == (before.pictures, before.also)


def pictures_in(content: bytes) -> int:
    return len(PdfReader(io.BytesIO(content)).pages[0].images)


@pytest.fixture
def spoil(app: Flask) -> Iterator[Callable[[], tuple[str, str]]]:
    """Return what takes the bytes of the logo away and spoils those of the signature; both are put right at the end."""
    lost, broken = logo(), PICTURES["media/ana.png"]

    def act() -> tuple[str, str]:
        look._raster.cache_clear()
        look._missed.clear()
        storage().remove(digest(lost))
        storage().path(digest(broken)).write_bytes(b"no picture any more")
        return digest(lost), digest(broken)

    yield act
    with app.app_context():
        storage().remove(digest(broken))
        storage().put(broken)
        storage().put(lost)
    look._raster.cache_clear()


def test_a_certificate_never_waits_for_a_picture(
    app: Flask,
    cast: Cast,
    shown: None,
    spoil: Callable[[], tuple[str, str]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    award = finished(app, cast.learner, pictured())
    with app.app_context():
        assert pictures_in(making.make(award.row).pdf) == 4
        gone = spoil()
        capsys.readouterr()
        for _ in range(2):
            assert pictures_in(making.make(award.row).pdf) == 2
        told = capsys.readouterr()
        lines = [line for line in (told.out + told.err).splitlines() if "made without a picture" in line]
        assert len(lines) == 2, "each is told once"
        assert all(any(lost in line for line in lines) for lost in gone)
        storage().put(logo())
        assert pictures_in(making.make(award.row).pdf) == 3, "it is back"


def test_the_whole_file_is_small_with_six_photographs_in_two_languages(app: Flask, award: Award) -> None:
    long = ("Свидетельство о превентивной консервации, документировании и оцифровке смешанных коллекций " * 3)[:200]
    people = (("Ilse Verhaegen-Konstantinopolskaya", "for the council of museums and centres"),) * 3
    with app.app_context():
        places = ("site", "course", "seal", "signature-0", "signature-1", "signature-2")
        pictures = {place: storage().put(photo(n)) for n, place in enumerate(places)}
        other = Texts(language="ru", title=long, course_title=long, modules=("А", "Б"), outcomes=("Раз", "Два"))
        facts = replace(award.row.award, pictures=pictures, also=other, signatories=people)  # type: ignore[type-var]
        content = making.make(replace(award.row, award=facts)).pdf
    assert pictures_in(content) == 6
    assert len(content) < 120_000


def test_a_course_goes_in_and_out_byte_for_byte(app: Flask, tx: object) -> None:
    files = pictured("ru")
    with app.app_context():
        publish_course(SLUG, files)
        row = find_published(SLUG)
        assert row is not None
        newest = find_newest(row.id)
        assert newest is not None
        assert dict(version_files(newest.id)) == files


def test_pictures_of_the_certificate_are_not_handed_out(app: Flask, cast: Cast, client: PageClient) -> None:
    with app.app_context():
        publish_course(SLUG, pictured())
        db.session.commit()
    for path, content in PICTURES.items():
        name = path.rpartition("/")[2]
        for who in (client, cast.browser("learner"), cast.browser("trainer")):
            assert who.get(f"/media/{digest(content)}/{name}").status_code == 404
    page = client.visit(f"/courses/{SLUG}/credits")
    assert "ana.png" in page.text
    assert not [link for link in page.links() if "ana.png" in link]
