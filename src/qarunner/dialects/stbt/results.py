"""Single results: their record, log, screenshot and files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any, BinaryIO

from flask import Response

from qarunner.access import Action
from qarunner.dialects.files import TEXT
from qarunner.dialects.routes import allow
from qarunner.dialects.stbt.files import artifact_file
from qarunner.dialects.stbt.names import identifier_of
from qarunner.dialects.stbt.result_lists import zone_argument
from qarunner.dialects.stbt.shapes import API, json_answer, row_shape
from qarunner.results import Outcome
from qarunner.store.artifacts import artifacts_of, find_artifact
from qarunner.store.detail import result_detail
from qarunner.store.lookup import number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Blueprint

    from qarunner.dialects.spec import Services
    from qarunner.store.artifacts import ArtifactEntry
    from qarunner.store.detail import ResultDetail

RESULTS = (f"{API}/results/<name>", f"{API}/results/<node>/<group>/<job>/<name>")
"""A result by its id, and by its result_id."""
LOG = "stbt.log"
LONGEST_PIECE = 64 * 1024
_STAMP = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?)(?:\+00:00|Z) ")


def install(routes: Blueprint, services: Services) -> None:
    """Make the routes, each for both ways to name a result."""
    for number, at in enumerate(RESULTS):
        _install(routes, services, at, number)


def _install(routes: Blueprint, services: Services, at: str, number: int) -> None:
    def entries_of(names: dict[str, str]) -> tuple[str, Sequence[ArtifactEntry]]:
        with services.store.read() as connection:
            identifier = identifier_of(connection, _joined(names))
            return identifier, artifacts_of(connection, number_of(connection, identifier))

    def artifact_of(names: dict[str, str], path: str) -> Response:
        with services.store.read() as connection:
            entry = find_artifact(connection, identifier_of(connection, _joined(names)), path)
        return artifact_file(services, entry)

    @routes.get(at, endpoint=f"result_{number}")
    @allow(Action.SEE_RESULTS)
    def result(**names: str) -> Response:
        """Say all of a result."""
        with services.store.read() as connection:
            detail = result_detail(connection, identifier_of(connection, _joined(names)))
        return json_answer(_detail(services, detail))

    @routes.get(f"{at}/{LOG}", endpoint=f"log_{number}")
    @allow(Action.SEE_RESULTS, limit="artifacts")
    def log(**names: str) -> Response:
        """Give what the testcase wrote, each line behind its time in the zone that was asked for."""
        zone = zone_argument()
        _identifier, entries = entries_of(names)
        sha256 = next((entry.sha256 for entry in entries if entry.path == LOG), None)
        if sha256 is None:
            return Response(b"", content_type=TEXT)
        return Response(_in_zone(services.store.contents.open(sha256), zone), content_type=TEXT)

    @routes.get(f"{at}/screenshot.png", endpoint=f"screenshot_{number}")
    @allow(Action.SEE_RESULTS, limit="artifacts")
    def screenshot(**names: str) -> Response:
        """Give the picture that the testcase last looked at."""
        return artifact_of(names, "screenshot.png")

    @routes.get(f"{at}/artifacts", endpoint=f"artifacts_{number}")
    @allow(Action.SEE_RESULTS, limit="artifacts")
    def artifacts(**names: str) -> Response:
        """List the files."""
        return json_answer(_files(entries_of(names)[1]))

    @routes.get(f"{at}/artifacts/<path:path>", endpoint=f"artifact_{number}")
    @allow(Action.SEE_RESULTS, limit="artifacts")
    def artifact(path: str, **names: str) -> Response:
        """Give a file."""
        return artifact_of(names, path)


def _joined(names: dict[str, str]) -> str:
    return "".join(f"/{names[part]}" for part in ("node", "group", "job", "name") if part in names)


def _files(entries: Sequence[ArtifactEntry]) -> dict[str, Any]:
    """Return the files whose bytes are there."""
    return {entry.path: {"size": entry.size, "md5": entry.md5} for entry in entries if entry.sha256}


def _detail(services: Services, detail: ResultDetail) -> dict[str, Any]:
    row, result, failure = detail.row, detail.result, detail.result.failure
    traceback = failure.traceback if failure and row.outcome is not Outcome.PASS else ""
    return row_shape(services, row) | {
        "test_pack_branch": row.branch or None,
        "username": row.user or None,
        "job_category": row.category or None,
        "traceback": traceback or None,
        "artifacts": _files(detail.artifacts),
        "tags": {**(detail.run.tags if detail.run else {}), **result.tags},
    }


def _in_zone(file: BinaryIO, zone: tzinfo) -> Iterator[bytes]:
    """Give the log in pieces, the time of each line in a time zone."""
    with file:
        new_line = True
        while piece := file.readline(LONGEST_PIECE):
            yield _moved(piece, zone) if new_line and zone is not UTC else piece
            new_line = piece.endswith(b"\n")


def _moved(line: bytes, zone: tzinfo) -> bytes:
    found = _STAMP.match(line)
    if found is None:
        return line
    try:
        moment = datetime.fromisoformat(found[1].decode()).replace(tzinfo=UTC).astimezone(zone)
    except (ValueError, OverflowError):
        return line
    return moment.isoformat(timespec="microseconds").encode() + b" " + line[found.end() :]
