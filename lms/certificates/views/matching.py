"""Whether an address is the holder's: asked by a stranger, answered without telling the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flask import Blueprint, Response, make_response, request

from lms.certificates import access
from lms.certificates.queries import CertificateRow
from lms.certificates.views import verify
from lms.domain.credential import same_email
from lms.domain.errors import NotFound
from lms.infra.languages import gettext as _
from lms.web.forms import is_clean
from lms.web.guards import public
from lms.web.limits import Limits

TRIES, TRIES_OF_ALL = 10, 60
"""How often in an hour one network address, and how often all together, may ask about one certificate: a person
mistypes; a list of a museum's people is not gone through."""

LONGEST = 254
"""Letters of an address (RFC 5321, 4.5.3.1.3, less the angle brackets)."""

limits = Limits()


@dataclass(frozen=True, kw_only=True)
class Matched:
    """What is answered; `typed` goes back into the field and nowhere else."""

    kind: Literal["done", "stop", "wait"] = "stop"
    title: str = ""
    text: str = ""
    fault: str = ""
    typed: str = ""


def add_to(blueprint: Blueprint) -> None:
    """Register the address."""
    blueprint.add_url_rule("/verify/<code>", "match_email", match_email, methods=["POST"])


@public
@verify.not_guessed
def match_email(code: str) -> Response:
    """Say whether what was typed is the holder's address."""
    try:
        row = access.certificate_for_anybody(code)
    except NotFound:
        return verify.nothing()
    typed = request.form.get("email", "").strip()
    if not _is_address(typed):
        fault = _("Type a whole address, such as name@museum.org. Nothing was compared yet.")
        return verify.about(row, matched=Matched(fault=fault, typed=typed[:LONGEST] if is_clean(typed) else ""))
    mine = limits.hit("match", TRIES, row.code, request.remote_addr or "")
    if not mine or not limits.hit("match all", TRIES_OF_ALL, row.code):
        tired = Matched(
            kind="wait",
            title=_("This was asked too often."),
            text=_("Nothing is lost. Addresses of this certificate are compared again in an hour."),
        )
        response = make_response(verify.about(row, matched=tired))
        response.status_code = 429
        return response
    return verify.about(row, matched=_compared(row, typed))


def _is_address(typed: str) -> bool:
    name, _at, host = typed.rpartition("@")
    return bool(name and host) and len(typed) <= LONGEST and is_clean(typed) and not any(c.isspace() for c in typed)


def _compared(row: CertificateRow, typed: str) -> Matched | None:
    same = same_email(row.award, typed) if row.award else None
    if same is None:
        return None  # the page says why nothing can be compared
    if same:
        return Matched(
            kind="done",
            title=_("Yes, it matches."),
            text=_("The holder had this address when the certificate was awarded."),
        )
    return Matched(
        kind="stop",
        title=_("No, it does not match."),
        text=_(
            "The holder had another address when the certificate was awarded. "
            "People change addresses: ask which one it was then."
        ),
        typed=typed,
    )
