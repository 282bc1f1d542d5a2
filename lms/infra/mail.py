"""Mail: a row and a job in the commit that causes it, sent in the background, kept for the administrator."""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from flask import current_app
from sqlalchemy import Index, Text, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from lms.config import Config
from lms.infra import clock
from lms.infra.db import Base, Instant, db
from lms.infra.pause import paused
from lms.infra.queue import MAIL, TryAgain, enqueue, job

TIMEOUT = 30
"""Seconds a mail server may take for each answer."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

NO_SUCH_MAILBOX = re.compile(r"\b5\.[12]\.\d+")
"""Enhanced status codes that say the address itself is wrong or full (RFC 3463, 3.2 and 3.3)."""


class MailMessage(Base):
    """A message as it was written, and what became of it."""

    __tablename__ = "mail_message"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    to_address: Mapped[str] = mapped_column(Text, index=True)
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)


# The newest messages that wait are counted and listed often; those that left are many.
Index(
    "ix_mail_message_waiting",
    MailMessage.id,
    sqlite_where=MailMessage.sent_at.is_(None),
    postgresql_where=MailMessage.sent_at.is_(None),
)


@dataclass(frozen=True, kw_only=True)
class Message:
    """What a feature wants to tell one person, already in that person's language."""

    to: str
    subject: str
    text: str
    html: str | None = None
    purpose: str
    language: str


@dataclass(frozen=True, kw_only=True)
class MailSummary:
    """A line in the administrator's list."""

    id: str
    to_address: str
    subject: str
    purpose: str
    created_at: datetime
    sent_at: datetime | None
    attempts: int
    error: str | None


@dataclass(frozen=True, kw_only=True)
class Mail(MailSummary):
    """A message with all that it says."""

    text: str
    html: str | None
    language: str
    message_id: str


def post(message: Message) -> str:
    """Write the message and the job that sends it into the session's transaction; return the message's id."""
    config = _config()
    mail_id = clock.new_id()
    db.session.add(
        MailMessage(
            id=mail_id,
            to_address=message.to,
            subject=" ".join(message.subject.split()),
            text=message.text,
            html=message.html,
            purpose=message.purpose,
            language=message.language,
            # Fixed now: should the message go out twice, the recipient's mail program shows it once.
            message_id=f"<{mail_id}@{config.host}>",
            created_at=clock.now(),
            attempts=0,
        )
    )
    enqueue("mail.send", mail_id, key=f"mail-{mail_id}")
    return mail_id


def send_again(mail_id: str) -> str:
    """Try an unsent message once more, or post a copy of one that left; return the id of what is sent."""
    found = get_mail(mail_id)
    if found.sent_at is None:
        enqueue("mail.send", mail_id, key=f"mail-{mail_id}-{clock.new_id()}")
        return mail_id
    return post(
        Message(
            to=found.to_address,
            subject=found.subject,
            text=found.text,
            html=found.html,
            purpose=found.purpose,
            language=found.language,
        )
    )


def list_mail(after: str | None = None, limit: int = 50) -> list[MailSummary]:
    """Return messages, newest first, that come after the one with this id."""
    query = select(MailMessage).order_by(MailMessage.id.desc()).limit(limit)
    if after is not None:
        query = query.where(MailMessage.id < after)
    return [MailSummary(**_summary(row)) for row in db.session.scalars(query)]


def find_mail(mail_id: str) -> Mail | None:
    """Return a message whole, None when there is none."""
    row = db.session.get(MailMessage, mail_id)
    if row is None:
        return None
    return Mail(**_summary(row), text=row.text, html=row.html, language=row.language, message_id=row.message_id)


def get_mail(mail_id: str) -> Mail:
    """Return a message whole; LookupError when there is none."""
    found = find_mail(mail_id)
    if found is None:
        raise LookupError(mail_id)
    return found


def count_waiting() -> int:
    """Count the messages that have not left yet."""
    query = select(func.count()).select_from(MailMessage).where(MailMessage.sent_at.is_(None))
    return db.session.scalar(query) or 0


def forget_mail_to(address: str) -> None:
    """Delete every message to an address, and every one that names it, when the person behind it is erased."""
    named = func.lower(MailMessage.text).contains(address.lower(), autoescape=True)
    db.session.execute(delete(MailMessage).where((func.lower(MailMessage.to_address) == address.lower()) | named))


def forget_mail_before(moment: datetime) -> None:
    """Delete messages written before a moment: they name people, and nobody needs them any longer."""
    db.session.execute(delete(MailMessage).where(MailMessage.created_at < moment))


@job("mail.send", queue=MAIL)
def send(mail_id: str) -> None:
    """Send one message unless it has left already; without a mail server it stays for the administrator."""
    config = _config()
    row = db.session.get(MailMessage, mail_id)
    if row is None or row.sent_at is not None or config.mail_url is None:
        return
    if paused():
        raise TryAgain("mail waits after a restore")
    try:
        letter = compose(row, config)
        db.session.commit()  # nothing was written; the connection goes back while a mail server thinks
        deliver(letter, urlsplit(config.mail_url))
    except (smtplib.SMTPException, OSError, ValueError) as error:  # ValueError: a password that is not ASCII
        row.attempts += 1
        row.error = _refusal(error)
        if not NO_SUCH_MAILBOX.search(row.error):
            raise TryAgain(row.error) from error
    else:
        row.attempts += 1
        row.sent_at, row.error = clock.now(), None


def compose(row: MailMessage, config: Config) -> EmailMessage:
    """Return the message as it goes over the wire; the same row always gives the same headers."""
    letter = EmailMessage(policy=SMTP)
    letter["From"] = Address(config.site_name, addr_spec=config.mail_from)
    letter["To"] = Address(addr_spec=_ascii_domain(row.to_address))
    letter["Subject"] = row.subject
    letter["Date"] = row.created_at
    letter["Message-ID"] = row.message_id
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    letter.set_content(row.text)
    if row.html:
        letter.add_alternative(row.html, subtype="html")
    letter["Content-Language"] = row.language
    return letter


def deliver(letter: EmailMessage, url: SplitResult) -> None:
    """Hand the message to the mail server; raises smtplib's exceptions and OSError."""
    with connect(url) as server:
        server.send_message(letter)


def connect(url: SplitResult) -> smtplib.SMTP:
    """Open a session with the mail server, encrypted and logged in where the address and the server say so."""
    host = url.hostname or "localhost"
    tls = ssl.create_default_context()
    if host in LOOPBACK:
        # A mail server on this very machine usually carries a certificate that nobody signed.
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, url.port or 465, timeout=TIMEOUT, context=tls)
    else:
        server = smtplib.SMTP(host, url.port or (587 if url.username else 25), timeout=TIMEOUT)
    try:
        _greet(server, url, tls)
    except BaseException:
        server.close()
        raise
    return server


def _greet(server: smtplib.SMTP, url: SplitResult, tls: ssl.SSLContext) -> None:
    server.ehlo()
    encrypted = url.scheme == "smtps"
    if not encrypted and server.has_extn("starttls"):
        server.starttls(context=tls)
        server.ehlo()
        encrypted = True
    if not url.username:
        return
    if not encrypted and url.hostname not in LOOPBACK:
        raise smtplib.SMTPNotSupportedError("the server offers no encryption, so the password was not sent")
    server.login(unquote(url.username), unquote(url.password or ""))


def _refusal(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        replies = (f"{code} {reply.decode('utf-8', 'replace')}" for code, reply in error.recipients.values())
        return "The recipient was refused: " + "; ".join(replies)
    return f"{type(error).__name__}: {error}"


def _ascii_domain(address: str) -> str:
    """Return the address with its domain in ASCII: few mail servers take any other."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode('ascii')}"


def _summary(row: MailMessage) -> dict[str, Any]:
    return {
        "id": row.id,
        "to_address": row.to_address,
        "subject": row.subject,
        "purpose": row.purpose,
        "created_at": row.created_at,
        "sent_at": row.sent_at,
        "attempts": row.attempts,
        "error": row.error,
    }


def _config() -> Config:
    config: Config = current_app.config["LMS"]
    return config
