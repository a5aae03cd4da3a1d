"""A capture of whatever GStreamer can read: ``gstreamer:v4l2src device=/dev/video0 ! decodebin``.

The pipeline runs in a process of its own, the distribution's ``gst-launch-1.0``, and writes plain pictures into a pipe.
So no binding of GStreamer has to fit this Python, and a plugin of GStreamer's that crashes ends that process alone. The
pictures stay in the pixel format they have: GStreamer's own way to blue-green-red is up to four levels off.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import shlex
import shutil
import subprocess
import time
from collections import deque
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from qarunner import (
    CapturedFrame,
    CaptureFormat,
    Check,
    ConfigurationError,
    DeviceError,
    DeviceLostError,
    Driver,
    DriverContext,
    EndOfStreamError,
    Options,
    hookimpl,
)

if TYPE_CHECKING:
    from qarunner_plugins.live_pictures import Blank
    from qarunner_plugins.raw_pictures import Layout

PROGRAM = "gst-launch-1.0"
INSTALL = "apt-get install gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good"
SINK = "qarunner"
PIPE_SIZE = 1 << 20
LOOK_AGAIN = 0.5
OPEN_LIMIT = 12.0
SILENCE_LIMIT = 5.0
"""Seconds without a picture after which a pipeline that says nothing is started anew."""
END_LIMIT = 1.0
_CAPS = re.compile(rf"^/.*:{SINK}\.GstPad:sink: caps = (video/x-raw, .*)$")
_FORMAT = re.compile(r"\bformat=\(string\)(\w+)")
_COLORIMETRY = re.compile(r"\bcolorimetry=\(string\)([\w:-]+)")
_NUMBER = re.compile(r"\b(width|height)=\(int\)(\d+)")
_RATE = re.compile(r"\bframerate=\(fraction\)(\d+)/(\d+)")
_ERROR = re.compile(
    r"^(?:ERROR: (?:from element \S+: |pipeline could not be constructed: )?|WARNING: erroneous pipeline: )"
)
_DEVICE = re.compile(r"\bdevice(?:-name)?=\"?(/dev/[^\s\"!]+)")


FORMATS = {
    "I420": "yuv420p",
    "NV12": "nv12",
    "YUY2": "yuyv422",
    "UYVY": "uyvy422",
    "Y42B": "yuv422p",
    "Y444": "yuv444p",
    "BGRx": "bgr0",
    "BGR": "bgr24",
}
"""GStreamer's and libav's names of what is taken as it is; anything else becomes one of these."""
ALIGNMENT = 4
"""Bytes, of rows in GStreamer."""
RANGES, MATRICES = {"1": 2, "2": 1}, {"3": 1, "4": 6, "6": 9}
"""From GStreamer's numbers in ``colorimetry=RANGE:MATRIX:...`` to those of libav."""
NAMED = {"bt601": (6, 1), "bt709": (1, 1), "bt2020": (9, 1), "bt2020-10": (9, 1)}
"""Matrix and range of those that have a name."""


class GstreamerOptions(Options, frozen=True, kw_only=True):
    """Options of ``capture = "gstreamer:PIPELINE"``."""

    ends: Annotated[
        bool, msgspec.Meta(description="the end of the pipeline is that of a recording; else it is started again")
    ] = False


class PipelineSource:
    """One run of a pipeline."""

    def __init__(self, pipeline: str, *, ends: bool) -> None:
        self._pipeline = pipeline
        self._ends = ends
        self._name = f"pipeline {pipeline!r}"
        self._process: subprocess.Popen[bytes] | None = None
        self._pictures = -1
        self._said: deque[str] = deque(maxlen=40)
        self._unread = b""
        self._caps = ""
        self._last = 0.0

    def open(self) -> CaptureFormat:
        """Start it and wait until it knows what it will send.

        :raises DeviceError: it cannot be built, or it sends nothing.
        """
        import numpy

        from qarunner_plugins.raw_pictures import RawConverter

        self._start()
        deadline = time.monotonic() + OPEN_LIMIT
        while not self._caps:
            if time.monotonic() > deadline:
                problem = f"{self._name} has sent no picture in {OPEN_LIMIT:g} s{self._last_words()}"
                raise DeviceError(problem, f"See whether it shows one: {PROGRAM} {self._pipeline} ! autovideosink")
            self._wait()
            if self._has_ended():
                raise self._ended(DeviceError)
        self._understood = self._caps
        given, matrix, colour_range, rate = understand(self._understood)
        self._layout = given
        self._raw = numpy.empty(given.size, numpy.uint8)
        self._converter = RawConverter(given, matrix, colour_range)
        self._last = time.monotonic()
        return CaptureFormat(given.width, given.height, rate, given.libav)

    def _start(self) -> None:
        self._pictures, writer = os.pipe()
        try:
            with contextlib.suppress(OSError):
                fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
            formats = f"video/x-raw,format=(string){{{','.join(FORMATS)}}}"
            # No leaky queue: where one drops a picture, it may drop the word that the next ones are of another kind.
            ending = f"! videoconvert ! {formats} ! fdsink name={SINK}"
            command = [PROGRAM, "-v", *shlex.split(self._pipeline), *ending.split(), f"fd={writer}"]
            self._process = subprocess.Popen(
                command,
                pass_fds=[writer],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=os.environ | {"LC_ALL": "C.UTF-8", "GST_DEBUG_NO_COLOR": "1"},
            )
        except FileNotFoundError as error:
            raise DeviceError(f"{self._name} needs {PROGRAM}, which is not installed", INSTALL) from error
        finally:
            os.close(writer)
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)

    def _wait(self) -> bool:
        """Wait a while for something to happen; return whether a picture is coming."""
        assert self._process is not None
        assert self._process.stdout is not None
        text = self._process.stdout.fileno()
        ready, _, _ = select.select([self._pictures, text], [], [], LOOK_AGAIN)
        if text in ready:
            self._hear()
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
                    self._caps = found[1]
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
        taken = self._last = time.monotonic()
        if not self._fill():
            raise self._ended(DeviceLostError)
        self._hear()
        if self._caps != self._understood:
            # Said before the first picture of another kind was written: this one may be mixed of both.
            raise DeviceLostError(f"{self._name} sends pictures of another kind", "It is started again")
        pixels = blank(self._layout.width, self._layout.height)
        self._converter.convert(self._raw, pixels)
        return CapturedFrame(pixels, taken)

    def _fill(self) -> bool:
        """Read a whole picture; False when the process ended before."""
        whole, place = memoryview(self._raw.data), 0
        while place < len(whole):
            count = os.readv(self._pictures, [whole[place:]])
            if not count:
                return False
            place += count
        return True

    def _has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _ended(self, kind: type[DeviceError]) -> DeviceError:
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_LIMIT)
        self._hear()
        failed = any(_ERROR.match(line) for line in self._said)
        if self._process.returncode == 0 and not failed:
            end = EndOfStreamError if self._ends and kind is DeviceLostError else kind
            return end(f"{self._name} has ended", "Set ends = true where it plays a recording")
        advice = f"See what it says: {PROGRAM} {self._pipeline} ! fakesink"
        return kind(f"{self._name} has failed{self._last_words()}", advice)

    def _last_words(self) -> str:
        """Return what GStreamer said was wrong."""
        lines = list(self._said)
        errors = [_ERROR.sub("", line) for line in lines if _ERROR.match(line)]
        debug = [line for line in lines if line.startswith("system error:")]
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
        if self._pictures >= 0:
            os.close(self._pictures)
            self._pictures = -1


def understand(caps: str) -> tuple[Layout, int, int, float]:
    """Return the layout of the pictures, their matrix and range (0 for unknown), and the nominal rate."""
    from qarunner_plugins.raw_pictures import layout

    numbers = {name: int(value) for name, value in _NUMBER.findall(caps)}
    found, rate, colorimetry = _FORMAT.search(caps), _RATE.search(caps), _COLORIMETRY.search(caps)
    if found is None or found[1] not in FORMATS or not numbers.keys() >= {"width", "height"}:
        raise DeviceError(f"the pipeline sends {caps!r}", "Put videoconvert at its end")
    frames, seconds = (int(rate[1]), int(rate[2])) if rate else (0, 1)
    matrix, colour_range = NAMED.get(colorimetry[1], (0, 0)) if colorimetry else (0, 0)
    if colorimetry and ":" in colorimetry[1]:
        first, second = colorimetry[1].split(":")[:2]
        matrix, colour_range = MATRICES.get(second, 0), RANGES.get(first, 0)
    given = layout(FORMATS[found[1]], numbers["width"], numbers["height"], alignment=ALIGNMENT)
    return given, matrix, colour_range, frames / max(1, seconds)


def _open(context: DriverContext) -> Any:
    from qarunner_plugins.live_pictures import LiveCapture

    pipeline = context.address.strip().removesuffix("!").strip()
    try:
        words = shlex.split(pipeline)
    except ValueError as error:
        problem = f"node {context.node!r}: {context.capability} = {context.uri!r}: {error}"
        raise ConfigurationError(problem, "Write the pipeline as on a command line of gst-launch-1.0") from error
    if not words:
        problem = f"node {context.node!r}: {context.capability} = {context.uri!r} names no pipeline"
        raise ConfigurationError(problem, "Write gstreamer:v4l2src device=/dev/video0 ! decodebin")
    advice = f"See whether it shows a picture: {PROGRAM} {pipeline} ! autovideosink"
    options: GstreamerOptions = context.options
    return LiveCapture(lambda: PipelineSource(pipeline, ends=options.ends), f"pipeline {pipeline!r}", advice)


def _resources(context: DriverContext) -> Collection[str]:
    return sorted({os.path.realpath(device) for device in _DEVICE.findall(context.address)})


def _doctor() -> Sequence[Check]:
    program = shutil.which(PROGRAM)
    if program is None:
        return [Check("GStreamer pipelines", "missing", f"no {PROGRAM} on PATH", INSTALL)]
    said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    version = next((line for line in said.splitlines() if line.startswith("GStreamer")), program)
    return [Check("GStreamer pipelines", "works", version)]


@hookimpl
def qa_drivers() -> list[Driver]:
    """Offer the driver of this module."""
    return [
        Driver(
            capability="capture",
            scheme="gstreamer",
            summary="any GStreamer pipeline, as in Stb-tester's source_pipeline",
            open=_open,
            options=GstreamerOptions,
            address_help="a pipeline as gst-launch-1.0 takes it, up to its video",
            resources=_resources,
            doctor=_doctor,
            examples=(
                "gstreamer:v4l2src device=/dev/video0 ! decodebin",
                "gstreamer:decklinkvideosrc mode=auto",
                "gstreamer:ximagesrc display-name=:0 use-damage=false",
            ),
        )
    ]
