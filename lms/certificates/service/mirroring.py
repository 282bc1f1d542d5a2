"""The mirror: a copy of the register as plain files, by which others go on verifying when the site is gone.

Names stand on the page of a code alone, and nothing lists the codes: even in the list of files their digests stand.
What differs at each run is in a few files only, so that a copy of the copy is brought up to date in seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from textwrap import fill
from typing import Any

import orjson
from babel import Locale

from lms.certificates import queries
from lms.certificates.queries import CertificateRow
from lms.certificates.service import offline, publishing, ring, words
from lms.config import LANGUAGES
from lms.infra import clock, pdf
from lms.infra.keyring import keyring
from lms.infra.languages import SOURCE, language
from lms.infra.languages import gettext as _
from lms.infra.signing import jcs
from lms.infra.site import site
from lms.infra.storage import storage
from lms.infra.swap import Tree, digest_of, replacing

STATEMENT, MANIFEST = "mirror.json", "manifest.txt"
KIND = "CertificateMirror"
PAGES = {code: "index.html" if code == SOURCE else f"{code}.html" for code in LANGUAGES}
FOLDERS = ("assets", "certificates", "status", "verify")
"""Folders that a server must not list: each has a first page of its own."""

EXAMPLE = "0123456789ABCDEF"
PLAIN = """:root{color-scheme:light dark}body{margin:0;font:1.0625rem/1.5 system-ui,sans-serif}\
main{max-width:40rem;margin:auto;padding:2rem 1rem}h1,h2{line-height:1.2}section+section{margin-top:3rem}"""

SERVING = """\
nginx:

    server {
        root /srv/mirror;
        autoindex off;
        error_page 404 /404.html;
        add_header X-Robots-Tag noindex always;
        add_header Referrer-Policy no-referrer always;
        rewrite "^/(?:VERIFY|verify)/([0-9A-Z]{16})/?$" /verify/$1/index.html last;
        location /status/ { default_type application/vc; }
    }

python3 -m http.server --directory /srv/mirror 8000

lms certificates mirror --check /srv/mirror
"""
"""The end of README.txt, which is the same in every language."""


@dataclass(frozen=True, kw_only=True)
class Mirrored:
    """What was written."""

    certificates: int
    written: int
    kept: int


def write(target: Path, *, files: bool = False) -> Mirrored:
    """Write the mirror, with the PDF files if asked for; the old one stands until the new one is whole.

    Raises SwapProblem when it cannot be written, and KeyProblem when it cannot be signed.
    """
    now = clock.now()
    at = now.replace(second=0, microsecond=0)
    key = keyring().current("credential")
    with replacing(target, STATEMENT) as tree:
        writer = _Writer(tree)
        for name, content in _frame(at):
            writer.add(name, content)
        count = 0
        for row in queries.each_certificate():
            _certificate(writer, row, now, files=files)
            count += 1
        manifest = writer.close()
        statement = {
            "type": KIND,
            "issuer": ring.issuer().did,
            "name": site().site_name,
            "asOf": _written(at),
            "certificates": count,
            "files": writer.count,
            "manifest": MANIFEST,
            "sha256": manifest,
        }
        signed = jcs.add_jcs_proof(
            statement, sign=partial(keyring().sign, key.id), method=ring.issuer().method(key.id), at=at
        )
        tree.write(STATEMENT, orjson.dumps(signed, option=orjson.OPT_INDENT_2))
    return Mirrored(certificates=count, written=tree.written, kept=tree.kept)


class _Writer:
    """Writes files, and keeps the list of their digests as it goes."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._lines: list[str] = []
        self.count = 0

    def add(self, name: str, content: bytes, *, secret: bool = False) -> None:
        """Write a file; a secret one has a code in its name, and the list names it by a digest."""
        self._note(self._tree.write(name, content), name, secret=secret)

    def add_kept(self, name: str, digest: str, size: int) -> None:
        """Copy a file of the storage, unless it was copied before."""
        if not self._tree.keep(name, digest, size):
            self._tree.write(name, storage().get(digest))
        self._note(digest, name, secret=True)

    def _note(self, digest: str, name: str, *, secret: bool) -> None:
        self._lines.append(f"{digest}  {_hidden(name) if secret else name}\n")
        self.count += 1

    def close(self) -> str:
        """Write the list of files and return its digest."""
        return self._tree.write(MANIFEST, "".join(sorted(self._lines)).encode())


def _hidden(name: str) -> str:
    return f"sha256:{sha256(name.encode()).hexdigest()}"


# What does not depend on any one certificate.


def _frame(at: datetime) -> Iterator[tuple[str, bytes]]:
    """Yield the files that every mirror has."""
    yield ".well-known/did.json", orjson.dumps(ring.describe())
    for number, listed in enumerate(publishing.status_lists(), 1):
        yield f"status/{number}", orjson.dumps(listed)
    yield "offline.html", publishing.offline_verifier()
    yield "assets/style.css", offline.style_sheet().encode()
    yield "assets/as-of.css", _as_of(at).encode()
    yield "assets/find.js", offline.script_of("js/mirror.js").encode()
    yield "robots.txt", b"User-agent: *\nDisallow: /\n"
    yield "README.txt", _readme(at).encode()
    yield "404.html", _absent().encode()
    for code, page in PAGES.items():
        with language(code):
            shown = partial(_page, lang=code, example=EXAMPLE, as_of=words.moment(at, code), issuer=ring.issuer().did)
            yield page, shown("index", up="").encode()
            for folder in FOLDERS:
                yield f"{folder}/{page}", _page("elsewhere", lang=code, up="../").encode()


def _page(template: str, **context: object) -> str:
    return pdf.fill(
        f"certificates/mirror/{template}.html", name=site().site_name, pages=PAGES, languages=_tongues(), **context
    )


@cache
def _tongues() -> dict[str, str]:
    return {code: str(Locale.parse(code).get_display_name(code)).capitalize() for code in LANGUAGES}


def _as_of(at: datetime) -> str:
    """Return the style sheet that writes the date on every page: so the pages themselves stay the same."""
    rules = []
    for code in LANGUAGES:
        with language(code):
            said = orjson.dumps(_("State as of %(moment)s.", moment=words.moment(at, code))).decode()
        rules.append(f".as-of:lang({code})::after {{ content: {said}; }}\n")
    return "".join(rules)


def _absent() -> str:
    texts = {}
    for code in LANGUAGES:
        with language(code):
            texts[code] = {
                "title": _("Not found"),
                "means": _("No certificate with this code had been issued by the day of this copy."),
                "act": _("Look at the code again, or begin on the first page of the copy."),
            }
    policy = offline.policy(PLAIN)
    return _page("absent", lang=SOURCE, texts=texts, style=PLAIN, policy=policy)


def _readme(at: datetime) -> str:
    texts = {}
    for code in LANGUAGES:
        with language(code):
            texts[code] = "\n\n".join(fill(text, 100) for text in _paragraphs(words.moment(at, code)))
    return f"\n\n{'-' * 80}\n\n".join([*texts.values(), SERVING])


def _paragraphs(as_of: str) -> list[str]:
    name = site().site_name
    return [
        _("A copy of the register of certificates of %(site)s", site=name).upper(),
        _("State as of %(moment)s.", moment=as_of),
        _(
            "These are plain files: any web server can serve them, at any address, and index.html can be opened from "
            "a folder or a USB stick."
        ),
        _(
            "Whoever has the whole folder can read every name in it. Give it to those alone who are to serve it, and "
            "let no server list its folders. Whoever visits the copy needs the code of a certificate."
        ),
        _(
            "A certificate stands at verify/CODE/index.html (in English; in other languages beside it, such as "
            "verify/CODE/ru.html), its credential at certificates/CODE.json, its PDF, if it was copied, at "
            "certificates/CODE.pdf. Of holders who had their name erased there is neither name nor file."
        ),
        _(
            "Served at the address of the site itself, the copy answers the square codes on paper: send /VERIFY/CODE "
            "to /verify/CODE/index.html, as in the example below."
        ),
        _(
            "mirror.json says whose copy this is and of which day; it is signed with a key that .well-known/did.json "
            "names (eddsa-jcs-2022). It holds the SHA-256 of manifest.txt, which holds the SHA-256 of each file beside "
            "its name; for a name with a code in it the SHA-256 of the name stands. The site itself checks a copy with "
            "the last line below."
        ),
        _("To bring the copy up to date, put a newer one in its place. What was erased since is then no longer there."),
    ]


# One certificate.


def _certificate(writer: _Writer, row: CertificateRow, now: datetime, *, files: bool) -> None:
    """Write what there is of one certificate: its pages, its credential, its file."""
    state = row.state(now)
    if state == "superseded":  # the name may have been wrong, or another: it stands on the one in its place
        row = replace(row, award=None)
    credential, paper = _digests(row, files=files)
    for code, page in PAGES.items():
        with language(code):
            shown = _page(
                "certificate",
                lang=code,
                up="../../",
                certificate=row,
                award=row.award,
                state=state,
                rows=_rows(row, code),
                issued=words.day(row.issued_at.isoformat(), code),
                until=words.day(row.valid_until.isoformat(), code) if row.valid_until else "",
                ended=words.day(row.ended_at.isoformat(), code) if row.ended_at else "",
                json=credential,
                pdf=paper,
            )
        writer.add(f"verify/{row.code}/{page}", shown.encode(), secret=True)
    if credential:
        writer.add_kept(f"certificates/{row.code}.json", credential, storage().path(credential).stat().st_size)
    if paper:
        writer.add_kept(f"certificates/{row.code}.pdf", paper, storage().path(paper).stat().st_size)


def _digests(row: CertificateRow, *, files: bool) -> tuple[str | None, str | None]:
    """Return what of a certificate can be copied, credential and file: where somebody is named, and they are here."""
    wanted = (row.credential_digest, row.file_digest if files else None)
    here = [digest if row.award and digest and storage().path(digest).exists() else None for digest in wanted]
    return here[0], here[1]


def _rows(row: CertificateRow, lang: str) -> list[tuple[str, str]]:
    """Return what the certificate says beside its course, as terms and values."""
    award = row.award
    said = [(_("Issued"), words.day(row.issued_at.isoformat(), lang))]
    if row.valid_until:
        said.append((_("Valid until"), words.day(row.valid_until.isoformat(), lang)))
    if award:
        said.append((_("Hours of study"), words.figure(award.hours, lang)))
        if award.grade_percent is not None and "score" in award.show:
            said.append((_("Result"), words.percent(award.grade_percent, lang)))
        said.append((_("Assessment"), " ".join(words.assessment_of(award, lang))))
        said.append((_("How the holder was identified"), words.identity_of(award)))
    return said


# Whether a mirror is ours.


def check(folder: Path) -> tuple[dict[str, Any], list[str]]:
    """Return what a mirror says of itself, and what is wrong with it; nothing when it is ours and whole.

    Raises OSError or ValueError when there is no mirror to be read.
    """
    statement = orjson.loads((folder / STATEMENT).read_bytes())
    if not isinstance(statement, dict) or statement.get("type") != KIND:
        raise ValueError(f"{STATEMENT} says nothing of a mirror")
    faults = []
    key = ring.find_method(jcs.find_method(statement))
    if key is None or not jcs.check_jcs(statement, key.multikey):
        faults.append(f"{STATEMENT} is not signed with a key of this site")
    elif key.revoked_from and datetime.fromisoformat(str(statement["asOf"])) >= key.revoked_from:
        faults.append(f"{STATEMENT} is signed with {key.id}, which was stolen")
    manifest = (folder / MANIFEST).read_bytes()
    if sha256(manifest).hexdigest() != statement.get("sha256"):
        faults.append(f"{MANIFEST} is not the one that was signed")
    expected = {
        name: digest for digest, _gap, name in (line.partition("  ") for line in manifest.decode().splitlines())
    }
    for path in sorted(path for path in folder.rglob("*") if path.is_file() or path.is_symlink()):
        name = path.relative_to(folder).as_posix()
        if name in {STATEMENT, MANIFEST}:
            continue
        kept = expected.pop(name, None) or expected.pop(_hidden(name), None)
        if kept is None:
            faults.append(f"{name} is not of the mirror")
        elif path.is_symlink() or digest_of(path) != kept:
            faults.append(f"{name} was changed")
    return statement, [*faults, *(f"{name} is missing" for name in sorted(expected))]


def _written(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
