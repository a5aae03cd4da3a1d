"""Serves the application over HTTP or HTTPS: one process, a thread for each request that is under way."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable
from typing import Any

from cheroot.server import HTTPConnection, HTTPRequest
from cheroot.wsgi import Gateway_10, Server

from qarunner.errors import ConfigurationError

LARGEST_HEADER = 64 * 1024
UNREAD_AT_MOST = 64 * 1024 * 1024
"""Bytes of a refused body that are read and thrown away, so that the client gets to read the answer."""
CHUNK = 64 * 1024
_LEADING_SLASHES = re.compile(rb"^([A-Z]+ )/{2,}")
STOP_LIMIT = 10.0
KEPT_OPEN = 1000
"""Idle connections that are kept for a client's next request; they need no thread."""


class Gateway(Gateway_10):
    """Leaves nothing unread of a request that was answered early, and ends the connection where that is too much."""

    def start_response(self, status: str, headers: Any, exc_info: Any = None) -> Callable[[bytes], None]:
        """Begin the answer."""
        write: Callable[[bytes], None] = super().start_response(status, headers, exc_info)
        if not self._read_rest():
            self.req.close_connection = True
        return write

    def _read_rest(self) -> bool:
        """Read and forget the rest of the body; return whether that was all."""
        body, left = self.req.rfile, UNREAD_AT_MOST
        try:
            while left > 0:
                if not self.req.chunked_read and getattr(body, "remaining", 0) <= 0:
                    return True
                got = len(body.read(CHUNK))
                if not got:
                    return True
                left -= got
        except (OSError, ValueError):
            return False
        return False


class FirstLine:
    """Reads a request line, with slashes merged at the start of its path: ``//x/y`` would mean the host ``x``."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def readline(self) -> bytes:
        """Return it."""
        return _LEADING_SLASHES.sub(rb"\1/", self._file.readline())


class Request(HTTPRequest):
    """A request whose client pasted an id that begins with a slash behind a URL that ends with one."""

    def read_request_line(self) -> bool:
        """Read the first line."""
        file = self.rfile
        self.rfile = FirstLine(file)
        try:
            done: bool = super().read_request_line()  # type: ignore[no-untyped-call]  # cheroot has few types
            return done
        finally:
            self.rfile = file


class Connection(HTTPConnection):
    """A connection with such requests."""

    RequestHandlerClass = Request


class ClosingServer(Server):
    """Leaves no socket open when it cannot listen."""

    @staticmethod
    def bind_socket(socket_: socket.socket, bind_addr: Any) -> socket.socket:
        """Bind a socket to an address."""
        try:
            bound: socket.socket = Server.bind_socket(socket_, bind_addr)  # type: ignore[no-untyped-call]  # few types
        except OSError:
            socket_.close()
            raise
        return bound


class HttpServer:
    """A server of one application.

    :param port: 0 picks a free one.
    :param tls: files with certificate and key, or None for plain HTTP.
    :raises ConfigurationError: the address cannot be listened on, or the certificate is not usable.
    """

    def __init__(
        self,
        app: Any,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        tls: tuple[str, str] | None = None,
        threads: int = 256,
    ) -> None:
        self._tls = tls is not None
        self._server = ClosingServer(
            (host, port),
            app,
            numthreads=threads,
            max=threads,
            request_queue_size=256,
            server_name="qarunner",
            shutdown_timeout=5,
        )
        self._server.gateway = Gateway
        self._server.ConnectionClass = Connection
        self._server.max_request_header_size = LARGEST_HEADER
        self._server.keep_alive_conn_limit = KEPT_OPEN
        self._server.timeout = 30
        self._thread: threading.Thread | None = None
        if tls is not None:
            self._server.ssl_adapter = _adapter(*tls)
        try:
            self._server.prepare()
        except OSError as error:
            problem = f"cannot listen on {host} port {port}: {error}"
            raise ConfigurationError(problem, "Choose another --port (0 picks one), or another --host.") from error

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.bind_addr[1])

    @property
    def url(self) -> str:
        """How it is reached from this machine, without a slash at the end."""
        host = str(self._server.bind_addr[0])
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - compared, not listened on
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}"

    def start(self) -> None:
        """Accept connections, in a thread of its own."""
        self._thread = threading.Thread(target=self._server.serve, name="http", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Accept no more; requests under way have 5 seconds to end, and what hangs is left behind after 10."""
        stopping = threading.Thread(target=self._server.stop, name="http stop", daemon=True)
        stopping.start()
        stopping.join(STOP_LIMIT)
        if self._thread is not None:
            self._thread.join(1)


def _adapter(certificate: str, key: str) -> Any:
    from cheroot.ssl.builtin import BuiltinSSLAdapter

    try:
        return BuiltinSSLAdapter(certificate, key)
    except (OSError, ValueError) as error:
        problem = f"the certificate {certificate} with the key {key} cannot be used: {error}"
        raise ConfigurationError(problem, "Give two PEM files that belong together.") from error
