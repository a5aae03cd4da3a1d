"""Reads an encoded video picture by picture, in the order they are shown, each with its time."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import av
from av.error import FFmpegError

from qarunner import DeviceError, DeviceLostError
from qarunner_plugins.capture_video.colours import ColourConverter

if TYPE_CHECKING:
    from qarunner_plugins.capture_video.sources import Source

OPEN_LIMIT, READ_LIMIT = 15.0, 4.0
"""Seconds a stream may take to answer."""
NOMINAL_RATE = 25.0
"""Frames a second of a video that does not say."""
LONGEST_GAP = 10.0
"""Seconds; a longer step between two pictures of a stream is a new clock, not a pause."""
SHORTEST_CUT = 1.0
"""Seconds; a file whose pictures end this much before it says has been cut."""
SEEK_AFTER = 1.0
"""Seconds; what lies nearer is read through."""
EARLIER = (0.0, 3.0, 12.0)
"""Seconds before the place wanted that are tried, since some formats find only pictures that lie behind it."""
MOST_DAMAGE = 250
"""Packets in a row that may be undecodable before a video counts as lost."""


@dataclass(frozen=True)
class Picture:
    """A decoded picture. `time`: seconds since the first picture of the video."""

    frame: Any
    time: float


class VideoReader:
    """Reads one video. `open` it first; `close` may be called at any time, also twice.

    :param start: seconds of the video that are passed over.
    :param skip_damage: pass over what cannot be decoded, and accept an early end.
    """

    def __init__(self, source: Source, start: float = 0.0, *, skip_damage: bool = False) -> None:
        self.source = source
        self.start = start
        self.skip_damage = skip_damage
        self.rate = NOMINAL_RATE
        self.pixel_format = ""
        self.colours = ColourConverter((0, 0), 0)
        self._container: Any = None
        self._stream: Any = None
        self._ahead: deque[Picture] = deque()
        self._pictures: Iterator[Picture] = iter(())
        self._first: float | None = None

    def open(self) -> Picture:
        """Open the video and return its first picture: the one that is shown at `start`.

        :raises DeviceError: there is no such video, it cannot be decoded, or it is shorter than `start`.
        """
        self._open_container()
        self.rate = float(self._stream.average_rate or self._stream.guessed_rate or NOMINAL_RATE)
        self.pixel_format = self._stream.codec_context.pix_fmt or ""
        self._first = None
        picture = self.read()
        if picture is None:
            raise DeviceError(f"{self.source.name} holds no picture that can be decoded", self._advice())
        rotation = getattr(picture.frame, "rotation", 0)  # PyAV before 14.1 does not tell
        self.colours = ColourConverter((picture.frame.width, picture.frame.height), rotation)
        return self._at_start(picture) if self.start else picture

    def _open_container(self) -> None:
        self.close()
        limits = (OPEN_LIMIT, READ_LIMIT) if self.source.is_stream else None
        try:
            self._container = av.open(self.source.url, options=dict(self.source.open_options), timeout=limits)
        except (FFmpegError, OSError, ValueError) as error:
            # What libav says of a stream names its whole URL, password and all.
            raise self._cannot_open(error) from (None if self.source.is_stream else error)
        self._stream = self._container.streams.best("video")
        if self._stream is None:
            kinds = ", ".join(sorted({stream.type for stream in self._container.streams}))
            what = f"has no pictures, only {kinds}" if kinds else "holds nothing that can be played"
            raise DeviceError(f"{self.source.name} {what}", self._advice())
        # Decoding with several threads holds some pictures back, which only a stream would feel.
        self._stream.thread_type = "SLICE" if self.source.is_stream else "AUTO"
        self._pictures = self._read()

    def _at_start(self, picture: Picture) -> Picture:
        shown = self.skip_to(self.start, picture)
        if not self._ahead and shown.time + 1 / self.rate < self.start:
            problem = f"{self.source.name} ends at {shown.time + 1 / self.rate:.3f} s, before start = {self.start:g}"
            raise DeviceError(problem, "Choose an earlier start")
        return shown

    def read(self) -> Picture | None:
        """Return the next picture, or None at the end.

        :raises DeviceError: a file is damaged, or ends before the end it states.
        :raises DeviceLostError: a stream has stopped.
        """
        return self._ahead.popleft() if self._ahead else next(self._pictures, None)

    def skip_to(self, video_time: float, current: Picture) -> Picture:
        """Return the picture that is shown at a later time, at most the last; reading goes on behind it.

        :param current: the picture read last.
        """
        if video_time - current.time > SEEK_AFTER and not self.source.is_stream:
            current = self._seek(video_time) or current
        while following := self.read():
            if following.time > video_time:
                self._ahead.append(following)
                break
            current = following
        return current

    def _seek(self, video_time: float) -> Picture | None:
        """Return a picture at or before a time, as near as the file's format allows; reading goes on behind it."""
        for earlier in EARLIER:
            with contextlib.suppress(FFmpegError):
                target = (video_time - earlier + (self._first or 0.0)) / self._stream.time_base
                self._container.seek(int(target), stream=self._stream)
                self._ahead.clear()
                self._pictures = self._read()
                picture = self.read()
                if picture is not None and picture.time <= video_time:
                    return picture
        # Some formats cannot be sought in, or not to where a picture begins: read it all.
        self._open_container()
        return self.read()

    def close(self) -> None:
        """Let go of the video."""
        container, self._container = self._container, None
        self._pictures = iter(())
        self._ahead.clear()
        if container is not None:
            container.close()

    def _read(self) -> Iterator[Picture]:
        """Yield all pictures from where the container stands, their times rising."""
        last, shift = -1 / self.rate, 0.0
        for number, frame in enumerate(self._decode()):
            time = last + 1 / self.rate if frame.pts is None else float(frame.pts * frame.time_base)
            if self._first is None:
                self._first = time
            time += shift - self._first
            is_new_clock = time <= last or (self.source.is_stream and time - last > LONGEST_GAP)
            if number and is_new_clock:
                shift += last + 1 / self.rate - time
                time = last + 1 / self.rate
            last = time
            yield Picture(frame, time)
        if self.source.is_live:
            raise DeviceLostError(f"{self.source.name} has ended", "See whether its sender is on")
        # Sought near the end, some formats find no picture: that says nothing about where the video ends.
        if last >= 0 or self._first is None:
            self._check_end(last)

    def _decode(self) -> Iterator[Any]:
        """Yield libav's frames in the order they are shown.

        Damage at the very end is an early end: that is how a recording looks whose recorder was killed.
        """
        damage: DeviceError | None = None
        in_a_row = 0
        for packet in self._packets():
            matters = not self.skip_damage or in_a_row > MOST_DAMAGE
            if damage is not None and matters and packet.size:
                raise damage
            try:
                frames = packet.decode()
            except FFmpegError as error:
                place = "" if packet.pts is None else f" at {float(packet.pts * packet.time_base):.3f} s"
                damage = DeviceError(f"{self.source.name} is damaged{place}: {_words(error)}", self._advice())
                in_a_row += 1
                continue
            for frame in frames:
                in_a_row = 0
                yield frame
            if not in_a_row:
                damage = None

    def _packets(self) -> Iterator[Any]:
        """Yield the encoded pictures and, last, the empty packet that makes the decoder give away all it has.

        :raises DeviceLostError: a stream has stopped.
        """
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except av.error.EOFError:
                return
            except (FFmpegError, OSError) as error:
                if self.source.is_stream:
                    raise DeviceLostError(f"{self.source.name} stopped: {_words(error)}", self._advice()) from error
                return
            if packet is None:
                return
            yield packet

    def _check_end(self, last: float) -> None:
        """Raise when a file says that it is longer than the pictures in it.

        :raises DeviceError: it does.
        """
        stream, container = self._stream, self._container
        stated = 0.0
        if stream.duration is not None:
            stated = float(stream.duration * stream.time_base)
        elif container.duration is not None and len(container.streams) == 1:
            stated = container.duration / av.time_base
        if not self.source.is_stream and not self.skip_damage and last + 1 / self.rate + SHORTEST_CUT < stated:
            problem = f"{self.source.name} is cut: of {stated:.1f} s only {last + 1 / self.rate:.1f} s are there"
            raise DeviceError(problem, self._advice())

    def _cannot_open(self, error: Exception) -> DeviceError:
        name = self.source.name
        if isinstance(error, FileNotFoundError):
            return DeviceError(f"there is no video {name}", "A relative path is relative to the test pack")
        if self.source.is_stream:
            return DeviceError(f"{name} cannot be opened: {_words(error)}", "See whether it plays with: ffplay URL")
        return DeviceError(f"{name} cannot be opened as a video: {_words(error)}", self._advice())

    def _advice(self) -> str:
        if self.source.is_stream:
            return "See whether its sender is on and reachable, and whether it plays with: ffplay URL"
        mend = f"Get it again, or mend a copy: ffmpeg -err_detect ignore_err -i {self.source.name} mended.mp4"
        return mend if self.skip_damage else f"{mend}; or set skip_damage = true"


def _words(error: Exception) -> str:
    """Return what libav or the system says, without the number and the name around it."""
    return str(getattr(error, "strerror", None) or error).strip() or type(error).__name__
