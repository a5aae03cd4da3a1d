"""Reading frames in another process than the exporter: a view of the ring, and a socket on which doorbells come."""

from __future__ import annotations

import select
import time
from typing import TYPE_CHECKING

from qarunner.errors import ExporterLostError
from qarunner.nodes.ring_layout import Signal

if TYPE_CHECKING:
    import socket

    from qarunner.nodes.ring import Frame, RingReader

_DOORBELL_SIZE = 8


class FrameReader:
    """Hands out frames as they come. Any number of readers may read a ring; each is for one thread at a time.

    :param doorbell: one packet arrives on it per new frame; end of file means that the exporter has ended.
    :param ring: the reader's view of the ring.
    :param exporter: how to call the exporter in errors, such as ``node 'box' (process 123)``.
    """

    def __init__(self, doorbell: socket.socket, ring: RingReader, exporter: str) -> None:
        self.ring = ring
        self._doorbell = doorbell
        self._exporter = exporter
        self._poll = select.poll()
        self._poll.register(doorbell, select.POLLIN)
        doorbell.settimeout(0)

    def newest(self, after: int = 0, timeout: float = 10.0) -> Frame | None:
        """Return the newest frame whose sequence is greater than `after`; wait for it at most `timeout` seconds.

        A reader that is slower than the capture misses some; gaps in the sequences tell. With `after` 0 an old picture
        is not returned while the capture has no signal. None when there was no such frame; `problem` may say why.

        :raises ExporterLostError: the exporter has ended.
        """
        return self._wait(after, timeout, oldest=False)

    def next(self, after: int, timeout: float = 10.0) -> Frame | None:
        """Like `newest`, but return the oldest such frame that the ring still holds, to get as many as possible."""
        return self._wait(after, timeout, oldest=True)

    def _wait(self, after: int, timeout: float, *, oldest: bool) -> Frame | None:
        deadline = time.monotonic() + timeout
        while True:
            self.drain()
            newest = self.ring.newest
            if newest > after and (after > 0 or self.ring.signal()[0] is Signal.FRAMES):
                wanted = max(after + 1, self.ring.oldest) if oldest else newest
                frame = self.ring.copy(wanted)
                if frame is not None:
                    return frame
                continue
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return None
            self._poll.poll(remaining * 1000)

    def drain(self) -> None:
        """Take all doorbells that have come.

        :raises ExporterLostError: the exporter has ended.
        """
        while True:
            try:
                packet = self._doorbell.recv(_DOORBELL_SIZE)
            except BlockingIOError:
                return
            except ConnectionResetError:
                packet = b""
            if not packet:
                raise ExporterLostError(
                    f"the exporter of {self._exporter} has ended while frames were read from it",
                    "Its log says why; connecting again starts a new one",
                )

    @property
    def signal(self) -> Signal:
        """Whether frames come."""
        return self.ring.signal()[0]

    @property
    def problem(self) -> str:
        """Why no frames come, such as ``capture driver v4l2: no signal``; empty while they do."""
        return self.ring.signal()[1]

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when a frame has come, for `select` and the like."""
        return self._doorbell.fileno()

    def close(self) -> None:
        """Stop reading. The frames already returned stay valid."""
        self._doorbell.close()
        self.ring.close()
