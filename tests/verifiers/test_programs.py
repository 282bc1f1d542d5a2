"""What programs that others wrote say of the PDF: that it is signed and whole, readable, and holds what it should."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import pikepdf
import pytest
from pdfua import validate
from PIL import Image, ImageFilter

from tests.verifiers.conftest import BASE, LANGUAGES, NAMES, Desk, Issued, run

TRUSTED = ("Signature is Valid.", "Certificate is Trusted.")


@pytest.fixture(scope="session")
def trust(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of NSS that trusts our authority and nobody else."""
    folder = tmp_path_factory.mktemp("nss")
    (folder / "authority.der").write_bytes(desk.authority())
    for command in (("-N", "--empty-password"), ("-A", "-n", "ours", "-t", "CT,C,C", "-i", folder / "authority.der")):
        done = run("certutil", *command, "-d", f"sql:{folder}")
        assert done.returncode == 0, done.stderr
    return folder


def ask_pdfsig(file: Path, trust: Path) -> str:
    """Return its text: it ends with 0 whether the signature holds or not."""
    return run("pdfsig", "-nssdir", trust, file).stdout


def test_pdfsig_says_signed_whole_valid_and_trusted(file: Path, trust: Path) -> None:
    told = ask_pdfsig(file, trust)
    assert told.count("Signature #") == 1
    for words in ("Total document signed", *TRUSTED, "Signature Type: ETSI.CAdES.detached"):
        assert words in told, told


def test_pdfsig_trusts_nobody_by_itself(file: Path, tmp_path: Path) -> None:
    (tmp_path / "nss").mkdir()
    assert run("certutil", "-N", "--empty-password", "-d", f"sql:{tmp_path / 'nss'}").returncode == 0
    assert "Certificate issuer isn't Trusted." in ask_pdfsig(file, tmp_path / "nss")


def test_pdfsig_finds_a_changed_byte(issued: Issued, trust: Path, tmp_path: Path) -> None:
    place = issued.pdf.index(b"/Lang")
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(issued.pdf[: place + 7] + b"z" + issued.pdf[place + 8 :])
    assert "Digest Mismatch" in ask_pdfsig(changed, trust)


def test_pdfsig_trusts_what_a_rotated_key_signed(desk: Desk, trust: Path, tmp_path: Path) -> None:
    old = desk.issue()
    desk.rotate("pdf")
    for name, issued in {"old": old, "new": desk.issue()}.items():
        (tmp_path / f"{name}.pdf").write_bytes(issued.pdf)
        told = ask_pdfsig(tmp_path / f"{name}.pdf", trust)
        assert all(words in told for words in TRUSTED), told


def test_qpdf_finds_nothing_wrong(file: Path) -> None:
    done = run("qpdf", "--check", file)
    assert (done.returncode, done.stderr) == (0, "")
    assert "No syntax or stream encoding errors found" in done.stdout


def test_mutool_opens_and_draws_it_without_a_word(file: Path, tmp_path: Path) -> None:
    drawn = run("mutool", "draw", "-q", "-N", "-r", "72", "-o", tmp_path / "page-%d.png", file)
    assert (drawn.returncode, drawn.stdout, drawn.stderr) == (0, "", "")
    assert len(list(tmp_path.glob("page-*.png"))) == 2
    told = run("mutool", "info", file)
    assert (told.returncode, told.stderr) == (0, "")
    assert "PDF-1.7" in told.stdout, "PDF/A-3 is PDF 1.7"


def test_pdfdetach_gives_the_credential_byte_for_byte(issued: Issued, file: Path, tmp_path: Path) -> None:
    assert run("pdfdetach", "-list", file).stdout.split("\n")[:2] == ["1 embedded files", "1: credential.json"]
    assert run("pdfdetach", "-save", "1", "-o", tmp_path / "out.json", file).returncode == 0
    assert (tmp_path / "out.json").read_bytes() == issued.content


def test_pdffonts_finds_every_font_inside_with_its_letters(file: Path) -> None:
    lines = run("pdffonts", file).stdout.splitlines()
    assert len(lines) >= 5, "a font a style"
    assert all(line.split()[-5:-2] == ["yes", "yes", "yes"] for line in lines[2:]), lines


@pytest.mark.parametrize("script", NAMES)
def test_pdftotext_gives_the_name_in_its_script(desk: Desk, script: str, tmp_path: Path) -> None:
    (tmp_path / "c.pdf").write_bytes(desk.issue(name=NAMES[script], name_latin="Latin Letters").pdf)
    read = " ".join(run("pdftotext", tmp_path / "c.pdf", "-").stdout.split())
    assert NAMES[script] in read
    assert "Latin Letters" in read


BROKEN = {"UA-14-001"}
"""pdfua 0.1.3 stumbles over pikepdf 10 in this rule, that no heading is empty; `pdfa.py` looks at headings itself."""


def test_pdfua_finds_nothing(file: Path) -> None:
    report = validate(str(file))
    assert report.findings == ()
    assert {outcome.rule_id for outcome in report.skipped} <= BROKEN


@pytest.mark.filterwarnings("ignore::pikepdf.PageCopyWarning")
@pytest.mark.parametrize(
    ("taken", "rule"), [("StructTreeRoot", "UA-01-005"), ("MarkInfo", "UA-01-002"), ("Lang", "UA-06-001")]
)
def test_pdfua_finds_what_was_taken_away(taken: str, rule: str, file: Path, tmp_path: Path) -> None:
    with pikepdf.open(file) as pdf:
        del pdf.Root[f"/{taken}"]
        pdf.save(tmp_path / "less.pdf")
    assert rule in {finding.rule_id for finding in validate(str(tmp_path / "less.pdf")).findings}


# The square code.


@pytest.fixture(scope="session")
def pages(papers: Mapping[str, Issued], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Image.Image]:
    """Return the first page of each certificate as a printer at 150 dots an inch would have it."""
    folder, found = tmp_path_factory.mktemp("pages"), {}
    for language, issued in papers.items():
        (folder / f"{language}.pdf").write_bytes(issued.pdf)
        drawn = run(
            "pdftoppm", "-r", "150", "-l", "1", "-singlefile", "-png", folder / f"{language}.pdf", folder / language
        )
        assert drawn.returncode == 0, drawn.stderr
        found[language] = Image.open(folder / f"{language}.png").convert("RGB")
    return found


def scan(page: Image.Image) -> Image.Image:
    """Return the page as a cheap grey scanner has it: askew, smaller, blurred, with noise."""
    chance = random.Random(3)
    grey = page.convert("L").rotate(1.7, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    small = grey.resize((grey.width * 4 // 5, grey.height * 4 // 5), Image.Resampling.BILINEAR)
    blurred = small.filter(ImageFilter.GaussianBlur(0.6)).point(lambda light: 30 + light * 195 // 255)
    noise = Image.frombytes("L", blurred.size, chance.randbytes(blurred.width * blurred.height))
    return Image.blend(blurred, noise, 0.12)


def on_its_head(page: Image.Image) -> Image.Image:
    return page.rotate(180)


@pytest.mark.parametrize("seen", [lambda page: page, scan, on_its_head], ids=["print", "scan", "upside down"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_zbarimg_reads_the_square_code(
    language: str, seen: object, pages: Mapping[str, Image.Image], papers: Mapping[str, Issued], tmp_path: Path
) -> None:
    assert callable(seen)
    seen(pages[language]).save(tmp_path / "seen.png")
    done = run("zbarimg", "--nodbus", "-q", "--raw", tmp_path / "seen.png")
    assert done.stdout.strip() == f"{BASE}/verify/{papers[language].code}".upper()
