"""Puts the routes of the dialect together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from qarunner.dialects.stbt import (
    NAME,
    extras,
    jobs,
    nodes,
    problems,
    reservations,
    result_lists,
    results,
    screenshots,
    test_pack,
)

if TYPE_CHECKING:
    from qarunner.dialects.spec import Services

RESOURCES = (screenshots, test_pack, jobs, result_lists, results, nodes, reservations, extras)


def blueprint(services: Services) -> Blueprint:
    """Make the routes."""
    routes = Blueprint(NAME, __name__)
    problems.install(routes)
    for resource in RESOURCES:
        resource.install(routes, services)
    return routes
