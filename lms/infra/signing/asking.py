"""Asking those who vouch for an organisation (its authority, a timestamp authority), within limits of time and size."""

from __future__ import annotations

import time
import urllib.request
from functools import cache
from http.client import HTTPException, HTTPResponse
from urllib.error import HTTPError

from asn1crypto import tsp, x509
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError, dummy_digest

DIGEST = "sha256"
SILENCE = 15.0
WHOLE = 30.0
"""Seconds that nothing may come for, and that a whole answer may take."""

LARGEST_TIMESTAMP = 100_000
PIECE = 64 * 1024


class Unanswered(Exception):
    """An address did not answer as it should; the message names it and says what happened."""


def ask(url: str, *, body: bytes | None = None, kind: str = "", largest: int) -> bytes:
    """Return what an address answers, to a question when there is one; Unanswered for any failure."""
    if not url.startswith(("http://", "https://")):
        raise Unanswered(f"{url} is no http or https address")
    question = urllib.request.Request(url, data=body, headers={"Content-Type": kind} if body else {})  # noqa: S310
    ends = time.monotonic() + WHOLE
    content = bytearray()
    try:
        with _opener().open(question, timeout=SILENCE) as answer:
            assert isinstance(answer, HTTPResponse)
            while piece := answer.read1(PIECE):
                content += piece
                if len(content) > largest:
                    raise Unanswered(f"{url} answers with more than {largest // 1000} kB")
                if time.monotonic() > ends:
                    raise Unanswered(f"{url} takes longer than {WHOLE:.0f} seconds")
    except HTTPError as error:
        with error:  # it is an answer too, and holds the line open
            raise Unanswered(f"{url} does not answer: {error}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise Unanswered(f"{url} does not answer: {error}") from error
    return bytes(content)


@cache
def _opener() -> urllib.request.OpenerDirector:
    """Return what opens addresses of the web, through the proxy of the environment, and no others: no files, no FTP."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener


class TimestampAuthority(TimeStamper):
    """Asks a timestamp authority (RFC 3161), and remembers whose certificate its last answer bore."""

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # it says no types
        self.url = url
        self.stamper: x509.Certificate | None = None
        self.beside: tuple[x509.Certificate, ...] = ()

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Send one question and return the answer."""
        try:
            content = ask(self.url, body=req.dump(), kind="application/timestamp-query", largest=LARGEST_TIMESTAMP)
            answer = tsp.TimeStampResp.load(content)
            if answer["status"]["status"].native == "granted":
                found = extract_certificate_info(answer["time_stamp_token"]["content"])
                self.stamper, self.beside = found.signer_cert, tuple(found.other_certs)
        except (Unanswered, ValueError) as error:
            raise TimestampRequestError(str(error)) from error
        return answer

    async def try_out(self) -> x509.Certificate:
        """Have a digest of nothing stamped, and return the certificate that signed; TimestampRequestError when not."""
        await self.async_timestamp(dummy_digest(DIGEST), DIGEST)
        assert self.stamper is not None
        return self.stamper
