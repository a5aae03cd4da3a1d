"""Reading sound in another process than the exporter: its last seconds, and a connection that ends with it."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

from qarunner.errors import ExporterLostError

if TYPE_CHECKING:
    import socket

    from qarunner.nodes.audio_ring import AudioRingReader


class AudioReader:
    """A node's sound, for one thread at a time.

    :param connection: nothing arrives on it but end of file, when the exporter has ended.
    :param ring: the reader's view of the sound.
    :param exporter: how to call the exporter in errors, such as ``node 'box' (process 123)``.
    """

    def __init__(self, connection: socket.socket, ring: AudioRingReader, exporter: str) -> None:
        self.ring = ring
        self._connection = connection
        self._exporter = exporter
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)

    def wait(self, seconds: float) -> None:
        """Wait while more sound comes. Nobody is told of it: there is some every few milliseconds.

        :raises ExporterLostError: the exporter has ended.
        """
        if self._poll.poll(seconds * 1000):
            raise ExporterLostError(
                f"the exporter of {self._exporter} has ended while its sound was heard",
                "Its log says why; connecting again starts a new one",
            )

    def close(self) -> None:
        """Stop reading."""
        self._connection.close()
        self.ring.close()
