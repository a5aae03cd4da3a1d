"""Reads a video device: chooses a format, has the kernel fill buffers, and tells a lost signal from a lost device."""

from __future__ import annotations

import contextlib
import errno
import mmap
import select
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy

from qarunner import CapturedFrame, CaptureFormat, DeviceError, DeviceLostError
from qarunner_plugins.capture_v4l2 import kernel
from qarunner_plugins.capture_v4l2.choosing import USUAL, Offer, choose, listed
from qarunner_plugins.capture_v4l2.decoding import Decoder
from qarunner_plugins.capture_v4l2.devices import what_there_is

if TYPE_CHECKING:
    from qarunner_plugins.capture_v4l2 import V4l2Options
    from qarunner_plugins.live_pictures import Blank

BUFFERS = 4
PATIENCE = 0.5
"""Seconds that one wait for a picture takes."""
SIGNAL_PAUSE = 1.0
"""Seconds between two questions whether there is a signal."""
_REASONS = {
    errno.EBUSY: ("is used by another program", "See which: fuser -v"),
    errno.EACCES: ("may not be read", "Add yourself to the group of the device, mostly video: usermod -aG video NAME"),
    errno.EPERM: ("may not be read", "Add yourself to the group of the device, mostly video: usermod -aG video NAME"),
}


class V4l2Source:
    """One use of a video device."""

    def __init__(self, path: Path, options: V4l2Options) -> None:
        self._path = path
        self._options = options
        self._device: kernel.VideoDevice | None = None
        self._buffers: list[mmap.mmap] = []
        self._streaming = False
        self._signal_asked = 0.0
        self._has_signal = True

    def open(self) -> CaptureFormat:
        """Set the device to the best format and start it.

        :raises DeviceError: there is no such device, it is no capture, or it has no such format.
        """
        try:
            return self._open()
        except OSError as error:
            problem, advice = _REASONS.get(error.errno or 0, (f"cannot be used: {error.strerror or error}", ""))
            if error.errno in (errno.ENOENT, errno.ENXIO, errno.ENODEV):
                problem, advice = "is not there", what_there_is()
            advice = f"{advice} {self._path}" if error.errno == errno.EBUSY else advice
            raise DeviceError(f"video device {self._path} {problem}", advice or what_there_is()) from error

    def _open(self) -> CaptureFormat:
        self._device = device = kernel.VideoDevice(self._path)
        try:
            name, can = device.capabilities()
        except OSError as error:
            if error.errno == errno.ENOTTY:
                raise DeviceError(f"{self._path} is no video device", what_there_is()) from error
            raise
        if not can & kernel.CAN_CAPTURE or not can & kernel.CAN_STREAM:
            problem = f"video device {self._path} ({name}) does not capture pictures"
            raise DeviceError(problem, f"Many sticks have a second device for data. {what_there_is()}")
        chosen = self._choose(name)
        given = device.set_format(chosen.code, chosen.size)
        if given.code != chosen.code:
            raise DeviceError(f"video device {self._path} was set to {chosen} and gives {given.code}", "Set format")
        rate = device.set_rate(self._options.fps) or chosen.rate
        self._size = given.width, given.height
        self._decoder = Decoder(given, self._options)
        for index in range(device.request_buffers(BUFFERS)):
            length, offset = device.buffer_place(index)
            self._buffers.append(mmap.mmap(device.descriptor, length, mmap.MAP_SHARED, mmap.PROT_READ, offset=offset))
            device.give(index)
        device.stream(on=True)
        self._streaming = True
        return CaptureFormat(given.width, given.height, rate, given.code)

    def _choose(self, name: str) -> Offer:
        options = self._options
        width, _, height = options.size.partition("x")
        size = (int(width), int(height)) if options.size else None
        offers = list(self._offers(size))
        chosen = choose(offers, code=options.format, size=size, rate=options.fps)
        if chosen is None:
            wanted = " ".join(filter(None, (options.format, options.size))) or "none of the formats known here"
            offered = listed(sorted(offers, key=lambda offer: offer.size, reverse=True))
            raise DeviceError(f"video device {self._path} ({name}) has no {wanted}", f"It has {offered}")
        return chosen

    def _offers(self, size: tuple[int, int] | None) -> Iterator[Offer]:
        """Yield what the device has; of a range of sizes those that matter."""
        assert self._device is not None
        for code in self._device.formats():
            sizes = list(self._device.sizes(code))
            exact = {sized.smallest for sized in sizes if sized.smallest == sized.largest}
            ranged = {wanted for wanted in (size, *USUAL) if wanted and any(sized.has(wanted) for sized in sizes)}
            for one in sorted(exact | ranged or ({size or USUAL[0]} if not sizes else set())):
                yield Offer(code, one, max(self._device.rates(code, one), default=0.0))

    def next(self, blank: Blank) -> CapturedFrame | None:
        """Wait for a picture; None when there is no signal.

        :raises DeviceLostError: the device is gone.
        """
        deadline = time.monotonic() + PATIENCE
        try:
            while time.monotonic() < deadline:
                if not self._look_for_signal():
                    time.sleep(PATIENCE)
                    self._drain()
                elif frame := self._wait(deadline, blank):
                    return frame
        except OSError as error:
            problem = f"video device {self._path} is gone: {error.strerror or error}"
            raise DeviceLostError(problem, f"Plug it in again. {what_there_is()}") from error
        return None

    def _wait(self, deadline: float, blank: Blank) -> CapturedFrame | None:
        assert self._device is not None
        descriptor = self._device.descriptor
        ready, _, failed = select.select([descriptor], [], [descriptor], max(0.0, deadline - time.monotonic()))
        if not ready and not failed:
            self._device.capabilities()  # fails when it is gone
            return None
        try:
            return self._take(blank)
        except BlockingIOError:
            return None
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            self._device.capabilities()  # a passing fault, such as a signal that was lost, unless this fails
            time.sleep(PATIENCE / 10)
            return None

    def _take(self, blank: Blank) -> CapturedFrame | None:
        assert self._device is not None
        filled = self._device.take()
        now = time.monotonic()
        try:
            taken = filled.time if filled.time is not None and now - 1 < filled.time <= now else now
            if filled.bad:
                return None
            data = numpy.frombuffer(self._buffers[filled.index], numpy.uint8)[: filled.length]
            pixels = blank(*self._size)
            return CapturedFrame(pixels, taken) if self._decoder.decode(data, pixels) else None
        finally:
            self._device.give(filled.index)

    def _look_for_signal(self) -> bool:
        assert self._device is not None
        if time.monotonic() - self._signal_asked > SIGNAL_PAUSE:
            self._has_signal = self._device.has_signal()
            self._signal_asked = time.monotonic()
        return self._has_signal

    def _drain(self) -> None:
        """Give back the pictures of an input without a signal: black, blue, or what the driver's maker liked."""
        assert self._device is not None
        with contextlib.suppress(BlockingIOError):
            for _ in self._buffers:
                self._device.give(self._device.take().index)

    def interrupt(self) -> None:
        """Nothing: it waits for a short time only."""

    def close(self) -> None:
        """Stop it and let go of it."""
        device, self._device = self._device, None
        if device is None:
            return
        with contextlib.suppress(OSError):
            if self._streaming:
                device.stream(on=False)
        for buffer in self._buffers:
            with contextlib.suppress(BufferError):
                buffer.close()
        self._buffers.clear()
        device.close()
