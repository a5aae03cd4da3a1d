"""One video in the making, in the recorder process: its file, its limits, and what a viewer must know of it."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import av

from qarunner.nodes.status import RecordingInfo
from qarunner.nodes.video import VideoWriter

if TYPE_CHECKING:
    from qarunner.nodes.audio_ring import AudioRingReader
    from qarunner.nodes.recorder_messages import Begin
    from qarunner.protocols import Pixels

CANNOT_WRITE = (OSError, av.FFmpegError)
"""What writing a video raises when it can only be cut."""


class Recording:
    """One video.

    :param after: the number of the last frame that is not in it. :param size: of the pictures, even.
    :param audio: the node's sound.
    """

    def __init__(
        self, order: Begin, descriptor: int, after: int, size: tuple[int, int], audio: AudioRingReader | None
    ) -> None:
        self.order = order
        self.after = after
        self.skipped = 0
        self.notes: list[str] = []
        self.told_ns = 0
        self._mute = False
        self._descriptor = descriptor
        self._size = size
        self._audio = audio
        self._writer: VideoWriter | None = None

    def add(self, planes: Pixels, time_ns: int) -> None:
        """Encode one picture.

        :raises OSError: the file cannot be written.
        :raises av.FFmpegError: the encoder failed.
        """
        if self._writer is None:
            # Made with the first frame: until then there is nothing to write.
            sound = self._audio.format if self._audio is not None else None
            self._writer = VideoWriter(self._descriptor, *self._size, self.order.frame_rate, sound)
        self._writer.add(planes, time_ns)

    def hear(self, now_ns: int) -> None:
        """Encode the sound up to now.

        :raises OSError: the file cannot be written.
        :raises av.FFmpegError: the encoder failed.
        """
        if self._writer is None or self._audio is None or self._writer.sound is None:
            return
        self._writer.hear(self._audio, now_ns)
        if self._audio.format != self._writer.sound and not self._mute:
            self._mute = True
            self.notes.append(f"no sound from {self._writer.latest:.1f} s on: it has another format since")

    @property
    def latest(self) -> float:
        """Seconds recorded so far."""
        return self._writer.latest if self._writer else 0.0

    @property
    def full(self) -> str:
        """Which of its limits it has reached; empty when none."""
        writer = self._writer
        if writer and self.order.longest and writer.latest >= self.order.longest:
            return f"{self.order.longest:g} s"
        if writer and self.order.largest and writer.size >= self.order.largest:
            return f"{self.order.largest} bytes"
        return ""

    def finish(self, time_ns: int) -> RecordingInfo:
        """Complete the file."""
        try:
            if self._writer is not None:
                self.hear(time_ns)
                self._writer.finish(time_ns)
        except CANNOT_WRITE as error:
            return self.cut(error)
        os.close(self._descriptor)
        return self.info()

    def cut(self, error: Exception) -> RecordingInfo:
        """Give the file up after an error, as a shorter video that can be played."""
        number = getattr(error, "errno", None)
        reason = "disk full" if number in (errno.ENOSPC, errno.EDQUOT) else str(error)
        duration = self._writer.duration if self._writer else 0.0
        self.notes.append(f"video is cut: {reason} at {duration:.1f} s")
        if self._writer is not None:
            self._writer.abandon()
        os.close(self._descriptor)
        return self.info(cut=True)

    def info(self, *, cut: bool = False) -> RecordingInfo:
        """Return what is in the file."""
        writer = self._writer
        if writer is None:
            return RecordingInfo(skipped=self.skipped, cut=cut, notes=tuple(self.notes))
        return RecordingInfo(
            frames=writer.frames,
            start=writer.start,
            duration=writer.duration,
            size=writer.size,
            skipped=self.skipped,
            cut=cut,
            sound=writer.sound is not None,
            notes=tuple(self.notes),
        )
