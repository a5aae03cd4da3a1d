"""One connection on which whole messages travel, with descriptors beside them: a SEQPACKET Unix socket."""

from __future__ import annotations

import os
import select
import socket
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from qarunner.decoding import decoder_of

if TYPE_CHECKING:
    from collections.abc import Sequence

Received = TypeVar("Received")

LARGEST_MESSAGE = 128 * 1024
"""Bytes; the kernel takes a packet of this size with default settings."""

_MOST_DESCRIPTORS = 4


class ChannelClosed(Exception):  # noqa: N818 - an event of the protocol, turned into an error where it is one
    """The other end is gone."""


class Channel(Generic[Received]):
    """Sends any message, receives messages of one (union) type.

    One thread at a time may receive, and one may send.
    """

    def __init__(self, connection: socket.socket, receives: Any) -> None:
        self.socket = connection
        self._decoder = decoder_of(receives)
        self._encoder = msgspec.json.Encoder()
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)

    def send(self, message: msgspec.Struct, descriptors: Sequence[int] = ()) -> None:
        """Send one message.

        :raises ChannelClosed: nobody is there to receive it.
        """
        packet = self._encoder.encode(message)
        try:
            socket.send_fds(self.socket, [packet], descriptors, socket.MSG_NOSIGNAL)
        except (BrokenPipeError, ConnectionResetError, TimeoutError) as error:
            raise ChannelClosed from error

    def receive(self, timeout: float | None = None) -> tuple[Received, list[int]]:
        """Wait for one message; return it with the descriptors that came along, which the caller must close.

        :raises TimeoutError: nothing came within `timeout` seconds.
        :raises ChannelClosed: the other end is gone.
        :raises msgspec.ValidationError: it is not one of the messages this end understands.
        """
        if timeout is not None and not self._poll.poll(max(timeout, 0) * 1000):
            raise TimeoutError
        try:
            packet, descriptors, _flags, _address = socket.recv_fds(
                self.socket, LARGEST_MESSAGE, _MOST_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC
            )
        except ConnectionResetError as error:
            raise ChannelClosed from error
        if not packet:
            close_all(descriptors)
            raise ChannelClosed
        try:
            message: Received = self._decoder.decode(packet)
        except msgspec.DecodeError:
            close_all(descriptors)
            raise
        return message, descriptors

    def close(self) -> None:
        """Close the connection; the other end sees that at once."""
        self.socket.close()


def close_all(descriptors: Sequence[int]) -> None:
    """Close descriptors nobody wants."""
    for descriptor in descriptors:
        os.close(descriptor)


def connect(name: bytes) -> socket.socket | None:
    """Connect to an abstract SEQPACKET socket; None when nobody listens.

    :raises BlockingIOError: somebody listens but does not accept (its queue is full).
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.settimeout(0)
    try:
        connection.connect(name)
    except ConnectionRefusedError:
        connection.close()
        return None
    except BaseException:
        connection.close()
        raise
    connection.settimeout(None)
    return connection
