"""Turns whatever ended a request into a `Problem`: our own errors, Flask's, and crashes."""

from __future__ import annotations

import logging
import math
import secrets

from flask import request
from werkzeug.exceptions import HTTPException

from qarunner.access.errors import AccessError, TooManyRequestsError, WrongCredentialsError
from qarunner.dialects.routes import RefusedError
from qarunner.dialects.spec import Problem
from qarunner.errors import (
    ConfigurationError,
    DeviceError,
    NodeBusyError,
    QarunnerError,
    UnknownKeyError,
    UnknownNodeError,
)
from qarunner.jobs.errors import (
    NodeOfflineError,
    NotYourReservationError,
    ReservationEndedError,
    UnknownJobError,
    UnknownReservationError,
)
from qarunner.pack.git import GitError
from qarunner.pack.revisions import UnknownRevisionError
from qarunner.store.contents import TooLargeError, WrongContentError
from qarunner.store.errors import (
    BadCursorError,
    BadNameError,
    ResultDeletedError,
    StorageFullError,
    StoreBusyError,
    UnknownResultError,
)
from qarunner.store.filter.errors import FilterError
from qarunner.store.listing import BadSortError
from qarunner.store.submission import RejectedResultError

logger = logging.getLogger(__name__)

STATUSES: tuple[tuple[type[QarunnerError], int], ...] = (
    (UnknownResultError, 404),
    (UnknownNodeError, 404),
    (ResultDeletedError, 410),
    (RejectedResultError, 400),
    (BadNameError, 400),
    (BadCursorError, 400),
    (BadSortError, 400),
    (FilterError, 400),
    (WrongContentError, 400),
    (TooLargeError, 413),
    (StorageFullError, 507),
    (StoreBusyError, 503),
    (AccessError, 400),
    (UnknownJobError, 404),
    (UnknownRevisionError, 404),
    (GitError, 503),
    (UnknownReservationError, 404),
    (NotYourReservationError, 403),
    (ReservationEndedError, 400),
    (NodeOfflineError, 503),
    (UnknownKeyError, 400),
    (ConfigurationError, 400),
    (NodeBusyError, 409),
    (DeviceError, 503),
)
"""What our own errors answer when a route lets them through; the first that fits."""

UNAVAILABLE = 503
RETRY = ("Retry-After", "2")


def problem_of(error: Exception) -> Problem:
    """Return what to answer. A crash is logged with an id, which is all that the client hears of it."""
    if isinstance(error, RefusedError):
        return error.problem
    if isinstance(error, WrongCredentialsError):
        return Problem(401, error.problem)
    if isinstance(error, TooManyRequestsError):
        return Problem(429, str(error.problem), (("Retry-After", str(max(1, math.ceil(error.wait)))),))
    if isinstance(error, QarunnerError):
        for kind, status in STATUSES:
            if isinstance(error, kind):
                return Problem(status, _sentence(error), (RETRY,) if status == UNAVAILABLE else (), _place(error))
    if isinstance(error, HTTPException):
        return _of_flask(error)
    return _crash(error)


def _sentence(error: QarunnerError) -> str:
    return f"{error.problem}. {error.advice}" if error.advice else error.problem


def _place(error: QarunnerError) -> str:
    return f"query filter, column {error.column}" if isinstance(error, FilterError) else ""


def _of_flask(error: HTTPException) -> Problem:
    headers = [(name, value) for name, value in error.get_headers() if name.lower() != "content-type"]
    reasons = {
        404: f"there is nothing at {request.path[:200]}",
        405: f"{request.method} is not possible at {request.path[:200]}",
        413: "the request's body is larger than it may be here",
    }
    status = error.code or 500
    return Problem(status, reasons.get(status, str(error.description or error.name)), headers)


def _crash(error: Exception) -> Problem:
    number = secrets.token_hex(4)
    logger.error("crash %s in %s %s", number, request.method, request.path, exc_info=error)
    return Problem(500, f"the server made a mistake; its log has the details under {number}")
