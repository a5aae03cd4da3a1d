"""Makes Flask's routes of the endpoints of our own API."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from flask import Blueprint, Response, request

from qarunner.decoding import decoder_of
from qarunner.dialects.bodies import decode_json, raw_body
from qarunner.dialects.endpoint import FILES, Endpoint, Nothing, Query
from qarunner.dialects.routes import RefusedError, allow, public

_PLACE = re.compile(r"(?: - at|at) `(?P<place>[^`]+)`")


def register(routes: Blueprint, endpoints: Iterable[Endpoint]) -> None:
    """Add the routes to a blueprint."""
    for endpoint in endpoints:
        rule = re.sub(r"{(\w+)}", lambda found: f"<{'path:' if found[1] in FILES else ''}{found[1]}>", endpoint.address)
        routes.add_url_rule(rule, endpoint.name, _view(endpoint), methods=[endpoint.method])


def json_response(value: Any, status: int = 200) -> Response:
    """Return a value as JSON."""
    return Response(msgspec.json.encode(value) + b"\n", status, mimetype="application/json")


def _view(endpoint: Endpoint) -> Callable[..., Response]:
    def view(**given: Any) -> Response:
        if endpoint.query is not Nothing or request.args:
            query = _query(endpoint.query)
            if endpoint.query is not Nothing:
                given["query"] = query
        if endpoint.body is not None:
            given["body"] = _body(endpoint.body)
        answer = endpoint.view(**given)
        return answer if isinstance(answer, Response) else json_response(answer, endpoint.status)

    limits: dict[str, Any] = {"limit": endpoint.limit, "body_limit": endpoint.body_limit}
    return public(**limits)(view) if endpoint.action is None else allow(endpoint.action, **limits)(view)


def _query(kind: type[Query]) -> Query:
    for name, values in request.args.lists():
        if len(values) > 1:
            raise RefusedError(400, f"{name[:80]!r} is in the query {len(values)} times", place=f"query {name[:80]}")
    decoder_of(kind)  # without it `convert` may not be used in several threads
    try:
        query = msgspec.convert(request.args.to_dict(), kind, strict=False)
    except msgspec.ValidationError as error:
        text = str(error)
        found = _PLACE.search(text)
        place = f"query {found['place'].removeprefix('$.')}" if found else "query"
        raise RefusedError(400, f"the query does not fit: {text}", place=place) from error
    for name in request.args:
        if getattr(query, name) is None:  # the word "null" was taken for one
            raise RefusedError(400, f"{name} has no value: leave it out instead", place=f"query {name}")
    return query


def _body(kind: Any) -> Any:
    try:
        return decode_json(raw_body(), kind)
    except RefusedError as error:
        found = _PLACE.search(error.problem.reason)
        place = f"body {found['place']}" if found else "body"
        raise RefusedError(error.problem.status, error.problem.reason, place=place) from error
