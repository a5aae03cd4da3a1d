"""What nodes show now. Nobody is noted to have used a node for it: pages ask for pictures all the time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Response

from qarunner.access import Action
from qarunner.access.limits import ARTIFACTS
from qarunner.dialects.endpoint import Endpoint
from qarunner.server.api.farm import need_farm

if TYPE_CHECKING:
    from qarunner.dialects.spec import Services


def endpoints(services: Services) -> Iterable[Endpoint]:
    """Return the routes."""

    def get_screenshot(node: str) -> Response:
        need_farm(services)
        return _picture(services.farm.screenshot(node), "image/png")

    def get_thumbnail(node: str) -> Response:
        need_farm(services)
        return _picture(services.farm.thumbnail(node), "image/jpeg")

    for name, summary, view, media in (
        ("screenshot.png", "What a node shows now", get_screenshot, "image/png"),
        ("thumbnail.jpg", "What a node shows now, small", get_thumbnail, "image/jpeg"),
    ):
        yield Endpoint(
            "GET",
            f"/nodes/{{node}}/{name}",
            summary,
            view,
            Action.SEE_NODES,
            media=media,
            limit=ARTIFACTS,
            statuses=(404,),
        )


def _picture(data: bytes, mimetype: str) -> Response:
    return Response(data, mimetype=mimetype, headers={"Cache-Control": "no-store"})
