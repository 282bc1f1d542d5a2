"""The badge, which carries the credential, and the picture that networks show beside a link."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from flask import Flask
from openbadgeslib.verify import verify_badge
from PIL import Image

from lms.accounts import service as accounts
from lms.certificates import queries, views
from lms.certificates.service import badges, checking
from lms.infra import clock
from lms.infra.db import db
from lms.infra.images import bake
from lms.infra.storage import storage
from tests.certificates.conftest import Award
from tests.certificates.test_pages import UNKNOWN, change, status_of
from tests.factories.people import Cast
from tests.infra.test_images import LONG
from tests.pages import PageClient


@pytest.fixture
def badge(made: Award, client: PageClient) -> bytes:
    """Return the badge of a certificate."""
    response = client.get(f"/certificates/{made.row.code}.png")
    assert (response.status_code, response.content_type) == (200, "image/png")
    return response.data


@pytest.fixture
def fetch(client: PageClient) -> Callable[[str], bytes]:
    """Return a way for other programs to fetch what this site publishes."""
    return lambda url: client.get(urlsplit(url).path).data


def brought(client: PageClient, content: bytes, name: str = "badge.png") -> str:
    """Bring a file to the page that verifies, and return what a screen reader is told."""
    client.visit("/verify")
    return status_of(client.press("Verify", file=(io.BytesIO(content), name)))


def test_the_badge_is_a_square_picture_with_the_credential_inside(
    app: Flask, badge: bytes, made: Award, client: PageClient
) -> None:
    with Image.open(io.BytesIO(badge)) as image:
        image.load()
        assert image.size == (600, 600)
        inside = image.info["openbadgecredential"].encode()
    assert inside == client.get(f"/certificates/{made.row.code}.json").data
    assert len(badge) < 60_000


def test_our_own_check_takes_the_badge_for_genuine(app: Flask, badge: bytes, client: PageClient) -> None:
    with app.app_context():
        checked = checking.check_file(badge)
    assert (checked.origin, checked.proof, checked.claims, checked.key) == ("genuine", "good", "good", "good")
    assert brought(client, badge).startswith("Valid")


def test_an_independent_verifier_reads_the_badge_and_believes_it(badge: bytes, fetch: Callable[[str], bytes]) -> None:
    found = verify_badge(badge, "3", resolve_did=True, download=fetch)
    assert (found.valid, found.trusted, found.reason) == (True, True, None)


def test_a_badge_with_another_name_in_it_is_refused_by_both(
    badge: bytes, client: PageClient, fetch: Callable[[str], bytes], made: Award
) -> None:
    credential = client.get(f"/certificates/{made.row.code}.json").get_json(force=True)
    credential["credentialSubject"]["identifier"][0]["identityHash"] = "Somebody Else"
    start = badge.index(b"iTXt") - 4
    plain = badge[:start] + badge[start + 12 + int.from_bytes(badge[start : start + 4]) :]
    forged = bake(plain, json.dumps(credential).encode())
    assert brought(client, forged).startswith("Not found: this file was changed")
    assert not verify_badge(forged, "3", resolve_did=True, download=fetch).valid


def test_of_the_same_input_come_the_same_bytes(app: Flask, badge: bytes, made: Award) -> None:
    badges._badge.cache_clear()
    with app.app_context():
        credential = storage().get(made.row.credential_digest or "")
        assert badges.draw_badge(badges.face_of_badge(made.row, credential), credential) == badge


def test_a_badge_that_one_has_is_not_sent_again(made: Award, client: PageClient) -> None:
    address = f"/certificates/{made.row.code}.png"
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["X-Robots-Tag"] == "noindex"
    assert "Content-Disposition" not in first.headers
    taken = client.get(f"{address}?download=1").headers["Content-Disposition"]
    assert taken == f'attachment; filename="badge-{made.row.code_spaced}.png"'


def test_there_is_no_badge_before_the_credential_nor_of_nobody(award: Award, client: PageClient) -> None:
    assert client.get(f"/certificates/{award.row.code}.png").status_code == 404
    assert client.get(f"/certificates/{UNKNOWN}.png").status_code == 404


@pytest.mark.parametrize("lang", sorted(LONG))
def test_the_longest_titles_stay_inside_the_walls(app: Flask, made: Award, lang: str) -> None:
    with app.app_context():
        credential = storage().get(made.row.credential_digest or "")
        face = replace(badges.face_of_badge(made.row, credential), course=LONG[lang], title=LONG[lang][::-1])
        wide = replace(face, name="Wolkonskaja " * 7, lines=("Issued", "Check it"))
        pictures = (badges._badge(face), badges.draw_preview(wide))
    for content in pictures:
        image = Image.open(io.BytesIO(content)).convert("RGB")
        left = image.crop((40, 60, 60, image.height - 40)).getcolors() or []
        below = image.crop((40, image.height - 46, image.width - 60, image.height - 38)).getcolors() or []
        assert (len(left), len(below)) == (1, 1), "between text and wall there is board alone"


def test_the_preview_has_the_size_that_networks_ask_for_and_is_kept_shortly(made: Award, client: PageClient) -> None:
    response = client.get(f"/verify/{made.row.code}/preview.png")
    with Image.open(io.BytesIO(response.data)) as image:
        assert image.size == (1200, 630)
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert response.headers["X-Robots-Tag"] == "noindex"
    again = client.get(f"/verify/{made.row.code}/preview.png", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "values",
    [
        {"standing": "revoked", "reason": "A mistake"},
        {"standing": "superseded"},
        {"valid_until": datetime(2020, 1, 1, tzinfo=UTC)},
        {"issued_at": datetime(2090, 1, 1, tzinfo=UTC)},
    ],
)
def test_what_does_not_count_gets_a_picture_that_says_so_and_praises_nobody(
    app: Flask, made: Award, client: PageClient, values: dict[str, object]
) -> None:
    code = made.row.code
    address = f"/verify/{code}/preview.png"
    valid = client.get(address)
    change(app, **values)
    stopped = client.get(address, headers={"If-None-Match": valid.headers["ETag"]})
    assert stopped.status_code == 200
    assert stopped.data != valid.data
    with app.app_context():
        row = queries.find_by_code(code)
        assert row is not None
        state = row.state(clock.now())
        face = badges.face_of_preview(row, state)
    assert face.stopped.lower().startswith(state)
    assert (face.name, face.rooms) == ("", ())
    assert valid.headers["ETag"] != stopped.headers["ETag"]


def test_the_picture_speaks_the_language_of_the_certificate(app: Flask, made: Award, client: PageClient) -> None:
    before = client.get(f"/verify/{made.row.code}/preview.png").headers["ETag"]
    client.set_cookie("lang", "ru")
    assert client.get(f"/verify/{made.row.code}/preview.png").headers["ETag"] == before
    change(app, language="ru")
    assert client.get(f"/verify/{made.row.code}/preview.png").headers["ETag"] != before


def test_an_erased_holder_is_not_in_the_picture(app: Flask, made: Award, client: PageClient, cast: Cast) -> None:
    with app.app_context():
        assert badges.face_of_preview(made.row, "valid").name == cast.learner.name
        accounts.erase_person(cast.learner.account_id, actor=None)
        db.session.commit()
    made.work()
    with app.app_context():
        assert badges.face_of_preview(made.row, "valid").name == ""
    assert client.get(f"/verify/{made.row.code}/preview.png").status_code == 200
    assert client.get(f"/certificates/{made.row.code}.png").status_code == 404


@pytest.fixture
def limited(app: Flask) -> Iterator[None]:
    """Count wrong codes, which other tests do not."""
    app.config["RATELIMIT_ENABLED"] = True
    yield
    app.config["RATELIMIT_ENABLED"] = False


@pytest.mark.parametrize("path", ["/verify/{}/preview.png", "/certificates/{}.png"])
def test_pictures_cannot_be_used_to_guess_codes(made: Award, client: PageClient, limited: None, path: str) -> None:
    address = {"REMOTE_ADDR": f"10.9.{len(path)}.{clock.now().microsecond % 250}"}
    answers = [
        client.get(path.format(f"{number:016d}"), environ_base=address).status_code
        for number in range(views.verify.MISSES + 1)
    ]
    assert answers == [404] * views.verify.MISSES + [429]
    assert client.get(f"/verify/{made.row.code}", environ_base=address).status_code == 429
