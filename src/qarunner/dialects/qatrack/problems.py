"""Errors as the QATrack+ API answers them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from flask import Response, request

if TYPE_CHECKING:
    from flask import Blueprint

    from qarunner.dialects.spec import Problem

FieldErrors = Mapping[str, Any]
"""What is wrong, by the field of the body or of the query: a list of sentences each."""


class RefusedFieldsError(Exception):
    """Ends a request with 400 and what is wrong with each field."""

    def __init__(self, errors: FieldErrors) -> None:
        super().__init__(errors)
        self.errors = errors


def error(problem: Problem) -> Response:
    """Return an error that has no fields: ``{"detail": "..."}``."""
    answer = json_answer({"detail": _detail(problem)}, problem.status)
    if problem.status == 401:  # noqa: PLR2004 - Unauthorized
        answer.headers["WWW-Authenticate"] = "Token"
    return answer


def _detail(problem: Problem) -> str:
    match problem.status:
        case 401:
            return _credentials(request.headers.get("Authorization", ""))
        case 403 if "Origin" not in problem.reason:
            return "You do not have permission to perform this action."
        case 404:
            return "Not found."
        case 405:
            return f'Method "{request.method}" not allowed.'
        case 429:
            wait = dict(problem.headers).get("Retry-After", "1")
            return f"Request was throttled. Expected available in {wait} seconds."
    return problem.reason


def _credentials(header: str) -> str:
    """Return what is wrong with a request's credentials; clients show the sentence as it is."""
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "token":
        return "Authentication credentials were not provided."
    if not token.strip():
        return "Invalid token header. No credentials provided."
    if " " in token.strip():
        return "Invalid token header. Token string should not contain spaces."
    return "Invalid token."


def json_answer(value: Any, status: int = 200) -> Response:
    """Return a value as JSON."""
    return Response(msgspec.json.encode(value), status, mimetype="application/json")


def install(routes: Blueprint) -> None:
    """Let the routes raise `RefusedFieldsError`."""

    @routes.errorhandler(RefusedFieldsError)
    def refused(problem: RefusedFieldsError) -> Response:
        return json_answer(problem.errors, 400)
