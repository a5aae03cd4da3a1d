"""What every user of a VNC server needs of the RFB protocol (RFC 6143): greet it, log in, pass over its talk."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from qarunner import DeviceError, DeviceLostError, DeviceSocket, shown_address

PORT = 5900
ADVICE = "Is a VNC server running there? The display :1 has port 5901."
NO_SECURITY, VNC_PASSWORD = 1, 2
LONGEST_TEXT = 1 << 20


@dataclass(frozen=True)
class Screen:
    """What a server says of its screen: its size in pixels, and how many bytes it gives each."""

    width: int
    height: int
    pixel_bytes: int


class VncConnection(DeviceSocket):
    """A connection to one server. Other viewers stay connected.

    :param capability: ``capture`` or ``remote``: whose password it is, in what messages advise.
    :param timeout: seconds that each call may take.
    """

    def __init__(self, address: tuple[str, int], password: str, timeout: float, capability: str) -> None:
        super().__init__(f"VNC server {shown_address(*address)}", address, timeout, ADVICE)
        self._password = password
        self._capability = capability

    def log_in(self) -> Screen:
        """Connect and prove the password.

        :raises DeviceError: there is no server, it is none of VNC, or it wants another password.
        """
        self.connect()
        greeting = self.receive(12)
        if not greeting.startswith(b"RFB "):
            raise DeviceError(f"{self.device} answers, but not as VNC does: {greeting!r}", "Is this the right port?")
        minor = 8 if greeting >= b"RFB 003.008" else 7 if greeting >= b"RFB 003.007" else 3
        self.send(b"RFB 003.%03d\n" % minor)
        self._prove(self._choose_security(minor), minor)
        self.send(b"\x01")  # other viewers may stay
        width, height, bits = struct.unpack(">HHB15x", self.receive(20))
        self.text()
        return Screen(width, height, bits // 8)

    def _choose_security(self, minor: int) -> int:
        decides = minor == 3  # noqa: PLR2004 - version 3.3 leaves no choice
        offered = [self.number()] if decides else list(self.receive(self.receive(1)[0]))
        if not offered or offered == [0]:
            raise DeviceError(f"{self.device} refuses the connection: {self.text()}", ADVICE)
        wanted = VNC_PASSWORD if self._password and VNC_PASSWORD in offered else NO_SECURITY
        if wanted not in offered:
            if VNC_PASSWORD in offered:
                raise DeviceError(f"{self.device} asks for a password", f"Give `password` of the {self._capability}")
            problem = f"{self.device} offers only ways to log in that are not known here: {offered}"
            raise DeviceError(problem, "Let it offer a VNC password, or no login and listen on this machine only")
        if not decides:
            self.send(bytes([wanted]))
        return wanted

    def _prove(self, security: int, minor: int) -> None:
        if security == VNC_PASSWORD:
            self.send(vnc_answer(self._password, self.receive(16)))
        tells = security == VNC_PASSWORD or minor >= 8  # noqa: PLR2004 - 3.8 tells in any case, and says why
        if tells and self.number() != 0:
            reason = self.text() if minor >= 8 else "authentication failed"  # noqa: PLR2004 - likewise
            raise DeviceError(
                f"{self.device} refuses who asks: {reason}", f"Look at `password` of the {self._capability}"
            )

    def await_pictures(self) -> int:
        """Pass over messages up to one with pictures; return how many rectangles it has, which the caller reads.

        :raises DeviceError: something comes that nobody asked for.
        """
        while True:
            match self.receive(1)[0]:
                case 0:
                    rectangles: int = struct.unpack(">xH", self.receive(3))[0]
                    return rectangles
                case 1:  # colours of a palette
                    (colours,) = struct.unpack(">xxxH", self.receive(5))
                    self.receive(colours * 6)
                case 2:  # the bell
                    pass
                case 3:  # somebody has cut text
                    self.receive(3)
                    self.text()
                case unknown:
                    raise self.nonsense(f"a message of type {unknown}, which was not asked for")

    def number(self) -> int:
        """Receive a number of four bytes."""
        return int.from_bytes(self.receive(4))

    def text(self) -> str:
        """Receive a text after its length."""
        if (size := self.number()) > LONGEST_TEXT:
            raise self.nonsense(f"a text of {size} bytes")
        return self.receive(size).decode("utf-8", "replace").strip()

    def nonsense(self, what: str) -> DeviceLostError:
        """Hang up, and return the error for what a server must not send."""
        self.close()
        return DeviceLostError(f"{self.device} sends {what}", ADVICE)


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
