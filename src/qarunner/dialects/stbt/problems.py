"""Errors as the Stb-tester API answers them: its status codes, and a reason in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from flask import Response

from qarunner.dialects.spec import Problem
from qarunner.errors import QarunnerError, UnknownKeyError, UnknownNodeError
from qarunner.jobs.errors import (
    NodeInUseError,
    NodeOfflineError,
    NotYourReservationError,
    ReservationEndedError,
    UnknownJobError,
    UnknownReservationError,
)
from qarunner.pack.git import GitError
from qarunner.pack.revisions import UnknownRevisionError
from qarunner.store.filter import FilterError
from qarunner.store.listing import BadSortError

if TYPE_CHECKING:
    from flask import Blueprint

FORBIDDEN, UNAUTHORIZED, UNAVAILABLE = 403, 401, 503
STATUSES: dict[type[QarunnerError], int] = {
    UnknownJobError: 404,
    UnknownNodeError: 404,
    UnknownReservationError: 404,
    UnknownRevisionError: 404,
    NodeInUseError: 409,
    NodeOfflineError: UNAVAILABLE,
    GitError: UNAVAILABLE,
    NotYourReservationError: FORBIDDEN,
    ReservationEndedError: 400,
    UnknownKeyError: 400,
    BadSortError: 400,
    FilterError: 400,
}


def error(problem: Problem) -> Response:
    """Return an error; a missing or wrong token is 403 in this API."""
    status = FORBIDDEN if problem.status == UNAUTHORIZED else problem.status
    return Response(msgspec.json.encode({"error": problem.reason}) + b"\n", status, mimetype="application/json")


def install(routes: Blueprint) -> None:
    """Let the routes raise what the rooms below raise."""
    for kind in STATUSES:
        routes.register_error_handler(kind, _answer)


def _answer(problem: QarunnerError) -> Response:
    status = next(code for kind, code in STATUSES.items() if isinstance(problem, kind))
    reason = f"{problem.problem}. {problem.advice}" if problem.advice else problem.problem
    if isinstance(problem, FilterError):
        reason = f"{reason}\n{problem.pointer}"
    answer = error(Problem(status, reason))
    if status == UNAVAILABLE:
        answer.headers["Retry-After"] = "5"
    return answer
