"""What Stb-tester's own tools use beyond the manual: who am I, press a key, a push, the key for secrets, the nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from flask import Response

from qarunner.access import Action
from qarunner.dialects.bodies import json_body
from qarunner.dialects.routes import RefusedError, allow, caller, public
from qarunner.dialects.stbt.shapes import API, json_answer

if TYPE_CHECKING:
    from flask import Blueprint

    from qarunner.dialects.spec import Services


class Press(msgspec.Struct):
    """The body of a key press; a node has one remote, so the other names are only accepted."""

    key: str
    test_pack_revision: str | None = None
    remote_control: str | None = None


def install(routes: Blueprint, services: Services) -> None:
    """Make the routes."""

    @routes.get(f"{API}/user")
    @allow(Action.OWN_ACCOUNT)
    def user() -> Response:
        """Say whose token it is."""
        return json_answer({"login": caller().user})

    @routes.post(f"{API}/nodes/<node_id>/press")
    @allow(Action.CONTROL_NODES)
    def press(node_id: str) -> Response:
        """Press a key of the node's remote."""
        asked = json_body(Press)
        if not asked.key:
            raise RefusedError(400, "key is empty")
        services.farm.remote.press(node_id, asked.key, caller().user)
        return json_answer({})

    @routes.post("/github/post-receive")
    @public()
    def post_receive() -> Response:
        """Note that the test pack was pushed to; git servers call this without a token, and it tells them nothing."""
        services.packs.pushed()
        return json_answer({})

    @routes.get(f"{API}/secrets.pub.pem")
    @allow(Action.SEE_NODES)
    def secrets_key() -> Response:
        """Give the public key with which secrets of the test pack are encrypted."""
        return Response(services.packs.secrets.public_pem(), mimetype="application/x-pem-file")

    @routes.get("/api/_private/workgroup")
    @allow(Action.SEE_NODES)
    def workgroup() -> Response:
        """List the ids of the nodes."""
        return json_answer([{"id": node} for node in services.farm.node_ids()])
