"""One run of a pipeline: its process, its pipes, and what it says."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import subprocess
import time
from collections import deque
from typing import TYPE_CHECKING

from qarunner import CapturedFrame, CaptureFormat, DeviceError, DeviceLostError, EndOfStreamError
from qarunner_plugins.capture_gstreamer import INSTALL, PROGRAM
from qarunner_plugins.capture_gstreamer.caps import understand
from qarunner_plugins.capture_gstreamer.command import PICTURES, pictures_only, with_sound
from qarunner_plugins.capture_gstreamer.pictures import OtherKindError, PicturePipe, PlainPictures, TimedPictures
from qarunner_plugins.capture_gstreamer.sound import PipelineSound
from qarunner_plugins.live_sound import ClockedSound
from qarunner_plugins.stream_clock import ArrivalClock

if TYPE_CHECKING:
    from qarunner_plugins.live_pictures import Blank
    from qarunner_plugins.live_sound import SoundQueue

PIPE_SIZE = 1 << 20
LOOK_AGAIN = 0.5
OPEN_LIMIT = 12.0
SILENCE_LIMIT = 5.0
"""Seconds without a picture after which a pipeline that says nothing is started anew"""
END_LIMIT = 1.0
_CAPS = re.compile(rf"^/.*:{PICTURES}\.GstPad:sink: caps = (video/x-raw, .*)$")
_ERROR = re.compile(
    r"^(?:ERROR: (?:from element \S+: |pipeline could not be constructed: )?|WARNING: erroneous pipeline: )"
)


class PipelineSource:
    """One run of a pipeline.

    :param audio: the branch with its sound, which goes to `queue`; both or neither.
    :param ends: whether its end is that of a recording.
    """

    def __init__(self, pipeline: str, audio: str = "", queue: SoundQueue | None = None, *, ends: bool) -> None:
        self._pipeline = pipeline
        self._audio = audio
        self._queue = queue
        self._ends = ends
        self._name = f"pipeline {pipeline!r}"
        self._process: subprocess.Popen[bytes] | None = None
        self._pictures = self._sounds = -1
        self._sound: PipelineSound | None = None
        self._said: deque[str] = deque(maxlen=40)
        self._unread = b""
        self._last = 0.0

    def open(self) -> CaptureFormat:
        """Start it and wait until it knows what it will send.

        :raises DeviceError: it cannot be built, or it sends nothing.
        """
        import numpy

        from qarunner_plugins.raw_pictures import RawConverter

        self._start()
        deadline = time.monotonic() + OPEN_LIMIT
        while not self._source.caps:
            if time.monotonic() > deadline:
                problem = f"{self._name} has sent no picture in {OPEN_LIMIT:g} s{self._last_words()}"
                raise DeviceError(problem, f"See whether it shows one: {PROGRAM} {self._pipeline} ! autovideosink")
            try:
                if self._wait():
                    self._source.learn()
            except EOFError:
                raise self._ended(DeviceError) from None
            if self._has_ended() or self._errors():  # after an error it may still wait for its elements
                raise self._ended(DeviceError)
        self._understood = self._source.caps
        given, matrix, colour_range, rate = understand(self._understood)
        self._layout = given
        self._raw = numpy.empty(given.size, numpy.uint8)
        self._converter = RawConverter(given, matrix, colour_range)
        self._last = time.monotonic()
        return CaptureFormat(given.width, given.height, rate, given.libav)

    def _start(self) -> None:
        self._pictures, writer = _pipe()
        writers = [writer]
        if self._queue is None:
            command = pictures_only(self._pipeline, writer)
            self._source: PicturePipe = PlainPictures(self._pictures)
        else:
            self._sounds, sound_writer = _pipe()
            writers.append(sound_writer)
            command = with_sound(self._pipeline, writer, self._audio, sound_writer)
            clock = ArrivalClock()
            self._source = TimedPictures(self._pictures, clock)
            self._sound = PipelineSound(self._sounds, ClockedSound(clock.moment, self._queue))
        try:
            self._process = subprocess.Popen(
                command,
                pass_fds=writers,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=os.environ | {"LC_ALL": "C.UTF-8", "GST_DEBUG_NO_COLOR": "1"},
            )
        except FileNotFoundError as error:
            raise DeviceError(f"{self._name} needs {PROGRAM}, which is not installed", INSTALL) from error
        finally:
            for descriptor in writers:
                os.close(descriptor)
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)

    def _wait(self, limit: float = LOOK_AGAIN) -> bool:
        """Wait a while for something to happen; return whether a picture is coming."""
        assert self._process is not None
        assert self._process.stdout is not None
        text = self._process.stdout.fileno()
        sounds = [] if self._sound is None or self._sound.ended else [self._sounds]
        ready, _, _ = select.select([self._pictures, text, *sounds], [], [], limit)
        if text in ready:
            self._hear()
        if self._sound is not None and (text in ready or self._sounds in ready):
            self._sound.hear()
        return self._pictures in ready

    def _hear(self) -> None:
        """Take in what the process says."""
        assert self._process is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BlockingIOError):
            *lines, self._unread = (self._unread + os.read(self._process.stdout.fileno(), 1 << 16)).split(b"\n")
            for line in lines:
                text = line.decode("utf-8", "replace").strip()
                if found := _CAPS.match(text):
                    self._source.caps = found[1]
                elif text:
                    self._said.append(text)

    def next(self, blank: Blank) -> CapturedFrame | None:
        """Wait for a picture.

        :raises DeviceLostError: the pipeline has failed or stands still, or its pictures have another size.
        :raises EndOfStreamError: it has ended, where that is wanted.
        """
        if not self._wait():
            if time.monotonic() - self._last > SILENCE_LIMIT:
                problem = f"{self._name} has sent no picture for {SILENCE_LIMIT:g} s{self._last_words()}"
                raise DeviceLostError(problem, "Is there a signal? The pipeline is started again")
            return None
        now = time.monotonic()
        try:
            taken = self._source.read(self._raw.data, now)
        except EOFError:
            raise self._ended(DeviceLostError) from None
        except OtherKindError:
            raise self._other_kind() from None
        if taken is None:
            return None
        self._last = now
        self._hear()
        if self._source.caps != self._understood:
            # Said before the first picture of another kind was written: this one may be mixed of both.
            raise self._other_kind()
        if self._sound is not None:
            self._sound.hear()
        pixels = blank(self._layout.width, self._layout.height)
        self._converter.convert(self._raw, pixels)
        return CapturedFrame(pixels, taken)

    def _other_kind(self) -> DeviceLostError:
        return DeviceLostError(f"{self._name} sends pictures of another kind", "It is started again")

    def _has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _ended(self, kind: type[DeviceError]) -> DeviceError:
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_LIMIT)
        self._hear()
        if self._process.returncode == 0 and not self._errors():
            end = EndOfStreamError if self._ends and kind is DeviceLostError else kind
            return end(f"{self._name} has ended", "Set ends = true where it plays a recording")
        advice = f"See what it says: {PROGRAM} {self._pipeline} ! fakesink"
        return kind(f"{self._name} has failed{self._last_words()}", advice)

    def _errors(self) -> list[str]:
        return [_ERROR.sub("", line) for line in self._said if _ERROR.match(line)]

    def _last_words(self) -> str:
        """Return what GStreamer said was wrong."""
        errors = self._errors()
        debug = [line for line in self._said if line.startswith("system error:")]
        return f": {' '.join(dict.fromkeys([*errors[:1], *debug[:1]]))}" if errors else ""

    def interrupt(self) -> None:
        """End the process; whoever waits for it notices."""
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(END_LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
        for pipe in (self._pictures, self._sounds):
            if pipe >= 0:
                os.close(pipe)
        self._pictures = self._sounds = -1


def _pipe() -> tuple[int, int]:
    """Return the two ends of a large pipe."""
    reader, writer = os.pipe()
    with contextlib.suppress(OSError):
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
    return reader, writer
