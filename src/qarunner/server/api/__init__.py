"""Our own API below ``/qarunner/api/v1``: results in and out, what they say together, nodes and jobs.

`endpoint` says what a route is; each other module has some of them. `openapi` describes them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

from qarunner.server.api import artifacts, delivery, farm, pictures, remote, results, snapshots, statistics
from qarunner.server.api.endpoint import Endpoint, json_response, register
from qarunner.server.api.openapi import BASE, document

if TYPE_CHECKING:
    from qarunner.dialects.spec import Services


def endpoints(services: Services) -> list[Endpoint]:
    """Return all routes."""
    rooms = (results, delivery, artifacts, statistics, farm, pictures, remote, snapshots)
    found = [endpoint for room in rooms for endpoint in room.endpoints(services)]

    def openapi() -> Response:
        return json_response(document(found, services.external_url))

    found.append(Endpoint("GET", "/openapi.json", "This description", openapi, None, answer=dict[str, Any]))
    return found


def blueprint(services: Services) -> Blueprint:
    """Make the routes."""
    routes = Blueprint("api", __name__, url_prefix=BASE)
    register(routes, endpoints(services))
    return routes
