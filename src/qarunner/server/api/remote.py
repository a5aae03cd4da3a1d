"""The remote control of a node: what it can send, and keys for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from qarunner.access import Action
from qarunner.dialects.endpoint import Answer, Body, Endpoint
from qarunner.dialects.routes import caller
from qarunner.server.api.farm import need_farm

if TYPE_CHECKING:
    from qarunner.dialects.spec import Services

KeyName = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
KeyAction = Literal["press", "keydown", "keyup"]


class RemoteView(Answer, frozen=True):
    """What a node's remote can do, and whether the caller may use it now."""

    keys: list[str] | None
    """Their names; null when it takes any. Empty when the node has no remote, or it is not known yet."""
    can_hold: bool
    """Whether a key can be held down."""
    problem: str
    """What is wrong with the remote; empty for nothing."""
    refusal: str
    """Why the caller may not press keys now, such as somebody's reservation; empty when they may."""


class KeyPress(Body, frozen=True):
    """A key to send."""

    key: KeyName
    action: KeyAction = "press"
    """A key that is put down is released by ``keyup``, at the latest after 15 seconds."""


class KeySent(Answer, frozen=True):
    """It has left the remote."""

    key: str
    action: KeyAction


def endpoints(services: Services) -> Iterable[Endpoint]:
    """Return the routes."""

    def get_remote(node: str) -> RemoteView:
        need_farm(services)
        services.farm.known(node)
        remote = services.farm.remote.abilities(node)
        refusal = services.farm.remote.refusal(node, caller().user)
        if remote is None:
            return RemoteView(keys=[], can_hold=False, problem="", refusal=refusal)
        keys = None if remote.keys is None else list(remote.keys)
        return RemoteView(keys=keys, can_hold=remote.can_hold, problem=remote.problem, refusal=refusal)

    def send_key(node: str, body: KeyPress) -> KeySent:
        need_farm(services)
        remote = services.farm.remote
        act = {"press": remote.press, "keydown": remote.keydown, "keyup": remote.keyup}[body.action]
        act(node, body.key, caller().user)
        return KeySent(key=body.key, action=body.action)

    yield Endpoint(
        "GET", "/nodes/{node}/remote", "What a node's remote can send", get_remote, Action.SEE_NODES,
        answer=RemoteView, statuses=(404,),
    )  # fmt: skip
    yield Endpoint(
        "POST", "/nodes/{node}/remote", "Press a key of a node's remote, or put it down or up", send_key,
        Action.CONTROL_NODES, answer=KeySent, body=KeyPress, statuses=(404, 409, 413, 415),
    )  # fmt: skip
