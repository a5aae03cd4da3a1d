"""What captures of live sources with sound share: blocks wait, in order, until they are due, and old ones are left out.

A source puts its sound into the queue that it was made with, on the thread that reads it; the exporter takes it out on
another one.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from qarunner import AudioBlock, AudioFormat
from qarunner_plugins.live_pictures import LiveCapture

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from qarunner_plugins.live_pictures import Source

FORMAT = AudioFormat(sample_rate=48_000, channels=2)
"""What all our captures make of any sound, as television has it."""
LONGEST = 20.0
"""Seconds of sound that may wait: what lies ready is decoded with the pictures beside it."""
MOST_WAITING = 500
"""Blocks that are kept while no picture has told yet what a stream's times mean."""


class SoundQueue:
    """Sound of one use of a source. `format` is None until the source has found that it has any."""

    def __init__(self) -> None:
        self.format: AudioFormat | None = None
        self._blocks: deque[AudioBlock] = deque()
        self._seconds = 0.0
        self._changed = threading.Condition()

    def put(self, block: AudioBlock) -> None:
        """Add a block, whose array is the queue's from now on; its time may lie ahead."""
        with self._changed:
            self._blocks.append(block)
            self._seconds += length(block)
            while self._seconds > LONGEST:
                self._seconds -= length(self._blocks.popleft())
            self._changed.notify_all()

    def next(self, timeout: float) -> AudioBlock | None:
        """Wait for the next block until all of it has been heard; None when that takes longer than `timeout`."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                now = time.monotonic()
                due = self._blocks[0].time + length(self._blocks[0]) if self._blocks else deadline
                if self._blocks and due <= now:
                    block = self._blocks.popleft()
                    self._seconds -= length(block)
                    return block
                if now >= deadline:
                    return None
                self._changed.wait(min(due, deadline) - now)


def length(block: AudioBlock) -> float:
    """Return the seconds of a block in `FORMAT`."""
    return len(block.samples) / FORMAT.sample_rate


class ClockedSound:
    """Sound whose times are a stream's own, until the stream's pictures tell what they mean.

    :param moment: returns the monotonic time of a time of the stream; None while that is not known.
    :param queue: where the sound goes.
    """

    def __init__(self, moment: Callable[[float], float | None], queue: SoundQueue) -> None:
        self._moment = moment
        self._queue = queue
        self._waiting: deque[tuple[float, NDArray[numpy.int16]]] = deque(maxlen=MOST_WAITING)
        queue.format = FORMAT

    def add(self, stream_time: float, samples: NDArray[numpy.int16]) -> None:
        """Add a block; it goes to the queue at the next `release`, or a later one."""
        self._waiting.append((stream_time, samples))

    def release(self) -> None:
        """Give away what waits, when the clock is known."""
        while self._waiting:
            stream_time, samples = self._waiting[0]
            at = self._moment(stream_time)
            if at is None:
                return
            self._waiting.popleft()
            self._queue.put(AudioBlock(samples, at))


class SoundingCapture(LiveCapture):
    """A live capture whose source may have sound.

    :param make: makes a source, once for each `open`, with the queue for its sound.
    """

    def __init__(self, make: Callable[[SoundQueue], Source], name: str, advice: str) -> None:
        super().__init__(self._make_source, name, advice)
        self._make_sounding = make
        self._sound = SoundQueue()

    def _make_source(self) -> Source:
        self._sound = SoundQueue()
        return self._make_sounding(self._sound)

    def audio_format(self) -> AudioFormat | None:
        """Say what sound comes."""
        return self._sound.format

    def read_audio(self, timeout: float) -> AudioBlock | None:
        """Return the next block of sound."""
        return self._sound.next(timeout)
