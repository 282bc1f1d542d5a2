"""One page that checks certificates without a network: keys, lists, texts, style and script in a single file."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import orjson
from babel import Locale

from lms.config import LANGUAGES
from lms.infra import pdf
from lms.infra.languages import SOURCE, language
from lms.infra.languages import gettext as _
from lms.infra.places import place

TEMPLATE = "certificates/offline.html"
LIBRARY = "vendor/noble-ed25519"
FONTS = re.compile(r"^/\* 2\. Fonts: .*?(?=^/\* 3\. )", re.S | re.M)
"""The part of the site's style sheet that names files, which a lone page does not have."""

REMARKS = re.compile(r"^[ \t]*(?:/\*(?!!)(?:(?!\*/).)*\*/|//[^\n]*)\n", re.S | re.M)
"""Remarks that fill whole lines of a script or a style sheet; `/*!` begins one that a licence wants kept."""

DID_WEB = "did:web:"


def build(
    *,
    issuer: str,
    name: str,
    keys: Sequence[Mapping[str, Any]],
    status_lists: Sequence[Mapping[str, Any]],
    made_at: datetime,
) -> bytes:
    """Return the page as HTML in UTF-8.

    `issuer` is the DID that certificates are issued by, `name` what people call it. Each key has `id`, `multikey` and
    `revoked_from` (a moment, or None); `status_lists` are signed BitstringStatusListCredentials as they are published.
    """
    trust = {
        "issuer": issuer,
        "name": name,
        "verify": verify_address(issuer),
        "made_at": _moment(made_at),
        "keys": [
            {"id": key["id"], "multikey": key["multikey"], "revoked_from": _moment(key.get("revoked_from"))}
            for key in keys
        ],
        "lists": list(status_lists),
    }
    texts = {}
    for code in LANGUAGES:
        with language(code):
            texts[code] = words()
    style, library, script = style_sheet(), _library(), script_of("js/offline-verifier.js")
    page = pdf.fill(
        TEMPLATE,
        name=name,
        lang=SOURCE,
        languages={code: str(Locale.parse(code).get_display_name(code)).capitalize() for code in LANGUAGES},
        texts=texts,
        policy=policy(style, library, script),
        style=style,
        library=library,
        script=script,
        trust=as_data(trust),
        words=as_data(texts),
    )
    return page.encode()


def as_data(value: object) -> str:
    """Return JSON that may stand inside an element of a page: nothing in it can end the element."""
    return orjson.dumps(value).decode().replace("<", "\\u003c")


def policy(style: str, *scripts: str) -> str:
    """Return the Content-Security-Policy that lets exactly these texts work, and fetches nothing."""
    allowed = " ".join(_hash(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def verify_address(issuer: str) -> str:
    """Return where the issuer's certificates are checked, as people type it; nothing when its DID names no site."""
    if not issuer.startswith(DID_WEB):
        return ""
    return "/".join([*(unquote(part) for part in issuer.removeprefix(DID_WEB).split(":")), "verify"])


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _moment(at: datetime | str | None) -> str | None:
    if isinstance(at, datetime):
        return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return at


def _read(path: str) -> str:
    return (place("static") / path).read_text(encoding="utf-8")


def script_of(path: str) -> str:
    """Return a script without its remarks."""
    return "\n" + REMARKS.sub("", _read(path))


def _library() -> str:
    """Return the signature library with its licence; it hands over the one function that the page uses."""
    return (
        f"\n/*!\n{_read(f'{LIBRARY}/LICENSE')}\n*/\n{REMARKS.sub('', _read(f'{LIBRARY}/noble-ed25519.js'))}"
        "globalThis.ed25519 = { verifyAsync };\n"
    )


def style_sheet() -> str:
    """Return the site's style sheet for a page that stands alone."""
    return "\n" + REMARKS.sub("", FONTS.sub("", _read("css/site.css")) + _read("css/offline.css"))


def words() -> dict[str, str]:
    """Return everything the page says, in the language of the present work; the script fills in the placeholders."""
    return {**_frame(), **_verdicts(), **_checks(), **_claims()}


def _frame() -> dict[str, str]:
    return {
        "title": _("Check a certificate offline"),
        "skip": _("Skip to the content"),
        "language": _("Language"),
        "lead": _("Choose the file of a certificate. It is checked on this computer, and nothing is sent anywhere."),
        "file": _("File of the certificate"),
        "file_hint": _(
            "The signed PDF, the credential (JSON) or the badge picture (PNG, SVG). You can also drop the file "
            "anywhere on this page."
        ),
        "working": _("Checking…"),
        "checked": _("%(file)s, checked on %(date)s"),
        "too_old": _(
            "This browser cannot check signatures. Open the page in a current Firefox, Chrome or Edge, with scripts "
            "allowed."
        ),
        "limits": _("What this page cannot tell"),
        "limit_later": _(
            "What happened after %(date)s, the date of the issuer’s list in this page: a certificate that was "
            "revoked or replaced later still shows as valid here."
        ),
        "limit_no_list": _(
            "Whether a certificate was revoked or replaced: this page holds no list of revoked certificates. Status "
            "unknown offline."
        ),
        "limit_paper": _(
            "Whether a paper, the page of a PDF or a picture says the same as the credential. Believe the claims "
            "that are shown here, not the paper."
        ),
        "limit_holder": _("Whether the person before you is the one who is named."),
        "limit_copy": _(
            "Whether this copy of the page is genuine. Get it from the issuer yourself; a copy that came together "
            "with the certificate proves nothing."
        ),
        "limit_site": _("The present state stands at %(address)s, where you type the code of the certificate."),
        "made": _("Made on %(date)s for certificates of %(name)s (%(issuer)s)."),
        "good": _("Passed:"),
        "bad": _("Failed:"),
        "may": _("Note:"),
    }


def _verdicts() -> dict[str, str]:
    return {
        "valid": _("Valid certificate"),
        "valid_transcript": _("Valid transcript"),
        "valid_ended": _("Valid transcript, but not all certificates in it still stand"),
        "valid_unknown": _("Valid signature and dates; status unknown offline"),
        "expired": _("Expired: this certificate held until %(date)s"),
        "early": _("Not yet valid: this certificate holds from %(date)s"),
        "revoked": _("Revoked: this certificate no longer counts"),
        "revoked_transcript": _("Revoked: this transcript no longer counts"),
        "no_file": _("Not proven: no certificate can be read from this file"),
        "no_issuer": _("Not proven: this page does not know the issuer"),
        "no_key": _("Not proven: this page does not know the key"),
        "no_theft": _("Not proven: signed with a stolen key"),
        "no_dates": _("Not proven: its dates cannot be read"),
        "no_proof": _("Not proven: the signature does not hold"),
        "was_signed": _("%(name)s signed it; on %(date)s it was not revoked."),
        "was_signed_unknown": _("%(name)s signed it. Whether it was revoked since cannot be told from this page."),
        "was_revoked": _("%(name)s signed it, and by %(date)s had revoked it or replaced it by another."),
        "transcript_signed": _("%(name)s signed the transcript; on %(date)s it was not revoked."),
        "transcript_signed_unknown": _(
            "%(name)s signed the transcript. Whether it was revoked since cannot be told from this page."
        ),
        "transcript_revoked": _(
            "%(name)s signed the transcript, and by %(date)s had revoked it or replaced it by another."
        ),
        "was_ended": _("By %(date)s a certificate in it had been revoked or replaced; see below."),
        "no_reliance": _("Rely on nothing that it says. Ask %(name)s whether it issued the certificate."),
        "no_reliance_file": _("That does not yet mean that it is forged: it may be another file, or a damaged one."),
        "believe": _("Believe the claims below; no paper or picture was compared with them."),
        "believe_pdf": _("The page of the PDF was not compared: believe the claims below, not the paper."),
    }


def _checks() -> dict[str, str]:
    return {
        "checks": _("What was checked"),
        "File": _("File"),
        "file_big": _("It is larger than 20 MB, and certificates are not."),
        "file_none": _("There is no credential in it. A scan, a photograph or a print cannot be checked here."),
        "file_several": _("There is more than one credential in it, so nobody can tell which one counts."),
        "file_many": _("There are more attachments in it than a certificate has."),
        "file_json": _("The credential in it cannot be read."),
        "file_deep": _("The credential in it is nested too deeply to be one of a certificate."),
        "Key": _("Issuer’s key"),
        "key_good": _("This page knows it as a key of %(name)s."),
        "key_issuer": _(
            "It calls itself “%(claimed)s”, and its issuer is %(issuer)s. This page knows %(name)s (%(trusted)s) "
            "alone; a name proves nothing."
        ),
        "key_unknown": _(
            "It is not among the issuer’s keys in this page. If it is a new key, a newer copy of the page will know it."
        ),
        "key_stolen": _(
            "This key was stolen. What is signed with it after %(date)s, or without a date, is not accepted."
        ),
        "key_doubtful": _(
            "This key was stolen, and withdrawn on %(date)s. The signature bears an earlier date, but a thief can "
            "write any: ask the issuer."
        ),
        "Signature": _("Signature"),
        "signature_good": _("It holds: nothing in the credential was changed since it was signed."),
        "signature_bad": _("It does not hold: the credential was changed, or the issuer did not sign it."),
        "signature_none": _("The credential does not have exactly one signature of the kind that this page checks."),
        "signature_unchecked": _("Not checked, because the key is not one to trust."),
        "Claims": _("Claims"),
        "claims_good": _("They stand in what was signed, and are shown on this page as they stand there."),
        "claims_bad": _("Not shown, because nothing proves them."),
        "Status": _("Status"),
        "status_good": _("Not revoked as of %(date)s, the date of the issuer’s list in this page."),
        "status_old": _(
            "Not revoked as of %(date)s, the date of the issuer’s list in this page. The list held until %(until)s: "
            "get a newer copy of the page."
        ),
        "status_bad": _("On the issuer’s list of revoked certificates of %(date)s."),
        "status_none": _("Status unknown offline: no list of revoked certificates in this page is about it."),
        "status_beyond": _("Status unknown offline: the list of %(date)s in this page does not cover it."),
        "status_unsigned": _("Status unknown offline: the list in this page bears no valid signature of the issuer."),
        "status_unchecked": _("Not checked, because the credential is not proven."),
        "Courses": _("Certificates in it"),
        "courses_good": _("None that the transcript names was revoked or replaced as of %(date)s."),
        "courses_bad": _(
            "Not every one that the transcript names still stood on %(date)s: it was revoked, or replaced by another."
        ),
        "courses_none": _("Status unknown offline."),
        "Dates": _("Dates"),
        "dates_good": _("It holds from %(date)s to %(until)s."),
        "dates_endless": _("It holds from %(date)s and does not expire."),
        "dates_expired": _("It held from %(date)s to %(until)s."),
        "dates_early": _("It does not hold before %(date)s."),
        "dates_bad": _("They cannot be read."),
        "dates_clock": _(
            "The clock of this computer says a day before this page was made. The day on which it was made, "
            "%(date)s, was taken for today."
        ),
        "Clock": _("Clock"),
        "Paper": _("Page of the PDF"),
        "paper_pdf": _(
            "Not compared, and the PDF’s own signature was not looked at: only the credential inside was checked."
        ),
        "Picture": _("Picture"),
        "picture": _("Not compared: only the credential inside was checked."),
    }


def _claims() -> dict[str, str]:
    return {
        "claims": _("What the certificate says"),
        "course": _("Course"),
        "edition": _("Edition"),
        "hours": _("Hours of study"),
        "outcomes": _("Outcomes of the course"),
        "grade": _("Result"),
        "assessment": _("Assessment"),
        "identity": _("How the holder was identified"),
        "issued": _("Issued"),
        "until": _("Valid until"),
        "studied": _("Time of study"),
        "issuer": _("Issuer"),
        "number": _("Number of the credential"),
        "hours_done": _("Hours of study completed"),
        "as_of": _("As of"),
        "courses": _("Courses"),
        "course_done": _("%(begun)s – %(completed)s; hours of study: %(hours)s."),
        "course_going": _("Under way since %(begun)s; hours of study when it is done: %(hours)s."),
        "course_taken": _("%(begun)s – %(completed)s; its certificate was revoked before the transcript was made."),
        "course_grade": _("Result: %(grade)s."),
        "course_code": _("Certificate %(code)s."),
        "course_name": _("In the name of %(name)s."),
        "course_ended": _("Revoked or replaced since: ask the issuer."),
    }
