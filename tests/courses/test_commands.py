"""`lms courses …`: checking without a site, importing, exporting, translating."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from lms.command import lms
from lms.courses.queries import find_published
from lms.domain.formats.packages import unpack
from lms.infra.folders import read_folder
from tests.courses.conftest import SLUG, another, zipped
from tests.factories.courses import COURSES

Files = dict[str, bytes]
Run = Callable[..., Result]

BAD = "pas: 70"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the store's course in it, for a test to spoil."""
    return Path(shutil.copytree(COURSES / "store", tmp_path / "courses/store"))


@pytest.fixture
def run(app: Flask, tx: object) -> Run:
    """Return a way to run a command of `lms courses` on this application."""

    def one(*arguments: object) -> Result:
        return CliRunner().invoke(lms, ["courses", *map(str, arguments)], obj=lambda: app)

    return one


def check(*arguments: object) -> Result:
    """Run the checker without any application."""
    return CliRunner().invoke(lms, ["courses", "check", *map(str, arguments)], obj=None)


def spoil(folder: Path) -> None:
    """Put two faults and a warning into the course."""
    quiz, light = folder / "quizzes/final.md", folder / "lessons/light.md"
    quiz.write_text(quiz.read_text().replace("pass: 70", BAD))
    light.write_text(light.read_text().replace("](term:lux", "](term:luxx"))


class TestCheck:
    """`lms courses check`."""

    def test_a_sound_course_is_no_news(self, folder: Path) -> None:
        done = check(folder)
        assert (done.exit_code, done.stdout) == (0, "")
        assert "1 course, 0 faults, 0 warnings" in done.stderr

    def test_every_fault_stands_with_its_file_and_line(self, folder: Path) -> None:
        spoil(folder)
        done = check(folder)
        assert done.exit_code == 1
        line = (folder / "quizzes/final.md").read_text().split("\n").index(BAD) + 1
        assert f"{folder}/quizzes/final.md:{line}: unknown key 'pas'; did you mean 'pass'?" in done.stdout
        assert f"{folder}/lessons/light.md:" in done.stdout
        assert "did you mean 'lux'?" in done.stdout

    def test_warnings_are_marked_and_stop_nothing(self) -> None:
        done = check(COURSES / "labels")
        assert done.exit_code == 0
        assert f"{COURSES}/labels/course.yaml:10: warning: 'hours' is 1" in done.stdout

    def test_a_folder_of_courses_and_packages(self, folder: Path, store: Files) -> None:
        (folder.parent / "LICENSE").write_text("no course")
        (folder.parent / "other.zip").write_bytes(zipped(another(store, "other")))
        spoil(folder)
        done = check(folder.parent)
        assert done.exit_code == 1
        assert "2 courses, 2 faults" in done.stderr

    def test_a_package(self, tmp_path: Path, store: Files) -> None:
        package = tmp_path / "store.zip"
        package.write_bytes(zipped(store | {"quizzes/final.md": store["quizzes/final.md"].replace(b"pass:", b"pas:")}))
        done = check(package)
        assert done.exit_code == 1
        assert f"{package}/quizzes/final.md:" in done.stdout

    def test_a_package_that_breaks_a_rule_is_refused(self, tmp_path: Path, store: Files) -> None:
        package = tmp_path / "store.zip"
        package.write_bytes(zipped(store))
        with ZipFile(package, "a") as archive:
            archive.writestr("../evil", b"x")
        done = check(package)
        assert done.exit_code == 1
        assert done.stdout.count("\n") == 1
        assert "'..'" in done.stdout

    def test_a_folder_without_its_course_yaml_has_a_fault(self, folder: Path) -> None:
        (folder / "course.yaml").unlink()
        done = check(folder)
        assert done.exit_code == 1
        assert "there is no course.yaml" in done.stdout

    @pytest.mark.parametrize("what", ["missing", "empty"])
    def test_what_cannot_be_read_is_said(self, tmp_path: Path, folder: Path, what: str) -> None:
        (tmp_path / "empty").mkdir()
        done = check(folder, tmp_path / what)
        assert done.exit_code == 2
        assert str(tmp_path / what) in done.stderr

    def test_as_json(self, folder: Path) -> None:
        spoil(folder)
        done = check(folder, COURSES / "labels", "--json")
        assert done.exit_code == 1
        bad, good = json.loads(done.stdout)
        assert (bad["course"], bad["valid"], len(bad["faults"])) == (SLUG, False, 2)
        assert set(bad["faults"][0]) == {"path", "line", "message"}
        assert (good["course"], good["valid"]) == ("labels", True)

    def test_dotfiles_are_no_part_of_a_course(self, folder: Path) -> None:
        (folder / ".git").mkdir()
        (folder / ".git/config").write_text("x")
        (folder / "lessons/.light.md.swp").write_text("x")
        assert check(folder).exit_code == 0

    def test_it_needs_no_data_folder_and_does_not_load_the_application(self, folder: Path, tmp_path: Path) -> None:
        program = (
            "import sys\nfrom lms.command import lms\ntry:\n    lms(['courses', 'check', sys.argv[1]])\n"
            "finally:\n    print([m for m in ('flask', 'sqlalchemy', 'lms.app', 'dbos') if m in sys.modules])\n"
        )
        environment = {**os.environ, "LMS_DATA_DIR": "/proc/nowhere", "LMS_DATABASE_URL": "nonsense"}
        done = subprocess.run(
            [sys.executable, "-c", program, str(folder)], capture_output=True, text=True, env=environment, cwd=tmp_path
        )
        assert done.stdout == "[]\n", done.stderr
        assert list(tmp_path.iterdir()) == [folder.parent]


class TestImportAndExport:
    """`lms courses import` and `export`."""

    def test_there_and_back_again(self, run: Run, folder: Path, store: Files, tmp_path: Path) -> None:
        done = run("import", folder, "--publish")
        assert done.exit_code == 0, done.stderr
        assert done.stdout == f"{SLUG}: version 1 imported, published\n"
        assert run("export", SLUG, tmp_path / "out").exit_code == 0
        assert read_folder(tmp_path / "out") == store

    def test_without_publish_nobody_reads_it(self, app: Flask, run: Run, folder: Path) -> None:
        run("import", folder)
        with app.app_context():
            assert find_published(SLUG) is None
        assert "published" in run("import", folder, "--publish").stdout
        with app.app_context():
            assert find_published(SLUG) is not None

    def test_a_package_goes_in_and_comes_out(self, run: Run, store: Files, tmp_path: Path) -> None:
        (tmp_path / "in.zip").write_bytes(zipped(store))
        assert run("import", tmp_path / "in.zip").exit_code == 0
        assert run("export", SLUG, tmp_path / "out.zip").exit_code == 0
        assert unpack((tmp_path / "out.zip").read_bytes()) == store

    def test_faults_keep_it_out(self, run: Run, folder: Path) -> None:
        spoil(folder)
        done = run("import", folder, "--publish")
        assert done.exit_code == 1
        assert "did you mean 'pass'?" in done.stdout
        assert run("export", SLUG, folder.parent / "out").exit_code == 1

    def test_as_json(self, run: Run, folder: Path) -> None:
        told = {"course": SLUG, "version": 1, "new": True, "published": False}
        assert json.loads(run("import", folder, "--json").stdout) == told
        told = {"course": SLUG, "version": 1, "new": False, "published": True}
        assert json.loads(run("import", folder, "--json", "--publish").stdout) == told
        assert run("import", folder, "--publish").exit_code == 0

    def test_what_is_there_is_not_written_over(self, run: Run, folder: Path, store: Files) -> None:
        run("import", folder)
        done = run("export", SLUG, folder)
        assert done.exit_code == 2
        assert read_folder(folder) == store

    @pytest.mark.parametrize("arguments", [("import", "no-such-path"), ("import", "/dev/null")])
    def test_what_cannot_be_read_is_said(self, run: Run, arguments: tuple[str, ...]) -> None:
        done = run(*arguments)
        assert done.exit_code in {1, 2}
        assert arguments[1] in done.stderr


class TestTranslate:
    """`lms courses translate`."""

    def test_extract_writes_a_catalogue_beside_the_course(self, run: Run, folder: Path) -> None:
        done = run("translate", "extract", folder, "ro")
        assert done.exit_code == 0, done.stderr
        written = (folder / "i18n/ro.po").read_text()
        assert 'msgctxt "course.yaml#title"\nmsgid "A quiet store"\nmsgstr ""' in written
        assert "#: lessons/humidity.md:" in written
        assert run("translate", "extract", folder, "ro").exit_code == 1

    def test_merge_keeps_what_fits_and_marks_the_rest(self, run: Run, folder: Path) -> None:
        course = folder / "course.yaml"
        course.write_text(course.read_text().replace("A quiet store", "A very quiet store"))
        assert run("translate", "merge", folder).exit_code == 0
        merged = (folder / "i18n/ru.po").read_text()
        assert "#, fuzzy" in merged
        assert 'msgid "A very quiet store"\nmsgstr "Спокойное хранилище"' in merged
        assert "Сухо, темно и тихо." in merged

    def test_check_tells_what_a_translation_lacks_or_changes(self, run: Run, folder: Path) -> None:
        assert run("translate", "check", folder).exit_code == 0
        catalogue = folder / "i18n/ru.po"
        catalogue.write_text(
            catalogue.read_text().replace("](term:rh)", "](term:lux)", 2).replace("term:lux", "term:rh", 1)
        )
        done = run("translate", "check", folder, "ru")
        assert done.exit_code == 1
        assert f"{folder}/i18n/ru.po:" in done.stdout
        done = run("translate", "check", folder, "hy")
        assert done.exit_code == 1

    def test_a_course_of_the_site_answers_on_standard_output(self, run: Run, folder: Path) -> None:
        run("import", folder)
        done = run("translate", "extract", SLUG, "ro")
        assert done.exit_code == 0
        assert 'msgid "A quiet store"' in done.stdout
        assert "Спокойное хранилище" in run("translate", "merge", SLUG, "ru").stdout
        assert run("translate", "check", SLUG).exit_code == 0
        assert run("translate", "check", "no-such-course").exit_code == 1

    @pytest.mark.parametrize("lang", ["../x", "R U", "", "x" * 20])
    def test_a_language_is_a_code(self, run: Run, folder: Path, lang: str) -> None:
        assert run("translate", "extract", folder, lang).exit_code == 2
        assert run("translate", "extract", "no/such", "ru").exit_code == 2
