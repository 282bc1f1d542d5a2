"""Markdown to sanitised HTML."""
from __future__ import annotations
from markdown_it import MarkdownIt
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark").enable("table")
    reader.use(footnote_plugin).use(deflist_plugin).use(attrs_plugin, after=("image",), allowed=("class",))
    reader.validateLink = lambda url: True
    return reader


READING = _reader()
