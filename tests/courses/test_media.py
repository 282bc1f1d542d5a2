"""Media by digest: what a browser is told of them."""

from __future__ import annotations

from hashlib import sha256

import pytest
from werkzeug.test import TestResponse

from tests.courses.conftest import Publish
from tests.pages import PageClient

Files = dict[str, bytes]

pytestmark = pytest.mark.usefixtures("shelf")


def address(store: Files, path: str, name: str = "") -> str:
    """Return where a file of the store is fetched."""
    return f"/media/{sha256(store[path]).hexdigest()}/{name or path.rsplit('/', 1)[-1]}"


def fetch(client: PageClient, url: str, **headers: str) -> TestResponse:
    """Fetch a file to its end and let go of it."""
    with client.get(url, headers={name.replace("_", "-"): value for name, value in headers.items()}) as response:
        assert isinstance(response.get_data(), bytes)
        return response


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("media/hygrometer.svg", "image/svg+xml"),
        ("media/dot.png", "image/png"),
        ("media/store.mp4", "video/mp4"),
        ("media/rain.ogg", "audio/ogg"),
        ("media/store.vtt", "text/vtt"),
        ("media/worksheet.pdf", "application/pdf"),
        ("i18n/ru/media/hygrometer.svg", "image/svg+xml"),
    ],
)
def test_a_file_is_sent_as_what_it_is_and_kept_for_good(client: PageClient, store: Files, path: str, kind: str) -> None:
    response = fetch(client, address(store, path))
    assert (response.status_code, response.data) == (200, store[path])
    assert response.mimetype == kind
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in response.headers
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy


def test_a_drawing_may_nothing_but_its_own_style(client: PageClient, store: Files) -> None:
    response = fetch(client, address(store, "media/hygrometer.svg"))
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'; style-src 'unsafe-inline'"


def test_a_pdf_is_for_the_readers_own_disk(client: PageClient, store: Files) -> None:
    response = fetch(client, address(store, "media/worksheet.pdf"))
    assert response.headers["Content-Disposition"] == "attachment; filename=worksheet.pdf"


def test_a_film_comes_in_pieces(client: PageClient, store: Files) -> None:
    url = address(store, "media/store.mp4")
    response = fetch(client, url, Range="bytes=2-5")
    assert (response.status_code, response.data) == (206, store["media/store.mp4"][2:6])
    assert response.headers["Content-Range"] == f"bytes 2-5/{len(store['media/store.mp4'])}"
    assert fetch(client, url, Range="bytes=999999-").status_code == 416


@pytest.mark.parametrize("path", ["media/hygrometer.svg", "media/dot.png"])
def test_what_a_browser_has_is_not_sent_again(client: PageClient, store: Files, path: str) -> None:
    tag = fetch(client, address(store, path)).headers["ETag"]
    response = fetch(client, address(store, path), If_None_Match=tag)
    assert (response.status_code, response.data) == (304, b"")


@pytest.mark.parametrize("path", ["course.yaml", "lessons/light.md", "guides/air.md", "banks/air.md", "i18n/ru.po"])
def test_other_files_of_a_course_are_not_media(client: PageClient, store: Files, path: str) -> None:
    assert fetch(client, address(store, path)).status_code == 404


@pytest.mark.parametrize(
    "name", ["other.svg", "hygrometer.html", "hygrometer.svg.html", "%00", "%25", "_ygrometer.svg"]
)
def test_a_file_has_no_other_name(client: PageClient, store: Files, name: str) -> None:
    assert fetch(client, address(store, "media/hygrometer.svg", name)).status_code == 404


@pytest.mark.parametrize("digest", ["0" * 64, "x", "..", "%00"])
def test_an_unknown_digest_is_not_found(client: PageClient, digest: str) -> None:
    assert fetch(client, f"/media/{digest}/hygrometer.svg").status_code == 404


def test_a_file_of_an_old_version_stays(client: PageClient, store: Files, publish: Publish) -> None:
    drawing = store["media/shelf.svg"].replace(b"</svg>", b"<g/></svg>")
    publish(store | {"media/shelf.svg": drawing})
    assert fetch(client, address(store, "media/shelf.svg")).status_code == 200
    assert fetch(client, f"/media/{sha256(drawing).hexdigest()}/shelf.svg").data == drawing
