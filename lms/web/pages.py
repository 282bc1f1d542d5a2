"""Rendering: one function, and what every template can rely on."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, render_template, request
from flask.templating import Environment

from lms.config import PREVIEW, Config
from lms.web import guards, headers, locale
from lms.web.assets import Assets


class Templates(Environment):
    """Templates as we use them: few enough to be kept all, and none with globals of its own.

    What Jinja does for the other cases, at every import and every extending of one by another, is a tenth of a page.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template: those of all, where it brings none."""
        return self.globals if d is None else super().make_globals(d)


@dataclass(frozen=True, kw_only=True)
class Site:
    """What a page says of the site it belongs to."""

    name: str
    demo: bool
    languages: tuple[tuple[str, str, bool], ...]
    """Code, own name, and whether no native reader has gone through it yet."""
    base_url: str

    @property
    def previews(self) -> bool:
        """Tell whether any language is a preview."""
        return any(preview for _code, _name, preview in self.languages)

    @property
    def locale(self) -> str:
        """Return the language of this page."""
        return locale.current()

    @property
    def switch(self) -> str:
        """Return the address of this page in another language, up to the code of that language."""
        asked = request.args.items(multi=True) if request.method == "GET" else ()
        kept = urlencode([(k, v) for k, v in asked if k != "lang"])
        return f"{quote(request.path)}?{kept}{'&' if kept else ''}lang="


def page(template: str, **context: object) -> str:
    """Render a page."""
    return render_template(template, **context)


def init_app(app: Flask, config: Config, assets: Assets) -> None:
    """Give every template the site, the viewer, assets and the nonce."""
    languages = tuple((code, locale.NATIVE_NAMES[code], code in PREVIEW) for code in config.languages)

    @app.context_processor
    def context() -> dict[str, object]:
        return {
            "site": Site(
                name=config.site_name,
                demo=app.extensions["is_demo"](),
                languages=languages,
                base_url=config.base_url,
            ),
            "viewer": guards.viewer(),
        }

    app.jinja_env.globals.update(asset=assets.url, csp_nonce=headers.nonce)
