"""What course.yaml says of the certificate: pictures that can be printed, and a second language."""

from __future__ import annotations

import pytest
from PIL import Image

from lms.domain.award import other_language, pictures_of
from lms.domain.formats.checker import CheckReport, check
from lms.domain.formats.pictures import LARGEST_FILE
from lms.domain.formats.translation import in_language
from lms.domain.outline import CertificateTerms, Course
from lms.infra.readers import READERS
from tests.domain.store import store
from tests.factories.images import logo, photo, saved, seal, signature
from tests.factories.trees import course_tree, lesson

Files = dict[str, bytes]

NAMES = {"logo.png": logo(), "seals/round.png": seal(), "ana.png": signature()}
"""Files below media/."""


def pictured(extra: str = "", **replaced: bytes) -> Files:
    """Return the store with a logo, a seal and a signature on its certificate; `extra` are more keys of it."""
    files = store()
    lines = (
        files["course.yaml"]
        .decode()
        .replace(
            "  signatories: [{name: Ana Example, role: Director}]\n",
            "  logo: media/logo.png\n  seal: media/seals/round.png\n"
            f"{extra}  signatories:\n    - {{name: Ana Example, role: Director, signature: media/ana.png}}\n",
        )
    )
    media = files["media.yaml"].decode() + "".join(
        f"{name}: {{credit: Ana Example, licence: All rights reserved}}\n" for name in NAMES
    )
    pictures = {f"media/{name}": replaced.get(name.split(".")[0], content) for name, content in NAMES.items()}
    return files | pictures | {"course.yaml": lines.encode(), "media.yaml": media.encode()}


def edited(old: str, new: str) -> Files:
    """Return the pictured store with one text of course.yaml replaced."""
    files = pictured()
    text = files["course.yaml"].decode()
    assert old in text
    return files | {"course.yaml": text.replace(old, new).encode()}


def checked(files: Files) -> CheckReport:
    return check(files, READERS)


def said(report: CheckReport) -> list[str]:
    return [str(fault) for fault in (*report.faults, *report.warnings)]


def test_a_course_names_the_pictures_of_its_certificate() -> None:
    report = checked(pictured())
    assert said(report) == []
    assert report.course is not None
    terms = report.course.certificate
    assert terms is not None
    assert terms.pictures() == {"course": "logo.png", "seal": "seals/round.png", "signature-0": "ana.png"}
    assert {place: report.course.media[path].digest for place, path in terms.pictures().items()} == pictures_of(
        report.course, {}
    )


def test_what_stands_on_the_certificate_alone_is_kept_back() -> None:
    assert checked(pictured()).kept_back == {"media/logo.png", "media/seals/round.png", "media/ana.png"}
    assert checked(store()).kept_back == frozenset()
    files = pictured()
    lesson_with_logo = files["lessons/light.md"] + b"\n![The logo of the museum](media/logo.png)\n"
    assert "media/logo.png" not in checked(files | {"lessons/light.md": lesson_with_logo}).kept_back
    translated = files | {"i18n/ru/media/ana.png": signature(2)}
    assert "i18n/ru/media/ana.png" in checked(translated).kept_back


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (edited("media/logo.png", "media/lgoo.png"), "course.yaml:36: 'media/lgoo.png' does not exist; did you mean"),
        (edited("signature: media/ana.png", "signature: media/an.png"), "course.yaml:39: 'media/an.png' does not"),
        (edited("logo: media/logo.png", "logo: logo.png"), "course.yaml:36: 'logo' is 'logo.png', expected a file"),
        (edited("media/seals/round.png", "media/../course.yaml"), "course.yaml:37: 'seal' is 'media/../course.yaml'"),
        (edited("seal: media/seals/round.png", "seal: [1]"), "'seal' must be a text, found a list"),
        (edited("media/logo.png", "media/shelf.svg"), "course.yaml:36: 'media/shelf.svg' is no PNG or JPEG picture"),
        (edited("signature: media/ana.png", "signatur: media/ana.png"), "did you mean 'signature'?"),
        (edited("  seal:", "  saal:"), "did you mean 'seal'?"),
        (pictured(logo=b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 20), "course.yaml:36: 'media/logo.png' is no PNG"),
        (pictured(ana=signature()[:4000]), "course.yaml:39: 'media/ana.png' is cut off or damaged: save it anew"),
        (
            pictured(seals=seal()) | {"media/seals/round.png": seal() + b"\0" * LARGEST_FILE},
            "course.yaml:37: 'media/seals/round.png' is too large: 4 MB, 10,000 pixels a side and 25 million pixels",
        ),
        (pictured() | {"i18n/ru/media/ana.png": b"GIF89a"}, "course.yaml:39: 'i18n/ru/media/ana.png' is no PNG"),
        (pictured("  second_language: Russian\n"), "course.yaml:38: 'Russian' is no language code"),
    ],
)  # fmt: skip
def test_each_fault_is_told_where_it_stands(files: Files, words: str) -> None:
    found = [str(fault) for fault in checked(files).faults]
    assert any(words in line for line in found), found


def test_a_picture_that_is_not_in_the_list_of_media_is_a_fault_as_any_other() -> None:
    files = pictured() | {"media/more.png": logo()}
    told = said(checked(files))
    assert "media/more.png:1: 'more.png' has no credit and licence in media.yaml" in told
    assert "media/more.png:1: unused media: nothing shows or links 'media/more.png'" in told


def test_a_photograph_will_do_as_well() -> None:
    files = edited("media/logo.png", "media/logo.jpg")
    files["media/logo.jpg"] = photo(1, 600, 400)
    files["media.yaml"] = files["media.yaml"].replace(b"logo.png:", b"logo.jpg:")
    del files["media/logo.png"]
    assert said(checked(files)) == []


@pytest.mark.parametrize(
    ("code", "warnings"),
    [
        ("ru", []),
        ("en", []),
        ("hy", ["course.yaml:38: certificates come in one language: 'translations' does not list 'hy'"]),
    ],
)
def test_a_second_language_that_the_course_lacks_is_warned_of(code: str, warnings: list[str]) -> None:
    report = checked(pictured(f"  second_language: {code}\n"))
    assert report.faults == ()
    assert [str(warning) for warning in report.warnings] == warnings


def test_a_second_language_without_its_catalogue_is_warned_of() -> None:
    files = pictured("  second_language: ru\n")
    del files["i18n/ru.po"]
    warnings = [str(warning) for warning in checked(files).warnings]
    assert "course.yaml:38: certificates come in one language: there is no i18n/ru.po yet" in warnings


def spoken(second: str, *, translations: tuple[str, ...] = ("ru", "hy")) -> Course:
    terms = CertificateTerms(title="T", valid_months=None, show=(), signatories=(), second_language=second)
    return course_tree(modules={"a": [lesson("one")]}, translations=translations, certificate=terms)


@pytest.mark.parametrize(
    ("second", "language", "other"),
    [
        ("ru", "en", "ru"),
        ("ru", "hy", "ru"),
        ("ru", "ru", "en"),
        ("en", "en", None),
        ("en", "ru", "en"),
        ("", "en", None),
        ("de", "en", None),
    ],
)
def test_the_second_language_is_the_courses_own_where_the_reader_has_the_second(
    second: str, language: str, other: str | None
) -> None:
    assert other_language(spoken(second), language) == other


def test_the_courses_pictures_go_before_the_sites_and_three_signatures_have_room() -> None:
    report = checked(pictured())
    assert report.course is not None
    shown = pictures_of(report.course, {"site": "a" * 64, "seal": "b" * 64, "elsewhere": "c" * 64})
    assert list(shown) == ["site", "seal", "course", "signature-0"]
    assert shown["site"] == "a" * 64
    assert shown["seal"] == report.course.media["seals/round.png"].digest
    assert pictures_of(spoken(""), {"seal": "b" * 64}) == {"seal": "b" * 64}


def test_a_translation_may_have_pictures_of_its_own() -> None:
    files = pictured() | {"i18n/ru/media/ana.png": signature(2)}
    source = checked(files).course
    assert source is not None
    russian = in_language(source, files, "ru", READERS)
    assert pictures_of(source, {})["signature-0"] != pictures_of(russian, {})["signature-0"]
    assert pictures_of(source, {})["seal"] == pictures_of(russian, {})["seal"]


def test_pixels_that_fit_no_memory_are_a_fault() -> None:
    assert any(
        "is too large" in str(fault) for fault in checked(pictured(logo=saved(Image.new("1", (9_000, 9_000))))).faults
    )
