"""A results store that is a real HTTP server, as unreliable as a test wants it, and a reporter that delivers to it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests

from qarunner import DeliveryRejectedError, Result
from qarunner.results import to_json


class Store:
    """Keeps what is put to ``/results/<id>``, each id once; `received` counts every request that was answered 200.

    `answer` decides on the status of a request from its testcase; `delay` seconds pass before each answer.
    """

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.received: Counter[str] = Counter()
        self.order: list[str] = []
        self.answer: Callable[[str], int] = lambda _testcase: 200
        self.delay = 0.0
        self._server: ThreadingHTTPServer | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Where it is, or will be when it is up again."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Store:
        """Come up, at the same port as before."""
        store = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                store._take(self)

            def log_message(self, *_arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Go down: connections are refused."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _take(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        time.sleep(self.delay)
        testcase = request.headers["X-Testcase"]
        status = self.answer(testcase)
        if status == 200:
            identity = request.path.rpartition("/")[2]
            self.kept.setdefault(identity, body)
            self.received[identity] += 1
            self.order.append(testcase)
        answer = f"status {status} for you".encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(answer)))
        request.end_headers()
        request.wfile.write(answer)


class HttpReporter:
    """Delivers results to a `Store`."""

    def __init__(self, url: str) -> None:
        self.url = url

    def deliver(self, result: Result, folder: Path) -> str:  # noqa: ARG002 - it sends no artifacts
        address = f"{self.url}/results/{result.id}"
        headers = {"X-Testcase": result.testcase.encode().decode("latin-1"), "Authorization": "Bearer s3cret-of-mine"}
        response = requests.put(address, data=to_json(result), headers=headers, timeout=30)
        if response.status_code in {400, 422}:
            raise DeliveryRejectedError(f"{response.status_code}: {response.text}")
        response.raise_for_status()
        return address


def wait_until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Return as soon as the condition holds; fail when it does not within the time."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.005)
