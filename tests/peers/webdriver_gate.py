"""A gate in front of a real WebDriver server, as services such as BrowserStack have one.

It wants a user and a key, below a path of its own, and takes the service's own capabilities out of what it passes on.
It stands for such a service; only the browsers behind it are real.
"""

from __future__ import annotations

import base64
import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

PREFIX = "/wd/hub"
LOST = 30.0
"""Seconds after which a request that hangs is given up."""


class WebDriverGate:
    """The gate, for the length of a ``with`` block.

    :param server: the WebDriver server's address. :param user, key: who may pass.
    `wanted`: the capabilities of each browser that was asked for. `hangs`: while it is set, nothing is answered.
    """

    def __init__(self, server: str, user: str, key: str) -> None:
        self.wanted: list[dict[str, Any]] = []
        self.hangs = threading.Event()
        self._go_on = threading.Event()
        gate, host = self, urlsplit(server).netloc
        allowed = "Basic " + base64.b64encode(f"{user}:{key}".encode()).decode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if gate.hangs.is_set():
                    gate._go_on.wait(LOST)
                    self.close_connection = True
                    return
                if self.headers.get("Authorization") != allowed:
                    self._answer(401, b"Authorization required")
                    return
                if self.path == f"{PREFIX}/session":
                    body = gate._passed_on(body)
                connection = http.client.HTTPConnection(host, timeout=LOST)
                connection.request(self.command, self.path.removeprefix(PREFIX), body,
                                   {"Content-Type": "application/json"})  # fmt: skip
                answer = connection.getresponse()
                self._answer(answer.status, answer.read())
                connection.close()

            do_POST = do_DELETE = do_GET  # noqa: N815 - names that http.server looks for

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}{PREFIX}"

    def _passed_on(self, body: bytes) -> bytes:
        wanted = json.loads(body)["capabilities"]["alwaysMatch"]
        self.wanted.append(dict(wanted))
        wanted.pop("bstack:options", None)
        return json.dumps({"capabilities": {"alwaysMatch": wanted}}).encode()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._go_on.set()
        self._server.shutdown()
        self._server.server_close()
