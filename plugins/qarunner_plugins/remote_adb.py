"""Android devices through an adb server, whose protocol it speaks: ``adb:SERIAL``, ``adb:192.168.1.4:5555``."""

from __future__ import annotations

import re
import shutil
import string
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated

import msgspec

from qarunner import (
    Check,
    ConfigurationError,
    DeviceError,
    DeviceSocket,
    Driver,
    DriverContext,
    Options,
    hookimpl,
    host_and_port,
    look_up_key,
    shown_address,
)

SERVER_PORT = 5037
ADVICE = "`adb start-server` starts the server, `adb devices` lists what it sees."
DONE = "qarunner-done:"
_SERIAL = re.compile(r"[\w.:\-\[\]%@]*")
_CODE = re.compile(r"[A-Z0-9_]+")

KEYS: Mapping[str, str] = {
    "KEY_OK": "DPAD_CENTER",
    "KEY_SELECT": "DPAD_CENTER",
    "KEY_ENTER": "ENTER",
    "KEY_UP": "DPAD_UP",
    "KEY_DOWN": "DPAD_DOWN",
    "KEY_LEFT": "DPAD_LEFT",
    "KEY_RIGHT": "DPAD_RIGHT",
    "KEY_BACK": "BACK",
    "KEY_EXIT": "BACK",
    "KEY_ESC": "ESCAPE",
    "KEY_HOME": "HOME",
    "KEY_HOMEPAGE": "HOME",
    "KEY_MENU": "MENU",
    "KEY_INFO": "INFO",
    "KEY_EPG": "GUIDE",
    "KEY_SEARCH": "SEARCH",
    "KEY_SETUP": "SETTINGS",
    "KEY_POWER": "POWER",
    "KEY_SLEEP": "SLEEP",
    "KEY_WAKEUP": "WAKEUP",
    "KEY_VOLUMEUP": "VOLUME_UP",
    "KEY_VOLUMEDOWN": "VOLUME_DOWN",
    "KEY_MUTE": "VOLUME_MUTE",
    "KEY_CHANNELUP": "CHANNEL_UP",
    "KEY_CHANNELDOWN": "CHANNEL_DOWN",
    "KEY_PLAY": "MEDIA_PLAY",
    "KEY_PAUSE": "MEDIA_PAUSE",
    "KEY_PLAYPAUSE": "MEDIA_PLAY_PAUSE",
    "KEY_STOP": "MEDIA_STOP",
    "KEY_NEXT": "MEDIA_NEXT",
    "KEY_PREVIOUS": "MEDIA_PREVIOUS",
    "KEY_REWIND": "MEDIA_REWIND",
    "KEY_FASTFORWARD": "MEDIA_FAST_FORWARD",
    "KEY_RECORD": "MEDIA_RECORD",
    "KEY_SUBTITLE": "CAPTIONS",
    "KEY_RED": "PROG_RED",
    "KEY_GREEN": "PROG_GREEN",
    "KEY_YELLOW": "PROG_YELLOW",
    "KEY_BLUE": "PROG_BLUE",
    "KEY_TV": "TV",
    "KEY_PAGEUP": "PAGE_UP",
    "KEY_PAGEDOWN": "PAGE_DOWN",
    "KEY_TAB": "TAB",
    "KEY_SPACE": "SPACE",
    "KEY_BACKSPACE": "DEL",
    "KEY_DELETE": "FORWARD_DEL",
    **{f"KEY_{character}": character for character in string.ascii_uppercase + string.digits},
}
"""The name of Android's key code, without ``KEYCODE_``."""


class AdbOptions(Options, frozen=True, kw_only=True):
    """Options of ``remote = "adb:SERIAL"``."""

    keys: Annotated[
        Mapping[str, str],
        msgspec.Meta(description="further keys, each with Android's: KEY_ZOOM = TV_ZOOM_MODE, or 255"),
    ] = {}
    server: Annotated[str, msgspec.Meta(description="the adb server, host and port")] = f"localhost:{SERVER_PORT}"
    timeout: Annotated[float, msgspec.Meta(gt=0, le=9, description="seconds to wait for an answer")] = 8.0

    def __post_init__(self) -> None:
        """Refuse what a shell could take for something else."""
        if wrong := [code for code in self.keys.values() if not _CODE.fullmatch(code)]:
            message = f"keys: {wrong[0]!r} is no key code such as TV_ZOOM_MODE or 255"
            raise ValueError(message)


class AdbRemote:
    """One Android device. It takes short presses only: Android's ``input`` knows no key that stays down."""

    def __init__(self, context: DriverContext) -> None:
        options: AdbOptions = context.options
        self._serial = _serial(context)
        address = host_and_port(context, SERVER_PORT, options.server)
        server = f"adb server {shown_address(*address)}"
        self._name = f"Android device {self._serial or '(the only one)'} at {server}"
        self._server = DeviceSocket(self._name, address, options.timeout, ADVICE)
        self._codes = {**KEYS, **options.keys}

    def open(self) -> None:
        """Ask the server for the device.

        :raises DeviceError: there is no server, or no such device, or it has not been allowed.
        """
        try:
            if ":" in self._serial:
                self._server.connect()
                said = self._request(f"host:connect:{self._serial}", answers=True)
                if "connected to" not in said:
                    raise DeviceError(
                        f"{self._name}: {said}", "Is debugging over the network switched on in the device?"
                    )
            self._attach()
        finally:
            self._server.close()

    def keys(self) -> Collection[str]:
        """The keys of the table, and those of the option."""
        return tuple(self._codes)

    def press(self, key: str) -> None:
        """Press a key shortly and return when Android has taken it, which takes it some tenths of a second."""
        code = look_up_key(self._name, self._codes, key)
        name = code if code.isdecimal() and len(code) > 1 else f"KEYCODE_{code.removeprefix('KEYCODE_')}"
        try:
            self._attach()
            self._request(f"shell:input keyevent {name}; echo {DONE}$?")
            said: list[str] = []
            while not (line := self._server.receive_line().strip()).startswith(DONE):
                said.append(line)
        finally:
            self._server.close()
        if line != f"{DONE}0" or any(word.lower().startswith("error") for word in said):
            problem = f"{self._name} does not take {name}: {' '.join(said)[:200] or line.removeprefix(DONE)}"
            raise DeviceError(problem, "Look at `keys`")

    def close(self) -> None:
        """Nothing stays open between two presses."""
        self._server.close()

    def _attach(self) -> None:
        self._server.connect()
        self._request(f"host:transport:{self._serial}" if self._serial else "host:transport-any")

    def _request(self, text: str, *, answers: bool = False) -> str:
        data = text.encode()
        self._server.send(b"%04x%s" % (len(data), data))
        status = self._server.receive(4)
        if status not in (b"OKAY", b"FAIL"):
            raise DeviceError(
                f"{self._name} answers {status!r}, which is none of adb", "Is this the adb server's port?"
            )
        said = self._counted() if status == b"FAIL" or answers else ""
        if status == b"FAIL":
            hint = "Allow this computer on the device's screen." if "unauthorized" in said else ADVICE
            raise DeviceError(f"{self._name}: {said}", hint)
        return said

    def _counted(self) -> str:
        size = self._server.receive(4)
        try:
            count = int(size, 16)
        except ValueError:
            return size.decode("utf-8", "replace")
        return " ".join(self._server.receive(count).decode("utf-8", "replace").split())


def _serial(context: DriverContext) -> str:
    if not _SERIAL.fullmatch(context.address):
        problem = f"node {context.node!r}: remote = {context.uri!r}: {context.address!r} is no serial number"
        raise ConfigurationError(problem, "Write adb:SERIAL or adb:HOST:5555, as `adb devices` lists it")
    return context.address


def _resources(context: DriverContext) -> Collection[str]:
    return (f"keys of Android device {_serial(context)} at {context.options.server}",)


def _doctor() -> Sequence[Check]:
    if program := shutil.which("adb"):
        return (Check("Android devices (adb)", "works", program),)
    return (Check("Android devices (adb)", "missing", "adb is not installed", "sudo apt-get install adb"),)


@hookimpl
def qa_drivers() -> Sequence[Driver]:
    """Offer the driver."""
    return (
        Driver(
            capability="remote",
            scheme="adb",
            summary="Android devices, through an adb server",
            open=AdbRemote,
            options=AdbOptions,
            address_help="the serial number, or HOST:5555 of a device in the network; empty for the only one",
            resources=_resources,
            doctor=_doctor,
            examples=("adb:", "adb:0123456789ABCDEF", "adb:192.168.1.4:5555"),
        ),
    )
