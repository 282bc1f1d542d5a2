"""The letters of the network, each in its reader's language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from lms.infra.languages import gettext as _
from lms.infra.languages import language
from lms.infra.mail import Message
from lms.infra.site import site
from lms.web.letters import write_letter


class Given(Protocol):
    """What a letter says of a museum's word."""

    @property
    def museum(self) -> str:
        """Return the name of the museum."""

    @property
    def name(self) -> str:
        """Return the name as it was confirmed."""

    @property
    def name_latin(self) -> str:
        """Return the name in Latin letters."""

    @property
    def reason(self) -> str:
        """Return why the word was taken back."""


def name_confirmed(given: Given, *, to: str, languages: Sequence[str]) -> Message:
    """Tell a person that a museum confirmed the name."""
    return _write(
        "confirmed",
        given,
        lambda: (
            _("Your name is confirmed"),
            _(
                "%(museum)s confirmed that it knows you and that your name is as in an identity document or in its "
                "staff list.",
                museum=given.museum,
            ),
            _("Certificates that you earn from now on say so. If you change your name or your museum, it ends."),
        ),
        to=to,
        languages=languages,
    )


def confirmation_withdrawn(given: Given, *, to: str, languages: Sequence[str]) -> Message:
    """Tell a person that a museum took its word back, and why."""
    return _write(
        "withdrawn",
        given,
        lambda: (
            _("Your name is no longer confirmed"),
            _("%(museum)s took back that it confirmed your name.", museum=given.museum),
            _("The reason: %(reason)s", reason=given.reason),
            _(
                "Certificates that you have stay as they are. Those that you earn from now on say that the name is by "
                "your own word. Mend your name if it is wrong, and ask your museum again."
            ),
        ),
        to=to,
        languages=languages,
    )


def _write(
    what: str, given: Given, words: Callable[[], tuple[str, ...]], *, to: str, languages: Sequence[str]
) -> Message:
    settings = site()
    spoken = next((code for code in languages if code in settings.languages), settings.languages[0])
    with language(spoken):
        subject, *paragraphs = words()
    return write_letter(
        "network/email/name",
        to=to,
        subject=subject,
        purpose=f"network.{what}",
        code=spoken,
        given=given,
        heading_text=subject,
        paragraphs=paragraphs,
        profile=f"{settings.base_url}/me/profile",
    )
