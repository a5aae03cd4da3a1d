"""The exporter's HTTP server: a thread per connection on an abstract Unix socket, or on TCP with a token and TLS.

It is the standard library's, because it must load fast, and because it has to take sockets of both kinds. What it
lacks is added here: bounds on connections and bodies, JSON errors, peers that are checked, TLS shaken on the
connection's own thread.
"""

from __future__ import annotations

import contextlib
import hmac
import http.server
import logging
import socket
import socketserver
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from qarunner.nodes.http_answers import Answer, HttpError, json_answer
from qarunner.nodes.peers import peer_of
from qarunner.nodes.trust import Trust

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from email.message import Message

    from qarunner.nodes.http_routes import Routes

_log = logging.getLogger(__name__)

MOST_CONNECTIONS = 32
LARGEST_BODY = 64 * 1024
LARGEST_DISCARDED = 16 * LARGEST_BODY
LONGEST_NUMBER = 12
IDLE_LIMIT = 30.0
"""Seconds after which a connection is closed on which nothing moves."""


NOBODY_ELSE = Trust()


class HttpServer(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Serves routes on a socket that listens already.

    :param trust: who may use it besides root and the exporter's own user (Unix socket only).
    :param token: what a client must present (TCP only).
    """

    daemon_threads = True
    block_on_close = False

    def __init__(
        self,
        listener: socket.socket,
        routes: Routes,
        trust: Trust = NOBODY_ELSE,
        token: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.routes = routes
        self.token = token
        self._trust = trust
        self._tls = tls
        self._free = threading.Semaphore(MOST_CONNECTIONS)
        self.address_family = listener.family
        super().__init__(("", 0), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener

    def start(self) -> None:
        """Serve on a thread of its own."""
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 3600}, name="http", daemon=True).start()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start a thread for a connection, unless there are too many."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
            return
        with contextlib.suppress(OSError):
            request.send(b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection on its thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands, then answer requests."""
        request.settimeout(IDLE_LIMIT)
        if self._tls is None:
            super().finish_request(request, client_address)
            return
        with contextlib.suppress(OSError), self._tls.wrap_socket(request, server_side=True) as wrapped:
            super().finish_request(wrapped, client_address)

    def refuses(self, connection: socket.socket, headers: Message) -> HttpError | None:
        """Return why a request is refused; None when its sender may do everything."""
        if self.address_family == socket.AF_UNIX:
            if self._trust.allows(peer_of(connection)):
                return None
            error = self.routes.used_by_another()
            return HttpError(HTTPStatus.FORBIDDEN, error.problem, error.advice)
        scheme, _, given = headers.get("Authorization", "").partition(" ")
        if scheme.lower() in ("bearer", "token") and hmac.compare_digest(given.strip().encode(), self.token.encode()):
            return None
        return HttpError(HTTPStatus.UNAUTHORIZED, "a token is needed", "Send Authorization: Bearer <the node's token>")

    def handle_error(self, _request: Any, client_address: Any) -> None:
        """Log what went wrong on a connection's thread; clients that go away are no error."""
        _log.debug("connection of %s", client_address, exc_info=True)


class Handler(http.server.BaseHTTPRequestHandler):
    """Reads one request after the other and lets the routes answer."""

    server: HttpServer
    protocol_version = "HTTP/1.1"
    server_version = "qarunner"
    sys_version = ""
    timeout = IDLE_LIMIT
    disable_nagle_algorithm = False
    error_content_type = "application/json"
    _BODILESS: ClassVar = ("GET", "HEAD", "DELETE")

    def __getattr__(self, name: str) -> Callable[[], None]:
        # The base class looks for do_GET and so on; routes decide which methods there are.
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        routes = self.server.routes
        with routes.activity.request():
            try:
                # Read even from who is refused: closing with something unread would lose the answer.
                body = self._body()
                if error := self.server.refuses(self.connection, self.headers):
                    raise error
                target = urlsplit(self.path)
                query = {name: values[-1] for name, values in parse_qs(target.query, keep_blank_values=True).items()}
                answer = routes.answer(self.command, target.path, query, body)
            except HttpError as error:
                self.close_connection = True  # A body may be left unread.
                answer = error.answer()
            self._send(answer)

    def _body(self) -> bytes:
        if "Transfer-Encoding" in self.headers:
            raise HttpError(HTTPStatus.LENGTH_REQUIRED, "chunked bodies are not taken", "Send a Content-Length")
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal():
            raise HttpError(HTTPStatus.BAD_REQUEST, f"Content-Length {length!r} is not a number")
        if len(length) > LONGEST_NUMBER or int(length) > LARGEST_BODY:
            self._discard(length)
            problem = f"the body has {length[:LONGEST_NUMBER]} bytes, more than {LARGEST_BODY}"
            raise HttpError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, problem, "Keys and leases fit into far less")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise HttpError(HTTPStatus.BAD_REQUEST, "the body ended too early")
        return body

    def _discard(self, length: str) -> None:
        """Read a body nobody wants, unless it is huge: a client that still sends would not see the answer."""
        remaining = int(length) if len(length) <= LONGEST_NUMBER else 0
        while 0 < remaining <= LARGEST_DISCARDED and (part := self.rfile.read1(min(remaining, LARGEST_BODY))):
            remaining -= len(part)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.size is not None:
            self.send_header("Content-Length", str(answer.size))
        else:
            self.close_connection = True
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command == "HEAD":
            return
        with contextlib.closing(answer.parts()) as parts:
            for part in parts:
                self.wfile.write(part)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is no proper request with JSON, where the base class sends a page."""
        self.close_connection = True
        self.command = getattr(self, "command", "") or "GET"
        self.request_version = "HTTP/1.1"
        problem = message or explain or HTTPStatus(code).phrase
        self._send(json_answer({"error": problem, "advice": ""}, HTTPStatus(code)))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Requests are not logged: a live view or a status poll would fill the disk."""

    def address_string(self) -> str:
        """Return the client's address; on a Unix socket it has none."""
        address: Any = self.client_address
        return str(address[0]) if address else "unix"
