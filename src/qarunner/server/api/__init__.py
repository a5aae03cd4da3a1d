"""Our own API below ``/qarunner/api/v1``: results in and out, what they say together, nodes and jobs.

`qarunner.dialects.endpoint` says what a route is; most modules here have some of them, and dialects bring theirs along.
`registering` makes Flask's routes of them, `openapi` describes them all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

from qarunner.dialects.endpoint import Endpoint
from qarunner.server.api import artifacts, delivery, farm, pictures, remote, results, snapshots, statistics
from qarunner.server.api.openapi import BASE, document
from qarunner.server.api.registering import json_response, register

if TYPE_CHECKING:
    from qarunner.dialects.spec import Services


def endpoints(services: Services) -> list[Endpoint]:
    """Return all routes: the server's own and those of the dialects."""
    rooms = (results, delivery, artifacts, statistics, farm, pictures, remote, snapshots)
    found = [endpoint for room in rooms for endpoint in room.endpoints(services)]
    for dialect in services.dialects:
        if dialect.endpoints is not None:
            found += [replace(endpoint, dialect=dialect.name) for endpoint in dialect.endpoints(services)]

    def openapi() -> Response:
        return json_response(document(found, services.external_url))

    found.append(Endpoint("GET", "/openapi.json", "This description", openapi, None, answer=dict[str, Any]))
    return found


def blueprint(services: Services) -> Blueprint:
    """Make the routes."""
    routes = Blueprint("api", __name__, url_prefix=BASE)
    register(routes, endpoints(services))
    return routes
