"""Roku players and televisions by their External Control Protocol: ``roku:HOST``."""

from __future__ import annotations

import contextlib
import string
import urllib.parse
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated

import msgspec

from qarunner import (
    Check,
    DeviceError,
    Driver,
    DriverContext,
    Options,
    hookimpl,
    host_and_port,
    look_up_key,
    shown_address,
)
from qarunner_plugins.http_device import HttpDevice

PORT = 8060
CLOSE_PATIENCE = 3.0
ADVICE = "It must be on, and in the same network."
LIMITED = "On the device: Settings > System > Advanced system settings > Control by mobile apps: Enabled or Permissive"

KEYS: Mapping[str, str] = {
    "KEY_HOME": "Home",
    "KEY_HOMEPAGE": "Home",
    "KEY_BACK": "Back",
    "KEY_EXIT": "Back",
    "KEY_OK": "Select",
    "KEY_SELECT": "Select",
    "KEY_UP": "Up",
    "KEY_DOWN": "Down",
    "KEY_LEFT": "Left",
    "KEY_RIGHT": "Right",
    "KEY_INFO": "Info",
    "KEY_MENU": "Info",
    "KEY_PLAY": "Play",
    "KEY_PLAYPAUSE": "Play",
    "KEY_PAUSE": "Play",
    "KEY_REWIND": "Rev",
    "KEY_FASTFORWARD": "Fwd",
    "KEY_AGAIN": "InstantReplay",
    "KEY_SEARCH": "Search",
    "KEY_ENTER": "Enter",
    "KEY_BACKSPACE": "Backspace",
    "KEY_SPACE": "Lit_ ",
    "KEY_VOLUMEUP": "VolumeUp",
    "KEY_VOLUMEDOWN": "VolumeDown",
    "KEY_MUTE": "VolumeMute",
    "KEY_CHANNELUP": "ChannelUp",
    "KEY_CHANNELDOWN": "ChannelDown",
    "KEY_POWER": "Power",
    "KEY_WAKEUP": "PowerOn",
    "KEY_SLEEP": "PowerOff",
    "KEY_TUNER": "InputTuner",
    **{f"KEY_{character}": f"Lit_{character.lower()}" for character in string.ascii_uppercase + string.digits},
}


class RokuOptions(Options, frozen=True, kw_only=True):
    """Options of ``remote = "roku:HOST"``."""

    keys: Annotated[
        Mapping[str, str], msgspec.Meta(description="further keys, each with its ECP name: KEY_HDMI1 = InputHDMI1")
    ] = {}
    timeout: Annotated[float, msgspec.Meta(gt=0, le=9, description="seconds to wait for an answer")] = 5.0


class RokuRemote:
    """One Roku."""

    def __init__(self, context: DriverContext) -> None:
        self._options: RokuOptions = context.options
        address = shown_address(*host_and_port(context, PORT))
        self._url = f"http://{address}"
        self._codes = {**KEYS, **self._options.keys}
        self._name = f"Roku {address}"
        self._device = HttpDevice(self._name, self._options.timeout, advice=ADVICE, credentials=LIMITED)
        self._down: set[str] = set()

    def open(self) -> None:
        """Ask the device what it is, so that one which is away or is no Roku is noticed before the first key.

        :raises DeviceError: it does not answer, or not as a Roku does.
        """
        answer = self._device.ask("GET", f"{self._url}/query/device-info", in_use=False)
        if b"<device-info" not in answer.content:
            problem = f"{self._name} answers, but not as a Roku does: {' '.join(answer.text.split())[:80]!r}"
            raise DeviceError(problem, "Is this the address of the Roku?")

    def keys(self) -> Collection[str]:
        """The keys of the protocol, and those of the option."""
        return tuple(self._codes)

    def press(self, key: str) -> None:
        """Press a key shortly."""
        self._send("keypress", key)

    def keydown(self, key: str) -> None:
        """Press a key and keep it down."""
        self._down.add(key)
        self._send("keydown", key)

    def keyup(self, key: str) -> None:
        """Release a key."""
        self._down.discard(key)
        self._send("keyup", key)

    def close(self) -> None:
        """Release what is down; nothing stays open between two requests."""
        down, self._down = self._down, set()
        for key in down:
            self._device.timeout = min(self._options.timeout, CLOSE_PATIENCE / len(down))
            with contextlib.suppress(DeviceError):
                self._send("keyup", key)
        self._device.timeout = self._options.timeout

    def _send(self, action: str, key: str) -> None:
        name = urllib.parse.quote(look_up_key(self._name, self._codes, key), safe="")
        self._device.ask("POST", f"{self._url}/{action}/{name}", in_use=True)


def _resources(context: DriverContext) -> Collection[str]:
    return (f"roku {shown_address(*host_and_port(context, PORT))}",)


def _doctor() -> Sequence[Check]:
    return (Check("Roku remotes", "works", "needs nothing but the network"),)


@hookimpl
def qa_drivers() -> Sequence[Driver]:
    """Offer the driver."""
    return (
        Driver(
            capability="remote",
            scheme="roku",
            summary="Roku players and televisions in the network",
            open=RokuRemote,
            options=RokuOptions,
            address_help="HOST, or HOST:PORT when it is not 8060",
            resources=_resources,
            holds_keys=True,
            doctor=_doctor,
            examples=("roku:192.168.1.7",),
        ),
    )
