"""Sends files that testcases made: in pieces, with ranges, and so that a browser never takes one for our page."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING

from flask import Response, request
from werkzeug.utils import send_file

if TYPE_CHECKING:
    from qarunner.dialects.spec import Services

PLAIN = "text/plain"
TEXT = f"{PLAIN}; charset=utf-8"
TEXTS = (".log", ".txt", ".conf", ".ini", ".py", ".feature", ".csv", ".md", ".yaml", ".yml")
SHOWN = (PLAIN, "image/png", "image/jpeg", "image/gif", "image/webp", "video/mp4", "video/webm", "application/json")
"""What a browser may show in place; everything else is a download."""


def type_of(path: str) -> str:
    """Return the media type that the name of a file tells."""
    if path.lower().endswith(TEXTS):
        return PLAIN
    found, packed = mimetypes.guess_type(path)
    return found if found and not packed else "application/octet-stream"


def content_file(services: Services, sha256: str, name: str) -> Response:
    """Send the bytes with this hash under a name. It alone decides their type; only harmless ones are shown in place.

    :param name: without folders.
    """
    kind = type_of(name)
    return send_file(  # type: ignore[return-value]  # werkzeug's own class; the class asked for is Flask's
        services.store.contents.path(sha256),
        request.environ,
        mimetype=kind,
        as_attachment=kind not in SHOWN,
        download_name=name,
        etag=sha256,
        last_modified=0,
        response_class=Response,
    )
