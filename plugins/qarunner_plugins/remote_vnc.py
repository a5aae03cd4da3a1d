"""Keys for a VNC server: ``vnc:HOST``. Of the RFB protocol (RFC 6143) it speaks what a keyboard needs."""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated

import msgspec

from qarunner import (
    Check,
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
from qarunner_plugins.keysyms import KEYSYMS, keysym_of

PORT = 5900
CLOSE_PATIENCE = 2.0
ADVICE = "Is a VNC server running there? The display :1 has port 5901."
LONGEST_TEXT = 1 << 20
NO_SECURITY, VNC_PASSWORD = 1, 2


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
        address = host_and_port(context, PORT)
        self._name = f"VNC server {shown_address(*address)}"
        self._server = DeviceSocket(self._name, address, self._options.timeout, ADVICE)
        own = {key: code for key, text in self._options.keys.items() if (code := keysym_of(text)) is not None}
        self._codes = {**KEYSYMS, **own}
        self._down: dict[str, int] = {}
        self._pixel_bytes = 4

    def open(self) -> None:
        """Connect and prove the password.

        :raises DeviceError: there is no server, it is none of VNC, or it wants another password.
        """
        self._server.timeout = self._options.timeout
        self._server.connect()
        greeting = self._server.receive(12)
        if not greeting.startswith(b"RFB "):
            raise DeviceError(f"{self._name} answers, but not as VNC does: {greeting!r}", "Is this the right port?")
        minor = 8 if greeting >= b"RFB 003.008" else 7 if greeting >= b"RFB 003.007" else 3
        self._server.send(b"RFB 003.%03d\n" % minor)
        security = self._choose_security(minor)
        if security == VNC_PASSWORD:
            self._server.send(vnc_answer(self._options.password, self._server.receive(16)))
        if (security == VNC_PASSWORD or minor >= 8) and self._number() != 0:  # noqa: PLR2004 - 3.8 tells in any case
            reason = self._text() if minor >= 8 else "authentication failed"  # noqa: PLR2004 - and says why
            raise DeviceError(f"{self._name} refuses who asks: {reason}", "Look at `password` of the remote")
        self._server.send(b"\x01")  # other viewers may stay
        bits_per_pixel = self._server.receive(20)[4]
        self._pixel_bytes = bits_per_pixel // 8
        self._text()

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
        return look_up_key(self._name, self._codes, key)

    def _wait(self) -> None:
        """Wait until the server has come to what was sent: it does not confirm keys, but it answers in their order."""
        self._server.send(struct.pack(">BBHHHH", 3, 0, 0, 0, 1, 1))
        while True:
            match self._server.receive(1)[0]:
                case 0:
                    (rectangles,) = struct.unpack(">xH", self._server.receive(3))
                    for _ in range(rectangles):
                        _x, _y, width, height, _encoding = struct.unpack(">HHHHi", self._server.receive(12))
                        self._server.receive(width * height * self._pixel_bytes)  # raw: nothing else was asked for
                    return
                case 1:  # colours of a palette
                    (colours,) = struct.unpack(">xxxH", self._server.receive(5))
                    self._server.receive(colours * 6)
                case 2:  # the bell
                    pass
                case 3:  # somebody has cut text
                    self._server.receive(3)
                    self._text()
                case unknown:
                    self._server.close()
                    raise DeviceError(
                        f"{self._name} sends a message of type {unknown}, which was not asked for", ADVICE
                    )

    def _choose_security(self, minor: int) -> int:
        decides = minor == 3  # noqa: PLR2004 - version 3.3 leaves no choice
        offered = [self._number()] if decides else list(self._server.receive(self._server.receive(1)[0]))
        if not offered or offered == [0]:
            raise DeviceError(f"{self._name} refuses the connection: {self._text()}", ADVICE)
        wanted = VNC_PASSWORD if self._options.password and VNC_PASSWORD in offered else NO_SECURITY
        if wanted not in offered:
            if VNC_PASSWORD in offered:
                raise DeviceError(f"{self._name} asks for a password", "Give `password` of the remote")
            problem = f"{self._name} offers only ways to log in that are not known here: {offered}"
            raise DeviceError(problem, "Let it offer a VNC password, or no login and listen on this machine only")
        if not decides:
            self._server.send(bytes([wanted]))
        return wanted

    def _number(self) -> int:
        return int.from_bytes(self._server.receive(4))

    def _text(self) -> str:
        if (size := self._number()) > LONGEST_TEXT:
            self._server.close()
            raise DeviceError(f"{self._name} sends a text of {size} bytes", ADVICE)
        return self._server.receive(size).decode("utf-8", "replace").strip()


def _event(code: int, *, down: bool) -> bytes:
    return struct.pack(">BBxxI", 4, down, code)


def vnc_answer(password: str, challenge: bytes) -> bytes:
    """Return the proof that one knows the password: the challenge enciphered by DES, as VNC has it.

    Eight bytes of the password are the key, each with its bits in reverse order.
    """
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

    key = bytes(int(f"{byte:08b}"[::-1], 2) for byte in password.encode("latin-1", "replace")[:8].ljust(8, b"\0"))
    cipher = Cipher(TripleDES(key * 3), modes.ECB())  # noqa: S305 - the protocol's; three times the same key is plain DES
    encryptor = cipher.encryptor()
    return encryptor.update(challenge) + encryptor.finalize()


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
