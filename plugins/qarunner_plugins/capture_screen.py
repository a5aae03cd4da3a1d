"""A capture of an X display: an Xvfb, a kiosk, an emulator's window. ``screen::99`` reads the display ``:99``.

The X server hands each picture over in shared memory (MIT-SHM), and over the connection where it cannot.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections.abc import Collection, Iterator, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from qarunner import (
    CapturedFrame,
    CaptureFormat,
    Check,
    ConfigurationError,
    DeviceError,
    DeviceLostError,
    Discovered,
    Driver,
    DriverContext,
    Options,
    hookimpl,
)
from qarunner_plugins.x_displays import displays_in_use, displays_of_this_host

if TYPE_CHECKING:
    from qarunner_plugins.live_pictures import Blank

_CONNECTING = threading.Lock()
_AREA = re.compile(r"^(\d+)x(\d+)\+(\d+)\+(\d+)$")


class ScreenOptions(Options, frozen=True, kw_only=True):
    """Options of ``capture = "screen:DISPLAY"``."""

    fps: Annotated[float, msgspec.Meta(gt=0, le=120, description="pictures a second")] = 30.0
    area: Annotated[str, msgspec.Meta(description="WIDTHxHEIGHT+LEFT+TOP in pixels; empty for the whole screen")] = ""
    cursor: Annotated[bool, msgspec.Meta(description="draw the mouse pointer into the picture")] = False

    def __post_init__(self) -> None:
        """Refuse an area that is none."""
        match = _AREA.match(self.area)
        if self.area and (match is None or not int(match[1]) or not int(match[2])):
            message = f"area {self.area!r} is not of the form 1280x720+0+0"
            raise ValueError(message)


class ScreenSource:
    """One connection to an X server.

    :param authority: the file with the display's cookie, where it is not the user's own.
    """

    def __init__(self, display: str, options: ScreenOptions, authority: str = "") -> None:
        self._display = display
        self._authority = authority
        self._options = options
        self._connection: Any = None
        self._area: dict[str, int] = {}

    def open(self) -> CaptureFormat:
        """Connect, and take one picture to see that it works.

        :raises DeviceError: there is no such display, or the area lies outside of it.
        """
        import mss

        from qarunner_plugins.live_pictures import Ticks

        try:
            with _knowing(self._authority):
                self._connection = mss.MSS(display=self._display, with_cursor=self._options.cursor)
            whole = dict(self._connection.monitors[0])
            self._area = self._wanted(whole)
            self._connection.grab(self._area)
        except DeviceError:
            raise
        except Exception as error:
            problem = f"screen {self._display} cannot be read: {error}"
            raise DeviceError(
                problem, f"{_displays()} See whether it answers: xdpyinfo -display {self._display}"
            ) from error
        self._ticks = Ticks(self._options.fps)
        return CaptureFormat(self._area["width"], self._area["height"], self._options.fps, "bgra")

    def _wanted(self, whole: dict[str, int]) -> dict[str, int]:
        match = _AREA.match(self._options.area)
        if match is None:
            return {name: int(whole[name]) for name in ("left", "top", "width", "height")}
        width, height, left, top = map(int, match.groups())
        if left + width > whole["width"] or top + height > whole["height"]:
            size = f"{whole['width']}x{whole['height']}"
            problem = f"screen {self._display} is {size}: the area {self._options.area} reaches beyond it"
            raise DeviceError(problem, f"Choose an area within {size}+0+0")
        return {"left": left, "top": top, "width": width, "height": height}

    def next(self, blank: Blank) -> CapturedFrame:
        """Take a picture when the next one is due.

        :raises DeviceLostError: the X server has gone.
        """
        import cv2
        import numpy

        taken = self._ticks.wait()
        try:
            raw = self._connection.grab(self._area).raw
        except Exception as error:
            problem = f"screen {self._display} is gone{f': {error}' if str(error) else ''}"
            raise DeviceLostError(problem, f"{_displays()} Start the X server again, or name another") from error
        width, height = self._area["width"], self._area["height"]
        pixels = blank(width, height)
        cv2.cvtColor(numpy.frombuffer(raw, numpy.uint8).reshape(height, width, 4), cv2.COLOR_BGRA2BGR, pixels)
        return CapturedFrame(pixels, taken)

    def interrupt(self) -> None:
        """Nothing: a server that answers does so within milliseconds."""

    def close(self) -> None:
        """Disconnect."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):  # a connection that is lost says so once more
                connection.close()


@contextlib.contextmanager
def _knowing(authority: str) -> Iterator[None]:
    """Let the X library know a display's cookie: it looks for the file's name in the environment and nowhere else."""
    with _CONNECTING:
        before = os.environ.get("XAUTHORITY")
        if authority:
            os.environ["XAUTHORITY"] = authority
        try:
            yield
        finally:
            if authority:
                os.environ.pop("XAUTHORITY")
            if before is not None:
                os.environ["XAUTHORITY"] = before


def _display(context: DriverContext) -> str:
    display = context.address or os.environ.get("DISPLAY", "")
    if not display:
        problem = f"node {context.node!r}: {context.capability} = {context.uri!r} names no display, nor does DISPLAY"
        raise ConfigurationError(problem, f"Write screen::99 for display :99. {_displays()}")
    return display


def _displays() -> str:
    """Say which displays this host has."""
    names = displays_of_this_host()
    return f"Displays of this host: {', '.join(names)}." if names else "This host has no display."


def _open(context: DriverContext) -> Any:
    import mss  # noqa: F401 - a missing library must be told here, where its extra can be named

    from qarunner_plugins.live_pictures import LiveCapture

    display = _display(context)
    advice = f"See whether the X server works: xdpyinfo -display {display}"
    return LiveCapture(lambda: ScreenSource(display, context.options), f"screen {display}", advice)


def _resources(context: DriverContext) -> Collection[str]:
    # Many could look at one screen at the same time, but one node drives what is on it.
    return [f"X display {_display(context).removesuffix('.0')}"]


def _doctor() -> Sequence[Check]:
    try:
        import mss
    except ImportError as error:
        return [Check("X displays (mss)", "missing", str(error), "pip install 'qarunner[screen]'")]
    return [Check("X displays (mss)", "works", f"mss {mss.__version__}. {_displays()}")]


def _discover() -> Sequence[Discovered]:
    if find_spec("mss") is None:
        return ()
    return [Discovered(f"screen:{name}", f"X display {name}", f"X display {name}") for name in displays_in_use()]


@hookimpl
def qa_drivers() -> list[Driver]:
    """Offer the driver of this module."""
    return [
        Driver(
            capability="capture",
            scheme="screen",
            summary="an X display: Xvfb, kiosk, emulator",
            open=_open,
            options=ScreenOptions,
            extra="screen",
            address_help="the display, such as :99 or host:0; default $DISPLAY",
            resources=_resources,
            doctor=_doctor,
            discover=_discover,
            examples=("screen::99", "screen::0?fps=25", "screen::0?area=1280x720%2B0%2B0"),
        )
    ]
