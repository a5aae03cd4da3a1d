"""What a node shows now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

from qarunner.access import Action
from qarunner.dialects.routes import allow, caller
from qarunner.dialects.stbt.shapes import API

if TYPE_CHECKING:
    from flask import Blueprint

    from qarunner.dialects.spec import Services


def install(routes: Blueprint, services: Services) -> None:
    """Make the routes."""

    @routes.get(f"{API}/nodes/<node_id>/screenshot.png")
    @allow(Action.SEE_NODES)
    def screenshot(node_id: str) -> Response:
        """Give the picture, without loss."""
        return _picture(services.farm.screenshot(node_id, caller().user), "image/png")

    @routes.get(f"{API}/nodes/<node_id>/thumbnail.jpg")
    @allow(Action.SEE_NODES)
    def thumbnail(node_id: str) -> Response:
        """Give the picture, small."""
        return _picture(services.farm.thumbnail(node_id, caller().user), "image/jpeg")


def _picture(data: bytes, mimetype: str) -> Response:
    return Response(data, mimetype=mimetype, headers={"Cache-Control": "no-store"})
