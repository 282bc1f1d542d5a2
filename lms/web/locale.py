"""Which language a person reads: chosen, from the account, from the browser, else the site's first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from gettext import NullTranslations
from urllib.parse import quote, urlencode

from babel import dates, numbers, units
from flask import Flask, Response, g, has_request_context, redirect, request
from flask_babel import Babel
from markupsafe import Markup

from lms.config import PSEUDO, Config
from lms.infra import languages as catalogues
from lms.web import guards
from lms.web.settings import settings

NATIVE_NAMES = {
    "en": "English",
    "ru": "Русский",
    "ro": "Română",
    "hy": "Հայերեն",
    "az": "Azərbaycanca",
    "be": "Беларуская",
    "ka": "ქართული",
    PSEUDO: "Éñgļîšh, ļõñgér",
}
WRITTEN = {"en": "en_GB", PSEUDO: "en_GB"}
COOKIE = "lang"
YEAR = 365 * 24 * 3600


def readers_languages(config: Config) -> tuple[str, ...]:
    """Return the reader's own list of languages, best first; a course falls back along it."""
    if "reader_languages" not in g:
        chosen = request.args.get("lang") or request.cookies.get(COOKIE)
        who = guards.viewer()
        wanted = [chosen] if chosen else []
        wanted += list(who.languages) if who else []
        wanted += [value.split("-")[0].lower() for value in request.accept_languages.values()]
        known = [code for code in dict.fromkeys(wanted) if code in NATIVE_NAMES]
        g.reader_languages = tuple(dict.fromkeys([*known, *config.languages]))
    found: tuple[str, ...] = g.reader_languages
    return found


def current() -> str:
    """Return the language of the interface for this request; outside of one, that of the source."""
    if not has_request_context():
        return catalogues.SOURCE  # a command or a job in a thread that served a request before
    if "locale" not in g:
        config = settings()
        g.locale = next((c for c in readers_languages(config) if c in config.languages), config.languages[0])
    code: str = g.locale
    return code


def _source() -> str:
    return catalogues.SOURCE


def _found() -> str:
    """Find out the language of this request, and answer with it at once when the next text asks, of sixty a page."""
    code = current()
    if has_request_context():
        catalogues.chosen.set(lambda: code)
    return code


def written() -> str:
    """Return the locale that dates and numbers are written by; English as the museums of the region write it."""
    return WRITTEN.get(current(), current())


def reading() -> tuple[str, ...]:
    """Return the reader's languages for this request, best first."""
    return readers_languages(settings())


def zone() -> str:
    """Return the reader's time zone."""
    who = guards.viewer()
    return who.timezone if who else "UTC"


def in_zone(moment: datetime) -> datetime:
    """Return the moment on the reader's clock."""
    return moment.astimezone(dates.get_timezone(zone()))


def format_date(moment: datetime | date, style: str = "long") -> str:
    """Write a date as the reader's language does, in the reader's time zone."""
    day = in_zone(moment) if isinstance(moment, datetime) else moment
    return dates.format_date(day, format=style, locale=written())


def format_moment(moment: datetime) -> str:
    """Write a date and time as the reader's language does, in the reader's time zone."""
    both = str(dates.get_datetime_format("medium", locale=written())).replace("'", "")
    return both.format(format_time(moment), dates.format_date(in_zone(moment), format="medium", locale=written()))


def format_time(moment: datetime) -> str:
    """Write the time of day, to the minute, as the reader's language does, in the reader's time zone."""
    return dates.format_time(moment, format="short", tzinfo=dates.get_timezone(zone()), locale=written())


def format_number(value: float) -> str:
    """Write a number as the reader's language does."""
    return numbers.format_decimal(value, locale=written())


def format_size(size: int) -> str:
    """Write how large a file is, as the reader's language does."""
    power = next((power for power in (3, 2) if size >= 1000**power), 1)
    value = size / 1000**power
    unit = f"digital-{('kilobyte', 'megabyte', 'gigabyte')[power - 1]}"
    return units.format_unit(round(value, 1 if value < 10 else None), unit, length="short", locale=written())


def language_name(code: str) -> str:
    """Return a language's own name."""
    return NATIVE_NAMES.get(code, code)


def init_app(app: Flask, config: Config) -> None:
    """Choose the language of each request, offer the switch, and give templates the bound catalogues."""
    Babel(app, locale_selector=current, timezone_selector=zone, default_translation_directories="")

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        catalogues.chosen.set(_source)

    @app.before_request
    def choose() -> Response | None:
        catalogues.chosen.set(_found)
        code = request.args.get("lang")
        if request.method != "GET" or code is None:
            return None
        if request.routing_exception is not None:
            return None  # only a page of ours is gone back to: "//elsewhere" would lead away
        query = urlencode([(k, v) for k, v in request.args.items(multi=True) if k != "lang"])
        response = redirect(f"{quote(request.path)}?{query}" if query else quote(request.path))
        if code in config.languages:
            response.set_cookie(COOKIE, code, max_age=YEAR, samesite="Lax", secure=config.secure, httponly=True)
        assert isinstance(response, Response)
        return response

    # Jinja's own wrappers look the function up anew for each of a page's sixty texts: 6 µs in place of 1.
    app.jinja_env.globals.update(_=_gettext, gettext=_gettext, ngettext=_ngettext, pgettext=_pgettext)
    app.jinja_env.filters.update(
        date=format_date,
        moment=format_moment,
        hour=format_time,
        number=format_number,
        size=format_size,
        language_name=language_name,
    )


def _catalogue() -> NullTranslations:
    """Return the catalogue of the request's language, or of the one that a letter to somebody else is written in."""
    return catalogues.catalogue(catalogues.chosen.get()())


def _filled(text: str, values: Mapping[str, object]) -> Markup:
    """Put values, escaped, in their places; as in code, a text with a percent sign of its own doubles it."""
    return Markup(text) % values if values or "%" in text else Markup(text)  # noqa: S704 - catalogues are ours


def _gettext(message: str, **values: object) -> Markup:
    return _filled(_catalogue().gettext(message), values)


def _ngettext(singular: str, plural: str, num: int, **values: object) -> Markup:
    return _filled(_catalogue().ngettext(singular, plural, num), {"num": num, **values})


def _pgettext(context: str, message: str, **values: object) -> Markup:
    return _filled(_catalogue().pgettext(context, message), values)
