"""The page of one result: what happened, why, and what is left of it to look at."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Response, url_for
from sqlalchemy import select

from qarunner.access import Action
from qarunner.dialects.looks import clock
from qarunner.dialects.routes import RefusedError, allow
from qarunner.dialects.stbt.names import identifier_of
from qarunner.server.api.statistics import TestcaseDays
from qarunner.server.portal.logs import Ending, ending_of, lines_of
from qarunner.server.portal.page import page
from qarunner.store.errors import ResultDeletedError
from qarunner.store.models import Tombstone

if TYPE_CHECKING:
    from flask import Blueprint

    from qarunner.dialects.spec import Services
    from qarunner.server.api.artifacts import ArtifactView
    from qarunner.server.portal.answers import Answers

HISTORY = 50
LOGS = ("combined.log", "stbt.log", "stdout.log")
"""The first of these is shown on the page."""
VIDEO, SCREENSHOT, THUMBNAIL = "video.mp4", "screenshot.png", "thumbnail.jpg"
_NUMBER = re.compile(r".*-([0-9]{1,18})", re.DOTALL)


def install(routes: Blueprint, services: Services, answers: Answers) -> None:
    """Make the route."""

    @routes.get("/app/results/<path:name>")
    @allow(Action.SEE_RESULTS)
    def result(name: str) -> Response:
        """Show a result by its id, or by what the Stb-tester API calls it."""
        identifier = _identifier(services, name)
        whole = answers.result(identifier)
        result, row = whole.result, whole.summary
        files = answers.artifacts(identifier).artifacts
        there = {file.path: file for file in files if file.sha256}
        log = next((there[path] for path in LOGS if path in there), None)
        start = result.video_start or 0.0
        video_began = result.started + timedelta(seconds=start) if VIDEO in there else None
        ending = _ending(services, log)
        return page(
            "result.html",
            twin=url_for("server.api.get_result", result=identifier),
            row=row,
            result=result,
            run=whole.run,
            tags={**(whole.run.tags if whole.run else {}), **result.tags},
            files=files,
            there=there,
            video=VIDEO if video_began else "",
            video_start=start,
            history=answers.history(TestcaseDays(testcase=row.testcase, limit=HISTORY)).results[::-1],
            log=log,
            left_out=ending.left_out if ending else 0,
            lines=lines_of(ending.text, video_began) if ending else [],
        )


def _identifier(services: Services, name: str) -> str:
    try:
        with services.store.read() as connection:
            return identifier_of(connection, f"/{name.strip('/')}")
    except ResultDeletedError as gone:
        raise RefusedError(410, _epitaph(services, name.strip("/"))) from gone


def _epitaph(services: Services, name: str) -> str:
    """Return what is still known of a deleted result."""
    found = _NUMBER.fullmatch(name)
    with services.store.read() as connection:
        columns = select(Tombstone.deleted, Tombstone.reason)
        row = connection.execute(columns.where(Tombstone.id == name)).one_or_none()
        if row is None and found:
            row = connection.execute(columns.where(Tombstone.number == int(found[1]))).one_or_none()
    when = f" on {clock(row.deleted)} ({row.reason})" if row else ""
    return f"This result was deleted{when}. Its artifacts are gone as well."


def _ending(services: Services, log: ArtifactView | None) -> Ending | None:
    if log is None or log.sha256 is None:
        return None
    with services.store.contents.open(log.sha256) as file:
        return ending_of(file)
