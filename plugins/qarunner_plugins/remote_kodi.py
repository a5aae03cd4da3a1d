"""Kodi by its JSON-RPC over HTTP: ``kodi:HOST``."""

from __future__ import annotations

import string
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any

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

PORT = 8080
ADVICE = "In Kodi: Settings > Services > Control > Allow remote control via HTTP must be on."
CREDENTIALS = "Give `user` and `password` of the remote as in Kodi: Settings > Services > Control"

ACTIONS: Mapping[str, str] = {
    "KEY_OK": "select",
    "KEY_SELECT": "select",
    "KEY_ENTER": "enter",
    "KEY_UP": "up",
    "KEY_DOWN": "down",
    "KEY_LEFT": "left",
    "KEY_RIGHT": "right",
    "KEY_BACK": "back",
    "KEY_EXIT": "previousmenu",
    "KEY_HOME": "Input.Home",
    "KEY_HOMEPAGE": "Input.Home",
    "KEY_MENU": "Input.ContextMenu",
    "KEY_CONTEXT_MENU": "Input.ContextMenu",
    "KEY_INFO": "info",
    "KEY_SUBTITLE": "nextsubtitle",
    "KEY_LANGUAGE": "audionextlanguage",
    "KEY_PLAY": "play",
    "KEY_PAUSE": "pause",
    "KEY_PLAYPAUSE": "playpause",
    "KEY_STOP": "stop",
    "KEY_REWIND": "rewind",
    "KEY_FASTFORWARD": "fastforward",
    "KEY_NEXT": "skipnext",
    "KEY_PREVIOUS": "skipprevious",
    "KEY_VOLUMEUP": "volumeup",
    "KEY_VOLUMEDOWN": "volumedown",
    "KEY_MUTE": "mute",
    "KEY_CHANNELUP": "channelup",
    "KEY_CHANNELDOWN": "channeldown",
    "KEY_PAGEUP": "pageup",
    "KEY_PAGEDOWN": "pagedown",
    "KEY_RECORD": "record",
    "KEY_RED": "red",
    "KEY_GREEN": "green",
    "KEY_YELLOW": "yellow",
    "KEY_BLUE": "blue",
    "KEY_BACKSPACE": "backspace",
    **{f"KEY_{digit}": f"number{digit}" for digit in string.digits},
}
"""What Kodi calls each key: the name of an action, or of a method of its JSON-RPC when there is a full stop in it."""


class KodiOptions(Options, frozen=True, kw_only=True):
    """Options of ``remote = "kodi:HOST"``."""

    keys: Annotated[
        Mapping[str, str], msgspec.Meta(description="further keys, each with Kodi's action: KEY_ZOOM = aspectratio")
    ] = {}
    user: Annotated[str, msgspec.Meta(description="as set in Kodi")] = "kodi"
    password: Annotated[str, msgspec.Meta(description="as set in Kodi; from the environment or a file")] = ""
    timeout: Annotated[float, msgspec.Meta(gt=0, le=9, description="seconds to wait for an answer")] = 5.0


class KodiRemote:
    """One Kodi. It takes short presses only: its interface has no key that stays down."""

    def __init__(self, context: DriverContext) -> None:
        options: KodiOptions = context.options
        address = shown_address(*host_and_port(context, PORT))
        self._name = f"Kodi {address}"
        self._url = f"http://{address}/jsonrpc"
        self._codes = {**ACTIONS, **options.keys}
        auth = (options.user, options.password) if options.password else None
        self._device = HttpDevice(self._name, options.timeout, auth=auth, advice=ADVICE, credentials=CREDENTIALS)

    def open(self) -> None:
        """Ask whether it is there.

        :raises DeviceError: it is not, or not with this password.
        """
        if (answer := self._call("JSONRPC.Ping", {}, in_use=False)) != "pong":
            raise DeviceError(f"{self._name} answers a ping with {str(answer)[:80]!r}", ADVICE)

    def keys(self) -> Collection[str]:
        """The keys of the table, and those of the option."""
        return tuple(self._codes)

    def press(self, key: str) -> None:
        """Let Kodi do what the key stands for."""
        action = look_up_key(self._name, self._codes, key)
        if "." in action:
            self._call(action, {}, in_use=True)
        else:
            self._call("Input.ExecuteAction", {"action": action}, in_use=True)

    def close(self) -> None:
        """Nothing stays open between two requests."""

    def _call(self, method: str, parameters: Mapping[str, Any], *, in_use: bool) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": dict(parameters)}
        answer = self._device.ask("POST", self._url, in_use=in_use, json=body)
        try:
            content = msgspec.json.decode(answer.content)
        except msgspec.DecodeError:
            content = None
        if not isinstance(content, dict) or not ("result" in content or "error" in content):
            problem = f"{self._name} answers, but not as Kodi does: {' '.join(answer.text.split())[:80]!r}"
            raise DeviceError(problem, "Is this the port of Kodi's web server?")
        if "error" in content:
            error = content["error"]
            said = error.get("message", error) if isinstance(error, dict) else error
            raise DeviceError(f"{self._name} refuses {method} {dict(parameters) or ''}: {said}", "Look at `keys`")
        return content["result"]


def _resources(context: DriverContext) -> Collection[str]:
    return (f"kodi {shown_address(*host_and_port(context, PORT))}",)


def _doctor() -> Sequence[Check]:
    return (Check("Kodi as a device", "works", "needs nothing but the network"),)


@hookimpl
def qa_drivers() -> Sequence[Driver]:
    """Offer the driver."""
    return (
        Driver(
            capability="remote",
            scheme="kodi",
            summary="Kodi, by its JSON-RPC over HTTP",
            open=KodiRemote,
            options=KodiOptions,
            address_help="HOST, or HOST:PORT when it is not 8080",
            resources=_resources,
            doctor=_doctor,
            examples=("kodi:192.168.1.8",),
        ),
    )
