"""A whole server as a person starts it: ``qarunner serve`` in a process of its own, with a test pack and a node."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from pathlib import Path
from typing import Any

import requests
from tests.peers.git_pack import GitPack

from qarunner.store.engine import Store

START = "import sys; from qarunner.commands.main import main; sys.exit(main())"
SECONDS = 90.0


def node_table(node: str) -> str:
    """Return the lines of ``qarunner.toml`` that make a node with the pattern driver."""
    drivers = 'capture = "pattern:"\nremote = "pattern:"\nframe_size = "320x180"'
    return f"[nodes.{node}]\n{drivers}\nlinger = 0.2\n"


class ServedFarm:
    """A server that is down until `start`, and the token of its admin from then on.

    :param folder: where it keeps everything; nothing outside of it is written to.
    :param server: lines of ``[server]``.
    :param more: further tables of ``qarunner.toml``.
    """

    def __init__(self, folder: Path, server: str = "", more: str = "") -> None:
        self.folder = folder
        self.data = folder / "data"
        self.node = f"test-{uuid.uuid4().hex[:8]}"
        self.pack = GitPack(folder / "pack", driver=True)
        self.pack.write("tests/menu.py", "def test_pass():\n    pass\n\n\ndef test_fail():\n    assert 1 == 2\n")
        self.pack.commit()
        self.token = ""
        self.url = ""
        self.verify: bool | str = True
        """What `requests` takes: the file with its certificate."""
        self.log = folder / "server.log"
        self._ready = folder / "ready.json"
        self._process: subprocess.Popen[bytes] | None = None
        parts = [f"[server]\n{textwrap.dedent(server)}", node_table(self.node), textwrap.dedent(more)]
        (folder / "qarunner.toml").write_text("\n".join(parts), encoding="utf-8")

    @property
    def pid(self) -> int:
        """The server's process."""
        assert self._process is not None
        return self._process.pid

    def start(self, *words: str, **environment: str) -> None:
        """Come up; return when it accepts connections."""
        base = {name: value for name, value in os.environ.items() if not name.startswith("QARUNNER_")}
        base["QARUNNER_BLOCK_PLUGINS"] = "virtual_stb"  # whose node there is only once on a host
        place = ("--port", "0", "--data", str(self.data), "--ready-file", str(self._ready))
        pack = ("--test-pack", str(self.pack.folder))
        self._ready.unlink(missing_ok=True)  # of an earlier start
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", START, "serve", *place, *pack, *words],
                cwd=self.folder,
                env={**base, "XDG_STATE_HOME": str(self.folder / "state"), **environment},
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        deadline = time.monotonic() + SECONDS
        while not self._ready.exists():
            assert self._process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)
        ready = json.loads(self._ready.read_text(encoding="utf-8"))
        self.url = ready["url"]
        self.token = ready.get("token", self.token)

    def said(self) -> str:
        """Return the server's log."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """Go down in order; nothing of it is left."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
                raise
            finally:
                self._process = None

    def ask(self, method: str, path: str, url: str = "", **keywords: Any) -> requests.Response:
        """Make a request as its admin. :param url: another address than its own."""
        headers = {"Authorization": f"token {self.token}"} | keywords.pop("headers", {})
        place = path if path.startswith("http") else (url or self.url) + path
        fixed: dict[str, Any] = {"timeout": SECONDS, "allow_redirects": False, "verify": self.verify}
        try:
            return requests.request(method, place, headers=headers, **fixed, **keywords)  # noqa: S113 - it is in fixed
        except requests.ConnectionError as error:
            ended = None if self._process is None else self._process.poll()
            raise AssertionError(f"{method} {place}: {error}; exit code {ended}; {self.said()[-5000:]}") from error

    def run(self, *testcases: str, url: str = "") -> dict[str, Any]:
        """Run testcases to their end; return the job as the Stb-tester API shows it."""
        body = {"node_id": self.node, "test_pack_revision": "main", "test_cases": testcases}
        answer = self.ask("POST", "/api/v2/run_tests", url, json=body)
        assert answer.status_code == 200, answer.text + self.said()
        path = f"/api/v2/jobs{answer.json()['job_uid']}/await_completion"
        for _time in range(3):
            answer = self.ask("GET", path, url)
            if answer.status_code == 200:
                break
        job: dict[str, Any] = answer.json()
        assert job["status"] == "exited", job
        return job

    def store(self) -> Store:
        """Return its store, to look into it beside the server; the caller closes it."""
        return Store.open(self.data)
