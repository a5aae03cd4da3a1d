"""Asking a node's exporter over HTTP: on this host by the node's name, on another by address and token."""

from __future__ import annotations

import http.client
import socket
from typing import TYPE_CHECKING, Any

import msgspec

from qarunner.errors import DeviceError
from qarunner.nodes.names import socket_name

if TYPE_CHECKING:
    import ssl


class LocalConnection(http.client.HTTPConnection):
    """An HTTP connection to the exporter of a node of this host."""

    def __init__(self, node: str, timeout: float = 10.0) -> None:
        super().__init__("localhost", timeout=timeout)
        self._name = socket_name(node, "http")

    def connect(self) -> None:
        """Connect to the node's socket.

        :raises ConnectionRefusedError: no exporter of the node runs.
        """
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._name)


class NodeHttp:
    """Requests to one exporter.

    :param connection: made anew for each request by calling this.
    :param token: for an exporter on the network.
    """

    def __init__(self, connection: Any, token: str = "") -> None:
        self._connection = connection
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    @classmethod
    def local(cls, node: str, timeout: float = 10.0) -> NodeHttp:
        """Return the way to a node of this host."""
        return cls(lambda: LocalConnection(node, timeout))

    @classmethod
    def remote(
        cls, host: str, port: int, token: str, tls: ssl.SSLContext | None = None, timeout: float = 10.0
    ) -> NodeHttp:
        """Return the way to an exporter that listens on the network."""
        if tls is None:
            return cls(lambda: http.client.HTTPConnection(host, port, timeout=timeout), token)
        return cls(lambda: http.client.HTTPSConnection(host, port, timeout=timeout, context=tls), token)

    def request(self, method: str, path: str, body: Any = None) -> tuple[int, bytes, http.client.HTTPMessage]:
        """Send one request, the body as JSON; return status, body and headers.

        :raises DeviceError: nobody answers.
        """
        connection: http.client.HTTPConnection = self._connection()
        try:
            connection.request(method, path, None if body is None else msgspec.json.encode(body), self._headers)
            response = connection.getresponse()
            return response.status, response.read(), response.msg
        except (OSError, http.client.HTTPException) as error:
            problem = f"the node's exporter does not answer {method} {path}: {error}"
            raise DeviceError(problem, "See whether it runs: qarunner nodes") from error
        finally:
            connection.close()
