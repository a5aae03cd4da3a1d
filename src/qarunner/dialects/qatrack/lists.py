"""Lists and details of everything that can be read, below ``/api/``; ``qc`` is another word for ``qa``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from qarunner.access import Action
from qarunner.dialects.qatrack.methods import install_others, install_view
from qarunner.dialects.qatrack.pages import answer
from qarunner.dialects.qatrack.problems import RefusedFieldsError
from qarunner.dialects.qatrack.reading.addresses import Addresses, addresses_of
from qarunner.dialects.qatrack.reading.filters import read_filters
from qarunner.dialects.qatrack.reading.paging import (
    OWN,
    Parameters,
    Part,
    links,
    passed_over,
    read_order,
    read_parameters,
    read_part,
)
from qarunner.dialects.qatrack.reading.rows import find_row, find_rows, shapes_of
from qarunner.dialects.qatrack.resources import RESOURCES
from qarunner.dialects.routes import RefusedError, allow
from qarunner.store.types import LARGEST_NUMBER

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.resources.spec import Resource, Shape
    from qarunner.dialects.spec import Services

View = Callable[..., Response]
WRITTEN = "qa/testlistinstances"
"""The resource that clients can write, too."""


def install(routes: Blueprint, services: Services) -> None:
    """Make the routes."""
    for resource in RESOURCES.values():
        _install_resource(routes, services, resource)


def names_of(path: str) -> list[str]:
    """Return the addresses at which a resource is."""
    return [f"/api/qc/{path[3:]}", f"/api/{path}"] if path.startswith("qa/") else [f"/api/{path}"]


def _install_resource(routes: Blueprint, services: Services, resource: Resource) -> None:
    @allow(Action.SEE_RESULTS)
    def listed() -> Response:
        return answer(*page_of(services, resource))

    @allow(Action.SEE_RESULTS)
    def detail(number: int) -> Response:
        return answer(detail_of(services, resource, number))

    install_list(routes, resource.path, listed, detail)


def install_list(routes: Blueprint, path: str, listed: View, detail: View) -> None:
    """Make the routes of a list and of its rows. What else `WRITTEN` can do there has routes of its own."""
    for endpoint, view, addresses in (
        (path.replace("/", "_"), listed, [f"{name}/" for name in names_of(path)]),
        (f"{path.replace('/', '_')}_detail", detail, [f"{name}/<int:number>/" for name in names_of(path)]),
    ):
        install_view(routes, addresses, endpoint, view)
        if path != WRITTEN:
            install_others(routes, addresses, endpoint)


def page_of(services: Services, resource: Resource) -> tuple[Shape, list[str]]:
    """Return a part of a list as the query asks for it, and what of the query was passed over."""
    addresses = addresses_of(services)
    parameters = read_parameters(request.args.items(multi=True))
    asked = [(name, value) for name, value in parameters if name not in OWN]
    filters = read_filters(resource, RESOURCES, asked, addresses.zone)
    order, unsorted = read_order(resource, parameters)
    part = read_part(parameters, resource.page, resource.largest)
    ignored = passed_over(filters.unknown, filters.empty, unsorted)
    refuse_if_strict(parameters, ignored)
    with services.store.read() as connection:
        rows, count = find_rows(connection, resource, filters.conditions, order, part)
        shapes = shapes_of(connection, resource, rows, addresses, detail=False)
    return envelope(addresses, parameters, part, count, shapes), ignored


def refuse_if_strict(parameters: Parameters, ignored: Sequence[str]) -> None:
    """Refuse what would be passed over where the query says ``strict=true``.

    :raises RefusedFieldsError: it does.
    """
    if ignored and dict(parameters).get("strict") in ("true", "1"):
        raise RefusedFieldsError({"detail": "; ".join(ignored)})


def envelope(addresses: Addresses, parameters: Parameters, part: Part, count: int, shapes: list[Shape]) -> Shape:
    """Return a page of a list."""
    path = request.path if request.path.endswith("/") else f"{request.path}/"
    following, before = links(f"{addresses.root}{path}", parameters, part, count)
    return {"count": count, "next": following, "previous": before, "results": shapes}


def detail_of(services: Services, resource: Resource, number: int) -> Shape:
    """Return one row.

    :raises RefusedError: 404, there is none.
    """
    with services.store.read() as connection:
        row = find_row(connection, resource, number) if number <= LARGEST_NUMBER else None
        if row is None:
            raise RefusedError(404, "Not found.")
        return shapes_of(connection, resource, [row], addresses_of(services), detail=True)[0]
