"""Where an exporter answers over the network, from a node's `listen`: ``127.0.0.1:8765``, or with TLS anywhere.

``listen = "0.0.0.0:8765?certificate=/path/server.pem&key=/path/server.key&token_file=/path/token"``. The token comes
from that file (which others must not be able to read) or from the environment variable QARUNNER_EXPORTER_TOKEN.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from qarunner.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN_VARIABLE = "QARUNNER_EXPORTER_TOKEN"  # noqa: S105 - the name of a variable
SHORTEST_TOKEN = 16
LAST_PORT = 65535

_OPTIONS = {"certificate", "key", "token_file"}
_SYNTAX = 'listen = "127.0.0.1:8765", options: ?certificate=FILE&key=FILE&token_file=FILE'


@dataclass(frozen=True)
class NetworkAddress:
    """Where to listen, and what a client must know."""

    host: str
    port: int
    token: str
    tls: ssl.SSLContext | None = None

    def bind(self) -> socket.socket:
        """Return a listening socket.

        :raises ConfigurationError: the address cannot be had.
        """
        try:
            return socket.create_server((self.host, self.port), family=_family(self.host))
        except OSError as error:
            problem = f"cannot listen on {self.host}:{self.port}: {error.strerror}"
            raise ConfigurationError(problem, "Choose another address or port in `listen`") from error


def parse(text: str, environment: Mapping[str, str] = os.environ) -> NetworkAddress:
    """Read the value of `listen`.

    :raises ConfigurationError: it is malformed, a file is unusable, there is no token, or it would be in the clear.
    """
    address, _, query = text.partition("?")
    host, colon, port = address.rpartition(":")
    host = host.strip("[]")
    options = dict(parse_qsl(query, keep_blank_values=True))
    if not colon or not host or not port.isdecimal() or int(port) > LAST_PORT or not options.keys() <= _OPTIONS:
        raise ConfigurationError(f"listen = {text!r} is not understood", _SYNTAX)
    tls = _tls(options)
    if tls is None and not _is_loopback(host):
        problem = f"listen = {text!r} would send tokens and pictures in the clear over the network"
        raise ConfigurationError(problem, "Give a certificate and its key, or listen on 127.0.0.1")
    return NetworkAddress(host, int(port), _token(options, environment), tls)


def _token(options: Mapping[str, str], environment: Mapping[str, str]) -> str:
    token = environment.get(TOKEN_VARIABLE, "")
    if path := options.get("token_file"):
        try:
            if Path(path).stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise ConfigurationError(f"others may read the token file {path}", f"chmod 600 {path}")
            token = Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigurationError(f"token file {path}: {error.strerror}", "Create it, with mode 600") from error
    if len(token) < SHORTEST_TOKEN:
        advice = f"Set {TOKEN_VARIABLE} or token_file=; `openssl rand -hex 24` makes one"
        raise ConfigurationError(f"`listen` needs a token of at least {SHORTEST_TOKEN} characters", advice)
    return token


def _tls(options: Mapping[str, str]) -> ssl.SSLContext | None:
    certificate = options.get("certificate")
    if not certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, options.get("key") or None)
    except OSError as error:
        problem = f"the certificate {certificate} cannot be used: {error.strerror or error}"
        raise ConfigurationError(problem, "It must be PEM, and match the key") from error
    return context


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
