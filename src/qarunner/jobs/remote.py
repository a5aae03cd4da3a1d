"""The remotes of a farm's nodes, as people press them from elsewhere: short presses, and keys that are held."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from qarunner.errors import QarunnerError
from qarunner.jobs.errors import BadRequestError, NodeInUseError
from qarunner.jobs.rules import Action

if TYPE_CHECKING:
    from qarunner.jobs.farm import Farm
    from qarunner.jobs.guards import Guards, KeyAction
    from qarunner.nodes.status import RemoteStatus

LONGEST_HOLD = 15.0
"""Seconds after which a key is released whose release never came: a browser was closed, a network broke."""


class FarmRemote:
    """Sends keys to the nodes of a farm. Safe for threads."""

    def __init__(self, farm: Farm, guards: Guards) -> None:
        self._farm = farm
        self._guards = guards
        self._lock = threading.Lock()
        self._held: dict[tuple[str, str], threading.Timer] = {}

    def abilities(self, node: str) -> RemoteStatus | None:
        """Return how a node's remote is and what it can send; None without a remote, or while the node is offline."""
        status = self._farm.state(node).status
        return status.remote if status else None

    def refusal(self, node: str, user: str) -> str:
        """Return why a user may not press keys of a node now; empty when they may."""
        try:
            self._farm.check(node, user, Action.PRESS)
        except NodeInUseError as error:
            return error.problem
        return ""

    def press(self, node: str, key: str, user: str) -> None:
        """Press a key shortly.

        :raises NodeInUseError: somebody else has it, or a job runs on it. :raises UnknownKeyError: it has no such key.
        :raises NodeOfflineError: it does not answer. :raises UnknownNodeError: there is no such node.
        """
        self._allow(node, user)
        self._send(node, "press", key)
        self._farm.touch(node, user)

    def keydown(self, node: str, key: str, user: str) -> None:
        """Put a key down; it is released by `keyup`, at the latest after `LONGEST_HOLD`. Raises as `press` does.

        :raises BadRequestError: the node's remote cannot hold keys.
        """
        self._allow(node, user)
        self._require_holding(node)
        timer = threading.Timer(LONGEST_HOLD, self._release, (node, key))
        timer.daemon = True
        self._remember(node, key, timer)
        timer.start()
        try:
            self._send(node, "keydown", key)
        except QarunnerError:
            self._remember(node, key, None)
            raise
        self._farm.touch(node, user)

    def keyup(self, node: str, key: str, user: str) -> None:
        """Release a key. Raises as `keydown` does."""
        self._allow(node, user)
        self._require_holding(node)
        self._remember(node, key, None)
        self._send(node, "keyup", key)

    def held(self, node: str) -> list[str]:
        """Return the keys of a node that are down."""
        with self._lock:
            return [key for holder, key in self._held if holder == node]

    def close(self) -> None:
        """Release what is held down."""
        with self._lock:
            held = list(self._held)
        for node, key in held:
            self._release(node, key)

    def _allow(self, node: str, user: str) -> None:
        self._farm.check(node, user, Action.PRESS)
        self._farm.require_online(node)
        self._farm.guard(node)

    def _require_holding(self, node: str) -> None:
        remote = self.abilities(node)
        if remote is not None and not remote.can_hold:
            raise BadRequestError(f"the remote of node {node} cannot hold keys down", "Press them shortly")

    def _send(self, node: str, action: KeyAction, key: str) -> None:
        if not self._guards.send(node, action, key):
            self._farm.ask(node, "POST", f"/{action}", {"key": key})

    def _remember(self, node: str, key: str, timer: threading.Timer | None) -> None:
        with self._lock:
            before = self._held.pop((node, key), None)
            if timer is not None:
                self._held[node, key] = timer
        if before is not None:
            before.cancel()

    def _release(self, node: str, key: str) -> None:
        self._remember(node, key, None)
        with contextlib.suppress(QarunnerError):
            self._send(node, "keyup", key)
