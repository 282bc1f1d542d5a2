"""Looking at files that strangers send, in a process of its own with little memory and little time.

Run as a program it answers one file after the other: a frame is the length of what follows, eight bytes, then JSON with
what to believe, a line feed, and the file. Whatever happens to it, the site goes on: it is ended and started again.
Each process that serves pages has one, and lets one of its threads wait for it beside the one that is served: so two of
four threads are free for everybody else, whatever is sent.

It is long because both ends of the pipe stand here, and what is looked at in a file.
"""

from __future__ import annotations

import json
import os
import resource
import select
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import IO, Any, Literal

from flask import current_app

from lms.infra.signing import examination, jcs

LARGEST = 20 * 1024 * 1024
DEEPEST = 40
LARGEST_CREDENTIAL = 512 * 1024
MOST_CHUNKS = 10_000
"""Parts of a picture; a badge has five."""

MEMORY = 1024 * 1024 * 1024
SECONDS = 1.3
"""A certificate takes 0.06 of processor time. With both waits, everybody has an answer within 2."""

WAIT = 0.3
"""Seconds that a file waits for the one before it, and for a process that had to be started again."""

START = 30.0
"""Seconds that the first process may take to begin; it loads what reads PDF."""

TURNS = 2
"""Files that are looked at or wait for it, in one process of the site; who comes then is asked to come again."""

KEYWORD = b"openbadgecredential"
PNG = b"\x89PNG\r\n\x1a\n"
_LENGTH = struct.Struct(">Q")

Kind = Literal["pdf", "png", "json", "other"]


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What a file shows by itself, before the register is asked."""

    kind: Kind
    problem: str = ""
    """'' when it could be read; else busy, empty, too-large, too-long, too-many-objects, encrypted, damaged, too-deep,
    ambiguous or, of a picture, no-credential."""
    credential: dict[str, Any] | None = None
    method: str = ""
    """The key that the credential's proof names."""
    proven: bool = False
    """Whether the proof is by that key and covers every byte of the credential."""
    signatures: int = 0
    signer: str = ""
    signed: bool = False
    """Whether the PDF has one signature, ours, over all of it."""


@dataclass(frozen=True, kw_only=True)
class Believed:
    """Whose signatures count."""

    multikeys: Mapping[str, str]
    """Method to key."""
    authorities: Sequence[bytes] = ()
    signers: Sequence[str] = ()
    """Fingerprints of the certificates that sign PDF files here."""


def examine(content: bytes, believed: Believed) -> Findings:
    """Say what a file shows; never raises for what is in it."""
    if not content:
        return Findings(kind="other", problem="empty")
    if len(content) > LARGEST:
        return Findings(kind="other", problem="too-large")
    if b"%PDF-" in content[:1024]:
        return _pdf(content, believed)
    if content.startswith(PNG):
        found = _baked(content)
        return Findings(kind="png", problem=found) if isinstance(found, str) else _proof("png", found, believed)
    if content.lstrip()[:1] == b"{":
        return _proof("json", content, believed)
    return Findings(kind="other")


def _pdf(content: bytes, believed: Believed) -> Findings:
    paper = examination.examine_pdf(content, authorities=believed.authorities, signers=believed.signers)
    inner = _proof("pdf", paper.attachment, believed) if paper.attachment else Findings(kind="pdf")
    return Findings(
        **{
            **asdict(inner),
            "problem": paper.problem or inner.problem,
            "signatures": paper.signatures,
            "signer": paper.signer,
            "signed": paper.valid,
        }
    )


def _baked(content: bytes) -> bytes | str:
    """Return the credential baked into a PNG (Open Badges 3.0, section 5.3.1), or what is wrong with the file."""
    found: list[bytes] = []
    at, chunks = len(PNG), 0
    while at + 12 <= len(content):
        chunks += 1
        if chunks > MOST_CHUNKS:
            return "too-many-objects"
        length, name = struct.unpack(">I4s", content[at : at + 8])
        if name == b"iTXt" and content.startswith(KEYWORD + b"\0", at + 8):
            text = _text(content[at + 8 + len(KEYWORD) + 1 : at + 8 + length])
            if text is None:
                return "damaged"
            found.append(text)
        at += 12 + length
        if len(found) > 1:
            return "ambiguous"
    return found[0] if found else "no-credential"


def _text(body: bytes) -> bytes | None:
    packed, _method, rest = body[:1], body[1:2], body[2:]
    _language, _zero, rest = rest.partition(b"\0")
    _translated, _zero, text = rest.partition(b"\0")
    if packed == b"\1":
        try:
            return zlib.decompressobj().decompress(text, LARGEST_CREDENTIAL + 1)
        except zlib.error:
            return None
    return text[: LARGEST_CREDENTIAL + 1]


def _proof(kind: Kind, content: bytes, believed: Believed) -> Findings:
    if len(content) > LARGEST_CREDENTIAL:
        return Findings(kind=kind, problem="too-large")
    if _depth(content) > DEEPEST:
        return Findings(kind=kind, problem="too-deep")
    try:
        # By text, so that nobody reads it as UTF-16 whose brackets were not counted.
        credential = json.loads(content.decode(), object_pairs_hook=_once, parse_constant=_refuse)
    except _Twice:
        return Findings(kind=kind, problem="ambiguous")
    except (ValueError, RecursionError):
        return Findings(kind=kind, problem="damaged")
    if not isinstance(credential, dict):
        return Findings(kind=kind, problem="damaged")
    method = jcs.find_method(credential)
    multikey = believed.multikeys.get(method, "")
    proven = bool(multikey) and jcs.check_jcs(credential, multikey)
    return Findings(kind=kind, credential=credential, method=method, proven=proven)


class _Twice(Exception):
    """A name stands twice in an object."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object with a name twice: programs differ on which of the two counts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice
    return found


def _refuse(constant: str) -> None:
    """Refuse NaN and Infinity, which Python would read and JSON does not have (RFC 8259, section 6)."""
    raise ValueError(f"{constant} is no number of JSON")


def _depth(content: bytes) -> int:
    """Return how deep brackets nest, strings left out, without building anything."""
    deepest = depth = 0
    quoted = escaped = False
    for byte in content:
        if quoted:
            quoted = escaped or byte != 0x22
            escaped = not escaped and byte == 0x5C
        elif byte == 0x22:
            quoted = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
            if deepest > DEEPEST:
                return deepest
        elif byte in b"]}":
            depth -= 1
    return deepest


class _Starting(Exception):
    """The process that took the place of an ended one is not ready yet."""


class Examiner:
    """The process that looks, started with the first file, ended when it takes too long or dies."""

    def __init__(self) -> None:
        self._turns = threading.BoundedSemaphore(TURNS)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = self._ended = False

    def look(self, content: bytes, believed: Believed, *, patient: bool = False) -> Findings:
        """Return what a file shows; 'too-long' when it could not be told within the limits, 'busy' when others wait.

        A command is patient: it waits for the process where a visitor is asked to come again.
        """
        if not content or len(content) > LARGEST:
            return examine(content[: LARGEST + 1], believed)
        if not self._turns.acquire(blocking=False):
            return Findings(kind="other", problem="busy")
        try:
            answer = self._in_turn(_frame(content, believed), START if patient or not self._ended else WAIT)
        finally:
            self._turns.release()
        if answer is None:
            return Findings(kind="other", problem="too-long")
        if not answer:
            return Findings(kind="other", problem="busy")
        return Findings(**json.loads(answer))

    def _in_turn(self, frame: Sequence[bytes], patience: float) -> bytes | None:
        if not self._lock.acquire(timeout=WAIT):
            return b""
        try:
            return self._ask(frame, patience)
        finally:
            self._lock.release()

    def _ask(self, frame: Sequence[bytes], patience: float) -> bytes | None:
        """Return the answer, empty when the process is still being started again, None when it was ended over this."""
        writer: threading.Thread | None = None
        try:
            process = self._running(patience)
            assert process.stdin is not None
            assert process.stdout is not None
            deadline = time.monotonic() + SECONDS
            writer = threading.Thread(target=_feed, args=(process.stdin, frame), daemon=True)
            writer.start()
            head = _read(process.stdout, _LENGTH.size, deadline)
            return _read(process.stdout, _LENGTH.unpack(head)[0], deadline)
        except _Starting:
            return b""
        except (OSError, EOFError, TimeoutError):
            self._ended = True
            self._end()
            self._begin()  # it loads while nobody waits for it
            return None
        finally:
            if writer is not None:
                writer.join(timeout=1)

    def _running(self, patience: float) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._begin()
        process = self._process
        assert process is not None
        if not self._ready:
            # It says that it is ready: what it imports takes longer than any file may.
            assert process.stdout is not None
            try:
                _read(process.stdout, 1, time.monotonic() + patience)
            except TimeoutError as error:
                raise _Starting from error
            self._ready = True
        return process

    def _begin(self) -> None:
        self._ready = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "lms.infra.examiner"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            self._process = None

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._ended = False
            self._end()


def examiner() -> Examiner:
    """Return the examiner of the running application."""
    running: Examiner = current_app.extensions["examiner"]
    return running


def _frame(content: bytes, believed: Believed) -> tuple[bytes, bytes]:
    """Return what is sent, in two parts: a file may be large, and is not copied."""
    header = {
        "multikeys": dict(believed.multikeys),
        "authorities": [authority.hex() for authority in believed.authorities],
        "signers": list(believed.signers),
    }
    head = json.dumps(header).encode() + b"\n"
    return _LENGTH.pack(len(head) + len(content)) + head, content


def _feed(pipe: IO[bytes], frame: Sequence[bytes]) -> None:
    try:
        for part in frame:
            pipe.write(part)
        pipe.flush()
    except (OSError, ValueError):
        return  # it died or was ended meanwhile: whoever reads its answer learns so


def _read(pipe: IO[bytes], size: int, deadline: float) -> bytes:
    """Read so many bytes before a moment; TimeoutError or EOFError else."""
    found = b""
    while len(found) < size:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            raise TimeoutError
        block = os.read(pipe.fileno(), size - len(found))
        if not block:
            raise EOFError
        found += block
    return found


def serve(source: IO[bytes], target: IO[bytes]) -> None:
    """Answer file after file until nobody asks any more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file whatever
    target.write(b"!")
    target.flush()
    while head := source.read(_LENGTH.size):
        header, _line, content = source.read(_LENGTH.unpack(head)[0]).partition(b"\n")
        told = json.loads(header)
        believed = Believed(
            multikeys=told["multikeys"],
            authorities=[bytes.fromhex(authority) for authority in told["authorities"]],
            signers=told["signers"],
        )
        _limit_time()
        try:
            found = examine(content, believed)
        except MemoryError:
            found = Findings(kind="other", problem="too-large")
        answer = json.dumps(asdict(found)).encode()
        target.write(_LENGTH.pack(len(answer)) + answer)
        target.flush()


def _limit_time() -> None:
    """Let one file take some seconds: who asked ends this process sooner, unless that one was ended itself."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + 10 * SECONDS), hard))


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
