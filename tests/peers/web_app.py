"""A web page as a television's application is one, on a real HTTP server.

It shows a colour for each key, and tells the server every keyboard event it gets.
"""

from __future__ import annotations

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

PAGE = """<!doctype html><meta charset="utf-8"><title>television</title>
<style>html, body { margin: 0; height: 100%; overflow: hidden; background: rgb(30, 60, 120); }</style>
<input id="text" style="position: absolute; left: -500px">
<script>
const COLOURS = { Enter: "rgb(200, 30, 40)", GoBack: "rgb(20, 160, 60)", ArrowUp: "rgb(240, 200, 20)" };
let queue = Promise.resolve();
function tell(event) {
  const { type, key, code, keyCode, repeat } = event;
  const body = JSON.stringify({ type, key, code, number: keyCode, repeat, text: text.value });
  queue = queue.then(() => fetch("/event", { method: "POST", body }));
  if (type === "keydown" && COLOURS[key]) document.body.style.background = COLOURS[key];
}
for (const type of ["keydown", "keyup"]) addEventListener(type, tell);
text.focus();
console.log("the television is on");
</script>
"""


class WebApp:
    """The server, for the length of a ``with`` block."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        app = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = self.path.partition("?")[0] == "/tv"
                body = PAGE.encode() if found else b"nothing here"
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                app.events.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_words: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/tv"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def downs(self) -> list[dict[str, Any]]:
        """The keydown events so far."""
        return [event for event in self.events if event["type"] == "keydown"]


def nowhere() -> str:
    """Return an address where nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}"
