"""The thread that reads the capture: from the driver into the hub, reconnecting with growing pauses for ever."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from typing import TYPE_CHECKING

import numpy

from qarunner.errors import DeviceError, EndOfStreamError, QarunnerError
from qarunner.nodes.capture_statistics import CaptureStatistics
from qarunner.nodes.devices import CLOSE_LIMIT, OPEN_LIMIT, driver_name
from qarunner.nodes.driver_calls import WatchedCalls
from qarunner.nodes.ring_layout import Signal
from qarunner.nodes.status import CaptureStatus
from qarunner.plugin_guard import naming

if TYPE_CHECKING:
    from qarunner.nodes.audio_loop import AudioLoop
    from qarunner.nodes.hub import FrameHub
    from qarunner.opening import ResolvedDriver
    from qarunner.protocols import Capture, CapturedFrame, CaptureFormat

_log = logging.getLogger(__name__)

READ_TIMEOUT = 0.5
READ_LIMIT = READ_TIMEOUT + 5.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
LARGEST_CLOCK_ERROR = 60.0


class CaptureLoop:
    """Reads one capture driver until it is stopped.

    :param audio: reads its sound meanwhile; None for a driver that delivers none.
    """

    def __init__(
        self, resolved: ResolvedDriver, instance: Capture, hub: FrameHub, audio: AudioLoop | None = None
    ) -> None:
        self.name = driver_name(resolved)
        self.calls = WatchedCalls(self.name)
        self.instance = instance
        self.audio = audio
        self._plugin = resolved.plugin
        self._hub = hub
        self._stop = threading.Event()
        self._format: CaptureFormat | None = None
        self._statistics = CaptureStatistics()
        self._last_time = 0.0
        self._reconnects = 0
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def close(self) -> None:
        """End reading and close the driver; returns at the latest when the limits of reading and closing are over."""
        self._stop.set()
        if self.calls.hang:
            return
        self._thread.join(READ_LIMIT + CLOSE_LIMIT)

    def show_hang(self) -> None:
        """Tell readers when the driver hangs; to be called now and then by a thread that does not."""
        if hang := self.calls.hang:
            self._hub.set_signal(Signal.LOST, hang)

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while not self._stop.is_set():
            frames_before = self._statistics.frames
            try:
                self._read_all()
            except EndOfStreamError as error:
                self._lost(Signal.ENDED, f"{self.name} {error.problem}")
                return
            except QarunnerError as error:
                advice = f". {error.advice}" if error.advice else ""
                self._lost(Signal.LOST, f"{error.problem} (trying again){advice}")
            except Exception as error:  # noqa: BLE001 - the thread must outlive whatever a driver delivers
                _log.exception("reading %s", self.name)
                self._lost(Signal.LOST, f"{self.name} {type(error).__name__}: {error} (trying again)")
            if self._statistics.frames > frames_before:
                pause = FIRST_PAUSE
            self._stop.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            self._reconnects += 1

    def _lost(self, signal: Signal, text: str) -> None:
        self._hub.set_signal(signal, text)
        self._statistics.interrupt()
        self._close()

    def _read_all(self) -> None:
        """Open the driver and read until it is lost."""
        with naming(self._plugin, f"{self.name} open()"), self.calls.watching("open()", OPEN_LIMIT):
            self._format = self.instance.open()
        if self.audio is not None:
            self.audio.start()
        while not self._stop.is_set():
            started = time.monotonic()
            with naming(self._plugin, f"{self.name} read()"), self.calls.watching("read()", READ_LIMIT):
                frame = self.instance.read(READ_TIMEOUT)
            if frame is not None:
                self._publish(frame)
                continue
            self._statistics.interrupt()
            self._hub.set_signal(Signal.NO_SIGNAL, f"{self.name} no signal: the device sends no picture")
            if time.monotonic() - started < READ_TIMEOUT / 10:
                self._stop.wait(READ_TIMEOUT / 5)  # A driver that knows without waiting must not keep a core busy.
        self._close()

    def _publish(self, frame: CapturedFrame) -> None:
        now = time.monotonic()
        self._check(frame, now)
        # Readers rely on rising times; two frames of one time would also be one frame in a video.
        taken = max(frame.time, self._last_time + 1e-6)
        self._last_time = taken
        self._hub.publish(frame.pixels, taken)
        self._hub.set_signal(Signal.FRAMES)
        self._statistics.add(taken, time.monotonic(), self._format.frame_rate if self._format else 0.0)

    def _check(self, frame: CapturedFrame, now: float) -> None:
        pixels = frame.pixels
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != numpy.uint8 or not pixels.size:  # noqa: PLR2004 - 3 colours
            problem = f"{self.name} delivered an array of shape {pixels.shape} and type {pixels.dtype}"
            raise DeviceError(problem, "Frames must be (height, width, 3) of uint8, blue-green-red")
        if abs(frame.time - now) > LARGEST_CLOCK_ERROR:
            problem = f"{self.name} delivered a frame of time {frame.time:.3f} when the clock read {now:.3f}"
            raise DeviceError(problem, "Frames must carry CLOCK_MONOTONIC seconds, as time.monotonic() counts them")

    def _close(self) -> None:
        if self.audio is not None:
            self.audio.stop()
        with contextlib.suppress(Exception), self.calls.watching("close()", CLOSE_LIMIT):
            self.instance.close()

    @property
    def status(self) -> CaptureStatus:
        """How it is."""
        signal, problem = self._hub.reader.signal()
        capture_format = self._format
        return CaptureStatus(
            driver=self.name,
            signal=signal.words,
            problem=self.calls.hang or problem,
            width=capture_format.width if capture_format else 0,
            height=capture_format.height if capture_format else 0,
            pixel_format=capture_format.pixel_format if capture_format else "",
            nominal_frame_rate=capture_format.frame_rate if capture_format else 0.0,
            frame_rate=self._statistics.frame_rate(time.monotonic()),
            frames=self._statistics.frames,
            dropped=self._statistics.dropped,
            delay=self._statistics.delay,
            reconnects=self._reconnects,
            audio=self.audio.status if self.audio is not None else None,
        )
