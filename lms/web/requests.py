"""Requests as we read them: bytes of a form that are no text show as such, and do not look like text."""

from __future__ import annotations

from typing import IO, Any
from urllib.parse import parse_qsl

import flask
from werkzeug.formparser import FormDataParser


class FormReader(FormDataParser):
    """Marks what is not UTF-8 with U+FFFD, which no field may hold; werkzeug would keep it as `%FF`."""

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> Any:
        """Return the stream, the fields and the files."""
        if mimetype != "application/x-www-form-urlencoded":
            return super().parse(stream, mimetype, content_length, options)
        fields = parse_qsl(stream.read().decode(errors="replace"), keep_blank_values=True, errors="replace")
        return stream, self.cls(fields), self.cls()


class Request(flask.Request):
    """A request whose forms are read so."""

    form_data_parser_class = FormReader
