"""Mail leaves once, with headers that never change, through whatever server the settings name."""

from __future__ import annotations

import email
import email.policy
import smtplib
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from flask import Flask

from lms.infra import clock, mail, queue
from lms.infra.db import db

HELLO = mail.Message(
    to="anna@музей.рф",
    subject="Здравствуйте\r\nBcc: all@example.org",
    text="Добро пожаловать.",
    purpose="welcome",
    language="ru",
)


class Mailbox:
    """Keeps what a mail server takes, and answers recipients as it is told."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answer = "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = cast(bytes, envelope.content)
        letter = email.message_from_bytes(content, policy=email.policy.default)
        self.letters.append(letter)
        return "250 OK"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def serve(mailbox: Mailbox) -> Iterator[Callable[..., int]]:
    """Start a mail server with these options and return its port."""
    running: list[Controller] = []

    def start(**options: Any) -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        controller = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return port

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture
def certificate(tmp_path: Path) -> ssl.SSLContext:
    """Make a certificate that nobody signed, as a fresh mail server has one."""
    subject = ["-subj", "/CN=localhost", "-days", "2"]
    files = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject, *files], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    return context


@pytest.fixture
def with_mail_url(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Set LMS_MAIL_URL for one test."""
    return lambda url: monkeypatch.setitem(app.config, "LMS", replace(app.config["LMS"], mail_url=url))


def check_login(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
    assert isinstance(data, LoginPassword)
    return AuthResult(success=(data.login, data.password) == (b"museum", b"p@ss word"))


def test_a_message_leaves_once_with_headers_that_say_what_it_is(
    app: Flask, mailbox: Mailbox, serve: Callable[..., int], with_mail_url: Callable[[str], None]
) -> None:
    with_mail_url(f"smtp://127.0.0.1:{serve()}")
    with app.app_context():
        mail_id = mail.post(replace(HELLO, html="<p>Добро пожаловать.</p>"))
        assert queue.run_jobs() == ["mail.send"]
        mail.send(mail_id)  # as after a crash between sending and noting it was noted after all
        found = mail.get_mail(mail_id)
    [letter] = mailbox.letters
    assert letter["Subject"] == "Здравствуйте Bcc: all@example.org"
    assert letter["Bcc"] is None
    assert letter["To"] == "anna@xn--e1adhj9a.xn--p1ai"
    assert letter["Message-ID"] == found.message_id == f"<{mail_id}@localhost>"
    assert letter["Date"].datetime == found.created_at.replace(microsecond=0)
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Content-Language"] == "ru"
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    assert found.sent_at is not None
    assert (found.attempts, found.error) == (1, None)


def test_a_message_that_goes_out_twice_is_the_same_to_the_byte(app: Flask) -> None:
    with app.app_context():
        mail_id = mail.post(HELLO)
        row = db.session.get(mail.MailMessage, mail_id)
        assert row is not None
        first, second = (mail.compose(row, app.config["LMS"]).as_bytes() for _ in range(2))
    assert first == second


def test_without_a_mail_server_messages_are_kept(app: Flask) -> None:
    with app.app_context():
        mail_id = mail.post(HELLO)
        queue.run_jobs()
        found = mail.get_mail(mail_id)
        assert (found.sent_at, found.attempts, found.error) == (None, 0, None)
        assert [summary.id for summary in mail.list_mail(limit=1)] == [mail_id]
        assert mail.count_waiting() == 1


def test_a_mail_server_that_is_down_is_noted_and_tried_again(app: Flask, with_mail_url: Callable[[str], None]) -> None:
    with_mail_url("smtp://127.0.0.1:1")
    with app.app_context():
        mail_id = mail.post(HELLO)
        with pytest.raises(queue.TryAgain):
            mail.send(mail_id)
        found = mail.get_mail(mail_id)
    assert found.sent_at is None
    assert found.attempts == 1
    assert "refused" in (found.error or "").lower()


def test_an_address_that_does_not_exist_is_tried_once_alone(
    app: Flask, mailbox: Mailbox, serve: Callable[..., int], with_mail_url: Callable[[str], None]
) -> None:
    with_mail_url(f"smtp://127.0.0.1:{serve()}")
    mailbox.answer = "550 5.1.1 no such user"
    with app.app_context():
        mail_id = mail.post(HELLO)
        mail.send(mail_id)
        assert "5.1.1" in (mail.get_mail(mail_id).error or "")


@pytest.mark.parametrize("answer", ["450 4.2.0 greylisted", "554 5.7.1 relaying denied"])
def test_a_refusal_that_may_pass_is_tried_again(
    app: Flask, mailbox: Mailbox, serve: Callable[..., int], with_mail_url: Callable[[str], None], answer: str
) -> None:
    with_mail_url(f"smtp://127.0.0.1:{serve()}")
    mailbox.answer = answer
    with app.app_context():
        mail_id = mail.post(HELLO)
        with pytest.raises(queue.TryAgain):
            mail.send(mail_id)
        mailbox.answer = "250 OK"
        mail.send(mail_id)
        assert mail.get_mail(mail_id).attempts == 2
    assert len(mailbox.letters) == 1


def test_the_session_is_encrypted_and_logged_in_where_the_server_offers_it(
    app: Flask,
    mailbox: Mailbox,
    serve: Callable[..., int],
    certificate: ssl.SSLContext,
    with_mail_url: Callable[[str], None],
) -> None:
    port = serve(tls_context=certificate, require_starttls=True, authenticator=check_login, auth_required=True)
    with_mail_url(f"smtp://museum:p%40ss%20word@127.0.0.1:{port}")
    with app.app_context():
        mail.send(mail.post(HELLO))
    assert len(mailbox.letters) == 1


def test_a_server_that_speaks_tls_from_the_start_is_understood(
    app: Flask,
    mailbox: Mailbox,
    serve: Callable[..., int],
    certificate: ssl.SSLContext,
    with_mail_url: Callable[[str], None],
) -> None:
    with_mail_url(f"smtps://127.0.0.1:{serve(ssl_context=certificate)}")
    with app.app_context():
        mail.send(mail.post(HELLO))
    assert len(mailbox.letters) == 1


def test_a_password_never_travels_in_the_open(serve: Callable[..., int], monkeypatch: pytest.MonkeyPatch) -> None:
    port = serve(authenticator=check_login, auth_require_tls=False)
    monkeypatch.setattr(mail, "LOOPBACK", frozenset())
    with pytest.raises(smtplib.SMTPNotSupportedError, match="no encryption"):
        mail.connect(urlsplit(f"smtp://museum:secret@127.0.0.1:{port}"))


def test_a_certificate_that_nobody_signed_is_refused_on_another_machine(
    serve: Callable[..., int], certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = serve(tls_context=certificate)
    monkeypatch.setattr(mail, "LOOPBACK", frozenset())
    with pytest.raises(ssl.SSLCertVerificationError):
        mail.connect(urlsplit(f"smtp://127.0.0.1:{port}"))


def test_lists_go_on_after_the_last_one_shown(app: Flask) -> None:
    with app.app_context():
        ids = [mail.post(HELLO) for _ in range(5)]
        first = mail.list_mail(limit=2)
        rest = mail.list_mail(after=first[-1].id, limit=10)
        assert [summary.id for summary in (*first, *rest)][:5] == sorted(ids, reverse=True)


def test_an_unsent_message_is_tried_again_on_request_and_a_sent_one_is_copied(
    app: Flask, mailbox: Mailbox, serve: Callable[..., int], with_mail_url: Callable[[str], None]
) -> None:
    with app.app_context():
        mail_id = mail.post(HELLO)
        queue.run_jobs()
        with_mail_url(f"smtp://127.0.0.1:{serve()}")
        assert mail.send_again(mail_id) == mail_id
        queue.run_jobs()
        copy = mail.send_again(mail_id)
        queue.run_jobs()
    assert copy != mail_id
    assert len({letter["Message-ID"] for letter in mailbox.letters}) == 2


def test_mail_to_an_erased_person_and_old_mail_are_forgotten(app: Flask) -> None:
    with app.app_context():
        mail.post(HELLO)
        kept = mail.post(replace(HELLO, to="boris@example.org"))
        mail.forget_mail_to("ANNA@музей.рф")
        assert [summary.id for summary in mail.list_mail()] == [kept]
        mail.forget_mail_before(clock.now())
        assert mail.list_mail() == []
