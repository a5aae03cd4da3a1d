"""An X display without a screen, started for one browser: what its window shows can be read as it is."""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

from qarunner import Check, DeviceError

from .guard import guarded

PROGRAM = "Xvfb"
INSTALL = "apt install xvfb"
START_LIMIT = 10.0
END_LIMIT = 3.0
ANY_FAMILY, COOKIE = 0xFFFF, b"MIT-MAGIC-COOKIE-1"


class Display:
    """A running Xvfb, which ends with this process at the latest. Only who knows its cookie may connect.

    :param width, height: of its screen in pixels.
    :raises DeviceError: Xvfb is not installed or does not start.
    """

    def __init__(self, width: int, height: int) -> None:
        program = shutil.which(PROGRAM)
        if program is None:
            raise DeviceError(
                f"display xvfb: {PROGRAM} is not installed", f"{INSTALL}; or leave out the option 'display'"
            )
        folder = tempfile.mkdtemp(prefix="qarunner-display-")
        self.authority = _write_cookie(Path(folder, "authority"))
        server = [program, "-displayfd", "1", "-screen", "0", f"{width}x{height}x24", "-auth", self.authority,
                  "-nolisten", "tcp", "-noreset"]  # fmt: skip
        with tempfile.TemporaryFile() as said:
            self._guard = subprocess.Popen(
                guarded(folder, server), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said
            )
            self.name = self._number()
            if not self.name:
                self.close()
                said.seek(0)
                words = said.read().decode(errors="replace").split("\n", 1)[0] or "it says nothing"
                raise DeviceError(f"display xvfb: {program} does not start: {words}", "Try it by hand: Xvfb :99")

    def _number(self) -> str:
        """Return the display's name, such as ``:1``, once it answers; nothing when it does not."""
        output = self._guard.stdout
        assert output is not None
        ready, _, _ = select.select([output], [], [], START_LIMIT)
        number = output.readline().decode().strip() if ready else ""
        return f":{number}" if number else ""

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a program that is to open its windows here."""
        return {**os.environ, "DISPLAY": self.name, "XAUTHORITY": self.authority}

    @property
    def running(self) -> bool:
        """Whether it is there."""
        return self._guard.poll() is None

    def close(self) -> None:
        """End it."""
        guard = self._guard
        for pipe in (guard.stdin, guard.stdout):
            if pipe is not None:
                pipe.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            guard.wait(END_LIMIT)


def _write_cookie(file: Path) -> str:
    """Write a file with which the server knows its clients, and they themselves; as ``xauth`` makes them."""
    fields = (b"", b"", COOKIE, secrets.token_bytes(16))
    record = struct.pack(">H", ANY_FAMILY) + b"".join(struct.pack(">H", len(field)) + field for field in fields)
    file.touch(0o600)
    file.write_bytes(record)
    return str(file)


def look_at_display() -> Check:
    """Say whether browsers can have a display of their own."""
    program = shutil.which(PROGRAM)
    if program is None:
        absent = f"{PROGRAM} is not installed; only the option display needs it"
        return Check("displays for browsers (Xvfb)", "note", absent, INSTALL)
    return Check("displays for browsers (Xvfb)", "works", program)
