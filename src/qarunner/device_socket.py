"""A connection to a device: every wait is bounded, and what goes wrong is told with its name and address."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from typing import TYPE_CHECKING, TypeVar

from qarunner.device_network import network_error

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")

LONGEST_LINE = 1 << 16


class DeviceSocket:
    """A TCP or Unix stream socket.

    :param device: how messages call the device, with its address.
    :param address: host and port, or the path of a Unix socket.
    :param timeout: seconds that connecting may take, and each of the other calls as a whole.
    :param advice: what to look at when it fails, for this kind of device.
    """

    def __init__(self, device: str, address: tuple[str, int] | str, timeout: float, advice: str = "") -> None:
        self.device = device
        self.timeout = timeout
        self._address = address
        self._advice = advice
        self._socket: socket.socket | None = None
        self._unread = b""

    def connect(self) -> None:
        """Connect.

        :raises DeviceError: it cannot.
        """
        self.close()
        connected: socket.socket | None = None
        try:
            if isinstance(self._address, str):
                connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
                connected.settimeout(self.timeout)
                connected.connect(self._address)
            else:
                connected = socket.create_connection(self._address, self.timeout)
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            if connected is not None:
                connected.close()
            raise network_error(self.device, error, advice=self._advice) from error
        self._socket = connected

    def send(self, data: bytes) -> None:
        """Send all of it.

        :raises DeviceLostError: the connection is gone, or does not take it in time.
        """
        self._use(lambda connected, _left: connected.sendall(data))

    def receive(self, size: int) -> bytes:
        """Receive exactly so many bytes.

        :raises DeviceLostError: they do not come in time, or the connection is closed before.
        """
        return self._take(lambda unread: size if len(unread) >= size else None)

    def receive_into(self, target: memoryview) -> None:
        """Receive as many bytes as `target` holds, without a copy between: for pictures.

        :raises DeviceLostError: they do not come in time, or the connection is closed before.
        """
        place = min(len(self._unread), len(target))
        target[:place], self._unread = self._unread[:place], self._unread[place:]

        def receive(connected: socket.socket, left: Callable[[], float]) -> None:
            done = place
            while done < len(target):
                connected.settimeout(left())
                if not (count := connected.recv_into(target[done:])):
                    raise EOFError
                done += count

        self._use(receive)

    def receive_some(self, most: int) -> bytes:
        """Receive what comes next, at most so much; nothing when the other side has ended.

        :raises DeviceLostError: nothing comes in time, or the connection broke.
        """
        if self._unread:
            taken, self._unread = self._unread[:most], self._unread[most:]
            return taken
        return self._use(lambda connected, _left: connected.recv(most))

    def wait(self, seconds: float) -> bool:
        """Wait at most so long for something to receive; return whether there is. An end counts as something."""
        if self._unread or self._socket is None:
            return True
        return bool(select.select([self._socket], [], [], max(0.0, seconds))[0])

    def receive_line(self) -> str:
        """Receive a line of UTF-8 and return it without its end (a line feed, with or without a carriage return).

        :raises DeviceLostError: none comes in time, or the connection is closed before.
        """

        def end_of_line(unread: bytes) -> int | None:
            if (place := unread.find(b"\n")) >= 0:
                return place + 1
            return len(unread) if len(unread) > LONGEST_LINE else None

        return self._take(end_of_line).rstrip(b"\r\n").decode("utf-8", "replace")

    def close(self) -> None:
        """Close it, if it is open."""
        connected, self._socket, self._unread = self._socket, None, b""
        if connected is not None:
            with contextlib.suppress(OSError):
                connected.close()

    def _take(self, length: Callable[[bytes], int | None]) -> bytes:
        """Receive until `length` says how much of what came is wanted."""

        def receive(connected: socket.socket, left: Callable[[], float]) -> int:
            while (wanted := length(self._unread)) is None:
                connected.settimeout(left())
                if not (data := connected.recv(1 << 16)):
                    raise EOFError
                self._unread += data
            return wanted

        wanted = self._use(receive)
        taken, self._unread = self._unread[:wanted], self._unread[wanted:]
        return taken

    def _use(self, action: Callable[[socket.socket, Callable[[], float]], Answer]) -> Answer:
        deadline = time.monotonic() + self.timeout

        def left() -> float:
            if (seconds := deadline - time.monotonic()) <= 0:
                raise TimeoutError
            return seconds

        try:
            if self._socket is None:
                raise ConnectionError
            self._socket.settimeout(self.timeout)
            return action(self._socket, left)
        except (OSError, EOFError) as error:
            self.close()  # what still comes would be the answer to another question
            raise network_error(self.device, error, advice=self._advice, in_use=True) from error
