"""Where frames meet their readers in the exporter: scaled into the ring, then a doorbell for everyone who waits."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import TYPE_CHECKING

import cv2

from qarunner.nodes.ring import NANOSECONDS, Frame, RingReader, RingWriter
from qarunner.nodes.ring_layout import Signal

if TYPE_CHECKING:
    import mmap

    from qarunner.protocols import Pixels

_DOORBELL = struct.Struct("<Q")


class FrameHub:
    """One writer (the capture's thread); readers come and go on any thread.

    :param descriptor: of the ring. :param view: its writable view.
    """

    def __init__(self, descriptor: int, view: mmap.mmap) -> None:
        self.descriptor = descriptor
        self.reader = RingReader(descriptor)
        self._writer = RingWriter(view)
        self._doorbells: tuple[socket.socket, ...] = ()
        self._changed = threading.Condition()
        self._signal_lock = threading.Lock()

    def publish(self, pixels: Pixels, time: float) -> int:
        """Give a captured picture (any size, blue-green-red) to all readers; return its sequence."""
        scale(pixels, self._writer.begin())
        sequence = self._writer.publish(round(time * NANOSECONDS))
        self._ring_doorbells(sequence)
        return sequence

    def set_signal(self, signal: Signal, text: str = "") -> None:
        """Tell all readers whether frames come and, if not, why."""
        with self._signal_lock:
            if self.reader.signal() == (signal, text):
                return
            self._writer.set_signal(signal, text)
        self._ring_doorbells(self.reader.newest)

    def _ring_doorbells(self, sequence: int) -> None:
        packet = _DOORBELL.pack(sequence)
        for doorbell in self._doorbells:
            # A full queue means that this reader has doorbells to answer anyway; one that is gone is removed by the
            # thread which watches its connection.
            with contextlib.suppress(OSError):
                doorbell.send(packet, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        with self._changed:
            self._changed.notify_all()

    def add_doorbell(self, doorbell: socket.socket) -> None:
        """Send a packet on `doorbell` for each frame from now on.

        The last one to come is told first: the recorder, which is there from the start and has most to do with a frame,
        does not take a processor from a test that waits for it.
        """
        with self._changed:
            self._doorbells = (doorbell, *self._doorbells)

    def remove_doorbell(self, doorbell: socket.socket) -> None:
        """Stop it."""
        with self._changed:
            self._doorbells = tuple(other for other in self._doorbells if other is not doorbell)

    def newest(self, after: int = 0, timeout: float = 0.0) -> Frame | None:
        """Wait for a frame in the exporter's own process (screenshot, live view); None when there is no signal."""
        with self._changed:
            self._changed.wait_for(lambda: self.reader.newest > after and self.has_signal, timeout)
        while self.reader.newest > after and self.has_signal:
            frame = self.reader.copy(self.reader.newest)
            if frame is not None:
                return frame
        return None

    def wait_until_started(self, timeout: float) -> None:
        """Wait until it is known whether frames come, at most `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self.reader.signal()[0] is not Signal.STARTING, timeout)

    @property
    def has_signal(self) -> bool:
        """Whether frames come."""
        return self.reader.signal()[0] is Signal.FRAMES


def scale(source: Pixels, target: Pixels) -> None:
    """Copy `source` into `target`, stretched to its size.

    Averaging over areas when it gets smaller (each pixel of the source counts), linear when it gets larger. The shape
    of the picture is not kept: a node's frame size should have the proportions of what it captures.
    """
    if source.shape == target.shape:
        target[...] = source
        return
    shrinks = source.shape[0] * source.shape[1] > target.shape[0] * target.shape[1]
    size = (target.shape[1], target.shape[0])
    cv2.resize(source, size, dst=target, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
