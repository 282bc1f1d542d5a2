"""Fetching what authorities publish: whether a certificate was revoked (OCSP, lists), and who gave it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from typing import Any

from asn1crypto import crl, ocsp, pem, x509
from cryptography import x509 as given
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import AuthorityInformationAccessOID
from pyhanko_certvalidator.authority import Authority
from pyhanko_certvalidator.errors import CRLFetchError, OCSPFetchError, OCSPValidationError
from pyhanko_certvalidator.fetchers import CertificateFetcher, CRLFetcher, Fetchers, OCSPFetcher
from pyhanko_certvalidator.fetchers.common_utils import (
    enumerate_delivery_point_urls,
    format_ocsp_request,
    process_ocsp_response_data,
)
from pyhanko_certvalidator.util import get_ocsp_urls, get_relevant_crl_dps

from lms.infra.signing.asking import Unanswered, ask
from lms.infra.signing.authority import order_chain

LARGEST_ANSWER = 50_000
LARGEST_LIST = 500_000
"""Bytes: it is put into every certificate."""

LARGEST_GIVER = 100_000
LONGEST_CHAIN = 8


class Unrooted(Exception):
    """A chain of certificates ends before a root; the message is one sentence for the administrator."""


class Revocations:
    """What was answered when certificates were looked at once, and who did not answer."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._asked, self._lists = _Asked(self.problems), _Lists(self.problems)
        self.fetchers = Fetchers(self._asked, self._lists, _NoGivers())

    @property
    def ocsps(self) -> list[ocsp.OCSPResponse]:
        """Return the answers of OCSP responders."""
        return list(self._asked.fetched_responses())

    @property
    def crls(self) -> list[crl.CertificateList]:
        """Return the lists of what was revoked."""
        return list(self._lists.fetched_crls())


class _Asked(OCSPFetcher):
    """Asks the responders that a certificate names (RFC 6960)."""

    def __init__(self, problems: list[str]) -> None:
        self._found: dict[bytes, ocsp.OCSPResponse] = {}
        self._problems = problems

    async def fetch(self, cert: Any, authority: Authority) -> ocsp.OCSPResponse:
        # SHA-1 names the giver here and protects nothing: some responders know no other. A nonce would keep them from
        # giving the answer they have ready.
        question = format_ocsp_request(cert, authority, certid_hash_algo="sha1", request_nonces=False)
        for url in get_ocsp_urls(cert):
            try:
                content = ask(url, body=question.dump(), kind="application/ocsp-request", largest=LARGEST_ANSWER)
                answer = process_ocsp_response_data(content, ocsp_request=question, ocsp_url=url)
            except Unanswered as problem:
                self._problems.append(str(problem))
            except (OCSPFetchError, OCSPValidationError, ValueError) as error:
                self._problems.append(f"{url} does not answer as it should: {error}")
            else:
                self._found[cert.issuer_serial] = answer
                return answer
        raise OCSPFetchError("; ".join(self._problems))

    def fetched_responses(self) -> Iterable[ocsp.OCSPResponse]:
        return self._found.values()

    def fetched_responses_for_cert(self, cert: Any) -> Iterable[ocsp.OCSPResponse]:
        return [self._found[cert.issuer_serial]] if cert.issuer_serial in self._found else []


class _Lists(CRLFetcher):
    """Fetches the lists that a certificate names (RFC 5280)."""

    def __init__(self, problems: list[str]) -> None:
        self._found: dict[str, crl.CertificateList] = {}
        self._of: dict[bytes, list[crl.CertificateList]] = {}
        self._problems = problems

    async def fetch(self, cert: Any, *, use_deltas: Any = None) -> Iterable[crl.CertificateList]:
        found = []
        for point in get_relevant_crl_dps(cert, use_deltas=False):
            # Addresses of one point lead to the same list.
            one = next(filter(None, map(self._fetch, enumerate_delivery_point_urls(point))), None)
            if one is not None:
                found.append(one)
        if not found:
            raise CRLFetchError("; ".join(self._problems))
        self._of[cert.issuer_serial] = found
        return found

    def _fetch(self, url: str) -> crl.CertificateList | None:
        if url not in self._found:
            try:
                content = ask(url, largest=LARGEST_LIST)
                read = crl.CertificateList.load(pem.unarmor(content)[2] if pem.detect(content) else content)
                read["tbs_cert_list"]["this_update"].native  # noqa: B018 - it reads as far as it is asked to
            except Unanswered as problem:
                self._problems.append(str(problem))
                return None
            except ValueError as error:
                self._problems.append(f"{url} does not answer as it should: {error}")
                return None
            self._found[url] = read
        return self._found[url]

    def fetched_crls(self) -> Iterable[crl.CertificateList]:
        return self._found.values()

    def fetched_crls_for_cert(self, cert: Any) -> Iterable[crl.CertificateList]:
        return self._of[cert.issuer_serial]


class _NoGivers(CertificateFetcher):
    """Fetches no certificates: chains are whole before they are looked at."""

    def fetch_cert_issuers(self, cert: Any) -> AsyncGenerator[x509.Certificate, None]:
        return _nothing()

    def fetch_crl_issuers(self, certificate_list: Any) -> AsyncGenerator[x509.Certificate, None]:
        return _nothing()

    def fetched_certs(self) -> Iterable[x509.Certificate]:
        return ()


async def _nothing() -> AsyncGenerator[x509.Certificate, None]:
    return
    yield


def publishes(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate says where one may ask if it was revoked."""
    return bool(get_ocsp_urls(certificate) or get_relevant_crl_dps(certificate, use_deltas=False))


def describe(certificate: x509.Certificate) -> str:
    """Return whom a certificate is for, as a person says it."""
    names = certificate.subject.native
    return str(names.get("common_name") or names.get("organization_name") or certificate.subject.human_friendly)


def complete(first: x509.Certificate, others: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Return a certificate and all who gave it up to the root; whoever is missing is fetched from where it says.

    Raises Unrooted.
    """
    signer, *known = (given.load_der_x509_certificate(one.dump()) for one in (first, *others))
    chain = [signer, *order_chain(signer, known)]
    while chain[-1].subject != chain[-1].issuer:
        name = describe(x509.Certificate.load(chain[-1].public_bytes(Encoding.DER)))
        problems: list[str] = []
        found = order_chain(chain[-1], _fetch_givers(chain[-1], problems))
        if not found or len(chain) > LONGEST_CHAIN:
            why = "; ".join(problems) or "it names no address of whoever gave it"
            raise Unrooted(f"the certificates of {describe(first)} do not lead to a root, {name} is the last: {why}")
        chain += found
    return [x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in chain]


def _fetch_givers(certificate: given.Certificate, problems: list[str]) -> list[given.Certificate]:
    """Return what stands where a certificate says that the one of its giver does."""
    try:
        access = certificate.extensions.get_extension_for_class(given.AuthorityInformationAccess).value
    except (given.ExtensionNotFound, ValueError):
        return []
    found = []
    for entry in access:
        place = entry.access_location
        if entry.access_method == AuthorityInformationAccessOID.CA_ISSUERS and isinstance(
            place, given.UniformResourceIdentifier
        ):
            try:
                found += _read_certificates(ask(place.value, largest=LARGEST_GIVER))
            except Unanswered as problem:
                problems.append(str(problem))
    return found


def _read_certificates(content: bytes) -> list[given.Certificate]:
    """Return the certificates of an answer in any of the forms that authorities use."""
    readers: tuple[Callable[[bytes], list[given.Certificate]], ...] = (
        lambda content: [given.load_der_x509_certificate(content)],
        pkcs7.load_der_pkcs7_certificates,
        given.load_pem_x509_certificates,
    )
    for read in readers:
        try:
            return read(content)
        except ValueError:
            continue
    return []
