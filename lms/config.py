"""Every setting of the site, read once from the environment."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

LANGUAGES = ("en", "ru", "ro", "hy", "az", "be")
"""Languages the interface is complete in."""

PREVIEW = ("ru", "ro", "hy", "az", "be")
"""Those of them that no native reader has gone through yet; the switch says so."""

PSEUDO = "en_150"
"""English with every text 40 % longer and accented, to see where a page has no room: for LMS_LANGUAGES only.

The code is that of English in Europe, which the libraries know, so that dates and countries are written.
"""


class ConfigError(Exception):
    """A setting that cannot be used; the message is one sentence for the person who starts the site."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """The settings; see docs/administrators/settings.md."""

    data_dir: Path
    database_url: str
    mail_url: str | None
    mail_from: str
    base_url: str
    secret_key: str
    site_name: str
    languages: tuple[str, ...]
    trust_proxy: int
    key_passphrase: str | None = None
    """What the private keys of certificates are encrypted with."""
    pdf_key: Path | None = None
    """A PKCS#12 file of the organisation, with which PDF files are signed in place of the site's own key."""
    pdf_key_password: str = ""
    timestamp_url: str | None = None
    long_term: bool | None = None
    """Whether what shows that certificates held is put into each file; None: where an organisation's key allows it."""

    @property
    def secure(self) -> bool:
        """Tell whether the site is reached by HTTPS, so that cookies may be marked Secure."""
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """Return the host name people reach the site by."""
        return urlsplit(self.base_url).hostname or "localhost"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Config:
        """Read the settings; ConfigError names the first one that cannot be used."""
        env = os.environ if environ is None else environ
        data_dir = Path(env.get("LMS_DATA_DIR") or "var").absolute()
        base_url = (env.get("LMS_BASE_URL") or "http://127.0.0.1:8000").rstrip("/")
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ConfigError(f"LMS_BASE_URL must be an http or https address, not '{base_url}'.")
        database_url = env.get("LMS_DATABASE_URL") or f"sqlite:///{data_dir / 'vitrine.sqlite3'}"
        if not database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ConfigError("LMS_DATABASE_URL must begin with 'sqlite:///' or 'postgresql+psycopg://'.")
        mail_url = env.get("LMS_MAIL_URL") or None
        if mail_url and urlsplit(mail_url).scheme not in {"smtp", "smtps"}:
            raise ConfigError("LMS_MAIL_URL must begin with 'smtp://' or 'smtps://'.")
        languages = tuple(code.strip() for code in (env.get("LMS_LANGUAGES") or ",".join(LANGUAGES)).split(","))
        if unknown := [code for code in languages if code not in (*LANGUAGES, PSEUDO)]:
            raise ConfigError(f"LMS_LANGUAGES names '{unknown[0]}'; this version speaks {', '.join(LANGUAGES)}.")
        trust_proxy = env.get("LMS_TRUST_PROXY") or "0"
        if not trust_proxy.isascii() or not trust_proxy.isdigit() or int(trust_proxy) > 5:
            raise ConfigError("LMS_TRUST_PROXY must be the number of proxies before the site, 0 to 5.")
        pdf_key, timestamp_url = _file(env, "LMS_PDF_KEY"), _address(env, "LMS_TIMESTAMP_URL")
        long_term = _choice(env, "LMS_LONG_TERM")
        if long_term and not (pdf_key and timestamp_url):
            raise ConfigError("LMS_LONG_TERM is on, which needs LMS_PDF_KEY and LMS_TIMESTAMP_URL.")
        try:
            data_dir.mkdir(parents=True, exist_ok=True, mode=0o750)
            secret_key = env.get("LMS_SECRET_KEY") or _kept_secret(data_dir / "secret-key")
        except OSError as error:
            raise ConfigError(f"LMS_DATA_DIR '{data_dir}' cannot be written: {error.strerror}.") from error
        if len(secret_key) < 32:
            raise ConfigError("LMS_SECRET_KEY must have at least 32 characters.")
        return cls(
            data_dir=data_dir,
            database_url=database_url,
            mail_url=mail_url,
            mail_from=env.get("LMS_MAIL_FROM") or f"no-reply@{parts.hostname}",
            base_url=base_url,
            secret_key=secret_key,
            site_name=env.get("LMS_SITE_NAME") or "Vitrine",
            languages=languages,
            trust_proxy=int(trust_proxy),
            key_passphrase=env.get("LMS_KEY_PASSPHRASE") or None,
            pdf_key=pdf_key,
            pdf_key_password=env.get("LMS_PDF_KEY_PASSWORD") or "",
            timestamp_url=timestamp_url,
            long_term=long_term,
        )


def _file(env: Mapping[str, str], name: str) -> Path | None:
    if not env.get(name):
        return None
    path = Path(env[name]).absolute()
    if not path.is_file():
        raise ConfigError(f"{name} must name a file; there is none at '{path}'.")
    return path


def _choice(env: Mapping[str, str], name: str) -> bool | None:
    value = env.get(name) or None
    if value not in {None, "on", "off"}:
        raise ConfigError(f"{name} must be on or off, not '{value}'.")
    return None if value is None else value == "on"


def _address(env: Mapping[str, str], name: str) -> str | None:
    value = env.get(name) or None
    if value and urlsplit(value).scheme not in {"http", "https"}:
        raise ConfigError(f"{name} must be an http or https address, not '{value}'.")
    return value


def _kept_secret(path: Path) -> str:
    """Return the secret kept in the file; the first start makes it, whichever of several processes comes first."""
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(32))
        try:
            os.link(fresh, path)  # fails when another process was first; its key then counts
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()
