"""Keys for a VNC server: ``vnc:HOST``. Of the RFB protocol (RFC 6143) it speaks what a keyboard needs."""

from __future__ import annotations

import struct
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
from qarunner_plugins.keysyms import KEYSYMS, keysym_of
from qarunner_plugins.vnc_connection import PORT, VncConnection

CLOSE_PATIENCE = 2.0


class VncOptions(Options, frozen=True, kw_only=True):
    """Options of ``remote = "vnc:HOST"``."""

    keys: Annotated[
        Mapping[str, str], msgspec.Meta(description="further keys: another key, a character, or a keysym as 0xff1b")
    ] = {}
    password: Annotated[str, msgspec.Meta(description="of the server; from the environment or a file")] = ""
    timeout: Annotated[float, msgspec.Meta(gt=0, le=9, description="seconds to wait for the server")] = 5.0

    def __post_init__(self) -> None:
        """Refuse keys that have no number."""
        if unknown := [text for text in self.keys.values() if keysym_of(text) is None]:
            message = f"keys: {unknown[0]!r} is no key such as KEY_ESC, no character and no keysym such as 0xff1b"
            raise ValueError(message)


class VncRemote:
    """The keyboard of one server. Other viewers stay connected."""

    def __init__(self, context: DriverContext) -> None:
        self._options: VncOptions = context.options
        options = self._options
        self._server = VncConnection(host_and_port(context, PORT), options.password, options.timeout, "remote")
        own = {key: code for key, text in options.keys.items() if (code := keysym_of(text)) is not None}
        self._codes = {**KEYSYMS, **own}
        self._down: dict[str, int] = {}
        self._pixel_bytes = 4

    def open(self) -> None:
        """Connect and prove the password.

        :raises DeviceError: there is no server, it is none of VNC, or it wants another password.
        """
        self._server.timeout = self._options.timeout
        self._pixel_bytes = self._server.log_in().pixel_bytes

    def keys(self) -> Collection[str]:
        """The keys of the table, and those of the option."""
        return tuple(self._codes)

    def press(self, key: str) -> None:
        """Press a key shortly and return when the server has taken it."""
        code = self._code(key)
        self._server.send(_event(code, down=True) + _event(code, down=False))
        self._wait()

    def keydown(self, key: str) -> None:
        """Press a key; the server repeats it as it does with a keyboard's."""
        self._down[key] = self._code(key)
        self._server.send(_event(self._down[key], down=True))
        self._wait()

    def keyup(self, key: str) -> None:
        """Release a key."""
        self._down.pop(key, None)
        self._server.send(_event(self._code(key), down=False))
        self._wait()

    def close(self) -> None:
        """Release what is down, and disconnect."""
        down, self._down = self._down, {}
        try:
            if down:
                self._server.timeout = min(self._options.timeout, CLOSE_PATIENCE)
                self._server.send(b"".join(_event(code, down=False) for code in down.values()))
                self._wait()
        except DeviceError:
            pass  # who closes after trouble does not want to hear of it again
        finally:
            self._server.close()

    def _code(self, key: str) -> int:
        return look_up_key(self._server.device, self._codes, key)

    def _wait(self) -> None:
        """Wait until the server has come to what was sent: it does not confirm keys, but it answers in their order."""
        self._server.send(struct.pack(">BBHHHH", 3, 0, 0, 0, 1, 1))
        for _ in range(self._server.await_pictures()):
            _x, _y, width, height, _encoding = struct.unpack(">HHHHi", self._server.receive(12))
            self._server.receive(width * height * self._pixel_bytes)  # raw: nothing else was asked for


def _event(code: int, *, down: bool) -> bytes:
    return struct.pack(">BBxxI", 4, down, code)


def _resources(context: DriverContext) -> Collection[str]:
    return (f"keyboard of VNC server {shown_address(*host_and_port(context, PORT))}",)


def _doctor() -> Sequence[Check]:
    return (Check("keys for VNC servers", "works", "needs nothing but the network"),)


@hookimpl
def qa_drivers() -> Sequence[Driver]:
    """Offer the driver."""
    return (
        Driver(
            capability="remote",
            scheme="vnc",
            summary="keys for a VNC server",
            open=VncRemote,
            options=VncOptions,
            address_help="HOST, or HOST:PORT when it is not 5900",
            resources=_resources,
            holds_keys=True,
            doctor=_doctor,
            examples=("vnc:192.168.1.6", "vnc:localhost:5901"),
        ),
    )
