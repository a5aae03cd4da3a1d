"""HDMI-CEC through ``cec-ctl``: ``cec:/dev/cec0``. The rig plays a television (or a player) that passes its keys on."""

from __future__ import annotations

import re
import shutil
import string
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from qarunner import (
    Check,
    ConfigurationError,
    DeviceError,
    Discovered,
    Driver,
    DriverContext,
    Options,
    hookimpl,
    look_up_key,
)
from qarunner_plugins.device_program import run_program

PROGRAM = "cec-ctl"
DEVICES = Path("/dev")
DEFAULT_DEVICE = "/dev/cec0"
INSTALL = "sudo apt-get install v4l-utils"
ADVICE = "`cec-ctl --list-devices` lists the adapters; using one needs the group video."
_REFUSED = re.compile(r"Not Acknowledged|Arbitration Lost|Low Drive|Feature Abort|Tx, (?:Error|Timeout|Aborted)")
_CODE = re.compile(r"[a-z0-9-]+")

KEYS: Mapping[str, str] = {
    "KEY_OK": "select",
    "KEY_SELECT": "select",
    "KEY_ENTER": "enter",
    "KEY_UP": "up",
    "KEY_DOWN": "down",
    "KEY_LEFT": "left",
    "KEY_RIGHT": "right",
    "KEY_BACK": "back",
    "KEY_EXIT": "back",
    "KEY_HOME": "device-root-menu",
    "KEY_HOMEPAGE": "device-root-menu",
    "KEY_MENU": "contents-menu",
    "KEY_SETUP": "device-setup-menu",
    "KEY_CONTEXT_MENU": "media-context-sensitive-menu",
    "KEY_FAVORITES": "favorite-menu",
    "KEY_EPG": "electronic-program-guide",
    "KEY_INFO": "display-information",
    "KEY_HELP": "help",
    "KEY_CHANNELUP": "channel-up",
    "KEY_CHANNELDOWN": "channel-down",
    "KEY_LAST": "previous-channel",
    "KEY_PAGEUP": "page-up",
    "KEY_PAGEDOWN": "page-down",
    "KEY_POWER": "power",
    "KEY_WAKEUP": "power-on-function",
    "KEY_SLEEP": "power-off-function",
    "KEY_VOLUMEUP": "volume-up",
    "KEY_VOLUMEDOWN": "volume-down",
    "KEY_MUTE": "mute",
    "KEY_PLAY": "play",
    "KEY_PAUSE": "pause",
    "KEY_STOP": "stop",
    "KEY_RECORD": "record",
    "KEY_REWIND": "rewind",
    "KEY_FASTFORWARD": "fast-forward",
    "KEY_NEXT": "skip-forward",
    "KEY_PREVIOUS": "skip-backward",
    "KEY_SUBTITLE": "sub-picture",
    "KEY_DOT": "dot",
    "KEY_CLEAR": "clear",
    "KEY_RED": "f2-red",
    "KEY_GREEN": "f3-green",
    "KEY_YELLOW": "f4-yellow",
    "KEY_BLUE": "f1-blue",
    "KEY_0": "number-0-or-number-10",
    **{f"KEY_{digit}": f"number-{digit}" for digit in string.digits[1:]},
}
"""What cec-ctl calls each user control code."""


class CecOptions(Options, frozen=True, kw_only=True):
    """Options of ``remote = "cec:/dev/cec0"``."""

    keys: Annotated[
        Mapping[str, str], msgspec.Meta(description="further keys, each as cec-ctl calls it: KEY_ANGLE = angle")
    ] = {}
    to: Annotated[
        int,
        msgspec.Meta(ge=0, le=14, description="logical address of the device: 4 the first player, 0 the television"),
    ] = 4
    role: Annotated[
        Literal["tv", "playback", "record", "tuner", "audio"], msgspec.Meta(description="what the rig says that it is")
    ] = "tv"
    timeout: Annotated[float, msgspec.Meta(gt=0, le=9, description="seconds to wait for cec-ctl")] = 8.0

    def __post_init__(self) -> None:
        """Refuse what would be another option of cec-ctl."""
        if wrong := [code for code in self.keys.values() if not _CODE.fullmatch(code)]:
            message = f"keys: {wrong[0]!r} is no user control code such as angle"
            raise ValueError(message)


class CecRemote:
    """One adapter. It sends short presses only."""

    def __init__(self, context: DriverContext) -> None:
        self._options: CecOptions = context.options
        self._device = _device(context)
        self._name = f"CEC adapter {self._device}"
        self._codes = {**KEYS, **self._options.keys}

    def open(self) -> None:
        """Take a logical address.

        :raises DeviceError: there is no adapter, or it cannot.
        """
        self._run(f"--{self._options.role}", "--skip-info", in_use=False)

    def keys(self) -> Collection[str]:
        """The keys of the table, and those of the option."""
        return tuple(self._codes)

    def press(self, key: str) -> None:
        """Send that a key goes down, and up, and wait until the device has acknowledged it."""
        code = look_up_key(self._name, self._codes, key)
        said = self._run(
            "--skip-info",
            "--to",
            str(self._options.to),
            "--user-control-pressed",
            f"ui-cmd={code}",
            "--user-control-released",
            in_use=True,
        )
        if refused := _REFUSED.search(said):
            problem = f"{self._name}: no device with logical address {self._options.to} takes {key}: {refused[0]}"
            raise DeviceError(
                problem, f"`cec-ctl -d {self._device} --show-topology` lists the devices; see option `to`"
            )

    def close(self) -> None:
        """Nothing stays open between two presses."""

    def _run(self, *words: str, in_use: bool) -> str:
        command = [PROGRAM, "-d", self._device, *words]
        timeout = self._options.timeout
        return run_program(self._name, command, timeout, install=INSTALL, advice=ADVICE, in_use=in_use)


def _device(context: DriverContext) -> str:
    device = context.address or DEFAULT_DEVICE
    if not device.startswith("/"):
        problem = f"node {context.node!r}: remote = {context.uri!r}: {device!r} is no path of a device"
        raise ConfigurationError(problem, f"Write cec:{DEFAULT_DEVICE}")
    return device


def _resources(context: DriverContext) -> Collection[str]:
    return (str(Path(_device(context)).resolve()),)


def _doctor() -> Sequence[Check]:
    subject = "HDMI-CEC (cec-ctl)"
    if not shutil.which(PROGRAM):
        return (Check(subject, "missing", f"{PROGRAM} is not installed", INSTALL),)
    adapters = ", ".join(_adapters())
    return (Check(subject, "works" if adapters else "note", adapters or "no adapter is plugged in"),)


def _adapters() -> list[str]:
    return sorted(str(path) for path in DEVICES.glob("cec*"))


def _discover() -> Sequence[Discovered]:
    adapters = _adapters() if shutil.which(PROGRAM) else ()
    return [Discovered(f"cec:{path}", f"HDMI-CEC adapter {path}") for path in adapters]


@hookimpl
def qa_drivers() -> Sequence[Driver]:
    """Offer the driver."""
    return (
        Driver(
            capability="remote",
            scheme="cec",
            summary="HDMI-CEC, through an adapter of the kernel",
            open=CecRemote,
            options=CecOptions,
            address_help=f"the adapter; default {DEFAULT_DEVICE}",
            resources=_resources,
            doctor=_doctor,
            discover=_discover,
            examples=("cec:/dev/cec0", "cec:/dev/cec0?to=4"),
        ),
    )
