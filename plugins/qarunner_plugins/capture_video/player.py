"""Plays a video as if a device sent it: each picture when it is due, and the clock never waits for a slow reader."""

from __future__ import annotations

import math
import time
from collections import deque
from typing import TYPE_CHECKING, Literal

from qarunner import CapturedFrame, CaptureFormat, EndOfStreamError
from qarunner_plugins.capture_video.reading import Picture

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from qarunner_plugins.capture_video.pace import Pace
    from qarunner_plugins.capture_video.reading import VideoReader

STILL_AFTER = 0.4
"""Seconds after which a picture whose successor is not due yet is delivered again: a still picture is no lost one."""
LONGEST_CATCHING_UP = 0.25
"""Seconds spent on leaving pictures out before one is delivered, so that a slow computer shows some of them."""
JUMP = 2.0
"""Seconds of video; what lies further ahead is sought instead of decoded picture by picture."""


class Player:
    """A capture that plays one video.

    :param at_end: ``stop`` raises `EndOfStreamError`, ``loop`` begins again without a step in time, ``hold`` goes on
        with the last picture at the nominal rate.
    """

    def __init__(self, reader: VideoReader, pace: Pace, at_end: Literal["stop", "loop", "hold"] = "stop") -> None:
        self._reader = reader
        self._pace = pace
        self._at_end = at_end
        self._queue: deque[Picture] = deque()
        self._ended = False
        self._newest = 0.0
        self._loop_offset = 0.0
        self._interval = 1.0
        self._pixels: NDArray[numpy.uint8] | None = None
        self._delivered = -math.inf

    def open(self) -> CaptureFormat:
        """Open the video and decode its first picture.

        :raises DeviceError: it cannot be opened or decoded.
        """
        self.close()
        self._ended = False
        self._loop_offset = 0.0
        self._pixels = None
        self._enqueue(self._reader.open())
        rate = self._reader.rate * self._pace.speed
        self._interval = 1 / rate
        self._pace.begin()
        width, height = self._reader.colours.shown_size
        return CaptureFormat(width, height, rate, self._reader.pixel_format)

    def read(self, timeout: float) -> CapturedFrame | None:
        """Wait for the next picture; while there is none, the last one comes again with a new time.

        :raises EndOfStreamError: the video has ended.
        :raises DeviceError: it is damaged, or a stream was lost.
        """
        deadline = time.monotonic() + timeout
        while True:
            has_picture = self._fill(1)
            if not has_picture and self._at_end != "hold":
                raise self._end()
            now = time.monotonic()
            due = self._pace.due(self._queue[0].time, now) if has_picture else math.inf
            if due <= now:
                return self._newest_due(now, due)
            # Where the video waits, pictures come as from a device that shows a still screen: at the nominal rate.
            again = self._delivered + (self._interval if due == math.inf else STILL_AFTER)
            again = min(again, deadline)
            if again <= now:
                return None if self._pixels is None else self._deliver(max(again, now - self._interval))
            self._pace.wait(min(due, again) - now)

    def close(self) -> None:
        """Let go of the video; may be called at any time, also twice."""
        self._queue.clear()
        self._reader.close()
        self._pace.end()

    def _newest_due(self, now: float, due: float) -> CapturedFrame:
        """Deliver the newest picture that is due, leaving older ones out as a device would have."""
        picture = self._queue.popleft()
        if self._pace.video_time(now) - picture.time > JUMP:
            at = self._pace.video_time(now) - self._loop_offset
            self._queue.clear()
            self._enqueue(self._reader.skip_to(at, Picture(picture.frame, picture.time - self._loop_offset)))
            picture = self._queue.popleft()
            due = self._pace.due(picture.time, now)
        give_up = now + LONGEST_CATCHING_UP
        while now - due > self._interval / 2 and self._fill(1):
            following_due = self._pace.due(self._queue[0].time, now)
            if following_due > now or time.monotonic() > give_up:
                break
            picture, due = self._queue.popleft(), following_due
        self._pixels = self._reader.colours.pixels(picture.frame)
        return self._deliver(due)

    def _deliver(self, at: float) -> CapturedFrame:
        assert self._pixels is not None
        self._delivered = max(at, self._delivered + 1e-6)
        return CapturedFrame(self._pixels, self._delivered)

    def _fill(self, count: int) -> bool:
        """Whether at least `count` pictures are in the queue after reading as many as that takes."""
        while len(self._queue) < count and not self._ended:
            picture = self._reader.read()
            if picture is None and self._at_end == "loop":
                self._loop_offset = self._newest + 1 / self._reader.rate
                picture = self._reader.open()
                self._loop_offset -= picture.time
            if picture is None:
                self._ended = True
            else:
                self._enqueue(picture)
        return len(self._queue) >= count

    def _enqueue(self, picture: Picture) -> None:
        self._newest = picture.time + self._loop_offset
        self._queue.append(Picture(picture.frame, self._newest))

    def _end(self) -> EndOfStreamError:
        problem = f"{self._reader.source.name} has been played to its end, {self._newest + 1 / self._reader.rate:.1f} s"
        return EndOfStreamError(problem, "Set loop = true to play it again and again, hold_last = true to keep its end")
