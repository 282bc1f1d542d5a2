"""Pieces of pages that are the same for many readers, kept as text.

The key names everything that a piece depends on; the language of the interface is added to it. The token of a form
belongs to one session: while a piece is made a sign stands for it, and each reader's own takes its place.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any

from flask import Flask, current_app, g
from flask_wtf.csrf import generate_csrf
from jinja2 import Environment, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from markupsafe import Markup

from lms.infra.languages import chosen

PIECES = 4096
"""Pieces kept a process, the latest used; one of a lesson has 1 to 3 kB."""

SIGN = "\ue020"
_making: ContextVar[bool] = ContextVar("making", default=False)


class Pieces:
    """The pieces of one template environment."""

    def __init__(self) -> None:
        self._texts: OrderedDict[Hashable, str] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], str]) -> Markup:
        """Return the piece with this key in the present language, made if it is not here."""
        full = (chosen.get()(), key)
        with self._lock:
            text = self._texts.get(full)
            if text is not None:
                self._texts.move_to_end(full)
        if text is None:
            text = _make(make)
            with self._lock:
                self._texts[full] = text
                while len(self._texts) > PIECES:
                    self._texts.popitem(last=False)
        if SIGN in text and not _making.get():
            text = text.replace(SIGN, _token())
        return Markup(text)  # noqa: S704 - it was rendered by an autoescaped template


def kept(key: Hashable, make: Callable[[], str]) -> Markup:
    """Return the piece with this key, made if it is not here."""
    pieces: Pieces = current_app.jinja_env.kept_pieces  # type: ignore[attr-defined]
    return pieces.get(key, make)


def _make(make: Callable[[], str]) -> str:
    outer = _making.set(True)
    try:
        return str(make())
    finally:
        _making.reset(outer)


def csrf_token() -> str:
    """Return this session's token; in a piece that is kept, the sign for it."""
    return SIGN if _making.get() else _token()


def _token() -> str:
    """Return the token of this session, made once a page, whose many forms all carry it."""
    if "form_token" not in g:
        g.form_token = generate_csrf()
    token: str = g.form_token
    return token


class KeptTag(Extension):
    """`{% kept key %} … {% endkept %}`: what stands between is kept under the key."""

    tags = {"kept"}

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.extend(kept_pieces=Pieces())

    def parse(self, parser: Parser) -> nodes.Node:
        """Turn the tag into a call that is given its body."""
        line = next(parser.stream).lineno
        key = parser.parse_expression()
        body = parser.parse_statements(("name:endkept",), drop_needle=True)
        return nodes.CallBlock(self.call_method("keep", [key]), [], [], body).set_lineno(line)

    def keep(self, key: Hashable, caller: Callable[[], str]) -> Markup:
        """Return the kept text of the body."""
        pieces: Pieces = self.environment.kept_pieces  # type: ignore[attr-defined]
        return pieces.get(key, caller)


def init_app(app: Flask) -> None:
    """Give templates the tag, and forms their token through us. After CSRFProtect, whose function this replaces."""
    app.jinja_env.add_extension(KeptTag)
    globals_: dict[str, Any] = app.jinja_env.globals
    globals_["csrf_token"] = csrf_token
    # Flask-WTF hands its own to every page besides, and what a page is handed goes before what is global.
    app.context_processor(lambda: {"csrf_token": csrf_token})
