"""Writing H.264 and AAC in MP4 with PyAV, so that the file can be played whatever happens to who writes it.

While it is written the file is a fragmented MP4 with a fragment per second; when it is finished it becomes an ordinary
one, in which every player can seek (libavformat's ``hybrid_fragmented``).
"""

from __future__ import annotations

import errno
import os
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import av
import cv2
import numpy
from av.video.frame import PictureType

from qarunner.nodes.audio_track import AudioTrack
from qarunner.nodes.ring import NANOSECONDS

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.stream import VideoStream

    from qarunner.nodes.audio_ring import AudioRingReader
    from qarunner.protocols import AudioFormat, Pixels

TICKS = 90_000
"""Units of time per second in the file."""

FRAGMENT = 1.0
KEYFRAME_INTERVAL = 2.0
"""Seconds between pictures at which a player may start."""
PATIENCE = 1.0
"""Seconds in which sound must have arrived; later it is taken for lost, and silence stands for it."""

_ONE_THREAD = 1280 * 720
"""Up to so many pixels one encoder thread is enough; more threads only cost more processor time."""

_ENCODER = {"preset": "superfast", "tune": "zerolatency", "crf": "23", "forced-idr": "1"}
_NEVER = 1_000_000


class Planes:
    """Turns blue-green-red pictures into what the encoder takes (YUV 4:2:0, limited range, BT.601), for one size.

    Odd sizes are padded by repeating the last row or column.
    """

    def __init__(self, width: int, height: int) -> None:
        self._pad = (height % 2, width % 2)
        self.width, self.height = width + width % 2, height + height % 2
        self._planes: Pixels = numpy.empty((self.height * 3 // 2, self.width), numpy.uint8)

    def convert(self, pixels: Pixels) -> Pixels:
        """Return the planes of a picture; overwritten by the next call."""
        if any(self._pad):
            pixels = cast("Pixels", cv2.copyMakeBorder(pixels, 0, self._pad[0], 0, self._pad[1], cv2.BORDER_REPLICATE))
        cv2.cvtColor(pixels, cv2.COLOR_BGR2YUV_I420, dst=self._planes)
        return self._planes


class _File:
    """The output as PyAV wants it, at positions of its own: the descriptor's offset is shared with who opened it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._position = 0
        self.size = 0
        self.error: OSError | None = None

    def write(self, data: Any) -> int:
        """Write all of it, or note the error and pretend."""
        view = memoryview(data)
        while view and self.error is None:
            try:
                written = os.pwrite(self._descriptor, view, self._position)
            except OSError as error:
                self.error = error
                break
            view = view[written:]
            self._position += written
        self.size = max(self.size, self._position)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        return self._position


class VideoWriter:
    """One video file. Frames may come at any times; each is shown until the next one.

    :param descriptor: of a regular file, opened for writing; it stays open.
    :param width, height: even.
    :param frame_rate: nominal, a hint for the encoder.
    :param audio: format of its sound; None for a video without.
    """

    def __init__(
        self, descriptor: int, width: int, height: int, frame_rate: float, audio: AudioFormat | None = None
    ) -> None:
        self._descriptor = descriptor
        self._file = _File(descriptor)
        self._container = av.open(
            self._file,
            "w",
            format="mp4",
            options={
                "movflags": "hybrid_fragmented",
                "frag_duration": str(round(FRAGMENT * 1_000_000)),
                # Pictures must not wait for sound: each goes into the file when the next packet comes.
                "max_interleave_delta": "1",
            },
        )
        self._stream = self._add_stream(width, height, frame_rate)
        self._audio = AudioTrack(self._container, audio) if audio else None
        self._held: Packet[VideoStream] | None = None
        self._first_ns = 0
        self._last_ticks = -1
        self._next_keyframe = 0
        self._taken = 0
        self._muxed = 0
        self._last_muxed = 0
        self.frames = 0
        """Frames that are in the file for sure: all up to its last complete fragment."""
        self.duration = 0.0
        """Seconds that are in the file for sure."""
        self.size = 0
        """Bytes of the file up to there."""

    def _add_stream(self, width: int, height: int, frame_rate: float) -> VideoStream:
        rate = Fraction(frame_rate if 1 <= frame_rate <= 240 else 25).limit_denominator(1001)  # noqa: PLR2004 - beyond any device
        stream = self._container.add_stream("libx264", rate=rate, options=_ENCODER)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        context = stream.codec_context
        context.time_base = Fraction(1, TICKS)
        context.gop_size = _NEVER
        context.colorspace = 5  # BT.601, which is what cv2 computes
        context.color_primaries = context.color_trc = 1
        context.color_range = 1
        if width * height <= _ONE_THREAD:
            context.thread_count = 1
        return stream

    def add(self, planes: Pixels, time_ns: int) -> bool:
        """Append a picture (from `Planes.convert`); return whether it was taken: two of one time cannot be.

        :raises OSError: the file cannot be written, for instance because the disk is full.
        """
        if not self._taken:
            self._first_ns = time_ns
            if self._audio is not None:
                self._audio.begin(time_ns)
        ticks = (time_ns - self._first_ns) * TICKS // NANOSECONDS
        if ticks <= self._last_ticks:
            return False
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = ticks, Fraction(1, TICKS)
        if ticks >= self._next_keyframe:
            frame.pict_type = PictureType.I
            self._next_keyframe = ticks + round(KEYFRAME_INTERVAL * TICKS)
        for packet in self._stream.encode(frame):
            self._hold(packet, ticks)
        self._last_ticks = ticks
        self._taken += 1
        return True

    def _hold(self, packet: Packet[VideoStream] | None, ticks: int) -> None:
        """Write the packet before this one, whose duration is known only now."""
        held, self._held = self._held, packet
        if held is None:
            return
        held.duration = max(ticks - (held.pts or 0), 1)
        self._mux(held)
        self._muxed, self._last_muxed = self._muxed + 1, held.pts or 0

    def _mux(self, packet: Packet[Any]) -> None:
        size = self._file.size
        self._container.mux(packet)
        self._raise_error()
        if self._file.size > size:
            # A fragment was written, which holds all packets before this one; beside sound, the muxer keeps one more.
            kept = 0 if self._audio is None else min(self._muxed, 1)
            start = self._last_muxed if kept else packet.pts or 0
            self.frames, self.duration, self.size = self._muxed - kept, start / TICKS, self._file.size

    @property
    def sound(self) -> AudioFormat | None:
        """The format of its sound; None when it has none."""
        return self._audio.format if self._audio is not None else None

    def hear(self, ring: AudioRingReader, now_ns: int) -> None:
        """Append the sound that has come since, and silence for what should have come long ago.

        :param now_ns: CLOCK_MONOTONIC; what was heard later is left for another time.
        :raises OSError: the file cannot be written.
        """
        if self._audio is not None and self._taken:
            for packet in self._audio.take(ring, now_ns - round(PATIENCE * NANOSECONDS), now_ns):
                self._mux(packet)

    def _raise_error(self) -> None:
        if self._file.error is not None:
            raise self._file.error

    def finish(self, end_ns: int) -> None:
        """End the video, the last picture lasting until `end_ns`.

        :raises OSError: the file cannot be written.
        """
        end = max((end_ns - self._first_ns) * TICKS // NANOSECONDS, self._last_ticks + 1)
        for packet in self._stream.encode(None):
            self._hold(packet, packet.pts or end)
        self._hold(None, end)
        for sound in self._audio.finish() if self._audio is not None else ():
            self._mux(sound)
        self._last_ticks = end
        self._container.close()
        self._raise_error()
        self.frames, self.duration, self.size = self._taken, end / TICKS, self._file.size

    def abandon(self) -> None:
        """Leave the file as a whole number of fragments; nothing more is written."""
        self._file.error = self._file.error or OSError(errno.ECANCELED, "abandoned")
        self._container.close()
        os.ftruncate(self._descriptor, self.size)

    @property
    def start(self) -> float:
        """When the first frame was taken, seconds of CLOCK_MONOTONIC."""
        return self._first_ns / NANOSECONDS

    @property
    def latest(self) -> float:
        """Seconds up to the last frame that was taken, in the file or not."""
        return max(self._last_ticks, 0) / TICKS
