"""One route of our own API, described once: the server routes by it, and the OpenAPI document is made of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from flask import Blueprint, Response, request

from qarunner.access.limits import ORDINARY
from qarunner.decoding import decoder_of
from qarunner.dialects.bodies import decode_json, raw_body
from qarunner.dialects.routes import RefusedError, allow, public

if TYPE_CHECKING:
    from qarunner.access import Action

_PLACE = re.compile(r"(?: - at|at) `(?P<place>[^`]+)`")
FILES = ("artifact",)
"""Variables in a path that hold slashes."""


class Query(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what a route takes from the query; each field is one parameter."""


class Nothing(Query, frozen=True):
    """No parameters."""


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what a route takes from the body; fields of a newer client are passed over."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what a route answers."""


@dataclass(frozen=True)
class Endpoint:
    """A route.

    :param path: below ``/qarunner/api/v1``, with variables in braces.
    :param summary: one line for people.
    :param view: called with the path's variables by name, and with `query` and `body` where those are declared;
        returns what `answer` says, or a whole `flask.Response`.
    :param action: what it lets people do; None when anybody may call it.
    :param answer: a type; None where the answer is no JSON.
    :param media: of an answer that is no JSON, and of a body that is none.
    :param statuses: what it answers besides 400, 401, 403, 429 and 503.
    """

    method: str
    path: str
    summary: str
    view: Callable[..., Any]
    action: Action | None
    answer: Any = None
    query: type[Query] = Nothing
    body: Any = None
    media: str = "application/octet-stream"
    takes_bytes: bool = False
    status: int = 200
    statuses: tuple[int, ...] = ()
    limit: str = ORDINARY
    body_limit: int | None = None

    @property
    def name(self) -> str:
        """Unique: the view's own name."""
        return self.view.__name__

    @property
    def variables(self) -> list[str]:
        """The variables of the path, in their order."""
        return re.findall(r"{(\w+)}", self.path)


def register(routes: Blueprint, endpoints: Iterable[Endpoint]) -> None:
    """Add the routes to a blueprint."""
    for endpoint in endpoints:
        rule = re.sub(r"{(\w+)}", lambda found: f"<{'path:' if found[1] in FILES else ''}{found[1]}>", endpoint.path)
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
