"""The nodes as the server sees them: which there are, whether they answer, who has them, and how to look.

Exporters are reached only through their HTTP, which works the same way on this host and on another.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import update

from qarunner.config import Configuration
from qarunner.config_sources import NODE_FIELDS, Table, Value
from qarunner.decoding import decoder_of
from qarunner.errors import DeviceError, QarunnerError, UnknownKeyError, UnknownNodeError, nearest
from qarunner.jobs.errors import BadRequestError, NodeInUseError, NodeOfflineError
from qarunner.jobs.guards import Guards
from qarunner.jobs.node_info import NodeInfo, NodeState, node_info, node_rows
from qarunner.jobs.ownership import Ownership
from qarunner.jobs.records import latest_jobs
from qarunner.jobs.remote import FarmRemote
from qarunner.jobs.rules import Action, Holder, refusal
from qarunner.nodes.http_client import NodeHttp
from qarunner.nodes.status import NodeStatus
from qarunner.store.clock import now
from qarunner.store.models import HolderKind, Host
from qarunner.store.models import Node as Record
from qarunner.store.upsert import insert_new

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from qarunner.jobs.packs import Packs
    from qarunner.node_config import NodeConfig
    from qarunner.nodes.client import NodeView
    from qarunner.store.engine import Store

FRESH = 1.0
"""Seconds for which a status is good."""
LOOK_EVERY = 5.0
"""Seconds between two looks at all nodes."""
LENT = 60.0
"""Seconds in which a user who was lent a node has to take its lease."""
PICTURE_LIMIT = 10.0

NOT_OF_FARM = ("device", "strategy")
"""Fields of a node in a pack's file: one has a section of its own, one names code of the revision that a job runs."""


class Farm:
    """All nodes of the server. Safe for threads.

    :param configuration: with the nodes of ``qarunner.toml`` and of plugins.
    :param packs: the test pack, which may configure nodes as well.
    :param blocked: plugins that exporters do not load.
    :param job_user: gives the user of this host that jobs on a node run as; empty for the server's own.
    :param licence_expiry: what the API says of licences; a farm of one's own has none.
    """

    def __init__(
        self,
        store: Store,
        configuration: Configuration,
        packs: Packs | None = None,
        *,
        blocked: Sequence[str] = (),
        job_user: Callable[[str], str] = lambda _node: "",
        licence_expiry: str | None = None,
    ) -> None:
        self.ownership = Ownership(store)
        self._store, self._configuration, self._packs = store, configuration, packs
        self._blocked = tuple(blocked)
        self._job_user, self._licence_expiry = job_user, licence_expiry
        self._guards = Guards(blocked)
        self.remote = FarmRemote(self, self._guards)
        self._host = socket.gethostname()
        self._lock = threading.Lock()
        self._views: dict[str, NodeView] = {}
        self._states: dict[str, tuple[float, NodeState]] = {}
        self._turns: dict[str, threading.Lock] = {}
        self._closing = threading.Event()
        self._watcher: threading.Thread | None = None

    def node_ids(self) -> list[str]:
        """Return the ids of all nodes, sorted."""
        return self._merged().node_ids()

    def known(self, node: str) -> None:
        """Raise `UnknownNodeError` unless there is this node."""
        known = self.node_ids()
        if node not in known:
            raise UnknownNodeError(f"there is no node {node[:100]!r}", nearest(node, known))

    def config(self, node: str) -> NodeConfig:
        """Return what a node's exporter is started with, by the server and by its jobs alike.

        :raises UnknownNodeError: there is no such node. :raises ConfigurationError: it is not usable.
        """
        config = self._merged(node).node(node)
        folder = self._packs.plugins_folder() if self._packs else None
        user = self._job_user(node)
        return msgspec.structs.replace(config, pack=str(folder or ""), job_users=(user,) if user else ())

    def _merged(self, node: str = "") -> Configuration:
        """Return the configuration with what the pack's default branch says of nodes, below everything else."""
        if self._packs is None:
            return self._configuration
        table: Table = {}
        known = self._packs.node_configs()
        for name in [node] if node else known:
            sections = known.get(name, {})
            place = f"config/test-farm/{name}.conf of the test pack"
            for field in NODE_FIELDS:
                if field not in NOT_OF_FARM and field in sections.get("node", {}):
                    table["nodes", name, field] = Value(sections["node"][field], place)
            if sections.get("device_under_test"):
                table["nodes", name, "device"] = Value(sections["device_under_test"], place)
        drivers = {key[1] for key in table if key[2] in ("capture", "remote", "power", "browser")}
        elsewhere = set(self._configuration.node_ids())
        table = {key: value for key, value in table.items() if key[1] in drivers | elsewhere}
        return Configuration([*self._configuration.tables, table], None)

    def start(self) -> None:
        """Write the nodes into the store and keep their exporters running from now on, until `close`."""
        self.sync()
        self._watcher = threading.Thread(target=self._watch, name="farm", daemon=True)
        self._watcher.start()

    def _watch(self) -> None:
        while not self._closing.wait(0.0 if not self._states else LOOK_EVERY):
            with contextlib.suppress(QarunnerError):
                self.sync()
                self.ownership.expire()
            for node in self.node_ids():
                if not self._closing.is_set():
                    with contextlib.suppress(QarunnerError):
                        self.state(node)
                        self.guard(node)
            if not self._states:
                self._closing.wait(LOOK_EVERY)

    def close(self) -> None:
        """Let go of all nodes; their exporters leave by themselves."""
        self._closing.set()
        self.remote.close()
        if self._watcher is not None:
            self._watcher.join(30)
        self._guards.close()
        with self._lock:
            views, self._views = list(self._views.values()), {}
        for view in views:
            view.close()

    def sync(self) -> None:
        """Make a row of each node, with what the pack says of it."""
        moment = now()
        known = self._packs.node_configs() if self._packs else {}
        rows = {node: known.get(node, {}) for node in self.node_ids()}
        with self._store.write() as connection:
            host = {"name": self._host, "first_seen": moment, "last_seen": moment}
            connection.execute(insert_new(connection, Host).values(host))
            connection.execute(update(Host).where(Host.name == self._host).values(last_seen=moment))
            for node, config in rows.items():
                said = {
                    "config": config,
                    "friendly_name": config.get("node", {}).get("friendly_name"),
                    "device_type": config.get("device_under_test", {}).get("device_type"),
                    "host": self._host,
                }
                connection.execute(insert_new(connection, Record).values(id=node, first_seen=moment, **said))
                connection.execute(update(Record).where(Record.id == node).values(said))

    def state(self, node: str) -> NodeState:
        """Return whether a node answers, starting its exporter when none runs."""
        with self._lock:
            turn = self._turns.setdefault(node, threading.Lock())
        with turn:
            known = self._states.get(node)
            if known and time.monotonic() - known[0] < FRESH:
                return known[1]
            found = self._look(node)
            self._states[node] = (time.monotonic(), found)
            if known is None or (known[1].online, known[1].reason) != (found.online, found.reason) or found.online:
                self._note(node, found)
            return found

    def _look(self, node: str) -> NodeState:
        try:
            self._keep_exporter(node)
            code, body, _headers = self._door(node).request("GET", "/status")
            status = decoder_of(NodeStatus).decode(body) if code == 200 else None  # noqa: PLR2004 - HTTP
        except (QarunnerError, OSError, msgspec.DecodeError) as error:
            return NodeState(online=False, reason=str(getattr(error, "problem", error)))
        if status is None:
            return NodeState(online=False, reason=_reason(body))
        if status.capture.signal == "lost":
            return NodeState(online=False, reason=status.capture.problem or "its capture is gone", status=status)
        return NodeState(online=True, status=status)

    def _keep_exporter(self, node: str) -> None:
        """Hold a connection to the node's exporter, so that it stays while the server runs."""
        from qarunner.nodes.client import observe
        from qarunner.nodes.names import fingerprint

        config = self.config(node)
        with self._lock:
            view = self._views.get(node)
        if view is not None:
            with contextlib.suppress(QarunnerError):
                view.status()
                if fingerprint(view.config) == fingerprint(config):
                    return
            view.close()
            with self._lock:
                self._views.pop(node, None)
        fresh = observe(config, blocked=self._blocked)
        with self._lock:
            self._views[node] = fresh

    def _door(self, node: str) -> NodeHttp:
        """Return the way to a node's exporter."""
        return NodeHttp.local(node, PICTURE_LIMIT)

    def _note(self, node: str, state: NodeState) -> None:
        seen = {"last_seen": now()} if state.online else {}
        said = {"online": state.online, "offline_reason": state.reason or None, **seen}
        with contextlib.suppress(QarunnerError), self._store.write() as connection:
            connection.execute(update(Record).where(Record.id == node).values(said))

    def require_online(self, node: str) -> None:
        """Raise `NodeOfflineError` unless a node answers, `UnknownNodeError` when there is none."""
        self.known(node)
        state = self.state(node)
        if not state.online:
            raise NodeOfflineError(f"Node {node} is offline: {state.reason}", "See whether it is on and connected")

    def check(self, node: str, user: str, action: Action) -> None:
        """Raise `NodeInUseError` unless a user may do this now, as the store and the node's exporter tell.

        :raises UnknownNodeError: there is no such node.
        """
        self.known(node)
        holder = self.ownership.holder(node)
        reason = refusal(holder, user, action) or refusal(self._desk_lease(node, holder), user, action)
        if reason:
            raise NodeInUseError(reason, "Wait for it")

    def touch(self, node: str, user: str) -> None:
        """Note who used a node just now."""
        used = {"last_used_by": user, "last_used_time": now()}
        with self._store.write() as connection:
            connection.execute(update(Record).where(Record.id == node).values(used))

    def screenshot(self, node: str, user: str = "") -> bytes:
        """Return what a node shows, as PNG.

        :raises NodeOfflineError: it has no picture. :raises UnknownNodeError: there is no such node.
        """
        return self._picture(node, "/screenshot.png", user)

    def thumbnail(self, node: str, user: str = "", width: int = 640) -> bytes:
        """Return what a node shows, as a small JPEG; raises as `screenshot` does."""
        return self._picture(node, f"/thumbnail.jpg?width={width}", user)

    def _picture(self, node: str, path: str, user: str) -> bytes:
        self.require_online(node)
        body = self.ask(node, "GET", path)
        if user:
            self.touch(node, user)
        return body

    def ask(self, node: str, method: str, path: str, body: Any = None) -> bytes:
        """Ask a node's exporter, and raise what it refuses with as an error of ours."""
        try:
            code, answer, _headers = self._door(node).request(method, path, body)
        except DeviceError as error:
            raise NodeOfflineError(f"Node {node} is offline: {error.problem}", error.advice) from error
        if code < 300:  # noqa: PLR2004 - HTTP
            return answer
        kinds: Mapping[int, type[QarunnerError]] = {400: UnknownKeyError, 404: UnknownKeyError, 409: NodeInUseError}
        raise kinds.get(code, NodeOfflineError)(_reason(answer))

    def reserve(self, nodes: Sequence[str], user: str, message: str, seconds: float | None = None) -> list[Any]:
        """Reserve nodes, all or none; see `Ownership.reserve`.

        :raises UnknownNodeError: one of them does not exist. :raises NodeInUseError: one of them is not free.
        """
        if not message.strip():
            raise BadRequestError("a reservation needs a message", "Say what the nodes are reserved for")
        for node in nodes:
            self.check(node, user, Action.RESERVE)
        made = self.ownership.reserve(nodes, user, message, seconds)
        for node in nodes:
            self.touch(node, user)
            with contextlib.suppress(QarunnerError):
                self.guard(node)
        return made

    def extend(self, reservation: int, user: str, seconds: float) -> None:
        """Extend one's own reservation; see `Ownership.extend`."""
        self.touch(self.ownership.extend(reservation, user, seconds).node, user)

    def end(self, reservation: int, user: str) -> None:
        """End one's own reservation; see `Ownership.end`."""
        self.ownership.end(reservation, user)
        self._ended(reservation)

    def interrupt(self, reservation: int, user: str, message: str) -> None:
        """End anybody's reservation with a message; see `Ownership.interrupt`."""
        self.ownership.interrupt(reservation, user, message)
        self._ended(reservation)

    def _ended(self, reservation: int) -> None:
        with contextlib.suppress(QarunnerError):
            self.guard(self.ownership.reservation(reservation).node)

    def guard(self, node: str) -> None:
        """Keep desks away from a reserved node by holding its lease, or give that back."""
        self._guards.adjust(node, lambda: self.ownership.holder(node), lambda: self.config(node))

    def lend(self, node: str, user: str, seconds: float = LENT) -> None:
        """Let a user drive a node from a desk; within their own reservation, the lease is theirs to take for a while.

        :raises NodeInUseError: somebody else has the node, or a job runs on it.
        """
        self.check(node, user, Action.DESK)
        self._guards.lend(node, seconds)

    def _desk_lease(self, node: str, holder: Holder | None, state: NodeState | None = None) -> Holder | None:
        """Return who drives a node from a desk, as its exporter tells, when the store knows of nobody."""
        status = (state or self.state(node)).status
        lease = status.lease if status else None
        if lease is None or self._guards.owns(node, lease) or (lease.pid and not Path(f"/proc/{lease.pid}").exists()):
            return None
        if holder is not None and (holder.job or holder.kind is HolderKind.DESK):
            return None
        return Holder(node, HolderKind.DESK, lease.user or lease.holder, lease.reason)

    def node(self, node: str) -> NodeInfo:
        """Return all that is known of a node.

        :raises UnknownNodeError: there is no such node.
        """
        self.known(node)
        self.state(node)
        return self._describe([node])[0]

    def nodes(self) -> list[NodeInfo]:
        """Return all nodes, by id: three queries, however many there are, and no exporter is waited for twice."""
        return self._describe(self.node_ids())

    def _describe(self, nodes: list[str]) -> list[NodeInfo]:
        states = {node: self._seen(node) for node in nodes}
        holders = self.ownership.holders()
        rows, jobs = node_rows(self._store, nodes), latest_jobs(self._store, nodes)
        if not rows.keys() >= set(nodes):
            self.sync()
            rows = node_rows(self._store, nodes)
        return [
            node_info(
                rows[node],
                states[node],
                holders.get(node) or self._desk_lease(node, None, states[node]),
                jobs.get(node),
                self._licence_expiry,
            )
            for node in nodes
        ]

    def _seen(self, node: str) -> NodeState:
        """Return how a node was when `_watch` or somebody else last looked: a list waits for no node that hangs."""
        known = self._states.get(node)
        return known[1] if known else self.state(node)


def _reason(body: bytes) -> str:
    """Return what an exporter's error says."""
    try:
        answer = json.loads(body)
        return str(answer.get("problem") or answer.get("error") or answer)
    except (ValueError, AttributeError):
        return body[:200].decode(errors="replace")
