"""The canonical graph of a credential that we issue (RDFC-1.0), by PyLD; never of one that a stranger sends.

PyLD has no safe mode: terms that no context defines are left out of the graph in silence, and a graph made for the
purpose takes it seconds. Here the first is an error and the second does not happen, since we write what goes in.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from pyld import jsonld
from pyld.canon import URDNA2015
from pyld.context_resolver import ContextResolver

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
CONTEXTS: Mapping[str, tuple[str, str]] = {
    CREDENTIALS: (
        "credentials-v2.json",
        "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json": (
        "ob-v3p0-context-3.0.3.json",
        "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84",
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json": (
        "ob-v3p0-extensions.json",
        "87c06c81bc2317663bf288d740d94fddd2818c4342b186270ff6371dfaa63f93",
    ),
}
"""What a credential may name as context: a file of the package openbadgeslib, and the SHA-256 it must have."""

PACKAGE = "openbadgeslib"
_resolved: dict[str, Any] = {}
"""Our few contexts, made ready by PyLD; those that only tests bring are not kept."""

_lock = threading.Lock()
"""PyLD's caches bear one thread at a time."""


class ContextProblem(Exception):
    """A context is not the one that was pinned, or is none of ours; the message is one sentence."""


def canonical_graph(document: Mapping[str, Any], more: Mapping[str, Mapping[str, Any]] | None = None) -> bytes:
    """Return the canonical N-Quads of a document; `more` are contexts beside the pinned ones.

    Raises ContextProblem for a context that cannot be had, and ValueError for a term that no context defines.
    """
    dropped: list[str] = []

    def load(url: str, _options: object) -> dict[str, Any]:
        found = (more or {}).get(url) or load_context(url)
        return {"contextUrl": None, "documentUrl": url, "document": found, "tag": None if more else "static"}

    processor = jsonld.JsonLdProcessor(on_property_dropped=lambda name, *_rest: dropped.append(str(name)))
    with _lock:
        resolver = ContextResolver({} if more else _resolved, load)
        try:
            dataset = processor.to_rdf(dict(document), {"documentLoader": load, "contextResolver": resolver})
            if dropped:
                raise ValueError(f"no context defines {', '.join(sorted(set(dropped)))}")
            quads: str = URDNA2015().main(dataset, {"format": "application/n-quads"})
        except jsonld.JsonLdError as error:
            if problem := _cause(error):
                raise problem from error
            raise ValueError(f"the credential is no JSON-LD: {error}") from error
    return quads.encode()


@cache
def load_context(url: str) -> dict[str, Any]:
    """Return one of the pinned contexts; ContextProblem for any other, and for a changed file."""
    if url not in CONTEXTS:
        raise ContextProblem(f"{url} is no context that credentials here may name")
    file, pinned = CONTEXTS[url]
    try:
        path = Path(str(distribution(PACKAGE).locate_file(f"{PACKAGE}/ob3/contexts/{file}")))
        content = path.read_bytes()
    except (PackageNotFoundError, OSError) as error:
        raise ContextProblem(f"the package {PACKAGE} has no {file}; install the version that is locked") from error
    if hashlib.sha256(content).hexdigest() != pinned:
        raise ContextProblem(f"{path} is not the file that was pinned; install the version of {PACKAGE} that is locked")
    read: dict[str, Any] = json.loads(content)
    return read


def _cause(error: BaseException | None) -> ContextProblem | None:
    """Return our own error from among those that PyLD wraps it in."""
    while error is not None and not isinstance(error, ContextProblem):
        error = error.__cause__ or error.__context__
    return error
