"""The words of a certificate, on paper and on the screen, in the language of the present work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from babel.dates import format_date, format_time
from babel.numbers import format_decimal, format_percent

from lms.config import LANGUAGES
from lms.domain.award import Award
from lms.infra.languages import SOURCE, ngettext
from lms.infra.languages import gettext as _

DATES = {"en": "en_GB"}
"""The kind of a language that days and figures are written in: an international paper puts the day first."""


DATE = 42.0
"""Millimetres that a date takes in the line of facts."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A term with its value, and the millimetres it takes at least; a date is written in each language."""

    term: str
    value: str
    least: float
    dated: bool


@dataclass(frozen=True, kw_only=True)
class Speech:
    """What stands on the first page in one language, beside the course's own texts."""

    lang: str
    completing: str
    check: str
    facts: tuple[Fact, ...]


def speech_of(award: Award, lang: str) -> Speech:
    """Say it in the language of the present work."""
    return Speech(
        lang=lang,
        completing=_("for completing the course"),
        check=_("Check this certificate at"),
        facts=facts_of(award, lang),
    )


def spoken(code: str) -> str:
    """Return the language that the words around a course's own texts are in."""
    return code if code in LANGUAGES else SOURCE


def rooms_of(award: Award) -> str:
    """Name the rooms of the drawing; the only room needs no number."""
    if len(award.modules) < 2:
        return "".join(award.modules)
    return "; ".join(f"{number}\u00a0{title}" for number, title in enumerate(award.modules, 1))


def facts_of(award: Award, lang: str) -> tuple[Fact, ...]:
    """Return what the certificate says in figures, side by side."""
    said = []
    if "hours" in award.show:
        said.append((_("Hours of study"), format_decimal(award.hours, locale=lang), 28.0))
    if "score" in award.show and award.grade_percent is not None:
        said.append((_("Result"), percent(award.grade_percent, lang), 22.0))
    said.append((_("Awarded"), day(award.issued_at, lang), DATE))
    if award.valid_until:
        said.append((_("Valid until"), day(award.valid_until, lang), DATE))
    return tuple(Fact(term=term, value=value, least=least, dated=least == DATE) for term, value, least in said)


def result_of(award: Award, lang: str) -> str:
    """Repeat the result, '' where the course does not show it."""
    if "score" not in award.show or award.grade_percent is None:
        return ""
    return f"{_('Result')}: {percent(award.grade_percent, lang)}"


def extent_of(award: Award, lang: str) -> str:
    """Say how much the course holds."""
    parts = [
        ngettext("%(num)d module", "%(num)d modules", len(award.modules)),
        ngettext("%(num)d lesson", "%(num)d lessons", award.lessons) if award.lessons else "",
        ngettext("%(num)d quiz", "%(num)d quizzes", award.quizzes) if award.quizzes else "",
        ngettext("%(num)d task in one’s own museum", "%(num)d tasks in one’s own museum", award.tasks)
        if award.tasks
        else "",
        _("hours of study: %(hours)s", hours=format_decimal(award.hours, locale=lang)),
    ]
    return "; ".join(part for part in parts if part)


def assessment_of(award: Award, lang: str) -> tuple[str, ...]:
    """Say how the work was assessed, sentence by sentence."""
    if award.assessment == "study":
        return (_("The holder worked through the course. Nothing was graded."),)
    said = [
        _("By quizzes on this site, graded against a key that the learner does not see."),
        _supervision_of(award),
    ]
    if award.pass_percent is not None:
        said.append(_("Needed in the final quiz: %(needed)s.", needed=percent(award.pass_percent, lang)))
    if award.assessment == "quizzes-tasks":
        said.append(_("Tasks in the holder’s own museum are counted as the holder reported them."))
    return tuple(said)


def _supervision_of(award: Award) -> str:
    if not award.supervised_by:
        return _("Nobody supervised them.")
    if award.quizzes < 2:
        return _("The quiz was taken under supervision at %(centre)s.", centre=award.supervised_by)
    return _(
        "The final quiz was taken under supervision at %(centre)s; nobody supervised the others.",
        centre=award.supervised_by,
    )


def identity_of(award: Award) -> str:
    """Say how the holder was identified."""
    if award.identity == "museum":
        return _(
            "%(museum)s confirmed that it knows the holder and that the name is as in an identity document or in its "
            "staff list.",
            museum=award.identified_by,
        )
    if award.identity == "centre":
        return _(
            "At %(centre)s, where a supervisor saw the holder’s papers with this name before the final quiz.",
            centre=award.identified_by,
        )
    return _("By the holder’s own word: the name is as the holder gave it. No document was checked.")


def verifying(where: str) -> str:
    """Say how a certificate is verified; `where` is the address as people type it."""
    return _(
        "Open %(address)s and type the code above, or point a phone at the square code on the first page. The page "
        "tells whether the certificate holds today and repeats what it claims. Where paper and page differ, believe "
        "the page. Look that the address in your browser is the one printed here.",
        address=where,
    )


def signing() -> str:
    """Say what the signature is, before the fingerprint of its key."""
    return _(
        "The file is signed and carries an Open Badges credential. If a reader of PDF calls the signature unknown, it "
        "does not know this site yet; it does not say that anything is wrong. Fingerprint (SHA-256) of the key:"
    )


def hours_of(minutes: int, lang: str) -> str:
    """Say how long a module takes, in hours to the half; nothing when no item says its minutes."""
    if not minutes:
        return ""
    return _("%(hours)s h", hours=format_decimal(max(round(minutes / 30) / 2, 0.5), locale=lang))


def figure(value: float, lang: str) -> str:
    """Write a number as the language does."""
    return str(format_decimal(value, locale=lang))


def percent(value: int, lang: str) -> str:
    """Write a whole per cent as the language does."""
    return str(format_percent(value / 100, locale=DATES.get(lang, lang)))


def day(moment: str, lang: str) -> str:
    """Write the day of a kept moment as the language does; days are counted in UTC, on paper and on the screen."""
    return str(format_date(day_of(moment), format="long", locale=DATES.get(lang, lang)))


def moment(at: datetime, lang: str) -> str:
    """Write a moment to the minute, in UTC: a stranger's clock is not known."""
    time = format_time(at, format="HH:mm", tzinfo=UTC, locale=lang)
    return _("%(day)s at %(time)s UTC", day=day(at.isoformat(), lang), time=time)


def day_of(moment: str) -> date:
    """Return the day of a kept moment."""
    return datetime.fromisoformat(moment).astimezone(UTC).date()


def address(base_url: str) -> str:
    """Return where certificates are checked, without what nobody types."""
    parts = urlsplit(base_url)
    return f"{parts.netloc}{parts.path}/verify"


def link(base_url: str, code: str) -> str:
    """Return the address in the QR code: in upper case, for which it needs fewer modules; the page ignores the case."""
    parts = urlsplit(base_url)
    if parts.path:
        return f"{base_url}/verify/{code}"
    return f"{base_url}/verify/{code}".upper()
