"""What drivers of devices in the network share: addresses, and errors that say which device, where, and what to try."""

from __future__ import annotations

import errno
import re
import socket
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING

from qarunner.errors import ConfigurationError, DeviceError, DeviceLostError

if TYPE_CHECKING:
    from qarunner.drivers import DriverContext

LAST_PORT = 65535
_ADDRESS = re.compile(r"(?P<host>\[[0-9A-Fa-f:.%a-z]+\]|[^\s\[\]:/?#@]+)(?::(?P<port>\d{1,5}))?")
_AWAY = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN, errno.EADDRNOTAVAIL}


def host_and_port(context: DriverContext, default_port: int, address: str | None = None) -> tuple[str, int]:
    """Split the address of a driver's URI, ``HOST`` or ``HOST:PORT``; an IPv6 address stands in brackets.

    :param address: a part of the context's address, where there is more to it.
    :raises ConfigurationError: it is none; says which node and how it is written.
    """
    text = context.address if address is None else address
    found = _ADDRESS.fullmatch(text)
    port = int(found["port"] or default_port) if found else 0
    if found is None or not 0 < port <= LAST_PORT:
        scheme = context.uri.partition(":")[0]
        what = f"{text!r} is no host with a port" if text else "no host is named"
        problem = f"node {context.node!r}: {context.capability} = {context.uri!r}: {what}"
        raise ConfigurationError(problem, f"Write {scheme}:HOST or {scheme}:HOST:{default_port}, IPv6 as [::1]")
    return found["host"].strip("[]"), port


def shown_address(host: str, port: int) -> str:
    """Return ``host:port`` as messages say it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def network_error(device: str, error: BaseException, *, advice: str = "", in_use: bool = False) -> DeviceError:
    """Return the error for what went wrong with a device in the network (or behind a Unix socket).

    :param device: with its address, such as ``Roku 192.168.1.5:8060``.
    :param error: an `OSError`, or an exception of a library that was caused by one.
    :param advice: what to look at for this kind of device; follows on what the error itself suggests.
    :param in_use: it has worked before: the error is a `DeviceLostError`, after which the exporter connects again.
    """
    said, hint = _meaning(error)
    kind = DeviceLostError if in_use else DeviceError
    return kind(f"{device} {said}", f"{hint} {advice}".strip())


def _meaning(error: BaseException) -> tuple[str, str]:
    for cause in _causes(error):
        match cause:
            case ConnectionRefusedError():
                return "refuses the connection", "Is it switched on, and is this the right port?"
            case socket.gaierror():
                return "is not known by that name", "Give its IP address, or mend the name service."
            case ssl.SSLError():
                return _about_tls(cause)
            case TimeoutError():
                return "does not answer in time", "Is it switched on and in this network, or does it hang?"
            case ConnectionError() | EOFError():
                return "has closed the connection", "Has it been restarted, or does somebody else use it?"
            case FileNotFoundError():
                return "is not there", "Is the service running that makes it?"
            case PermissionError():
                return "may not be used by this user", "Join the group that owns it, or change its permissions."
            case OSError(errno=number) if number in _AWAY:
                return f"cannot be reached: {cause.strerror}", "Look at the cable, the network and the address."
    return f"failed: {type(error).__name__}: {error}", "Is it switched on and in this network?"


def _about_tls(error: ssl.SSLError) -> tuple[str, str]:
    reason = getattr(error, "reason", None)
    if reason == "WRONG_VERSION_NUMBER":  # as a client takes the beginning of an answer in plain text
        return "does not speak TLS at this port", "Is it an http:// address, or another port?"
    return f"cannot be trusted: {reason or error}", "Its certificate must be one this machine trusts."


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it came from; libraries wrap what the operating system said."""
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__
