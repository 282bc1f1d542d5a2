"""A learner at a browser whose line, and whose server, goes away again and again; like ours it repeats what failed."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from threading import Event
from urllib.parse import urlencode, urlsplit

import orjson

FIELD = re.compile(r'name="(csrf_token|attempt|seq)"[^>]*? value="([^"]*)"')


class Stopped(Exception):
    """The test is over before the answer came."""


@dataclass(frozen=True)
class Answer:
    """What a server said."""

    status: int
    location: str
    body: str


@dataclass
class Learner:
    """Answers one question of a quiz over and over, and notes what was acknowledged."""

    port: int
    quiz: str
    question: str
    stop: Event
    cookies: dict[str, str] = field(default_factory=dict)
    saved: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Attempt → number and text of the newest answer that was acknowledged."""
    submitted: dict[str, str] = field(default_factory=dict)
    """Attempt → the text of its answer, once its submission was acknowledged."""
    repeated: int = 0

    def log_in(self, email: str, password: str) -> None:
        """Log in by the form."""
        form = dict(FIELD.findall(self.ask("GET", "/login").body))
        answer = self.ask("POST", "/login", {"csrf_token": form["csrf_token"], "email": email, "password": password})
        assert answer.status == 302, answer.body

    def work(self) -> None:
        """Start attempts, save answers, submit, until stopped."""
        try:
            while not self.stop.is_set():
                self.attempt()
        except Stopped:
            pass

    def attempt(self) -> None:
        """Do one attempt."""
        page = self.ask("GET", self.quiz).body
        token = dict(FIELD.findall(page))["csrf_token"]
        started = self.ask("POST", f"{self.quiz}/start", {"csrf_token": token})
        assert started.status == 302, started.body
        form = dict(FIELD.findall(self.ask("GET", self.quiz).body))
        seq, attempt = int(form["seq"]), form["attempt"]
        for number in range(4):
            text = f"answer {number} of {attempt}"
            said = self.send("save", {**form, "seq": str(seq + number), f"a-{self.question}": text})
            assert said["counts"] is True
            self.saved[attempt] = (seq + number, text)
        text = f"last answer of {attempt}"
        said = self.send("submit", {**form, "seq": str(seq + 4), f"a-{self.question}": text})
        assert "/result/" in said["to"]
        self.submitted[attempt] = text

    def send(self, verb: str, form: Mapping[str, str]) -> dict[str, object]:
        """Send answers as our script does and return what the server says, which makes them acknowledged."""
        answer = self.ask("POST", f"{self.quiz}/{verb}", form, part="save")
        assert answer.status == 200, (answer.status, answer.body)
        said: dict[str, object] = orjson.loads(answer.body)
        return said

    def ask(self, method: str, path: str, form: Mapping[str, str] | None = None, part: str = "") -> Answer:
        """Ask until there is an answer."""
        while not self.stop.is_set():
            try:
                answer = self._ask(method, path, form, part)
            except (OSError, http.client.HTTPException):
                answer = Answer(0, "", "")
            if 0 < answer.status < 500:
                return answer
            self.repeated += 1
            time.sleep(0.1)
        raise Stopped

    def _ask(self, method: str, path: str, form: Mapping[str, str] | None, part: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
            if form is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            if part:
                headers["X-Part"] = part
            connection.request(method, path, urlencode(form) if form is not None else None, headers)
            response = connection.getresponse()
            body = response.read().decode()
            for line in response.headers.get_all("Set-Cookie") or []:
                self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
            return Answer(response.status, urlsplit(response.headers.get("Location", "")).path, body)
        finally:
            connection.close()
