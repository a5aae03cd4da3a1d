"""Sends files that testcases made: in pieces, with ranges, and so that a browser never takes one for our page."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING

from flask import Response, request
from werkzeug.utils import send_file

from qarunner.store.contents import ContentStream

if TYPE_CHECKING:
    from pathlib import Path

    from qarunner.dialects.spec import Services
    from qarunner.store.artifacts import ArtifactEntry

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


def artifact_file(services: Services, entry: ArtifactEntry) -> Response:
    """Send an artifact. Only names decide its type, and only harmless types are shown in place."""
    assert entry.sha256 is not None, "find_artifact gives only those whose bytes came"
    kind = type_of(entry.path)
    return send_file(  # type: ignore[return-value]  # werkzeug's own class; the class asked for is Flask's
        services.store.contents.path(entry.sha256),
        request.environ,
        mimetype=kind,
        as_attachment=kind not in SHOWN,
        download_name=entry.path.rpartition("/")[2],
        etag=entry.sha256,
        last_modified=0,
        response_class=Response,
    )


def growing_file(path: Path | None) -> Response:
    """Send a text file that is still written to, as long as it is now; empty when it is not there yet."""
    try:
        file = path.open("rb") if path is not None else None
    except FileNotFoundError:
        file = None
    if file is None or path is None:
        return Response(b"", content_type=TEXT)
    size = path.stat().st_size
    answer = Response(ContentStream(file, size), content_type=TEXT)
    answer.content_length = size
    answer.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    return answer
