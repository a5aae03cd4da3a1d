"""A server of our APIs, without nodes, as a process that a test can kill, and start again at the same place."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from qarunner.access import Access
from qarunner.access.passwords import Passwords
from qarunner.dialects.spec import Services
from qarunner.store.engine import Store
from qarunner.store.models import Role


class ApiServer:
    """A server over the store in `data`; `token` may deliver results. It is down until `start`."""

    def __init__(self, data: Path) -> None:
        self._data = data
        with Store.open(data) as store:
            access = Access(store, hashing=Passwords(memory=64))
            access.add_user("desk", Role.WRITE, "correct horse")
            self.token = access.create_token("desk", "test")[1]
        from tests.peers.ports import free_port  # not above: this file is run as a script, too

        self.port = free_port()
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """Where it is, or will be when it is up."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Come up; return when it accepts connections."""
        command = [sys.executable, str(Path(__file__)), str(self._data), str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def kill(self) -> None:
        """Be gone at once, in the middle of whatever it did."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None


def main(data: str, port: str) -> None:
    """Serve until killed."""
    from qarunner.dialects import qatrack, stbt
    from qarunner.server import builtin
    from qarunner.server.app import create_app
    from qarunner.server.http import HttpServer

    nothing: Any = None
    with Store.open(data) as store:
        services = Services(store=store, access=Access(store), jobs=nothing, farm=nothing, packs=nothing)
        dialects = [*builtin.qa_dialects(), *stbt.qa_dialects(), *qatrack.qa_dialects()]
        HttpServer(create_app(services, dialects), port=int(port), threads=8).start()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            time.sleep(60)


if __name__ == "__main__":
    main(*sys.argv[1:])
