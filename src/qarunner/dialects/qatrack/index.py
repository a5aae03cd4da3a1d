"""The first page of the API, which names all the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from qarunner.access import Action
from qarunner.dialects.qatrack.methods import install_others, install_view
from qarunner.dialects.qatrack.pages import answer
from qarunner.dialects.qatrack.reading.addresses import addresses_of
from qarunner.dialects.qatrack.resources import RESOURCES
from qarunner.dialects.routes import allow

if TYPE_CHECKING:
    from flask import Blueprint, Response

    from qarunner.dialects.spec import Services

ROOMS = sorted({path.partition("/")[0] for path in RESOURCES})


def install(routes: Blueprint, services: Services) -> None:
    """Make the routes."""

    @allow(Action.SEE_RESULTS)
    def root() -> Response:
        """Name the rooms."""
        found = {room: f"{addresses_of(services).root}/api/{room}/" for room in ROOMS}
        single = {word: f"{addresses_of(services).root}/api/{word}/" for word in ("get-token", "schema")}
        return answer({**found, **single})

    _install(routes, "/api/", "root", root)

    for name, room in [*((room, room) for room in ROOMS), ("qc", "qa")]:
        _install_room(routes, services, name, room)


def _install_room(routes: Blueprint, services: Services, name: str, room: str) -> None:
    @allow(Action.SEE_RESULTS)
    def view() -> Response:
        root = addresses_of(services).root
        words = [path.partition("/")[2] for path in RESOURCES if path.startswith(f"{room}/")]
        return answer({word: f"{root}/api/{name}/{word}/" for word in words})

    _install(routes, f"/api/{name}/", f"room_{name}", view)


def _install(routes: Blueprint, address: str, endpoint: str, view: Callable[[], Response]) -> None:
    install_view(routes, [address], endpoint, view)
    install_others(routes, [address], endpoint, refuses=Action.SEE_RESULTS)
