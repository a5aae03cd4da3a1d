"""The index of a run as the page loads it: compact, for it holds all results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qarunner_plugins.report_html.encoding import to_json

if TYPE_CHECKING:
    from qarunner import Result, Run

MESSAGE_LIMIT = 200
"""Characters of a result's message that the list shows and its filter searches."""

OUTCOMES = {"fail": 0, "error": 1, "skip": 2, "pass": 3, None: 4}
"""Numbers that `qa.OUTCOMES` in core.js has in the same order; None is a result that was not finished."""

VIDEO, THUMBNAIL, OUTSIDE_LIMITS = 1, 2, 4
"""Bits of a row's flags."""


def index_script(run: Run, results: Sequence[Result]) -> bytes:
    """Return a script which hands the index to the page.

    Its argument has the run's record, the names of all files, and a row for each result: folder, number of the file,
    name in the file, outcome, start and duration in milliseconds (the start since the run's), attempt, message,
    markers, flags.
    """
    files: dict[str, int] = {}
    rows = [_row(run, result, files) for result in results]
    return b"qa.setIndex(%b);\n" % to_json({"run": run, "files": list(files), "results": rows})


def _row(run: Run, result: Result, files: dict[str, int]) -> tuple[object, ...]:
    file, separator, name = result.testcase.partition("::")
    if not separator:
        file, name = "", result.testcase
    paths = {artifact.path for artifact in result.artifacts}
    flags = VIDEO * ("video.mp4" in paths) + THUMBNAIL * ("thumbnail.jpg" in paths)
    if not all(measurement.within_limits for measurement in result.measurements):
        flags += OUTSIDE_LIMITS
    return (
        result.folder,
        files.setdefault(file, len(files)),
        name,
        OUTCOMES[result.outcome],
        round((result.started - run.started).total_seconds() * 1000),
        round(result.duration * 1000),
        result.attempt,
        _message(result),
        result.markers,
        flags,
    )


def _message(result: Result) -> str:
    failure = result.failure
    if failure is None:
        return result.reason[:MESSAGE_LIMIT]
    first = failure.message.strip().partition("\n")[0]
    return f"{failure.kind}: {first}"[:MESSAGE_LIMIT] if failure.kind else first[:MESSAGE_LIMIT]
