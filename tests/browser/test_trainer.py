"""A trainer takes certificates along, and two people issue some by hand; with scripts and without."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from lms.infra.db import db
from lms.infra.folders import write_folder
from tests.browser import study, trainer
from tests.browser.conftest import log_in, look_with_axe
from tests.conftest import build_app
from tests.factories.certificates import make_certificate
from tests.site import Site

SLUG = "museum-as-a-place-of-learning"
Someone = Callable[..., Page]


def wait_for(page: Page, link: str) -> None:
    """Wait until the page shows a link; without scripts by looking again."""
    found, again = page.get_by_role("link", name=link), page.get_by_role("link", name="Look again how far it is")
    until = time.monotonic() + 60
    while not found.count():
        assert time.monotonic() < until, "the package is packed within a minute"
        time.sleep(0.3)
        if again.count() and again.is_visible():
            again.click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("width", ["phone", "desk"])
def test_a_trainer_takes_the_certificates_of_a_course_along(
    someone: Someone, browser: Browser, width: str, scripts: bool
) -> None:
    page = someone(browser, width, scripts=scripts)
    log_in(page, "trainer")
    page.goto(f"/teach/{SLUG}/")
    study.follow(page, "Certificates of this course")
    page.get_by_label("Name or museum").fill("lampová")
    study.press(page, "Search")
    expect(page.get_by_role("row").filter(has_text="Lena Lampová")).to_have_count(1)
    with page.expect_download() as started:
        page.get_by_role("link", name="Download the list (CSV)").click()
    text = started.value.path().read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert "Lena Lampová" in text.decode("utf-8-sig")

    study.press(page, "Pack the files (ZIP)")
    wait_for(page, "Download the file")
    expect(page.get_by_role("main")).to_contain_text("1 certificate is in the file.")
    with page.expect_download() as started:
        page.get_by_role("link", name="Download the file").click()
    package = zipfile.ZipFile(io.BytesIO(started.value.path().read_bytes()))
    assert package.testzip() is None
    [file, notes] = package.namelist()
    assert re.fullmatch(rf"Lena-Lampova_{SLUG}_[0-9A-Z-]{{19}}\.pdf", file)
    assert (package.read(file)[:5], notes) == (b"%PDF-", "certificates.csv")
    study.press(page, "Delete the file")
    expect(page.get_by_role("main")).to_contain_text("The file is no longer here.")


MANY = 3000


@pytest.fixture(scope="module")
def many(site: Site) -> str:
    """Return a course with very many certificates."""
    app = build_app(f"sqlite:///{site.data_dir}/vitrine.sqlite3", site.data_dir)
    with app.app_context():
        for number in range(MANY):
            make_certificate(f"Anna {number}", slug="quiet-store")
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    app.extensions["examiner"].close()
    return "quiet-store"


def test_the_bar_of_long_work_moves_by_itself_and_the_work_can_be_stopped(
    someone: Someone, browser: Browser, many: str
) -> None:
    page = someone(browser)
    log_in(page, "trainer")
    page.goto(f"/teach/courses/{many}/certificates")
    study.press(page, "Pack the files (ZIP)")
    page.evaluate("window.sameDocument = true")
    bar, main = page.get_by_role("progressbar"), page.get_by_role("main")
    expect(main).to_contain_text(re.compile(r"[1-9][\d,]* of 3,000 certificates"), timeout=30_000)
    assert page.evaluate("window.sameDocument"), "the bar moves without the page being fetched anew"
    assert int(str(bar.get_attribute("aria-valuenow"))) > 0
    page.get_by_role("link", name="Download the file").wait_for(timeout=60_000)
    expect(main).to_contain_text("3,000 certificates are in the file.")
    expect(page.get_by_role("link", name="Stop the work")).to_have_count(0)

    page.goto(f"/teach/courses/{many}/certificates?q=anna")
    study.press(page, "Pack the files (ZIP)")
    study.press(page, "Stop the work")
    expect(main).to_contain_text("Stopped.")


def test_one_proposes_and_another_approves(someone: Someone, browser: Browser, site: Site, code: str) -> None:
    newcomer = someone(browser)
    study.log_in(newcomer, study.register(newcomer, code))
    slug = "late-walls"
    for number, files in enumerate((trainer.without_terms(slug), trainer.with_terms(slug))):
        write_folder(site.data_dir / f"late-{number}", files)
        done = site.run("courses", "import", str(site.data_dir / f"late-{number}"), "--publish")
        assert done.returncode == 0, done.stderr
        if number == 0:
            trainer.complete(newcomer, slug)

    one = someone(browser, "phone")
    log_in(one, "trainer")
    one.goto(f"/teach/courses/{slug}/certificates")
    expect(one.get_by_role("main")).to_contain_text("1 learner has completed the course and has no certificate.")
    study.follow(one, "Issue by hand")
    one.get_by_label(study.NAME).check()
    study.press(one, "Propose")
    expect(one.get_by_role("main")).to_contain_text("Say why: the second person decides by it.")
    expect(one.get_by_label(study.NAME)).to_be_checked()
    one.get_by_label("Reason").fill(trainer.REASON)
    study.press(one, "Propose")
    expect(one.get_by_role("main")).to_contain_text("This waits for a second person.")
    expect(one.get_by_role("button", name="Approve and issue")).to_have_count(0)
    address = one.url

    another = someone(browser, scripts=False)
    log_in(another, "coordinator")
    another.goto("/teach/")
    study.follow(another, "See what waits")
    another.goto(address)
    main = another.get_by_role("main")
    for words in (study.NAME, trainer.REASON, "Tomas Tafel", "can get it"):
        expect(main).to_contain_text(words)
    study.press(another, "Approve and issue")
    until = time.monotonic() + 60
    while not main.get_by_text("1 certificate was issued.").count():
        assert time.monotonic() < until, "it is issued within a minute"
        time.sleep(0.5)
        another.reload()

    one.goto(address)
    expect(one.get_by_role("main")).to_contain_text("1 certificate was issued.")
    look_with_axe(one)
    newcomer.goto("/me/certificates")
    expect(newcomer.get_by_role("main")).to_contain_text("Certificate in writing labels")
