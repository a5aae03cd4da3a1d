"""The thread that reads a capture's sound, beside the one that reads its pictures: from the driver into the ring.

Sound never costs pictures: whatever goes wrong with it is said in the status, and it comes back when the capture is
opened again.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Literal

import numpy

from qarunner.errors import DeviceError, QarunnerError
from qarunner.nodes.audio_placing import Placing
from qarunner.nodes.audio_ring import AudioRingWriter
from qarunner.nodes.audio_ring_layout import MOST_CHANNELS, RATES
from qarunner.nodes.driver_calls import WatchedCalls
from qarunner.nodes.status import AudioStatus
from qarunner.plugin_guard import naming

if TYPE_CHECKING:
    import mmap

    from qarunner.protocols import AudioBlock, AudioFormat, AudioSource

_log = logging.getLogger(__name__)

FORMAT_LIMIT = 1.0
READ_TIMEOUT = 0.2
READ_LIMIT = READ_TIMEOUT + 5.0
SILENT_AFTER = 2.0
"""Seconds without a block after which the status says that none comes."""
LARGEST_CLOCK_ERROR = 60.0


class AudioLoop:
    """Reads the sound of one capture driver while that is open. Methods are for the capture's thread.

    :param name: of the driver. :param descriptor: of the ring, :param view: its writable view.
    """

    def __init__(self, name: str, plugin: str, source: AudioSource, descriptor: int, view: mmap.mmap) -> None:
        self.descriptor = descriptor
        self.calls = WatchedCalls(name)
        self._name = name
        self._plugin = plugin
        self._source = source
        self._ring = AudioRingWriter(view)
        self._format: AudioFormat | None = None
        self._state: Literal["starting", "sound", "none", "lost"] = "starting"
        self._problem = ""
        self._newest = 0.0
        self._gaps = 0
        self._missing = 0.0
        self.known = threading.Event()
        """Set once it is known whether there is sound."""
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to read; the capture has just been opened."""
        if self.calls.hang:
            return  # It is named, and this exporter is replaced when its lease ends.
        try:
            given = self._ask_format()
        except QarunnerError as error:
            self._say("lost", error.problem)
            return
        finally:
            self.known.set()
        if given is None:
            self._say("none", f"{self._name} has pictures without sound")
            return
        self._format, self._newest = given, time.monotonic()
        self._ring.set_format(given)
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(given, self._stop), name=f"sound of {self._name}", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End reading; the capture is about to be closed. A call that hangs is left behind."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(2 * READ_TIMEOUT)
        if self._state == "sound":
            self._say("lost", f"{self._name} was closed")

    def _say(self, state: Literal["starting", "sound", "none", "lost"], problem: str = "") -> None:
        self._state, self._problem = state, problem

    def _ask_format(self) -> AudioFormat | None:
        name = f"{self._name} audio_format()"
        with naming(self._plugin, name), self.calls.watching("audio_format()", FORMAT_LIMIT):
            given = self._source.audio_format()
        if given is None or (given.sample_rate in RATES and 1 <= given.channels <= MOST_CHANNELS):
            return given
        problem = f"{self._name} offers sound of {given.sample_rate} samples a second in {given.channels} channels"
        raise DeviceError(problem, f"Rates are {', '.join(map(str, RATES))}; channels at most {MOST_CHANNELS}")

    def _run(self, given: AudioFormat, stop: threading.Event) -> None:
        placing = Placing(given.sample_rate)
        try:
            while not stop.is_set():
                asked = time.monotonic()
                with (
                    naming(self._plugin, f"{self._name} read_audio()"),
                    self.calls.watching("read_audio()", READ_LIMIT),
                ):
                    block = self._source.read_audio(READ_TIMEOUT)
                if block is not None and not stop.is_set():
                    self._keep(block, given, placing)
                elif block is None and time.monotonic() - asked < READ_TIMEOUT / 10:
                    stop.wait(READ_TIMEOUT / 5)  # A driver that knows without waiting must not keep a core busy.
        except QarunnerError as error:
            if not stop.is_set():
                self._say("lost", error.problem)
        except Exception as error:  # noqa: BLE001 - sound must not end the exporter, whatever a driver delivers
            _log.exception("reading the sound of %s", self._name)
            self._say("lost", f"{self._name} {type(error).__name__}: {error}")

    def _keep(self, block: AudioBlock, given: AudioFormat, placing: Placing) -> None:
        now = time.monotonic()
        self._check(block, given, now)
        start, samples = placing.place(block)
        start = max(start, self._ring.written)  # A driver that was opened again may go back a little.
        if not len(samples):
            return
        first = not self._ring.written
        gap = self._ring.write(start, samples)
        if gap and not first:
            self._gaps += 1
            self._missing += gap / given.sample_rate
        self._newest = now
        self._say("sound")

    def _check(self, block: AudioBlock, given: AudioFormat, now: float) -> None:
        samples = block.samples
        if samples.shape[1:] != (given.channels,) or samples.dtype != numpy.int16:
            problem = f"{self._name} delivered sound of shape {samples.shape} and type {samples.dtype}"
            raise DeviceError(problem, f"Sound must be (samples, {given.channels}) of int16, as audio_format() says")
        if abs(block.time - now) > LARGEST_CLOCK_ERROR:
            problem = f"{self._name} delivered sound of time {block.time:.3f} when the clock read {now:.3f}"
            raise DeviceError(problem, "Sound must carry CLOCK_MONOTONIC seconds, as time.monotonic() counts them")

    @property
    def status(self) -> AudioStatus:
        """How it is."""
        given, age = self._format, time.monotonic() - self._newest
        problem = self.calls.hang or self._problem
        if self._state in ("starting", "sound") and given and age > SILENT_AFTER:
            problem = problem or f"{self._name} has sent no sound for {age:.0f} s"
        return AudioStatus(
            signal=self._state,
            problem=problem,
            sample_rate=given.sample_rate if given else 0,
            channels=given.channels if given else 0,
            sample_type=given.sample_type if given else "",
            gaps=self._gaps,
            missing=self._missing,
        )
