"""Keys for an X display (Xvfb, a kiosk, an emulator) through xdotool and the XTEST extension: ``x11::0``.

xdotool runs once for each key. It is in every distribution, it lends a spare place of the keyboard to a key which the
display's layout lacks, and a display that hangs costs one process that can be ended, not a library's blocked thread.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated

import msgspec

from qarunner import (
    Check,
    DeviceError,
    DeviceLostError,
    Discovered,
    Driver,
    DriverContext,
    Options,
    hookimpl,
    look_up_key,
)
from qarunner_plugins.keysyms import KEYSYMS, keysym_of
from qarunner_plugins.x_displays import displays_in_use

PROGRAM = "xdotool"
CLOSE_PATIENCE = 3.0
ADVICE = "Is its X server running, and may this user connect to it ($XAUTHORITY)?"
INSTALL = "sudo apt-get install xdotool"


class X11Options(Options, frozen=True, kw_only=True):
    """Options of ``remote = "x11:DISPLAY"``."""

    keys: Annotated[
        Mapping[str, str],
        msgspec.Meta(
            description="further keys: KEY_BACK = Escape, a character, a name of X, or a number such as 0xff1b"
        ),
    ] = {}
    timeout: Annotated[float, msgspec.Meta(gt=0, le=9, description="seconds to wait for the display")] = 5.0


class X11Remote:
    """The keyboard of one display. Keys go to the window that has the focus, or is under the pointer."""

    def __init__(self, context: DriverContext) -> None:
        self._options: X11Options = context.options
        self._display = _display(context)
        self._name = f"X display {self._display}" if self._display else "X display ($DISPLAY is not set)"
        own = {key: f"0x{code:x}" if (code := keysym_of(text)) else text for key, text in self._options.keys.items()}
        self._codes: dict[str, str] = {key: f"0x{code:x}" for key, code in KEYSYMS.items()} | own
        self._down: dict[str, str] = {}

    def open(self) -> None:
        """Ask the display for its size, so that one that is away is noticed before the first key.

        :raises DeviceError: it cannot be used, or xdotool is missing.
        """
        if not self._display:
            raise DeviceError(f"{self._name}: no display is named", "Write x11::0, or set DISPLAY")
        self._run(DeviceError, self._options.timeout, "getdisplaygeometry")

    def keys(self) -> Collection[str]:
        """The keys of the table, and those of the option."""
        return tuple(self._codes)

    def press(self, key: str) -> None:
        """Press a key shortly."""
        self._send("key", self._code(key))

    def keydown(self, key: str) -> None:
        """Press a key; the display repeats it as it does with a keyboard's."""
        self._down[key] = self._code(key)
        self._send("keydown", self._down[key])

    def keyup(self, key: str) -> None:
        """Release a key."""
        self._down.pop(key, None)
        self._send("keyup", self._code(key))

    def close(self) -> None:
        """Release what is down."""
        down, self._down = self._down, {}
        if down:
            with contextlib.suppress(DeviceError):  # who closes after trouble does not want to hear of it again
                self._run(DeviceError, min(self._options.timeout, CLOSE_PATIENCE), "keyup", *down.values())

    def _code(self, key: str) -> str:
        code: str = look_up_key(self._name, self._codes, key)
        return code

    def _send(self, action: str, code: str) -> None:
        self._run(DeviceLostError, self._options.timeout, action, "--", code)

    def _run(self, kind: type[DeviceError], timeout: float, *words: str) -> None:
        environment = {**os.environ, "DISPLAY": self._display}
        try:
            ended = subprocess.run(
                [PROGRAM, *words],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=timeout,
                check=False,
            )
        except FileNotFoundError as error:
            raise DeviceError(f"{self._name}: xdotool is not installed", INSTALL) from error
        except subprocess.TimeoutExpired as error:
            raise kind(f"{self._name} does not answer within {timeout:g} s", f"It hangs. {ADVICE}") from error
        said = " ".join(ended.stderr.split())
        if "No such key name" in said:  # and it ends as if it had been pressed
            raise DeviceError(f"{self._name}: {said}", "Look at `keys`: X has no key of that name")
        if ended.returncode:
            raise kind(f"{self._name} cannot be used: {said or f'xdotool ended with {ended.returncode}'}", ADVICE)


def _display(context: DriverContext) -> str:
    return context.address or os.environ.get("DISPLAY", "")


def _resources(context: DriverContext) -> Collection[str]:
    """Two nodes must not type on one display; its first screen has two names."""
    return (f"keyboard of X display {_display(context).removesuffix('.0')}",)


def _doctor() -> Sequence[Check]:
    if program := shutil.which(PROGRAM):
        return (Check("keys for X displays (xdotool)", "works", program),)
    return (Check("keys for X displays (xdotool)", "missing", "xdotool is not installed", INSTALL),)


def _discover() -> Sequence[Discovered]:
    if not shutil.which(PROGRAM):
        return ()
    what = "keyboard of X display"
    return [Discovered(f"x11:{name}", f"{what} {name}", f"X display {name}") for name in displays_in_use()]


@hookimpl
def qa_drivers() -> Sequence[Driver]:
    """Offer the driver."""
    return (
        Driver(
            capability="remote",
            scheme="x11",
            summary="keys for an X display: Xvfb, a kiosk, an emulator",
            open=X11Remote,
            options=X11Options,
            address_help="the display as X programs take it, such as :99; default $DISPLAY",
            resources=_resources,
            holds_keys=True,
            doctor=_doctor,
            discover=_discover,
            examples=("x11::0", "x11::99"),
        ),
    )
