"""A capture of an Android screen through an adb server, whose protocol it speaks: ``adb:SERIAL``.

Each picture is one call of Android's ``screencap``: some a second at best, but no program has to be put on the device.
"""

from __future__ import annotations

import re
import shutil
import struct
import time
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from qarunner import (
    CapturedFrame,
    CaptureFormat,
    Check,
    ConfigurationError,
    DeviceError,
    DeviceLostError,
    DeviceSocket,
    Driver,
    DriverContext,
    Options,
    hookimpl,
    host_and_port,
    shown_address,
)

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from qarunner_plugins.live_pictures import Blank

    Raw = NDArray[numpy.uint8]

SERVER_PORT = 5037
ADVICE = "`adb start-server` starts the server, `adb devices` lists what it sees."
LARGEST = 1 << 14
"""Pixels of a side; more is no screen."""
RGBA, RGBX = 1, 2
"""Of Android's PixelFormat: those that a screen is handed over in."""
PNG_START = b"\x89PNG\r\n\x1a\n"
LARGEST_PNG = 1 << 27
_SERIAL = re.compile(r"[\w.:\-\[\]%@]*")


class AdbOptions(Options, frozen=True, kw_only=True):
    """Options of ``capture = "adb:SERIAL"``."""

    fps: Annotated[float, msgspec.Meta(gt=0, le=30, description="pictures a second at most; few devices reach 5")] = 5.0
    transfer: Annotated[
        Literal["raw", "png"], msgspec.Meta(description="raw: more bytes; png: more work for the device")
    ] = "raw"
    server: Annotated[str, msgspec.Meta(description="the adb server, host and port")] = f"localhost:{SERVER_PORT}"
    timeout: Annotated[float, msgspec.Meta(gt=0, le=9, description="seconds to wait for an answer")] = 4.0


class AdbSource:
    """Takes pictures of one device."""

    def __init__(self, name: str, serial: str, address: tuple[str, int], options: AdbOptions) -> None:
        self._name = name
        self._serial = serial
        self._options = options
        self._server = DeviceSocket(name, address, options.timeout, ADVICE)
        self._size = (0, 0)

    def open(self) -> CaptureFormat:
        """Take a picture to learn the size of the screen.

        :raises DeviceError: there is no server, or no such device, or it has not been allowed.
        """
        from qarunner_plugins.live_pictures import Ticks

        if ":" in self._serial:
            self._server.connect()
            said = self._request(f"host:connect:{self._serial}", answers=True)
            if "connected to" not in said:
                advice = "Is debugging over the network switched on in the device?"
                raise DeviceError(f"{self._name}: {said}", advice)
        height, width = self._take().shape[:2]
        self._size = width, height
        self._ticks = Ticks(self._options.fps)
        return CaptureFormat(width, height, 0.0, "png" if self._options.transfer == "png" else "rgba")

    def next(self, blank: Blank) -> CapturedFrame:
        """Take a picture when the next one is due.

        :raises DeviceLostError: the server or the device has gone, or the screen was turned.
        """
        import cv2

        # The moment it was asked for: what is seen in the picture is not older.
        taken = self._ticks.wait()
        try:
            picture = self._take()
        except DeviceLostError:
            raise
        except DeviceError as error:
            raise DeviceLostError(error.problem, error.advice) from error
        height, width = picture.shape[:2]
        if (width, height) != self._size:
            problem = f"{self._name} has changed its screen from {self._size} to {(width, height)} pixels"
            raise DeviceLostError(problem, "It is opened again")
        pixels = blank(width, height)
        if picture.shape[2] == pixels.shape[2]:
            pixels[:] = picture
        else:
            cv2.cvtColor(picture, cv2.COLOR_RGBA2BGR, pixels)
        return CapturedFrame(pixels, taken)

    def _take(self) -> Raw:
        """Return a picture: red, green, blue and alpha as sent, or blue, green, red of a PNG."""
        try:
            self._server.connect()
            self._request(f"host:transport:{self._serial}" if self._serial else "host:transport-any")
            self._request("exec:screencap -p" if self._options.transfer == "png" else "exec:screencap")
            return self._png() if self._options.transfer == "png" else self._raw()
        finally:
            self._server.close()

    def _raw(self) -> Raw:
        import numpy

        header = self._server.receive(12)
        width, height, kind = struct.unpack("<III", header)
        if not 0 < width <= LARGEST or not 0 < height <= LARGEST or kind not in (RGBA, RGBX):
            raise self._nonsense(header)
        size = width * height * 4
        raw = numpy.empty(size + 4, numpy.uint8)
        self._server.receive_into(memoryview(raw[:size].data))
        # Since Android 9 a fourth number, the colour space, precedes the pixels.
        rest = self._rest(4)
        raw[size : size + len(rest)] = numpy.frombuffer(rest, numpy.uint8)
        pixels: Raw = raw[len(rest) : len(rest) + size].reshape(height, width, 4)
        return pixels

    def _png(self) -> Raw:
        import cv2
        import numpy

        data = self._rest(LARGEST_PNG)
        picture: Any = None
        if data.startswith(PNG_START):
            picture = cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_COLOR)
        if picture is None:
            raise self._nonsense(data)
        return numpy.asarray(picture, numpy.uint8)

    def _rest(self, most: int) -> bytes:
        """Receive up to the end of the connection, at most so much."""
        parts = []
        deadline = time.monotonic() + self._options.timeout
        while most > 0:
            if not self._server.wait(deadline - time.monotonic()):
                problem = f"{self._name} does not end its picture"
                raise DeviceLostError(problem, 'Is the connection too slow? transfer = "png" needs fewer bytes')
            part = self._server.receive_some(min(most, 1 << 20))
            if not part:
                break
            parts.append(part)
            most -= len(part)
        return b"".join(parts)

    def _nonsense(self, said: bytes) -> DeviceError:
        said = said[:80] if len(said) > 12 else said + self._rest(80)  # noqa: PLR2004 - the length of a header
        words = " ".join(said.decode("utf-8", "replace").split()) or "nothing"
        return DeviceError(
            f"{self._name} sends no picture but {words!r}", "See whether it works: adb exec-out screencap"
        )

    def _request(self, text: str, *, answers: bool = False) -> str:
        data = text.encode()
        self._server.send(b"%04x%s" % (len(data), data))
        status = self._server.receive(4)
        if status not in (b"OKAY", b"FAIL"):
            problem = f"{self._name} answers {status!r}, which is none of adb"
            raise DeviceError(problem, "Is this the adb server's port?")
        if status == b"OKAY" and not answers:
            return ""
        size = self._server.receive(4)
        count = int(size, 16) if re.fullmatch(rb"[0-9a-fA-F]{4}", size) else 0
        said = " ".join(self._server.receive(count).decode("utf-8", "replace").split())
        if status == b"FAIL":
            hint = "Allow this computer on the device's screen." if "unauthorized" in said else ADVICE
            raise DeviceError(f"{self._name}: {said}", hint)
        return said

    def interrupt(self) -> None:
        """Nothing: it waits no longer than its timeout."""

    def close(self) -> None:
        """Nothing stays open between two pictures."""
        self._server.close()


def _serial(context: DriverContext) -> str:
    if not _SERIAL.fullmatch(context.address):
        problem = f"node {context.node!r}: capture = {context.uri!r}: {context.address!r} is no serial number"
        raise ConfigurationError(problem, "Write adb:SERIAL or adb:HOST:5555, as `adb devices` lists it")
    return context.address


def _open(context: DriverContext) -> Any:
    from qarunner_plugins.live_pictures import LiveCapture

    serial, options = _serial(context), context.options
    address = host_and_port(context, SERVER_PORT, options.server)
    name = f"Android device {serial or '(the only one)'} at adb server {shown_address(*address)}"
    return LiveCapture(lambda: AdbSource(name, serial, address, options), name, ADVICE)


def _resources(context: DriverContext) -> Collection[str]:
    return [f"screen of Android device {_serial(context)} at {context.options.server}"]


def _doctor() -> Sequence[Check]:
    if program := shutil.which("adb"):
        return [Check("screens of Android devices (adb)", "works", program)]
    advice = "sudo apt-get install adb, or name a server on another host"
    return [Check("screens of Android devices (adb)", "missing", "adb is not installed", advice)]


@hookimpl
def qa_drivers() -> list[Driver]:
    """Offer the driver of this module."""
    return [
        Driver(
            capability="capture",
            scheme="adb",
            summary="the screen of an Android device, through an adb server",
            open=_open,
            options=AdbOptions,
            address_help="the serial number, or HOST:5555 of a device in the network; empty for the only one",
            resources=_resources,
            doctor=_doctor,
            examples=("adb:", "adb:0123456789ABCDEF", "adb:192.168.1.4:5555?transfer=png"),
        )
    ]
