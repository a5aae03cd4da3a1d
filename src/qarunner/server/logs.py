"""The server's log: a line of JSON each, or of text for a terminal; never with a secret in it."""

from __future__ import annotations

import logging
import re
import sys
import time
from datetime import UTC, datetime
from typing import IO, Any

import msgspec
from flask import Flask, Response, g, request

logger = logging.getLogger("qarunner.server.requests")

_SECRETS = re.compile(
    r"qar_[A-Za-z0-9_-]{20,}"
    r"|(?i:(?<=bearer )|(?<=basic )|(?<=private-token: ))[A-Za-z0-9+/=._-]{8,}"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)
HIDDEN = "***"
QUIET = {"/healthz", "/readyz", "/metrics"}


def without_secrets(text: str) -> str:
    """Return a text with tokens, and passwords within URLs, replaced."""
    return _SECRETS.sub(HIDDEN, text)


class JsonFormatter(logging.Formatter):
    """One JSON object for each line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["traceback"] = without_secrets(self.formatException(record.exc_info))
        return msgspec.json.encode(line).decode()


class TextFormatter(logging.Formatter):
    """One line for a person."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with the traceback below."""
        moment = datetime.fromtimestamp(record.created, UTC)
        text = f"{moment:%H:%M:%S} {record.levelname.lower():7} {record.getMessage()}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return without_secrets(text)


def configure(form: str = "auto", stream: IO[str] | None = None) -> logging.Handler:
    """Write the log of this process to standard error; return what does so, to be removed again.

    :param form: ``json``, ``text``, or ``auto`` for text on a terminal and JSON elsewhere.
    """
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    as_json = form == "json" or (form == "auto" and not stream.isatty())
    handler.setFormatter(JsonFormatter() if as_json else TextFormatter())
    root = logging.getLogger("qarunner")
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    return handler


def install(app: Flask) -> None:
    """Note every request that is answered: what was asked, by whom, and how long it took; without the query."""

    @app.before_request
    def begin() -> None:
        g.began = time.monotonic()

    @app.after_request
    def note(response: Response) -> Response:
        if request.path in QUIET:
            return response
        identity = g.get("identity")
        took = round((time.monotonic() - g.get("began", time.monotonic())) * 1000, 1)
        fields = {
            "method": request.method,
            "path": without_secrets(request.path),
            "status": response.status_code,
            "milliseconds": took,
            "user": identity.user if identity else "",
            "address": request.remote_addr or "",
        }
        words = (request.method, request.path, response.status_code, took)
        logger.info("%s %s %d %.1f ms", *words, extra={"fields": fields})
        return response
