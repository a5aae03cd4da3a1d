"""Sends artifacts, and the logs of jobs that still grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request

from qarunner.dialects.files import TEXT, content_file
from qarunner.store.contents import ContentStream

if TYPE_CHECKING:
    from pathlib import Path

    from qarunner.dialects.spec import Services
    from qarunner.store.artifacts import ArtifactEntry


def artifact_file(services: Services, entry: ArtifactEntry) -> Response:
    """Send an artifact; see `content_file`."""
    assert entry.sha256 is not None, "find_artifact gives only those whose bytes came"
    return content_file(services, entry.sha256, entry.path.rpartition("/")[2])


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
