"""Reads the body of a session: JSON, whatever its Content-Type says, unless that is a text's."""

from __future__ import annotations

from typing import Any

from flask import request

from qarunner.dialects.bodies import decode_json, raw_body
from qarunner.dialects.qatrack.problems import RefusedFieldsError
from qarunner.dialects.qatrack.rules.records import NO_FIELD
from qarunner.dialects.qatrack.rules.texts import BODY_NOT_AN_OBJECT, type_name
from qarunner.dialects.routes import RefusedError


def read_body() -> dict[str, Any]:
    """Return the object that was sent; an empty one for no body at all.

    :raises RefusedError: 400 for malformed JSON, 413 for too much, 415 for a text.
    :raises RefusedFieldsError: it is JSON, but no object.
    """
    if request.mimetype.startswith("text/"):
        raise RefusedError(415, f'Unsupported media type "{request.mimetype[:80]}" in request.')
    data = raw_body()
    if not data.strip():
        return {}
    try:
        value = decode_json(data, object)
    except RefusedError as refused:
        raise RefusedError(400, f"JSON parse error - {refused.problem.reason}") from refused
    if not isinstance(value, dict):
        raise RefusedFieldsError({NO_FIELD: [BODY_NOT_AN_OBJECT.format(type=type_name(value))]})
    return value
