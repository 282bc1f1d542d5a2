"""What becomes of a certificate after it was issued, as administrator, holder and stranger see it.

On a site of its own, which is revoked on, renamed on, given new keys, ended and brought back from an old backup.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import study
from tests.browser.conftest import WIDTHS, log_in, look_with_axe
from tests.serving import Served
from tests.site import Site, running_site

REASON = "Somebody else sat the examination."
MENDED = "Lena Lampová-Rightname"

Window = Callable[..., Page]


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a demonstration site that no other test looks at."""
    with running_site(tmp_path_factory.mktemp("lifecycle") / "data") as served:
        yield served


@pytest.fixture(scope="module")
def window(own_site: Site, browser: Browser) -> Iterator[Window]:
    """Return a way to open a window of somebody, logged in where a name is given."""
    contexts: list[BrowserContext] = []

    def open_window(who: str = "", width: str = "desk") -> Page:
        context = browser.new_context(base_url=own_site.url, viewport=WIDTHS[width], accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        if who:
            log_in(page, who)
        return page

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def admin(window: Window) -> Page:
    return window("admin")


@pytest.fixture(scope="module")
def stranger(window: Window) -> Page:
    """Return the window of somebody who verifies, on a phone."""
    return window(width="phone")


@pytest.fixture(scope="module")
def learner(window: Window) -> Page:
    return window("learner")


def codes(learner: Page) -> list[str]:
    """Return the codes of the learner's certificates, the newest first, once each has its file."""
    until = time.monotonic() + 60
    while True:
        learner.goto("/me/certificates")
        links = [str(link.get_attribute("href")) for link in learner.get_by_role("link", name="Download PDF").all()]
        waiting = learner.get_by_text("The file is being made").count()
        if links and not waiting:
            return [link.rsplit("/", 1)[1].removesuffix(".pdf") for link in links]
        assert time.monotonic() < until, "the certificate is made within a minute"
        time.sleep(0.5)


def verdict(page: Page, code: str) -> str:
    """Type a code as anybody does, and return what is said."""
    page.goto("/verify")
    page.get_by_label("Certificate code").fill(code)
    study.press(page, "Verify")
    return page.get_by_role("status").inner_text().strip()


def verdict_of_file(page: Page, path: Path) -> str:
    """Choose a file as anybody does, and return what is said."""
    page.goto("/verify")
    page.get_by_label("Certificate file").set_input_files(path)
    study.press(page, "Verify")
    return page.get_by_role("status").inner_text().strip()


def download(learner: Page, code: str, folder: Path) -> Path:
    learner.goto("/me/certificates")
    with learner.expect_download() as started:
        learner.locator(f'a[href$="{code}.pdf"]').first.click()
    path = folder / f"{code}.pdf"
    started.value.save_as(path)
    return path


def look_after(admin: Page, code: str) -> None:
    """Find a certificate by its code in the administration."""
    admin.goto("/admin/certificates")
    admin.get_by_role("searchbox", name="Certificate code").fill(code)
    study.press(admin, "Search")
    expect(admin.get_by_role("heading", level=1)).to_have_text(f"{code[:4]}-{code[4:8]}-{code[8:12]}-{code[12:]}")


def test_what_the_administrator_revokes_is_revoked_for_everybody_until_it_is_reinstated(
    admin: Page, stranger: Page, learner: Page
) -> None:
    [code] = codes(learner)
    assert verdict(stranger, code).startswith("Valid")
    look_after(admin, code)
    study.press(admin, "Revoke")
    expect(admin.get_by_role("main")).to_contain_text("Say why")
    admin.get_by_label("Reason").fill(REASON)
    study.press(admin, "Revoke")
    expect(admin.get_by_text("The certificate is revoked.")).to_be_visible()
    look_with_axe(admin)
    assert verdict(stranger, code).startswith("Revoked")
    expect(stranger.get_by_role("main")).to_contain_text(REASON)
    look_with_axe(stranger)
    learner.goto("/me/certificates")
    expect(learner.get_by_role("main")).to_contain_text("Revoked")
    look_after(admin, code)
    study.press(admin, "Reinstate")
    assert verdict(stranger, code).startswith("Valid")


def test_a_wrong_name_is_mended_by_another_certificate_and_a_key_that_was_changed_takes_nothing_away(
    own_site: Site, admin: Page, stranger: Page, learner: Page, tmp_path: Path
) -> None:
    [old] = codes(learner)
    kept = download(learner, old, tmp_path)
    assert verdict_of_file(stranger, kept).startswith("Valid")
    for name in ("credential", "pdf"):
        assert own_site.run("keys", "rotate", name).returncode == 0
    assert verdict_of_file(stranger, kept).startswith("Valid"), "what an old key signed stays valid"
    admin.goto("/admin/certificates")
    for key, state in (("credential-1", "No longer used"), ("credential-2", "In use"), ("pdf-2", "In use")):
        expect(admin.get_by_role("row", name=key)).to_contain_text(state)

    learner.goto("/me/profile")
    learner.get_by_label("Your name, as it should stand on certificates").fill(MENDED)
    study.press(learner, "Save")
    look_after(admin, old)
    study.press(admin, "Replace with the present name")
    expect(admin.get_by_text("A new certificate takes its place.")).to_be_visible()
    fresh, *_older = codes(learner)
    assert fresh != old
    assert verdict(stranger, old).startswith("Superseded")
    expect(stranger.get_by_role("main")).not_to_contain_text(MENDED)
    study.follow(stranger, re.compile("took its place"))
    expect(stranger.get_by_role("status")).to_have_text(re.compile("^Valid"))
    expect(stranger.get_by_role("main")).to_contain_text(MENDED)
    assert verdict_of_file(stranger, kept).startswith("Superseded")
    assert verdict_of_file(stranger, download(learner, fresh, tmp_path)).startswith("Valid")


def test_a_backup_older_than_a_revocation_brings_no_certificate_back_to_life(
    own_site: Site, admin: Page, stranger: Page, learner: Page, tmp_path: Path
) -> None:
    code, *_older = codes(learner)
    backup = tmp_path / "old.tar"
    assert own_site.run("backup", str(backup)).returncode == 0
    look_after(admin, code)
    admin.get_by_label("Reason").fill(REASON)
    study.press(admin, "Revoke")
    assert verdict(stranger, code).startswith("Revoked")
    wait_for_the_journal(own_site)

    assert own_site.served.terminate() < 10
    restored = own_site.run("restore", str(backup), "--force")
    assert restored.returncode == 0, restored.stderr
    port = int(own_site.url.rsplit(":", 1)[1])
    again = Served(own_site.environment, port, own_site.data_dir / "server-again.log")
    try:
        again.wait()
        # The database is the old one; what the journal tells of it counts, and all else waits.
        assert verdict(stranger, code).startswith("Revoked")
        admin.goto("/admin/certificates")
        expect(admin.get_by_role("main")).to_contain_text("Certificates and mail wait.")
        look_with_axe(admin)
        done = own_site.run("certificates", "reconcile")
        assert (done.returncode, f"revoked {code}" in done.stdout) == (0, True), done.stderr
        admin.reload()
        expect(admin.get_by_role("main")).not_to_contain_text("Certificates and mail wait.")
        assert verdict(stranger, code).startswith("Revoked")
        expect(stranger.get_by_role("main")).to_contain_text(REASON)
        assert own_site.run("doctor").stdout.count("journal:") == 1
        assert again.terminate() < 10, again.log.read_text()
    finally:
        again.kill()


def wait_for_the_journal(site: Site) -> None:
    """Wait until the worker has written the revocation into the file of the journal."""
    file, until = site.data_dir / "journal/certificates.jsonl", time.monotonic() + 30
    while '"revoked"' not in file.read_text(encoding="utf-8").splitlines()[-1]:
        assert time.monotonic() < until, "the journal is written on within half a minute"
        time.sleep(0.2)
