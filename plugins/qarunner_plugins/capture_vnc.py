"""A capture of a VNC server's screen: ``vnc:HOST``. Of the RFB protocol (RFC 6143) it speaks what a viewer needs."""

from __future__ import annotations

import struct
import time
from collections.abc import Sequence
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
    Options,
    hookimpl,
    host_and_port,
    shown_address,
)
from qarunner_plugins.vnc_connection import ADVICE, PORT, VncConnection

if TYPE_CHECKING:
    from qarunner_plugins.live_pictures import Blank

RAW, COPY, NEW_SIZE, POINTER, POINTER_PLACE = 0, 1, -223, -239, 0x574D5666
PROOF_PAUSE = 2.0
"""Seconds after which a server that has nothing new is asked for one pixel, to see that it is alive."""
LARGEST = 1 << 14
"""Pixels of a side; more is no screen."""
BLUE_GREEN_RED = struct.pack(">BBBBHHHBBB3x", 32, 24, 0, 1, 255, 255, 255, 16, 8, 0)


class VncOptions(Options, frozen=True, kw_only=True):
    """Options of ``capture = "vnc:HOST"``."""

    fps: Annotated[float, msgspec.Meta(gt=0, le=60, description="pictures a second")] = 25.0
    password: Annotated[str, msgspec.Meta(description="of the server; from the environment or a file")] = ""
    timeout: Annotated[float, msgspec.Meta(gt=0, le=9, description="seconds to wait for the server")] = 5.0


class VncSource:
    """One connection to a server. Other viewers stay connected."""

    def __init__(self, address: tuple[str, int], options: VncOptions) -> None:
        self._options = options
        self._server = VncConnection(address, options.password, options.timeout, "capture")
        self._name = self._server.device
        self._size = (0, 0)
        self._asked = 0.0

    def open(self) -> CaptureFormat:
        """Connect, prove the password, and take the whole screen.

        :raises DeviceError: there is no server, it is none of VNC, or it wants another password.
        """
        import numpy

        from qarunner_plugins.live_pictures import Ticks

        screen = self._server.log_in()
        width, height = screen.width, screen.height
        if not 0 < width <= LARGEST or not 0 < height <= LARGEST:
            raise DeviceError(f"{self._name} says that its screen is {width}x{height}", ADVICE)
        self._size = width, height
        self._screen = numpy.zeros((height, width, 4), numpy.uint8)
        # A server draws the pointer into the picture for who cannot do it himself.
        encodings = (COPY, RAW, NEW_SIZE, POINTER, POINTER_PLACE)
        set_encodings = struct.pack(f">BxH{len(encodings)}i", 2, len(encodings), *encodings)
        self._server.send(b"\0\0\0\0" + BLUE_GREEN_RED + set_encodings)
        self._ask(*self._size, changes_only=False)
        self._answer()
        self._ask(*self._size)
        self._ticks = Ticks(self._options.fps)
        return CaptureFormat(width, height, self._options.fps, "bgra")

    def next(self, blank: Blank) -> CapturedFrame:
        """Take in what has changed until a picture is due.

        :raises DeviceLostError: the server has gone, does not answer, or has a screen of another size.
        """
        import cv2

        while (left := self._ticks.left()) > 0:
            if self._server.wait(left):
                self._answer()
                self._ask(*self._size)
            elif time.monotonic() - self._asked > PROOF_PAUSE:
                # The screen may stand still for hours; so may a server that hangs.
                self._ask(1, 1, changes_only=False)
                self._answer()
                self._ask(*self._size)
        taken = self._ticks.wait()
        pixels = blank(*self._size)
        cv2.cvtColor(self._screen, cv2.COLOR_BGRA2BGR, pixels)
        return CapturedFrame(pixels, taken)

    def _ask(self, width: int, height: int, *, changes_only: bool = True) -> None:
        self._server.send(struct.pack(">BBHHHH", 3, changes_only, 0, 0, width, height))
        self._asked = time.monotonic()

    def _answer(self) -> None:
        """Take in messages up to one that has pictures."""
        for _ in range(self._server.await_pictures()):
            self._rectangle()

    def _rectangle(self) -> None:
        import numpy

        x, y, width, height, encoding = struct.unpack(">HHHHi", self._server.receive(12))
        if encoding == NEW_SIZE:
            problem = f"{self._name} has changed its screen from {self._size} to {(width, height)} pixels"
            raise DeviceLostError(problem, "It is opened again")
        if encoding == POINTER_PLACE:
            return
        if encoding == POINTER:
            self._server.receive(width * height * 4 + (width + 7) // 8 * height)
            return
        if x + width > self._size[0] or y + height > self._size[1]:
            raise self._server.nonsense("a picture that lies outside of its screen")
        target = self._screen[y : y + height, x : x + width]
        if encoding == COPY:
            from_x, from_y = struct.unpack(">HH", self._server.receive(4))
            target[:] = self._screen[from_y : from_y + height, from_x : from_x + width].copy()
        elif encoding == RAW:
            received = target if target.flags.c_contiguous else numpy.empty_like(target)
            if received.size:
                self._server.receive_into(memoryview(received.data).cast("B"))
            if received is not target:
                target[:] = received
        else:
            raise self._server.nonsense(f"pictures in an encoding, {encoding}, which was not asked for")

    def interrupt(self) -> None:
        """Nothing: it waits no longer than its timeout."""

    def close(self) -> None:
        """Disconnect."""
        self._server.close()


def _open(context: DriverContext) -> Any:
    from qarunner_plugins.live_pictures import LiveCapture

    address = host_and_port(context, PORT)
    return LiveCapture(lambda: VncSource(address, context.options), f"VNC server {shown_address(*address)}", ADVICE)


def _doctor() -> Sequence[Check]:
    return [Check("screens of VNC servers", "works", "needs nothing but the network")]


@hookimpl
def qa_drivers() -> list[Driver]:
    """Offer the driver of this module."""
    return [
        Driver(
            capability="capture",
            scheme="vnc",
            summary="the screen of a VNC server",
            open=_open,
            options=VncOptions,
            address_help="HOST, or HOST:PORT when it is not 5900",
            doctor=_doctor,
            examples=("vnc:192.168.1.6", "vnc:localhost:5901?fps=10"),
        )
    ]
