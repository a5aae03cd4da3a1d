"""A capture of a video stream: ``stream:rtsp://encoder/live``, HLS, MPEG-TS over UDP or TCP, RTMP, a file.

What is sent live is shown as soon as it is decoded, and only the newest picture. What lies ready (HLS, a file) is shown
at the pace of its own times.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from qarunner import (
    CapturedFrame,
    CaptureFormat,
    Check,
    DeviceError,
    DeviceLostError,
    Driver,
    DriverContext,
    EndOfStreamError,
    Options,
    hookimpl,
)
from qarunner_plugins.stream_clock import ArrivalClock, PlaybackClock

if TYPE_CHECKING:
    from qarunner_plugins.capture_video.sources import Source
    from qarunner_plugins.live_pictures import Blank
    from qarunner_plugins.live_sound import ClockedSound, SoundQueue
    from qarunner_plugins.stream_sound import StreamSound

LOW_LATENCY = {"fflags": "nobuffer", "flags": "low_delay", "analyzeduration": "1000000"}
OPEN_LIMIT, READ_LIMIT = 10.0, 4.0
"""Seconds a sender may take to answer, and be silent."""
HIGHEST_RATE = 240.0
STILL_AFTER = 0.4
"""Seconds after which a picture whose successor is not due yet is shown again."""
LATE = 0.3
"""Seconds of lag from which pictures are left out (decoded they are all the same: others depend on them)."""
SHORTEST_CUT = 1.0
_NO_SRT = "This PyAV was built without it. Take gstreamer:, whose srtsrc can: gstreamer:srtsrc uri=URL ! decodebin"


class StreamOptions(Options, frozen=True, kw_only=True):
    """Options of ``capture = "stream:URL"``."""

    transport: Annotated[str, msgspec.Meta(pattern="^(tcp|udp)$", description="of RTSP: tcp or udp")] = "tcp"
    audio: Annotated[bool, msgspec.Meta(description="deliver its sound, where it has any")] = True
    low_latency: Annotated[bool, msgspec.Meta(description="buffer nothing; off for senders that stutter")] = True
    open_options: Annotated[Mapping[str, str], msgspec.Meta(description="given to libav as they are")] = {}


class StreamSource:
    """One connection to a sender."""

    def __init__(self, source: Source, options: StreamOptions, sound: SoundQueue) -> None:
        self._queue = sound
        self._clocked: ClockedSound | None = None
        self._sound: StreamSound | None = None
        self._source = source
        self._options = options
        self._container: Any = None
        self._frames: Any = iter(())
        self._ahead: Any = None
        self._size = (0, 0)
        self._shown = 0.0
        self._last: CapturedFrame | None = None
        self._clock: ArrivalClock | PlaybackClock = ArrivalClock() if source.is_live else PlaybackClock()

    def open(self) -> CaptureFormat:
        """Connect and decode the first picture.

        :raises DeviceError: nobody sends there, or nothing that can be decoded.
        """
        from qarunner_plugins.capture_video.colours import ColourConverter

        self._container = container = self._connect()
        stream = container.streams.best("video")
        if stream is None:
            raise DeviceError(f"{self._source.name} holds no pictures", "See what it holds: ffprobe URL")
        # Frame threads hold pictures back.
        stream.thread_type = "SLICE" if self._source.is_live else "AUTO"
        self._frames = self._decode([stream, *self._open_sound(container)])
        self._ahead = first = next(self._frames, None)
        if first is None:
            raise DeviceError(f"{self._source.name} holds no picture that can be decoded", _advice(self._source))
        self._size = first.width, first.height
        self._colours = ColourConverter(self._size, first.rotation)
        rate = float(stream.average_rate or stream.guessed_rate or 0)
        self._rate = rate if 0 < rate <= HIGHEST_RATE else 0.0
        width, height = self._colours.shown_size
        return CaptureFormat(width, height, self._rate, stream.codec_context.pix_fmt or "")

    def _open_sound(self, container: Any) -> list[Any]:
        """Return the stream of sound that is heard, if any."""
        from qarunner_plugins.live_sound import ClockedSound
        from qarunner_plugins.stream_sound import StreamSound

        stream = container.streams.best("audio") if self._options.audio else None
        if stream is None:
            return []
        self._clocked = ClockedSound(self._clock.moment, self._queue)
        self._sound = StreamSound(self._clocked)
        return [stream]

    def _connect(self) -> Any:
        import av
        from av.error import FFmpegError

        source = self._source
        try:
            return av.open(source.url, options=self._libav_options(), timeout=(OPEN_LIMIT, READ_LIMIT))
        except av.error.ProtocolNotFoundError:
            problem = f"{source.name} cannot be opened: libav does not know {source.url.partition(':')[0]}:"
            raise DeviceError(problem, _NO_SRT) from None
        except (FFmpegError, OSError, ValueError) as error:
            # What libav says names the whole URL, password and all.
            raise DeviceError(f"{source.name} cannot be opened: {_words(error)}", _advice(source)) from None

    def _libav_options(self) -> dict[str, str]:
        scheme = self._source.url.partition(":")[0].lower()
        options = dict(LOW_LATENCY) if self._options.low_latency and self._source.is_live else {}
        if scheme in ("rtsp", "rtsps"):
            options["rtsp_transport"] = self._options.transport
        if scheme == "udp":
            options["overrun_nonfatal"] = "1"
        return {**options, **self._options.open_options}

    def _decode(self, streams: list[Any]) -> Any:
        """Yield decoded pictures up to the end, hearing what comes between them; what is damaged is left out.

        :raises DeviceLostError: the sender has stopped.
        """
        from av.error import EOFError as EndOfFileError
        from av.error import FFmpegError

        packets = self._container.demux(streams)
        while True:
            try:
                packet = next(packets, None)
            except EndOfFileError:
                return
            except (FFmpegError, OSError) as error:
                problem = f"{self._source.name} has stopped: {_words(error)}"
                raise DeviceLostError(problem, _advice(self._source)) from None
            if packet is None:
                return
            if self._sound is not None and packet.stream.type == "audio":
                self._sound.hear(packet)
                continue
            try:
                yield from packet.decode()
            except FFmpegError:
                continue

    def next(self, blank: Blank) -> CapturedFrame:
        """Wait for a picture and convert it, unless newer ones are already waiting.

        :raises DeviceLostError: the sender has stopped, or its pictures have another size.
        :raises EndOfStreamError: a recording has ended.
        """
        while True:
            asked = time.monotonic()
            if self._ahead is None:
                self._ahead = next(self._frames, None)
                if self._ahead is None:
                    raise self._end()
            picture = self._ahead
            now = time.monotonic()
            stream_time = None if picture.pts is None else float(picture.pts * picture.time_base)
            taken = self._clock.due(stream_time, now, self._rate)
            if self._clocked is not None:
                self._clocked.release()
            if taken > now and self._last is not None and taken - now > STILL_AFTER:
                time.sleep(STILL_AFTER)
                return self._again()
            if taken > now:
                time.sleep(taken - now)
            self._ahead = None
            had_waited = now - asked < 0.5 / (self._rate or 25.0)
            if had_waited and now - taken > LATE and now - self._shown < STILL_AFTER:
                continue
            return self._show(picture, taken, blank)

    def _show(self, picture: Any, taken: float, blank: Blank) -> CapturedFrame:
        import numpy

        if (picture.width, picture.height) != self._size:
            problem = f"{self._source.name} has changed from {self._size} to {(picture.width, picture.height)} pixels"
            raise DeviceLostError(problem, "It is opened again")
        width, height = self._colours.shown_size
        pixels = blank(width, height)
        numpy.copyto(pixels, self._colours.pixels(picture))
        self._shown = time.monotonic()
        self._last = CapturedFrame(pixels, taken)
        return self._last

    def _again(self) -> CapturedFrame:
        assert self._last is not None
        self._last = CapturedFrame(self._last.pixels.copy(), time.monotonic())
        return self._last

    def _end(self) -> DeviceError:
        stated = self._container.duration
        if self._source.is_live or (self._source.is_stream and stated is None):
            return DeviceLostError(f"{self._source.name} has ended", "See whether its sender is on")
        return EndOfStreamError(f"{self._source.name} has been played to its end", "video: can loop a file")

    def interrupt(self) -> None:
        """Nothing: libav comes back within `READ_LIMIT`."""

    def close(self) -> None:
        """Disconnect."""
        container, self._container = self._container, None
        self._frames = iter(())
        if container is not None:
            container.close()


def _advice(source: Source) -> str:
    where = "" if source.is_stream else " A relative path is relative to the test pack."
    return f"See whether its sender is on and reachable, and whether it plays with: ffplay URL.{where}"


def _words(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error).strip() or type(error).__name__


def _open(context: DriverContext) -> Any:
    import av  # noqa: F401 - a missing library must be told here

    from qarunner_plugins.capture_video.sources import find_source
    from qarunner_plugins.live_sound import SoundingCapture

    source = find_source(context)
    return SoundingCapture(lambda sound: StreamSource(source, context.options, sound), source.name, _advice(source))


def _doctor() -> Sequence[Check]:
    try:
        import av
    except ImportError as error:
        return [Check("video streams (PyAV)", "missing", str(error), "pip install av")]
    known = "RTSP, RTMP, HLS, MPEG-TS over TCP, UDP and HTTP"
    return [Check("video streams (PyAV)", "works", f"PyAV {av.__version__}: {known}")]


@hookimpl
def qa_drivers() -> list[Driver]:
    """Offer the driver of this module."""
    return [
        Driver(
            capability="capture",
            scheme="stream",
            summary="a video stream: RTSP, HLS, MPEG-TS, RTMP, a file",
            open=_open,
            options=StreamOptions,
            address_help="a URL such as rtsp://host/path, or a file, relative to the test pack",
            sound="where the stream has it",
            doctor=_doctor,
            examples=("stream:rtsp://192.168.1.5/live", "stream:udp://239.1.1.1:5000", "stream:http://host/live.m3u8"),
        )
    ]
