"""Makes the OpenAPI 3.1 document of our own API out of its endpoints and the types they take and answer."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from qarunner._version import __version__
from qarunner.dialects.endpoint import FILES, Answer, Endpoint

BASE = "/qarunner/api/v1"
JSON = "application/json"
ALWAYS = (400, 429, 503)
"""What each route may answer besides its own statuses."""
GUARDED = (401, 403)
_WITHOUT_BODY = (304,)
_REFERENCE = "#/components/schemas/{name}"


class Error(Answer, frozen=True, omit_defaults=True):
    """What every error answers."""

    error: str
    """What was wrong, for a person."""
    place: str = ""
    """Where, for a program, such as ``body $.results[0].id``; not there when there is no such place."""


def document(endpoints: Sequence[Endpoint], server: str = "") -> dict[str, Any]:
    """Return the document.

    :param server: how clients reach the server; empty when it is not known.
    """
    types = [Error, *(one for endpoint in endpoints for one in (endpoint.answer, endpoint.body) if one is not None)]
    types += [endpoint.query for endpoint in endpoints]
    schemas, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    by_type = dict(zip(types, schemas, strict=True))
    queries = {kind: _name(by_type[kind]) for kind in {endpoint.query for endpoint in endpoints}}
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        operation = _operation(endpoint, by_type, components[queries[endpoint.query]])
        paths.setdefault(endpoint.address, {})[endpoint.method.lower()] = operation
    shown = {name: schema for name, schema in sorted(components.items()) if name not in queries.values()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "qarunner", "version": __version__, "summary": "The quality store of a device farm"},
        "servers": [{"url": f"{server}{BASE}"}],
        "paths": paths,
        "components": {
            "schemas": shown,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _name(reference: dict[str, str]) -> str:
    """Return the name of the component that a schema is: types of one name in two modules have longer ones."""
    return reference["$ref"].rpartition("/")[2]


def _operation(endpoint: Endpoint, by_type: dict[Any, Any], query: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "parameters": [*_path_parameters(endpoint), *_query_parameters(query)],
        "responses": _responses(endpoint, by_type),
        "security": [] if endpoint.action is None else [{"token": []}],
    }
    if endpoint.action is not None:
        operation["x-permission"] = str(endpoint.action)
    if endpoint.body is not None:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": by_type[endpoint.body]}}}
    if endpoint.takes_bytes:
        operation["requestBody"] = {"content": {endpoint.media: {}}}
    return operation


def _path_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = []
    for name in endpoint.variables:
        parameter = {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        if name in FILES:
            parameter["description"] = "Relative to the result's folder; slashes stay as they are."
        parameters.append(parameter)
    return parameters


def _query_parameters(schema: dict[str, Any]) -> list[dict[str, Any]]:
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _without_null(kind)}
        for name, kind in schema["properties"].items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter that is given: one that may be left out is null only then."""
    choices = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    return choices[0] if len(choices) == 1 else {name: value for name, value in schema.items() if name != "default"}


def _responses(endpoint: Endpoint, by_type: dict[Any, Any]) -> dict[str, Any]:
    content = {JSON: {"schema": by_type[endpoint.answer]}} if endpoint.answer is not None else {endpoint.media: {}}
    statuses = {*endpoint.statuses, *ALWAYS, *(GUARDED if endpoint.action is not None else ())}
    responses = {}
    for status in sorted({endpoint.status, *statuses}):
        response: dict[str, Any] = {"description": HTTPStatus(status).phrase}
        if status < HTTPStatus.MULTIPLE_CHOICES:
            response["content"] = {"*/*": {}} if endpoint.answer is None and not endpoint.takes_bytes else content
        elif status not in _WITHOUT_BODY:
            response["content"] = {JSON: {"schema": by_type[Error]}}
        responses[str(status)] = response
    return responses
