"""A node of the fake rig for one test: a name of its own, its configuration, and an end for all that it started."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from qarunner.node_config import DriverConfig, NodeConfig
from qarunner.nodes import client
from qarunner.nodes.http_client import NodeHttp

if TYPE_CHECKING:
    from collections.abc import Callable

    from qarunner.nodes.client import NodeHandle, NodeView

ROOT = Path(__file__).parents[2]
RESOLVER = "tests.peers.fake_rig:resolve"
IMPATIENT = "tests.peers.fake_rig:resolve_impatiently"

Value = TypeVar("Value")

_numbers = itertools.count(1)

CLIENT = """
import json, os, sys, time, msgspec
from qarunner.node_config import NodeConfig
from qarunner.nodes import client
config = msgspec.json.decode(os.environ["RIG_CONFIG"], type=NodeConfig)
connect = lambda **more: client.connect(
    config, **{"holder": "another process", "reason": "a long job", "resolver": os.environ["RIG_RESOLVER"], **more})
def say(word):
    print(word, flush=True)
"""


def eventually(condition: Callable[[], Value], what: str, limit: float = 20.0) -> Value:
    """Wait until `condition` returns something true, and return that."""
    deadline = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"{what}: not within {limit:g} s, last {value!r}"
        time.sleep(0.005)


def got(value: Value | None) -> Value:
    """Return what must be there."""
    assert value is not None
    return value


class RigNode:
    """One node.

    :param folder: where logs go. :param resolver: of its drivers. :param changes: to the node's configuration.
    """

    def __init__(self, folder: Path, resolver: str = RESOLVER, **changes: Any) -> None:
        self.log_path = folder / "drivers.log"
        self.resolver = resolver
        self.config = self.configured(**changes)
        self._opened: list[NodeView] = []
        self._processes: list[subprocess.Popen[str]] = []

    def configured(self, capture: Any = None, remote: Any = None, power: Any = None, **changes: Any) -> NodeConfig:
        """Return a configuration; `capture`, `remote` and `power` are options, False for none."""

        def driver(options: Any, *, logs: bool = True) -> DriverConfig | None:
            if options is False:
                return None
            uri = (options or {}).get("uri", "fake:")
            rest = {name: value for name, value in (options or {}).items() if name != "uri"}
            return DriverConfig(uri=uri, options={"log": str(self.log_path), **rest})

        return NodeConfig(
            **{
                "id": f"rig-{os.getpid()}-{next(_numbers)}",
                "frame_size": (320, 180),
                "linger": 0.2,
                "capture": driver(capture),
                "remote": driver(remote),
                "power": driver(power),
                **changes,
            }
        )

    def connect(self, config: NodeConfig | None = None, **more: Any) -> NodeHandle:
        """Take the lease."""
        arguments = {"holder": "the test", "reason": "testing", "resolver": self.resolver, **more}
        handle = client.connect(config or self.config, **arguments)
        self._opened.append(handle)
        return handle

    def observe(self) -> NodeView:
        """Look at it without the lease."""
        view = client.observe(self.config, resolver=self.resolver)
        self._opened.append(view)
        return view

    @property
    def http(self) -> NodeHttp:
        """Its exporter's HTTP, which does not start it."""
        return NodeHttp.local(self.config.id)

    def start_client(self, code: str, *before: str) -> subprocess.Popen[str]:
        """Run `code` as another process, in which ``connect()`` takes the lease and ``say`` prints a line.

        :param before: a command that runs it, such as ``setpriv``.
        """
        process = subprocess.Popen(
            [*before, sys.executable, "-P", "-c", CLIENT + code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "RIG_CONFIG": msgspec.json.encode(self.config).decode(),
                "RIG_RESOLVER": self.resolver,
            },
        )
        self._processes.append(process)
        return process

    @property
    def driver_log(self) -> list[str]:
        """What was done to its drivers, a line for each call."""
        return self.log_path.read_text(encoding="utf-8").splitlines() if self.log_path.exists() else []

    @property
    def last_key(self) -> str:
        """What was done to a key last; the exporter may have closed the capture since."""
        return [line for line in self.driver_log if line.startswith("remote key")][-1]

    @property
    def exporter_runs(self) -> bool:
        """Whether somebody listens by its name."""
        # Connecting would count as a use, and keep it from leaving.
        return f"@qarunner/{self.config.id}/control" in Path("/proc/net/unix").read_text(encoding="utf-8")

    def close(self) -> None:
        """End everything."""
        for process in self._processes:
            process.kill()
            process.communicate()
        for view in self._opened:
            view.close()


def answer(process: subprocess.Popen[str]) -> None:
    """Let a client go on that waits for input."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def say_line(process: subprocess.Popen[str]) -> str:
    """Return the next line that a client said."""
    assert process.stdout is not None
    return process.stdout.readline().strip()
