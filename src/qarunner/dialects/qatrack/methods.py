"""What addresses answer to the methods that they do not have, and to OPTIONS.

As in the original, who has no token hears that first, then who may not change anything, and only then that it is not
done this way. There is no CORS: OPTIONS is for people who look around.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from flask import request

from qarunner.access import Action
from qarunner.dialects.qatrack.problems import json_answer
from qarunner.dialects.routes import RefusedError, allow

if TYPE_CHECKING:
    from flask import Blueprint, Response

REFUSED = "refused_"
"""Begins the names of endpoints that only say what is not possible."""
OPTIONS = "options_"
"""Begins the names of endpoints that answer OPTIONS."""
GET = ("GET",)
_CHANGES = ("POST", "PUT", "PATCH", "DELETE")


def install_view(
    routes: Blueprint,
    addresses: Iterable[str],
    endpoint: str,
    view: Callable[..., Response],
    methods: Sequence[str] = GET,
) -> None:
    """Make the routes of a view that leave OPTIONS and all other methods to `install_others`."""
    for address in addresses:
        routes.add_url_rule(address, endpoint, view, methods=methods, provide_automatic_options=False)


def install_others(
    routes: Blueprint,
    addresses: Iterable[str],
    endpoint: str,
    has: Sequence[str] = GET,
    *,
    refuses: Action = Action.CHANGE_RESULTS,
    options: bool = True,
) -> None:
    """Answer OPTIONS, and the changes of addresses that `has` does not name.

    :param refuses: what somebody must be allowed to do to hear that a change is not possible here.
    :param options: whether OPTIONS tells of the address; otherwise that is not possible either.
    """
    allowed = ", ".join([*has, "HEAD", *(["OPTIONS"] if options else [])])

    @allow(refuses)
    def never(**_variables: Any) -> Response:
        raise _refusal(allowed)

    @allow(Action.SEE_RESULTS)
    def told(**_variables: Any) -> Response:
        if not options:
            raise _refusal(allowed)
        answer = json_answer(_description(endpoint))
        answer.headers["Allow"] = allowed
        return answer

    addresses = list(addresses)
    others = [method for method in _CHANGES if method not in has]
    install_view(routes, addresses, f"{REFUSED}{endpoint}", never, others)
    install_view(routes, addresses, f"{OPTIONS}{endpoint}", told, ["OPTIONS"])


def _refusal(allowed: str) -> RefusedError:
    return RefusedError(405, f"{request.method} is not possible here", [("Allow", allowed)])


def _description(endpoint: str) -> dict[str, Any]:
    return {
        "name": endpoint.replace("_", " "),
        "description": "",
        "renders": ["application/json", "text/html"],
        "parses": ["application/json"],
    }
