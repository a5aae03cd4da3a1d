"""A real X display without a screen (Xvfb), on which real programs draw."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.peers.rig_node import eventually

if TYPE_CHECKING:
    from collections.abc import Sequence


class XDisplay:
    """An Xvfb with a number of its own; `stop` it, or use it in a ``with`` block."""

    def __init__(self, width: int = 640, height: int = 360) -> None:
        self.size = width, height
        self._server: subprocess.Popen[bytes] | None = None
        self._programs: list[subprocess.Popen[bytes]] = []
        self.name = ""
        self.start()

    def start(self) -> None:
        """Start it, again under the same number."""
        reader, writer = os.pipe()
        where = [self.name] if self.name else ["-displayfd", str(writer)]
        command = self._program()
        command[1:1] = where
        self._server = subprocess.Popen(command, pass_fds=[writer], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader) as said:
            self.name = self.name or f":{said.readline().strip()}"
        eventually(self._answers, f"Xvfb {self.name}")

    def _program(self) -> list[str]:
        width, height = self.size
        return ["Xvfb", "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"]

    def _answers(self) -> bool:
        asked = ["xdpyinfo", "-display", self.name]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0

    @property
    def pid(self) -> int:
        """The server's process."""
        assert self._server is not None
        return self._server.pid

    def colour(self, red: int, green: int, blue: int) -> None:
        """Paint the background."""
        colour = f"#{red:02x}{green:02x}{blue:02x}"
        subprocess.run(["xsetroot", "-display", self.name, "-solid", colour], check=True)

    def run(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start a program on it."""
        environment = os.environ | {"DISPLAY": self.name}
        program = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._programs.append(program)
        return program

    def freeze(self) -> None:
        """Let it stand still: connections are accepted by the system, and nothing answers."""
        assert self._server is not None
        self._server.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._server is not None
        self._server.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it at once, as a crash would, and all programs on it."""
        server, self._server = self._server, None
        if server is not None:
            server.kill()
            server.wait()
            number = self.name[1:]
            Path(f"/tmp/.X{number}-lock").unlink(missing_ok=True)  # noqa: S108 - the lock file of this X server
            Path(f"/tmp/.X11-unix/X{number}").unlink(missing_ok=True)  # noqa: S108 - its socket
        for program in self._programs:
            program.kill()
            program.communicate()
        self._programs.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()
